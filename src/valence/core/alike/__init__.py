"""Customers alike: what comes of an event, compared with those alike without it."""
