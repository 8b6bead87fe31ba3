"""Files, databases and live sources become canonical tables."""
