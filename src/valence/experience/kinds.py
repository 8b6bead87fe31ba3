"""The kinds of definitions of experience."""

from __future__ import annotations

from typing import Any

from valence.core.messages import message
from valence.definitions import DefinitionKind
from valence.experience.alerts.definition import ALERTS_KIND, AlertsDefinition
from valence.experience.followups.definition import FOLLOW_UP_KIND, FollowUpDefinition
from valence.experience.mystery.definition import MYSTERY_KIND, Checklist
from valence.experience.offers import OFFERS_KIND, OffersDefinition
from valence.experience.surveys.definition import KIND as SURVEY_KIND
from valence.experience.text.definition import THEMES_KIND, ThemesDefinition

_DEFINE = "experience:define"
KINDS: tuple[DefinitionKind[Any], ...] = (
    SURVEY_KIND,
    DefinitionKind(THEMES_KIND, message("Themes"), ThemesDefinition, _DEFINE, singleton=True),
    DefinitionKind(
        FOLLOW_UP_KIND, message("Follow-ups"), FollowUpDefinition, _DEFINE, singleton=True
    ),
    DefinitionKind(ALERTS_KIND, message("Alerts"), AlertsDefinition, _DEFINE, singleton=True),
    DefinitionKind(OFFERS_KIND, message("Offers"), OffersDefinition, _DEFINE, singleton=True),
    DefinitionKind(MYSTERY_KIND, message("Checklists of mystery visits"), Checklist, _DEFINE),
)
