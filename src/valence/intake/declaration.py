"""What the capability of intake declares: pages, API, commands and the work of importing."""

from __future__ import annotations

from valence.core.messages import message
from valence.kit.capability import Capability, NavItem

INTAKE = Capability(
    "intake",
    message("Data sources"),
    job_kinds="valence.intake.jobs:job_kinds",
    chores="valence.intake.healing:CHORES",
    pages="valence.intake.pages:pages",
    api="valence.intake.api_decisions:api",  # and those of api.py
    commands="valence.intake.commands:intake",
    nav=(
        NavItem("know", message("Data sources"), "/imports", "intake:read", order=80),
        NavItem("know", message("Quarantine"), "/quarantine", "intake:read", order=90),
    ),
    templates="valence.intake",
)
