"""Interviews and focus groups: transcripts, coded by hand to themes and touchpoints."""
