"""Lifetime value: what each customer is expected to bring, and how sure that is."""
