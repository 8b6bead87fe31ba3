"""What the capability of experience declares: marts, pages, API, commands, definitions."""

from __future__ import annotations

from valence.core.messages import message
from valence.kit.capability import Capability, NavItem

EXPERIENCE = Capability(
    "experience",
    message("Experience"),
    marts="valence.experience.marts:MARTS",
    definition_kinds="valence.experience.kinds:KINDS",
    subscribers="valence.experience.surveys.landing:subscribers",
    pages="valence.experience.pages:pages",
    api="valence.experience.api:api",
    commands="valence.experience.commands:experience",
    nav=(
        NavItem("measure", message("Experience"), "/experience", "experience:read", order=40),
        NavItem("measure", message("Voice"), "/experience/voice", "experience:read", order=42),
    ),
    templates="valence.experience",
)
