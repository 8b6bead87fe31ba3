"""Silent leavers by API."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field

from valence.core.errors import NotFoundError
from valence.experience.api.router import api
from valence.experience.silent_answers import silent_of
from valence.kit.ask import Ask


class SilenceOut(BaseModel):
    """The silence of one group; without shares where too few left."""

    customers: int
    left: float = Field(description="Expected number who left.")
    effective: float = Field(description="How many sure leavers these are worth.")
    enough: bool
    left_share: float | None = Field(description="Share of customers who left.")
    silent_share: float | None = Field(description="Share of leavers who had said nothing.")
    low: float | None = Field(description="Lower end of its 90 % interval.")
    high: float | None = Field(description="Upper end.")
    factor: float | None = Field(description="How many leavers each who spoke stands for.")
    factor_low: float | None
    factor_high: float | None = Field(description="Null: no upper end.")


class TierSilence(SilenceOut):
    """The silence of one value tier."""

    tier: str


class MatterOut(BaseModel):
    """Voiced complaints about one matter, and how many they stand for."""

    matter: str
    voiced: int
    stands_for: float
    low: float
    high: float | None


class SilentOut(BaseModel):
    """Who left without a word, and what each complaint stands for."""

    since: date
    until: date
    left_by: Literal["model", "rhythm"] = Field(description="By what it is told who left.")
    all: SilenceOut
    by_rhythm: SilenceOut = Field(description="The same, told by each one's own rhythm.")
    wronged: SilenceOut = Field(description="Of whom it is known that something went wrong.")
    others: SilenceOut
    tiers: list[TierSilence]
    scaled_by: Literal["wronged", "all"]
    matters: list[MatterOut]


@api.get("/experience/silent", permission="experience:read", response_model=SilentOut)
def silent(ask: Ask) -> dict[str, Any]:
    """Give the share of leavers who never said a word, and what voiced complaints stand for."""
    found = None
    if ask.as_of is not None and ask.reader.has("customers"):
        found = silent_of(ask.reader, until=ask.as_of)
    if found is None:
        raise NotFoundError("No figures have been built yet. Import orders, then build.")
    return found.told()
