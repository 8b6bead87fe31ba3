"""What users set for mystery visits: checklists, each with its points and where it is for."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from valence.definitions.documents import Document

MYSTERY_KIND = "mystery"
Name = Annotated[str, Field(min_length=1, max_length=120)]


class Point(Document):
    """One thing that a visitor looks for."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")] = Field(
        description="Short name of it, which stays when the question is worded anew."
    )
    question: Annotated[str, Field(min_length=1, max_length=300)] = Field(
        description="To be answered with yes or no: yes is good."
    )
    weight: float = Field(1, gt=0, le=1000, description="How much it counts.")


class Checklist(Document):
    """A checklist of mystery visits to stores, or to channels."""

    title: Name = Field(description="What it is called.")
    of: Literal["store", "channel"] = Field("store", description="What is visited.")
    places: tuple[Name, ...] = Field(
        (), max_length=2000, description="Which may be visited, as the data name them; empty: any."
    )
    competitors: tuple[Name, ...] = Field(
        (), max_length=50, description="Competitors that are visited with the same points."
    )
    points: tuple[Point, ...] = Field(min_length=1, max_length=200, description="The points.")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        ids = [point.id for point in self.points]
        if twice := sorted({one for one in ids if ids.count(one) > 1}):
            raise ValueError(f"each point needs an id of its own; twice: {twice}")
        if "own" in {name.casefold() for name in self.competitors}:
            raise ValueError("own stands for the brand itself: no competitor can be called so")
        return self
