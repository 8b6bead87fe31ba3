"""The kinds of definitions of experience."""

from __future__ import annotations

from typing import Any

from valence.core.messages import message
from valence.definitions import DefinitionKind
from valence.experience.surveys.definition import KIND
from valence.experience.text.definition import THEMES_KIND, ThemesDefinition

KINDS: tuple[DefinitionKind[Any], ...] = (
    KIND,
    DefinitionKind(
        THEMES_KIND, message("Themes"), ThemesDefinition, "experience:define", singleton=True
    ),
)
