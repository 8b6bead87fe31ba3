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
    after_build="valence.experience.chores:CHORES",
    pages="valence.experience.pages:pages",
    api="valence.experience.api:api",
    commands="valence.experience.commands:experience",
    nav=(
        NavItem("measure", message("Experience"), "/experience", "experience:read", order=40),
        NavItem("measure", message("Voice"), "/experience/voice", "experience:read", order=42),
        NavItem(
            "act", message("Follow-ups"), "/experience/follow-ups", "experience:read", order=10
        ),
        NavItem("measure", message("Surveys"), "/experience/surveys", "experience:read", order=45),
        NavItem("measure", message("Alerts"), "/experience/alerts", "experience:read", order=46),
        NavItem(
            "measure", message("Silent leavers"), "/experience/silent", "experience:read", order=47
        ),
        NavItem(
            "measure", message("Mystery visits"), "/experience/mystery", "experience:read", order=48
        ),
    ),
    panels=(Panel("customer", "/experience/customers/{customer_id}", "experience:read", order=30),),
    templates="valence.experience",
)
