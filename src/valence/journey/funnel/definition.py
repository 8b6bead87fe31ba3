"""What users set for funnels: their steps, in which order, within which time, broken by what."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Literal, Self

from pydantic import Field, model_validator

from valence.core.errors import BadInputError, did_you_mean
from valence.core.rules import COLUMN_TYPES, Catalog, RuleError, compile_rule
from valence.definitions.documents import Document
from valence.journey.columns import STEPS
from valence.journey.definition import JourneyDefinition

FUNNELS_KIND = "funnels"
Order = Literal["ordered", "strict", "any"]
Timed = Literal["start", "first"]
# What a rule may ask of a step: every column of it but whose it is.
CATALOG = Catalog({c.name: COLUMN_TYPES[c.kind] for c in STEPS if c.name != "customer_id"})


class Condition(Document):
    """Which rows of `journey_steps` are meant: those of a touchpoint, of a stage, or by a rule."""

    touchpoint: str = Field("", max_length=60, description="Rows of this touchpoint.")
    stage: str = Field("", max_length=60, description="Rows of this stage.")
    rule: str = Field("", description='Rows by a rule, such as `channel == "app"`.')

    @property
    def said(self) -> str:
        """What it asks for, in short."""
        return self.touchpoint or self.stage or self.rule

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(map(bool, (self.touchpoint, self.stage, self.rule))) != 1:
            raise ValueError("name either a touchpoint, or a stage, or a rule")
        if self.rule:
            try:
                compile_rule(self.rule, CATALOG)
            except RuleError as wrong:
                raise ValueError(f"{self.rule}: {wrong}") from wrong
        return self


class FunnelStep(Condition):
    """One step of a funnel."""

    name: str = Field("", max_length=80, description="What it is called; empty: as what it asks.")
    optional: bool = Field(
        default=False, description="Whether customers who leave it out go on all the same."
    )

    @property
    def title(self) -> str:
        """What it is called."""
        return self.name or self.said


class Exclusion(Condition):
    """What ends a customer's way through the funnel when it happens between two steps."""

    after: int = Field(1, ge=1, description="The step (from 1) from which on it counts.")
    before: int | None = Field(
        None, ge=2, description="The step up to which it counts; empty: the last."
    )


class FunnelDefinition(Document):
    """A funnel: two steps or more, and what counts as having come through them."""

    name: str = Field(min_length=1, max_length=80, description="What it is called.")
    steps: tuple[FunnelStep, ...] = Field(
        min_length=2, max_length=40, description="Its steps, from the first on."
    )
    order: Order = Field(
        "ordered",
        description="`ordered`: later steps after earlier ones, anything between; `strict`: "
        "nothing between; `any`: all of them, in whatever order.",
    )
    window_hours: float = Field(
        168.0, gt=0, le=24 * 366 * 5, description="Hours from the first step to the last, at most."
    )
    timed: Timed = Field(
        "start",
        description="From when times run: `start`, the start of the series of steps that converts; "
        "`first`, the first time that the customer came to the first step, however long ago.",
    )
    exclusions: tuple[Exclusion, ...] = Field(
        (), max_length=8, description="What ends the way between two steps."
    )

    @model_validator(mode="after")
    def _sound(self) -> Self:
        titles = [step.title for step in self.steps]
        if self.steps[0].optional or self.steps[-1].optional:
            raise ValueError("the first and the last step cannot be optional: they say who counts")
        if self.order == "any":
            if twice := sorted({title for title in titles if titles.count(title) > 1}):
                raise ValueError(f"in any order a step stands once; twice: {twice}")
            if any(step.optional for step in self.steps):
                raise ValueError("in any order no step can be optional: leave it out instead")
        for place, exclusion in enumerate(self.exclusions):
            self._check(place, exclusion)
        return self

    def _check(self, place: int, exclusion: Exclusion) -> None:
        said, last = exclusion.said, len(self.steps)
        if self.order == "strict":
            raise ValueError(f"{said}: in a strict funnel anything between two steps ends it")
        after, before = self.ends(place)
        if before > last or after >= before:
            raise ValueError(
                f"{said}: it counts between a step and a later one; there are {last} steps"
            )
        if self.order == "any" and (after, before) != (1, last):
            raise ValueError(f"{said}: in any order it counts between the first and the last step")
        for number in (after, before):
            if self.steps[number - 1].optional:
                raise ValueError(
                    f"{said}: it counts between steps that nobody leaves out, and step {number} "
                    "is optional"
                )

    def ends(self, place: int) -> tuple[int, int]:
        """Return between which steps (from 1) the exclusion at a place (from 0) counts."""
        exclusion = self.exclusions[place]
        return exclusion.after, exclusion.before or len(self.steps)

    @property
    def window_days(self) -> int:
        """The window in whole days, rounded up: after so many it is over, whatever the hour."""
        return ceil(self.window_hours / 24)

    @property
    def required(self) -> list[int]:
        """The numbers (from 1) of the steps that nobody leaves out."""
        return [number for number, step in enumerate(self.steps, 1) if not step.optional]

    def before(self, number: int) -> int:
        """Return the required step before a step (numbers from 1); 0 for the first."""
        return max((each for each in self.required if each < number), default=0)


