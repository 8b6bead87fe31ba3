"""The group that every command of the journey is declared on."""

from __future__ import annotations

from valence.kit.commands import Commands

journey = Commands("journey", "Where customers go, where they get stuck, and what it costs.")
