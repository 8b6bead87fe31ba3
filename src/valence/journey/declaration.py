"""What the capability of the journey declares: marts, pages, API, commands, definitions."""

from __future__ import annotations

from valence.core.messages import message
from valence.kit.capability import Capability, NavItem

JOURNEY = Capability(
    "journey",
    message("Customer journey"),
    marts="valence.journey.marts:MARTS",
    definition_kinds="valence.journey.kinds:KINDS",
    pages="valence.journey.pages:pages",
    api="valence.journey.api:api",
    commands="valence.journey.commands:journey",
    nav=(
        NavItem("measure", message("Journey map"), "/journey", "journey:read", order=30),
        NavItem("measure", message("Value at stake"), "/journey/stake", "journey:read", order=31),
        NavItem("measure", message("Paths"), "/journey/paths", "journey:read", order=33),
        NavItem("measure", message("Funnel"), "/journey/funnel", "journey:read", order=32),
        NavItem("measure", message("Retention"), "/journey/retention", "journey:read", order=33),
    ),
    templates="valence.journey",
)
