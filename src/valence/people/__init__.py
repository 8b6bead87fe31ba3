"""Identifier to customer, and the contact vault."""
