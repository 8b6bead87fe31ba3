"""What the capability of value declares: marts, pages, API, commands, definitions."""

from __future__ import annotations

from valence.core.messages import message
from valence.kit.capability import Capability, NavItem, Panel

VALUE = Capability(
    "value",
    message("Value"),
    marts="valence.value.marts:MARTS",
    definition_kinds="valence.value.kinds:KINDS",
    pages="valence.value.pages:pages",
    api="valence.value.api:api",
    commands="valence.value.commands:value",
    nav=(
        NavItem("measure", message("Value"), "/value", "value:read", order=10),
        NavItem("measure", message("Value bridge"), "/value/bridge", "value:read", order=12),
        NavItem("measure", message("Value by group"), "/value/groups", "value:read", order=13),
        NavItem("measure", message("Ladder of loyalty"), "/value/ladder", "value:read", order=14),
        NavItem("measure", message("Bond"), "/value/bond", "value:read", order=15),
        NavItem("measure", message("Early stars"), "/value/stars", "value:read", order=17),
        NavItem("measure", message("Customer equity"), "/value/equity", "value:read", order=16),
        NavItem("measure", message("Models of worth"), "/value/model", "value:read", order=18),
        NavItem("measure", message("Products"), "/products", "value:read", order=19),
        NavItem("measure", message("Cohorts"), "/cohorts", "value:read", order=20),
    ),
    panels=(Panel("customer", "/value/customers/{customer_id}", "value:read", order=10),),
    templates="valence.value",
)
