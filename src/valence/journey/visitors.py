"""Who stands behind a touchpoint: its customers, and the words that were said about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import ibis
import ibis.expr.types as ir

from valence.core.days import months_before
from valence.core.messages import message
from valence.journey.about import about
from valence.journey.definition import JourneyDefinition, Touchpoint
from valence.journey.paths.journeys import people
from valence.journey.reach import last_steps
from valence.kit.tables import TableColumn, TableSpec
from valence.lake.portable import count_if
from valence.lake.reading import Tables

VISITORS = TableSpec(
    "visitors",
    message("Who was there?"),
    (
        TableColumn(
            "customer_id", message("Customer"), "customer", link="/customers/{customer_id}"
        ),
        TableColumn("steps", message("Times there"), "int"),
        TableColumn("last_on", message("Last time"), "day"),
        TableColumn("first_on", message("First time"), "day", shown=False),
        TableColumn(
            "broken",
            message("Standard not kept"),
            "int",
            meaning=message("Times that service was not as promised."),
        ),
        TableColumn("good_answers", message("Good answers"), "int"),
        TableColumn("bad_answers", message("Bad answers"), "int"),
        TableColumn(
            "was_last",
            message("Last step of all"),
            "bool",
            meaning=message("It was the customer's last step, and long ago."),
        ),
    ),
    key=("customer_id",),
    sort="-last_on",
    examples=(
        (message("who felt bad"), "bad_answers > 0"),
        (message("whom the standard failed"), "broken > 0"),
        (message("whom it was the last step of"), "was_last"),
    ),
    customers=True,
)
MOST_WORDS = 40  # verbatims on a page


@dataclass(frozen=True, slots=True)
class Verbatim:
    """What one person said."""

    at: datetime
    customer_id: str | None
    metric: str
    score: float | None
    scale: str
    good: bool | None
    bad: bool | None
    text: str
    language: str | None


def visitors(
    tables: Tables, touchpoint: Touchpoint, definition: JourneyDefinition, as_of: date
) -> ir.Table:
    """Return the customers who passed a touchpoint, or spoke of it, in the months of the map.

    Returns
    -------
    Table
        One row per customer: `customer_id` (text), `steps` (int), `first_on`, `last_on` (day),
        `broken` (int), `good_answers`, `bad_answers` (int), `was_last` (bool).
    """
    since = months_before(as_of, definition.months)
    s = tables.table("journey_steps")
    s = people(s.filter(s.on <= as_of))
    s = s.filter(s.on > since)
    lasts = last_steps(s)
    silent = as_of - timedelta(days=definition.silent_days)
    lasts = lasts.filter(lasts.touchpoint == touchpoint.name, lasts.on <= silent)
    here = s.filter(s.touchpoint == touchpoint.name)
    passed = here.group_by("customer_id").agg(
        steps=here.count().cast("int64"),
        first_on=here.on.min(),
        last_on=here.on.max(),
        broken=count_if(~here.standard_kept),
    )
    passed = passed.left_join(lasts.select("customer_id", ended="touchpoint"), "customer_id")
    passed = passed.mutate(was_last=passed.ended.notnull()).drop("ended", "customer_id_right")
    said = _answers(tables, touchpoint, definition, as_of)
    said = said.filter(said.customer_id.notnull())
    said = said.group_by("customer_id").agg(
        good_answers=count_if(said.good), bad_answers=count_if(said.bad), said_on=said.on.max()
    )
    t = passed.outer_join(said, "customer_id")
    t = t.mutate(
        customer_id=ibis.coalesce(t.customer_id, t.customer_id_right),
        last_on=ibis.coalesce(t.last_on, t.said_on),
        was_last=ibis.coalesce(t.was_last, False),
    )
    counts = ("steps", "broken", "good_answers", "bad_answers")
    t = t.mutate(**{name: ibis.coalesce(t[name], 0).cast("int64") for name in counts})
    return t.select(
        "customer_id", "steps", "first_on", "last_on", "broken", "good_answers", "bad_answers",
        "was_last",
    )  # fmt: skip


def verbatims(
    tables: Tables,
    touchpoint: Touchpoint,
    definition: JourneyDefinition,
    as_of: date,
    *,
    which: str = "bad",
) -> Sequence[Verbatim]:
    """Return the newest words about a touchpoint: of bad answers, good ones, or all.

    Parameters
    ----------
    tables
        The published tables.
    touchpoint, definition, as_of
        Of the map.
    which
        bad, good or all.
    """
    if not tables.has("answers"):
        return []
    t = _answers(tables, touchpoint, definition, as_of)
    t = t.filter(t.words)
    if which in ("bad", "good"):
        t = t.filter(t[which])
    t = t.order_by(t["at"].desc(), t.feedback_id).limit(MOST_WORDS)
    words = tables.table("feedback").select("source", "feedback_id", "text", "scale")
    t = t.join(words, ["source", "feedback_id"])
    rows = tables.rows(t.order_by(t["at"].desc(), t.feedback_id))
    return [
        Verbatim(
            row["at"], row["customer_id"], row["metric"], row["score"], row["scale"] or "",
            row["good"], row["bad"], row["text"], row["language"],
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pain:
    """One thing that words about a touchpoint are about, and how often they complain of it."""

    aspect: str
    n: int
    complaints: int


def pains(
    tables: Tables, touchpoint: Touchpoint, definition: JourneyDefinition, as_of: date
) -> list[Pain]:
    """Return what words about a touchpoint complain of, the most often first."""
    if not tables.has("feedback_aspects"):
        return []
    t = tables.table("feedback_aspects")
    t = t.filter(
        t.on > months_before(as_of, definition.months), t.on <= as_of,
        about(t.touchpoint, definition) == touchpoint.name, t.sentiment.notnull(),
    )  # fmt: skip
    t = t.group_by("aspect").agg(n=t.count().cast("int64"), complaints=count_if(t.sentiment < 0))
    rows = tables.rows(t.order_by(t.complaints.desc(), "aspect"))
    return [Pain(row["aspect"], row["n"], row["complaints"]) for row in rows]


def _answers(
    tables: Tables, touchpoint: Touchpoint, definition: JourneyDefinition, as_of: date
) -> ir.Table:
    """Answers about a touchpoint in the months of the map, by all its names."""
    t = tables.table("answers")
    return t.filter(
        t.on > months_before(as_of, definition.months), t.on <= as_of, t.subject == "own",
        about(t.touchpoint, definition) == touchpoint.name,
    )  # fmt: skip
