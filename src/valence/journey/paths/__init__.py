"""Paths: in which order customers come to touchpoints, where they turn, and what differs."""
