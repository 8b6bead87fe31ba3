"""Products by what they do for customers: stars, traffic, image, and which make customers stay."""
