"""Answers: every score that a customer gave, on one scale, as good, bad or between."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.experience.scores import BAD, GOOD, HAIR
from valence.lake.columns import Column
from valence.lake.portable import filled, given
from valence.lake.scales import on_scale

ANSWERS = (
    Column("source", "text", "System that the answer came from."),
    Column("feedback_id", "text", "Its identifier there."),
    Column("customer_id", "text", "Customer, as resolved; empty where it names nobody."),
    Column("at", "instant", "When it was given (UTC)."),
    Column("on", "day", "Business day in the brand's zone."),
    Column("metric", "text", "nps, csat, ces, rating, review…"),
    Column("touchpoint", "text", "What it is about, as the source says."),
    Column("channel", "text", "Channel it was asked through."),
    Column("subject", "text", "own, or the competitor that was asked about."),
    Column("order_id", "text", "Order it is about, where known."),
    Column("store", "text", "Store it is about, as the source says."),
    Column("agent", "text", "Agent it is about, as the source says."),
    Column("score", "float", "The score on its own scale."),
    Column("share", "float", "The score as a share of its scale, 0 to 1; more is better."),
    Column("good", "bool", "Promoter, satisfied, or found it easy; empty for other questions."),
    Column("bad", "bool", "Detractor, dissatisfied, or found it hard; empty for other questions."),
    Column("language", "text", "Language of the words."),
    Column("words", "bool", "Whether it has words."),
)
# Ratings and reviews run from 1 to 5 as satisfaction does, and are judged alike.
_JUDGED = {"nps": "nps", "csat": "csat", "ces": "ces", "rating": "csat", "review": "csat"}


def answers_given(feedback: ir.Table, *, as_of: date) -> ir.Table:
    """Return every answer up to a day, its score as a share of its scale.

    Parameters
    ----------
    feedback
        Canonical feedback with `customer_id`.
    as_of
        Later answers are left out.

    Returns
    -------
    Table
        One row per answer, with the columns `ANSWERS`. An answer off its scale has no share, and
        is neither good nor bad.
    """
    t = filled(
        given(feedback, "source", "feedback_id", "metric", "answered_at", "answered_on"),
        {c.name: c.kind for c in ANSWERS if c.name in _TAKEN} | {"text": "text"},
    )
    t = t.filter(t.answered_on <= as_day(as_of))
    t = t.mutate(
        metric=t.metric.lower(),
        subject=ibis.coalesce(t.subject.nullif(""), "own").lower(),
    )
    t = t.mutate(share=on_scale(t))
    judged = t.metric.cases(*_JUDGED.items(), else_=ibis.null("string"))
    none = ibis.null("boolean")
    good = [(metric, t.share >= limit - HAIR) for metric, limit in GOOD.items()]
    bad = [(metric, t.share <= limit + HAIR) for metric, limit in BAD.items()]
    words = ibis.coalesce(t.text, "").re_search(r"\S")
    t = t.mutate(
        good=judged.cases(*good, else_=none),
        bad=judged.cases(*bad, else_=none),
        words=words,
        at=t.answered_at,
        on=t.answered_on,
    )
    return t.select(*(c.name for c in ANSWERS))


_TAKEN = (
    "customer_id", "touchpoint", "channel", "subject", "order_id", "store", "agent", "score",
    "scale", "language",
)  # fmt: skip
