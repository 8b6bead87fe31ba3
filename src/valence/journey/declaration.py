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
        *(
            NavItem("measure", title, path, "journey:read", order=31 + at, beside="/journey")
            for at, (title, path) in enumerate(
                (
                    (message("Designed journey"), "/journey/designed"),
                    (message("Value at stake"), "/journey/stake"),
                    (message("Paths"), "/journey/paths"),
                    (message("Funnel"), "/journey/funnel"),
                    (message("Retention"), "/journey/retention"),
                )
            )
        ),
    ),
    templates="valence.journey",
)
