"""The capabilities of the house, a line each: adding one is one folder and one line here."""

from __future__ import annotations

from valence.app.desk.declaration import DESK
from valence.audience.declaration import AUDIENCE
from valence.experience.declaration import EXPERIENCE
from valence.intake.declaration import INTAKE
from valence.journey.declaration import JOURNEY
from valence.kit.capability import Capability
from valence.value.declaration import VALUE

CAPABILITIES: tuple[Capability, ...] = (
    DESK,
    INTAKE,
    AUDIENCE,
    VALUE,
    JOURNEY,
    EXPERIENCE,
)