def _stage(name: str, stage: str) -> FunnelStep:
    return FunnelStep(name=name, stage=stage)


# Lewis 1898, Strong 1925: attention, interest, desire, action.
AIDA = FunnelDefinition(
    name="AIDA",
    steps=(
        _stage("attention", "aware"),
        _stage("interest", "consider"),
        FunnelStep(name="desire", rule='touchpoint in ("basket", "checkout")'),
        FunnelStep(name="action", rule='touchpoint in ("order", "payment")'),
    ),
    window_hours=30 * 24,
)
PURCHASE = FunnelDefinition(
    name="purchase",
    steps=(
        FunnelStep(touchpoint="product"),
        FunnelStep(touchpoint="basket"),
        FunnelStep(touchpoint="checkout", optional=True),
        FunnelStep(name="bought", rule='touchpoint in ("order", "payment")'),
    ),
)


class FunnelsDefinition(Document):
    """The funnels of the brand, each with a name."""

    funnels: tuple[FunnelDefinition, ...] = Field(
        (AIDA, PURCHASE), max_length=50, description="The funnels that are offered by name."
    )

    @model_validator(mode="after")
    def _names(self) -> Self:
        names = [funnel.name for funnel in self.funnels]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"each funnel needs a name of its own; twice: {twice}")
        return self

    def named(self, name: str) -> FunnelDefinition:
        """Return the funnel of a name, whatever its case.

        Raises
        ------
        BadInputError
            If there is none, with the name that was probably meant.
        """
        for funnel in self.funnels:
            if funnel.name.casefold() == name.casefold():
                return funnel
        raise BadInputError(
            "There is no funnel {name!r}. {fix}",
            name=name,
            fix=did_you_mean(name, [funnel.name for funnel in self.funnels]),
        )


def refuse_unknown(definition: FunnelDefinition, journey: JourneyDefinition) -> None:
    """Refuse a touchpoint or a stage that the journey does not have.

    Raises
    ------
    BadInputError
        Naming the first such, and the one that was probably meant.
    """
    touchpoints = [touchpoint.name for touchpoint in journey.touchpoints]
    for condition in _conditions(definition):
        if condition.touchpoint and condition.touchpoint not in touchpoints:
            raise BadInputError(
                "The journey has no touchpoint {name!r}. {fix}",
                name=condition.touchpoint,
                fix=did_you_mean(condition.touchpoint, touchpoints),
            )
        if condition.stage and condition.stage not in journey.stages:
            raise BadInputError(
                "The journey has no stage {name!r}. {fix}",
                name=condition.stage,
                fix=did_you_mean(condition.stage, journey.stages),
            )


def _conditions(definition: FunnelDefinition) -> Iterator[Condition]:
    yield from definition.steps
    yield from definition.exclusions
