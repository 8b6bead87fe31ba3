"""Value at stake: what bad experiences at touchpoints cost in later margin."""
