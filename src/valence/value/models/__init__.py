"""Probability models of buying, dropping out and spending, fitted to a summary of customers."""
