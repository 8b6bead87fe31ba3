"""What users set for the closed loop: what opens a follow-up, whose it is, by when it is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from valence.definitions.documents import Document
from valence.experience.followups.hours import Calendar, Clock, opening

FOLLOW_UP_KIND = "follow_up"
Metric = Literal["nps", "csat", "ces", "rating", "review"]
Place = Literal["touchpoint", "channel", "store"]
Name = Annotated[str, Field(min_length=1, max_length=120)]
_OPEN, _SHUT = "09:00-18:00", ""
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class OpeningHours(Document):
    """When somebody is there, such as 09:00-18:00; empty: nobody is, that day."""

    monday: str = Field(_OPEN, description="From and to, in the brand's zone.")
    tuesday: str = Field(_OPEN, description="As Monday.")
    wednesday: str = Field(_OPEN, description="As Monday.")
    thursday: str = Field(_OPEN, description="As Monday.")
    friday: str = Field(_OPEN, description="As Monday.")
    saturday: str = Field(_SHUT, description="As Monday.")
    sunday: str = Field(_SHUT, description="As Monday.")

    @model_validator(mode="after")
    def _told(self) -> Self:
        if not any(opening(getattr(self, day), day) for day in _DAYS):
            raise ValueError("at least one day needs opening hours: nothing would ever be due")
        return self


class Owner(Document):
    """Whose the follow-ups of one place are."""

    by: Place = Field("touchpoint", description="touchpoint, channel or store.")
    named: Name = Field(description="Which one, as the data name it.")
    owner: Name = Field(description="Who follows up.")


class Theme(Document):
    """A matter that is followed up wherever customers write of it."""

    name: Name = Field(description="What it is called.")
    words: tuple[Name, ...] = Field(
        min_length=1, max_length=50, description="Any of these in a customer's words opens one."
    )


class FollowUpDefinition(Document):
    """What opens a follow-up, whose it is, and by when it has to be done."""

    metrics: tuple[Metric, ...] = Field(
        ("nps", "csat", "ces", "rating", "review"),
        description="A bad answer to one of these opens a follow-up.",
    )
    complaints: bool = Field(default=True, description="Whether each complaint opens one.")
    categories: tuple[Name, ...] = Field(
        (), max_length=50, description="Categories of contacts that open one, too."
    )
    themes: tuple[Theme, ...] = Field((), max_length=50, description="Matters that open one.")
    aspects: tuple[Name, ...] = Field(
        (),
        max_length=50,
        description="Aspects of the themes, such as delivery: a text that complains of one opens.",
    )
    nameless: bool = Field(
        default=True, description="Whether it opens one, too, where the customer is not known."
    )
    owner: Name = Field("customer care", description="Whose it is where nobody else is named.")
    owners: tuple[Owner, ...] = Field(
        (), max_length=500, description="Owners by place; the first that fits is taken."
    )
    hours_to_sort: float = Field(
        48, gt=0, le=2000, description="Hours until answered and sorted out: the first clock."
    )
    hours_to_solve: float = Field(
        168, gt=0, le=8760, description="Hours until solved: the second clock."
    )
    clock: Clock = Field("wall", description="wall: every hour counts. business: opening hours.")
    opening: OpeningHours = Field(OpeningHours(), description="Opening hours of the second kind.")
    holidays: tuple[date, ...] = Field((), max_length=1000, description="Days with nobody there.")
    days_back: int = Field(
        30, ge=1, le=3650, description="Older answers and complaints open nothing any more."
    )
    recovery_months: int = Field(
        6, ge=1, le=36, description="Months after it was solved in which a customer came back."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.hours_to_solve < self.hours_to_sort:
            raise ValueError("hours_to_solve must not be less than hours_to_sort")
        return self

    def calendar(self, zone: ZoneInfo) -> Calendar:
        """Return the hours that the clocks count."""
        days = tuple(opening(getattr(self.opening, day), day) for day in _DAYS)
        return Calendar(zone, self.clock, days, frozenset(self.holidays))

    def owner_of(self, place: Mapping[str, str | None], mapped: Mapping[str, str]) -> str:
        """Return whose a follow-up is.

        Parameters
        ----------
        place
            `touchpoint`, `channel` and `store` of what happened.
        mapped
            Owners by touchpoint, in small letters, as the journey map names them.
        """
        for rule in self.owners:
            if (place.get(rule.by) or "").casefold() == rule.named.casefold():
                return rule.owner
        return mapped.get((place.get("touchpoint") or "").casefold()) or self.owner
