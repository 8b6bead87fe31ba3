"""What the capability of experience declares: marts, pages, API, commands, definitions."""

from __future__ import annotations

from valence.core.messages import message
from valence.kit.capability import Capability, NavItem, Panel

EXPERIENCE = Capability(
    "experience",
    message("Experience"),
    marts="valence.experience.marts:MARTS",
    definition_kinds="valence.experience.kinds:KINDS",
    subscribers="valence.experience.surveys.landing:subscribers",
    chores="valence.experience.chores:CHORES",
    after_build="valence.experience.chores:AFTER_BUILD",
    pages="valence.experience.pages:pages",
    api="valence.experience.api:api",
    commands="valence.experience.commands:experience",
    nav=(
        NavItem("measure", message("Experience"), "/experience", "experience:read", order=50),
        *(
            NavItem("measure", title, path, "experience:read", order=51 + at, beside="/experience")
            for at, (title, path) in enumerate(
                (
                    (message("Voice"), "/experience/voice"),
                    (message("Drivers"), "/experience/drivers"),
                    (message("Kano"), "/experience/kano"),
                    (message("Value gap"), "/experience/gap"),
                    (message("Perceived value"), "/experience/perceived"),
                    (message("Value layers"), "/experience/layers"),
                    (message("Brand"), "/experience/brand"),
                    (message("Silent leavers"), "/experience/silent"),
                    (message("Surveys"), "/experience/surveys"),
                    (message("Interviews"), "/experience/interviews"),
                    (message("Mystery visits"), "/experience/mystery"),
                    (message("Alerts"), "/experience/alerts"),
                )
            )
        ),
        NavItem(
            "act", message("Follow-ups"), "/experience/follow-ups", "experience:read", order=10
        ),
    ),
    panels=(
        Panel("customer", "/experience/customers/{customer_id}", "experience:read", order=30),
        Panel("journey", "/experience/journey", "experience:read"),
        Panel("touchpoint", "/experience/touchpoints/{touchpoint}", "experience:read"),
    ),
    templates="valence.experience",
)
