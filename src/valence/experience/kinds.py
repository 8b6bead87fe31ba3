"""The kinds of definitions of experience."""

from __future__ import annotations

from typing import Any

from valence.definitions import DefinitionKind
from valence.experience.surveys.definition import KIND

KINDS: tuple[DefinitionKind[Any], ...] = (KIND,)
