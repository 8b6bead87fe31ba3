"""The group that every command of experience is declared on."""

from __future__ import annotations

from valence.kit.commands import Commands

experience = Commands(
    "experience", "What customers feel, what moves it, and what they say in their own words."
)
