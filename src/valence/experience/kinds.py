"""The kinds of definitions of experience."""

from __future__ import annotations

from typing import Any

from valence.definitions import DefinitionKind

KINDS: tuple[DefinitionKind[Any], ...] = ()
