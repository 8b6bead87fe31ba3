"""The capabilities of the house, a line each: adding one is one folder and one line here."""

from __future__ import annotations

from valence.kit.capability import Capability

CAPABILITIES: tuple[Capability, ...] = ()
