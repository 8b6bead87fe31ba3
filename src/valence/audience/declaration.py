"""What the capability of the audience declares: who the customers are, and who each one is."""

from __future__ import annotations

from valence.core.messages import message
from valence.kit.capability import Capability, NavItem

AUDIENCE = Capability(
    "audience",
    message("Audience"),
    pages="valence.audience.pages:pages",
    api="valence.audience.api:api",
    nav=(NavItem("know", message("Customers"), "/customers", "audience:read", order=10),),
    templates="valence.audience",
)
