"""What users set for offers: which services each is made of, and where each was asked about."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from valence.definitions.documents import Document

OFFERS_KIND = "offers"
Name = Annotated[str, Field(max_length=60)]
Named = Annotated[str, Field(min_length=1, max_length=60)]


class Service(Document):
    """One service or feature of an offer."""

    name: Named = Field(description="What it is called.")
    feature: Name = Field("", description="The feature of Kano's questions; empty: its name.")
    dimension: Name = Field(
        "", description="The dimension by which it is rated, here and at competitors; empty: none."
    )
    touchpoint: Name = Field(
        "", description="The touchpoint at which bad experience costs money; empty: none."
    )


class Offer(Document):
    """One offer: what customers get together."""

    name: Named = Field(description="What it is called.")
    services: tuple[Service, ...] = Field(
        min_length=1, max_length=60, description="What it is made of."
    )


class OffersDefinition(Document):
    """The offers of the brand."""

    offers: tuple[Offer, ...] = Field(
        (),
        max_length=50,
        description="The offers; without any, all features that were asked about are one.",
    )

    @model_validator(mode="after")
    def _sound(self) -> Self:
        names = [offer.name for offer in self.offers]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"each offer needs a name of its own; twice: {twice}")
        for offer in self.offers:
            own = [service.name for service in offer.services]
            if twice := sorted({name for name in own if own.count(name) > 1}):
                raise ValueError(f"{offer.name}: each service is named once; twice: {twice}")
        return self
