"""What the desk declares: the pages about the house itself, hung in like any capability's."""

from __future__ import annotations

from valence.core.messages import message
from valence.kit.capability import Capability, NavItem

DESK = Capability(
    "desk",
    message("Desk"),
    job_kinds="valence.app.desk.building:job_kinds",
    subscribers="valence.app.desk.building:subscribers",
    chores="valence.app.desk.tidying:CHORES",
    pages="valence.app.desk.pages:pages",
    api="valence.app.desk.api:api",
    commands="valence.app.desk.commands:desk",
    nav=(
        NavItem("measure", message("Overview"), "/", "house:read", order=0),
        NavItem("house", message("Definitions"), "/definitions", "definitions:read", order=70),
        NavItem("house", message("Builds"), "/builds", "house:read", order=80),
        NavItem("house", message("Jobs"), "/jobs", "jobs:read", order=90),
    ),
    templates="valence.app.desk",
)
