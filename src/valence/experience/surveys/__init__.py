"""Surveys: questions, links to them, answers, and what becomes of the answers."""
