"""Tracking and alerts: control charts on scores, and who has seen what they tell."""
