"""The designed journey, and how customers really walk it."""
