"""The page of early stars in words and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from valence.core.messages import Message, message
from valence.kit.charts import Chart, Line, lines
from valence.kit.format import Formats
from valence.kit.page import Answer, Figure, How, Step
from valence.kit.tables import TableColumn, TableSpec
from valence.value.reading import Tables

ASKED = message("Which new customers look like the best ones did when they were new?")
LIKELY = 0.5  # probability from which on a new customer is called a star

STARS = TableSpec(
    "stars",
    message("Who are the early stars?"),
    (
        TableColumn(
            "customer_id", message("Customer"), "customer", link="/customers/{customer_id}"
        ),
        TableColumn(
            "value",
            message("Probability of high value"),
            "percent",
            meaning=message("That the first year puts the customer among the best fifth."),
        ),
        TableColumn("age_days", message("Days since the first order"), "int"),
        TableColumn("weeks_amount", message("Value, first 28 days"), "money"),
        TableColumn("weeks_days", message("Came back in the first 28 days"), "int"),
    ),
    key=("customer_id",),
    sort="-value",
    examples=((message("newest of them"), "value >= 0.5 and age_days <= 60"),),
    customers=True,
)


@dataclass(frozen=True, slots=True)
class Stars:
    """What the model of early stars tells."""

    figures: Mapping[str, float | None]
    tenths: Sequence[Mapping[str, Any]]
    likely: int
    new: int

    def told(self) -> dict[str, Any]:
        """Return what the model tells as data."""
        known = self.figures
        return {
            "new": self.new,
            "likely": self.likely,
            **{name: known.get(name) for name in ("limit", "auc", "brier", "brier_naive")},
            "learned_from": int(known.get("learned_from") or 0),
            "tested_on": int(known.get("customers") or 0),
            "calibration": [{"foretold": r["value"], "came": r["other"]} for r in self.tenths],
        }


def new_customers(tables: Tables) -> ir.Table:
    """Return the new customers with their probability, `value`."""
    t = tables.table("early_stars")
    return t.filter(t.kind == "customer").drop("number", "kind", "name", "other")


def stars_of(tables: Tables) -> Stars | None:
    """Return the early stars; None where there are too few customers to learn from."""
    if not tables.has("early_stars"):
        return None
    t = tables.table("early_stars")
    rows = tables.rows(t.filter(t.kind != "customer").order_by("number"))
    if not rows:
        return None
    new = new_customers(tables)
    counts = tables.one(new.agg(new=new.count(), likely=(new.value >= LIKELY).sum())) or {}
    return Stars(
        {row["name"]: row["value"] for row in rows if row["kind"] == "figure"},
        [row for row in rows if row["kind"] == "tenth"],
        int(counts.get("likely") or 0),
        int(counts.get("new") or 0),
    )


def answer(found: Stars, fmt: Formats) -> Answer:
    """Return how many new customers are stars."""
    limit = found.figures.get("limit")
    core = message(
        "{likely} of {new} new customers will more likely than not be among the best fifth.",
        likely=fmt.integer(found.likely),
        new=fmt.integer(found.new),
    )
    rest = message(
        "That is {limit} or more in the first year; told from the first 28 days.",
        limit=fmt.money_short(limit),
    )
    return Answer(core, rest=rest)


def figures(found: Stars, fmt: Formats) -> list[Figure]:
    """Return the four figures: stars, how well told, against naive, learned from."""
    told = found.figures
    brier, naive = told.get("brier"), told.get("brier_naive")
    gain = None if not brier or not naive else 1 - brier / naive
    auc = told.get("auc")
    return [
        Figure(message("Early stars"), fmt.integer(found.likely)),
        Figure(
            message("A star is placed above another"),
            None if auc is None else fmt.percent(auc),
            note=message("of pairs of new customers; 50 % is chance"),
        ),
        Figure(
            message("Error of the probability"),
            None if gain is None else fmt.change(-gain),
            note=message("against saying the same of everyone"),
        ),
        Figure(
            message("Customers learned from"),
            fmt.integer(told.get("learned_from") or 0),
            note=message("tested on {n} others", n=fmt.integer(told.get("customers") or 0)),
        ),
    ]


def calibration(found: Stars, fmt: Formats) -> Chart:
    """Return what was foretold of each tenth of the test, and what came."""
    title = message("Is a probability of a half right half of the time?")
    made = lines(
        fmt,
        "calibration",
        title,
        [str(n) for n in range(1, len(found.tenths) + 1)],
        [
            Line(fmt.language.worded("Came"), [r["other"] for r in found.tenths], rest=True),
            Line(fmt.language.worded("Foretold"), [r["value"] for r in found.tenths]),
        ],
        unit="percent",
        place_name=message("Tenth of the customers, by probability"),
        value_name=message("Became of high value"),
    )
    return made.answering(
        message("Tested on the newest customers with a whole first year, which it had not seen.")
    )


def steps() -> list[Step]:
    """Return what makes sense next."""
    return [Step(message("See where customers stand on the ladder"), "/value/ladder")]


def how(built: Message | str) -> How:
    """Return how early stars are told."""
    return How(
        message(
            "A logistic regression learns from customers with a whole first year what the first 28 "
            "days tell: what the first purchase and the weeks brought, whether they came back, "
            "returns, discounts, channels. It is fitted to the older three quarters and calibrated "
            "on the newest quarter. Asked are customers of 28 to 365 days."
        ),
        source=message("logistic regression; calibration after Platt (1999)"),
        inputs=("early_stars", "first_weeks"),
        built=built,
        links=((message("How the table was built"), "/builds/tables/early_stars"),),
    )
