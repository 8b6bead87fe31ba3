"""How much it takes to say anything: no engine is loaded."""

from __future__ import annotations

MINIMUM = 30  # answers; below, a score says nothing
