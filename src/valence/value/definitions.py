"""What users set for the measures of value: RFM cuts and weights, tier shares, cohort rules."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from valence.definitions.documents import Document

RFM_KIND = "rfm"
TIERS_KIND = "value_tiers"
COHORTS_KIND = "cohorts"
PRODUCTS_KIND = "product_matrix"
ENTRY_KIND = "entry_products"

Weight = Annotated[Decimal, Field(ge=0, le=1000, decimal_places=4)]
Share = Annotated[Decimal, Field(gt=0, lt=1, decimal_places=6)]
Times = Annotated[Decimal, Field(ge=0, le=1000, decimal_places=4)]


class ScoreWeights(Document):
    """How much each part counts in the corrected score; 0 leaves a part out."""

    recency: Weight = Field(Decimal(20), description="How recently the customer bought.")
    frequency: Weight = Field(Decimal(20), description="How often.")
    monetary: Weight = Field(Decimal(30), description="For how much.")
    breadth: Weight = Field(Decimal(10), description="Over how many categories.")
    returns: Weight = Field(Decimal(10), description="How little of it was given back.")
    complaints: Weight = Field(Decimal(10), description="How seldom there was a complaint.")

    @model_validator(mode="after")
    def _some_rfm(self) -> Self:
        if not self.recency + self.frequency + self.monetary:
            raise ValueError("at least one of recency, frequency and monetary needs a weight")
        return self


class RfmDefinition(Document):
    """How recency, frequency and monetary value are scored."""

    bins: int = Field(5, ge=2, le=9, description="Scores run from 1 to this.")
    window_months: int | None = Field(
        None, ge=1, le=600, description="Only orders of so many months count; empty: all."
    )
    monetary: Literal["total", "mean"] = Field(
        "total", description="Value in total, or the mean per purchase."
    )
    recency_cuts: tuple[int, ...] | None = Field(
        None, description="Own cuts in days, rising: at most the first is the best score."
    )
    frequency_cuts: tuple[int, ...] | None = Field(
        None, description="Own cuts in purchases, rising: from the last on is the best score."
    )
    monetary_cuts: tuple[Decimal, ...] | None = Field(
        None, description="Own cuts in money, rising: from the last on is the best score."
    )
    weights: ScoreWeights = ScoreWeights()
    breadth_full: int | None = Field(
        None, ge=2, description="Categories that earn full marks; empty: against other customers."
    )

    @model_validator(mode="after")
    def _cuts_fit(self) -> Self:
        for name in ("recency_cuts", "frequency_cuts", "monetary_cuts"):
            cuts: Sequence[Decimal | int] | None = getattr(self, name)
            if cuts is None:
                continue
            if len(cuts) != self.bins - 1:
                raise ValueError(
                    f"{name}: {self.bins} bins need {self.bins - 1} cuts, here are {len(cuts)}"
                )
            if any(low >= high for low, high in pairwise(cuts)):
                raise ValueError(f"{name}: each cut must be above the one before it")
        return self


class TierShare(Document):
    """One value tier: its name, and its share of all customers."""

    name: str = Field(
        min_length=1,
        max_length=40,
        description="What it is called; top, middle and base are worded in each language.",
    )
    share: Share = Field(description="Share of customers, 0 to 1; the last tier takes the rest.")


class TiersDefinition(Document):
    """Which shares of customers, from the most valuable down, form the value tiers."""

    tiers: tuple[TierShare, ...] = Field(
        (
            TierShare(name="top", share=Decimal("0.05")),
            TierShare(name="middle", share=Decimal("0.15")),
            TierShare(name="base", share=Decimal("0.80")),
        ),
        min_length=2,
        max_length=10,
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        names = [tier.name for tier in self.tiers]
        if len(set(names)) < len(names):
            raise ValueError(f"two tiers have the same name: {', '.join(names)}")
        if (total := sum(tier.share for tier in self.tiers)) != 1:
            raise ValueError(f"the shares of the tiers sum to {total}, not to 1")
        return self

    def cumulative_ppm(self) -> list[int]:
        """Return where each tier ends, in millionths of all customers."""
        ends, end = [], Decimal(0)
        for tier in self.tiers:
            end += tier.share
            ends.append(int(end * 1_000_000))
        return ends


class CohortsDefinition(Document):
    """How cohorts are compared."""

    horizon_months: int = Field(
        6, ge=1, le=120, description="Months after the first in which cohorts are compared."
    )
    minimum_customers: int = Field(
        30, ge=1, description="A cohort with fewer customers is not compared."
    )
    confidence: float = Field(0.95, gt=0.5, lt=1, description="Of the intervals.")


class MatrixDefinition(Document):
    """Which products are stars, traffic products and image products."""

    window_months: int = Field(12, ge=1, le=120, description="Sales of so many months count.")
    minimum_sales: int = Field(
        50, ge=1, description="A product that was sold less often is not judged."
    )
    star_value_share: Share = Field(
        Decimal("0.5"),
        description="Stars are among the best products that together bring this share of value…",
    )
    star_lift: Times = Field(
        Decimal(1),
        description="…and go to the first value tier, or to customers who came back, at least so "
        "many times as often as all products do.",
    )
    traffic_sales_share: Share = Field(
        Decimal("0.8"),
        description="Traffic products are among those with most first purchases that together "
        "make this share of all first purchases…",
    )
    traffic_lift: Times = Field(
        Decimal("1.2"),
        description="…are bought in a first purchase so many times as often as all products…",
    )
    traffic_value: Times = Field(
        Decimal(1),
        description="…and a unit brings at most so many times the value of the middle product of "
        "their category.",
    )
    image_price: Times = Field(
        Decimal("1.5"),
        description="Image products cost at least so many times the middle product of their "
        "category…",
    )
    image_sales: Times = Field(
        Decimal(1), description="…are sold at most so many times as often as the middle product…"
    )
    image_lift: Times = Field(
        Decimal("1.2"),
        description="…and go to the first value tier so many times as often as all products do.",
    )
    leave_out: tuple[str, ...] = Field(
        (), description="Ids of products that are no goods, such as postage."
    )


class EntryDefinition(Document):
    """How products are compared by what the customers whom they won bring later."""

    observe_months: int = Field(
        12, ge=1, le=60, description="Months after the first purchase in which value counts."
    )
    cohort_months: int = Field(
        24, ge=1, le=240, description="Customers won in so many months before that are compared."
    )
    minimum_customers: int = Field(
        100, ge=20, description="A product that won fewer customers is not compared."
    )
    confidence: float = Field(0.9, gt=0.5, lt=1, description="Of the intervals.")
    false_discoveries: float = Field(
        0.1, gt=0, lt=0.5, description="Of products told apart, at most such a share wrongly so."
    )
    refit_days: int = Field(
        7, ge=1, le=366, description="Days after which the comparison is made anew."
    )
    leave_out: tuple[str, ...] = Field(
        (), description="Ids of products that are no goods, such as postage."
    )
