"""A simulated brand whose truth is known."""
