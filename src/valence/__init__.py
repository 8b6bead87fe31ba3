"""Valence: one customer, what they are worth, what they feel, what to do, and what it earned."""
