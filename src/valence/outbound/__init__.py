"""What leaves the house: mail and signed links; webhooks will follow."""
