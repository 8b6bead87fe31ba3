"""What customers say in their own words: language, sentiment, aspects, themes."""
