"""What customers feel: scores, kinds of quality, gaps, drivers."""
