"""Value layers and the brand by API."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from valence.experience.api.research import day_of
from valence.experience.api.router import api
from valence.experience.brands import Measure
from valence.experience.brands_answers import brand_found
from valence.experience.layers_answers import layers_found, offers_in_force
from valence.kit.ask import Ask
from valence.kit.opened import OpenBrand


class ServiceRow(BaseModel):
    """One service of an offer, where it stands, and what it is measured to do."""

    service: str
    n: int = Field(description="People who answered both of Kano's questions.")
    category: str | None = Field(description="By Kano; null below 30 people.")
    clear: bool | None = Field(description="Whether the category leads by more than chance.")
    level: Literal["basic", "enhanced", "surprise"] | None = Field(
        description="Its place in the pyramid of service; null: nowhere."
    )
    layer: Literal["basic", "added", "differentiating"] | None = Field(
        description="Its layer of value; null: none."
    )
    by_effect: bool = Field(
        description="Whether its measured effect puts it there, though most are indifferent."
    )
    moves_satisfaction: Literal["more", "less"] | None = Field(
        description="More or less than its equal part, beyond chance; null: neither, or unknown."
    )
    ahead_of_competitors: bool | None = Field(
        description="Whether it is felt better than at each; null where that is not known."
    )
    explains: float | None = Field(description="Part in what moves satisfaction, 0 to 1.")
    explains_low: float | None
    explains_high: float | None
    at_stake: float | None = Field(description="Margin of twelve months at stake.")
    at_stake_low: float | None
    at_stake_high: float | None


class OfferRow(BaseModel):
    """One offer; without a name where no offers are set, so that all features are one."""

    name: str | None
    services: list[ServiceRow]


class LayersModel(BaseModel):
    """The offers of the brand, each service in its place."""

    offers: list[OfferRow]


class KnownRow(BaseModel):
    """One measure; without figures below 30 answers."""

    measure: Measure
    n: int
    value: float | None = Field(description="Awareness: a share, 0 to 1; else a mean, 1 to 7.")
    low: float | None = Field(description="Lower end of its 90 % interval.")
    high: float | None


class NamedRow(KnownRow):
    """The same of one brand, or of one segment of people."""

    name: str | None


class BrandModel(BaseModel):
    """What people say of the brand and of competitors."""

    by: str
    brands: list[NamedRow] = Field(description="`own` is the brand itself.")
    before: list[KnownRow] = Field(description="Of the own brand, the twelve months before.")
    segments: list[NamedRow] = Field(description="Of the own brand; `nobody`: no customers.")


@api.get("/experience/layers", permission="experience:read", response_model=LayersModel)
def layers(ask: Ask) -> dict[str, Any]:
    """Give each offer's services by layer of value and level of the pyramid of service."""
    with ask.service(OpenBrand).store.reading() as view:
        definition = offers_in_force(view)
    return {"offers": [one.told() for one in layers_found(ask.reader, day_of(ask), definition)]}


@api.get("/experience/brand", permission="experience:read", response_model=BrandModel)
def brand(
    ask: Ask,
    by: Literal["customer", "tier", "segment", "main_channel", "rung", "bond"] = "customer",
) -> dict[str, Any]:
    """Give awareness, distinctiveness and emotional connection, by brand and by segment."""
    return brand_found(ask.reader, day_of(ask), by=by).told()
