"""What customers went through: touchpoints, steps, funnels."""
