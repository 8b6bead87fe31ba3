"""What users set for the bond: how much each part counts, and from where on it is strong."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from valence.definitions.documents import Document

BOND_KIND = "bond"
Weight = Annotated[float, Field(ge=0, le=1000)]
Points = Annotated[float, Field(ge=0, le=100)]


class BondWeights(Document):
    """How much each part counts in the index; 0 leaves a part out."""

    purchase: Weight = Field(40, description="Own rhythm kept, how often, over how many kinds.")
    service: Weight = Field(15, description="Contacts, benefits and channels used.")
    experience: Weight = Field(25, description="How it felt: scores, and few complaints.")
    advocacy: Weight = Field(20, description="Would recommend, or did.")

    @model_validator(mode="after")
    def _several(self) -> Self:
        if sum(weight > 0 for weight in self.model_dump().values()) < 2:
            raise ValueError("at least two parts need a weight: a bond is never one thing alone")
        return self


class BondDefinition(Document):
    """How the bond index is made, and from where on a bond is weak or strong."""

    weights: BondWeights = BondWeights()
    weak_from: Points = Field(30, description="Index from which on there is a weak bond.")
    strong_from: Points = Field(60, description="Index from which on a bond may be strong.")
    often: int = Field(6, ge=1, description="Purchases a year that earn full marks.")
    kinds: int = Field(4, ge=2, description="Categories bought that earn full marks.")

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if self.weak_from >= self.strong_from:
            raise ValueError("weak_from must be below strong_from")
        return self
