"""Kano, the value gap, drivers and perceived value by API."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field

from valence.core.errors import NotFoundError
from valence.experience.api.router import api
from valence.experience.research_answers import (
    drivers_found,
    gaps_found,
    kano_found,
    net_value,
    perceived,
    rivals_found,
)
from valence.kit.ask import Ask, Asked


class KanoRow(BaseModel):
    """One feature by Kano's table."""

    item: str
    n: int = Field(description="People who answered both questions.")
    M: int = Field(description="Must-be.")
    O: int = Field(description="Performance.")  # noqa: E741 - the field's own name
    A: int = Field(description="Attractive.")
    I: int = Field(description="Indifferent.")  # noqa: E741
    R: int = Field(description="Reverse.")
    Q: int = Field(description="Questionable.")
    category: str | None
    total_strength: float
    category_strength: float
    lead: float = Field(description="People by whom the first category leads the second.")
    lead_needed: float = Field(description="What it must exceed by Fong's test (90 %).")
    clear: bool
    better: float | None
    better_low: float | None
    better_high: float | None
    worse: float | None
    worse_low: float | None
    worse_high: float | None
    before: str | None = Field(description="Category in the wave before.")
    better_change: float | None
    worse_change: float | None
    became_basic: bool | None = Field(description="What delighted is now expected.")


class GapRow(BaseModel):
    """One dimension of service."""

    item: str
    n: int
    expectation: float
    perception: float
    gap: float = Field(description="Above 0 where less is felt than expected.")
    low: float | None
    high: float | None
    importance: float | None
    quadrant: str | None
    at_stake: float | None


class FeltRow(BaseModel):
    """How one dimension is felt, here or at a competitor."""

    item: str
    subject: str
    n: int
    mean: float
    low: float
    high: float


class GapModel(BaseModel):
    """The value gap, and how it feels at competitors."""

    gaps: list[GapRow]
    felt: list[FeltRow]


class DriverRow(BaseModel):
    """One driver's part in what is explained."""

    name: str
    share: float
    low: float
    high: float
    correlation: float
    weight: float


class DriversModel(BaseModel):
    """What moves a score."""

    outcome: str
    n: int
    r_squared: float
    method: str
    drivers: list[DriverRow]
    left_out: list[str]


class PartRow(BaseModel):
    """One part of perceived value."""

    subject: str
    name: str
    n: int
    mean: float
    low: float
    high: float


class PerceivedModel(BaseModel):
    """What customers get and give, brand by brand."""

    parts: list[PartRow]
    net: dict[str, float]


def _day(ask: Asked) -> date:
    if ask.as_of is None or not ask.reader.has("answers"):
        raise NotFoundError("No figures have been built yet. Import orders, then build.")
    return ask.as_of


@api.get("/experience/kano", permission="experience:read", response_model=list[KanoRow])
def kano(ask: Ask) -> list[dict[str, Any]]:
    """Give each feature's category by Kano's table."""
    return kano_found(ask.reader, _day(ask)).told()


@api.get("/experience/gap", permission="experience:read", response_model=GapModel)
def gap(ask: Ask) -> dict[str, Any]:
    """Give expectation less perception, what to mend first on top."""
    rows = []
    for one in gaps_found(ask.reader, _day(ask)):
        low, high = one.interval() or (None, None)
        rows.append({
            "item": one.item, "n": one.n, "expectation": one.expectation,
            "perception": one.perception, "gap": one.gap, "low": low, "high": high,
            "importance": one.importance, "quadrant": one.quadrant, "at_stake": one.at_stake,
        })  # fmt: skip
    return {"gaps": rows, "felt": rivals_found(ask.reader, _day(ask))}


@api.get("/experience/drivers", permission="experience:read", response_model=DriversModel)
def drivers(ask: Ask, outcome: Literal["nps", "csat", "ces"] = "nps") -> dict[str, Any]:
    """Give what moves a score: shares of what is explained, summing to R²."""
    found = drivers_found(ask.reader, _day(ask), outcome=outcome)
    return {
        "outcome": outcome, "n": found.n, "r_squared": found.r_squared, "method": found.method,
        "drivers": [
            {"name": d.name, "share": d.share, "low": d.low, "high": d.high,
             "correlation": d.correlation, "weight": d.weight}
            for d in found.drivers
        ],
        "left_out": list(found.left_out),
    }  # fmt: skip


@api.get("/experience/perceived", permission="experience:read", response_model=PerceivedModel)
def perceived_value(ask: Ask) -> dict[str, Any]:
    """Give perceived value, part by part and net."""
    parts = perceived(ask.reader, _day(ask))
    rows = [
        {"subject": p.subject, "name": p.name, "n": p.n, "mean": p.mean, "low": p.low,
         "high": p.high}
        for p in parts
    ]  # fmt: skip
    return {"parts": rows, "net": net_value(parts)}
