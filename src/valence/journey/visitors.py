"""Who stands behind a touchpoint: its customers, and the words that were said about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import ibis
import ibis.expr.types as ir

from valence.core.days import months_before
from valence.core.messages import message
from valence.journey.definition import JourneyDefinition, Touchpoint
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
    s = s.filter(s.on > since, s.on <= as_of)
    lasts = s.group_by("customer_id").agg(ended_at=s["at"].max(), ended_on=s.on.max())
    here = s.filter(s.touchpoint == touchpoint.name)
    passed = here.group_by("customer_id").agg(
        steps=here.count().cast("int64"),
        first_on=here.on.min(),
        last_on=here.on.max(),
        last_at=here["at"].max(),
        broken=count_if(~here.standard_kept),
    )
    passed = passed.left_join(lasts, "customer_id").drop("customer_id_right")
    silent = as_of - timedelta(days=definition.silent_days)
    passed = passed.mutate(
        was_last=(passed.last_at == passed.ended_at) & (passed.ended_on <= silent)
    ).drop("ended_at", "ended_on", "last_at")
    said = _answers(tables, touchpoint, since, as_of)
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
    t = _answers(tables, touchpoint, months_before(as_of, definition.months), as_of)
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
    names = [touchpoint.name.lower(), *(name.lower() for name in touchpoint.also)]
    t = t.filter(
        t.on > months_before(as_of, definition.months), t.on <= as_of,
        t.touchpoint.lower().isin(names), t.sentiment.notnull(),
    )  # fmt: skip
    t = t.group_by("aspect").agg(n=t.count().cast("int64"), complaints=count_if(t.sentiment < 0))
    rows = tables.rows(t.order_by(t.complaints.desc(), "aspect"))
    return [Pain(row["aspect"], row["n"], row["complaints"]) for row in rows]


def _answers(tables: Tables, touchpoint: Touchpoint, since: date, as_of: date) -> ir.Table:
    """Answers about a touchpoint, by all its names."""
    names = [touchpoint.name.lower(), *(name.lower() for name in touchpoint.also)]
    t = tables.table("answers")
    return t.filter(
        t.on > since, t.on <= as_of, t.subject == "own", t.touchpoint.lower().isin(names)
    )
