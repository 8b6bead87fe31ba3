"""Speeds against peers and long proofs; run by `make bench` and `make prove`."""
