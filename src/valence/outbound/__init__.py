"""What leaves the house: signed links; mail and webhooks will follow."""
