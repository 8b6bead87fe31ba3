"""Perceived value: what customers get less what they give, person by person."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from valence.experience.surveys.pairs import response_of
from valence.lake.portable import filled, given

METRIC = "perceived_value"
# What customers get less what they give (Zeithaml 1988; Sheth et al. 1991).
GETS = ("functional", "emotional", "social")
GIVES = ("time cost", "money cost")
PARTS = (*GETS, *GIVES)


def nets(answers: ir.Table) -> ir.Table:
    """Return what each person gets, gives and has left, of each brand that they rated.

    Parameters
    ----------
    answers
        The mart `answers`, or canonical feedback with `customer_id`: one row per part.

    Returns
    -------
    Table
        One row per response and brand with all five parts: `source`, `response`, `subject`,
        `customer_id`, `at`, `gets` (functional + emotional + social), `gives` (time cost + money
        cost), `net` (float, gets − gives, on the scale asked).
    """
    t = filled(
        given(answers, "source", "feedback_id", "metric", "score", "touchpoint"),
        {"subject": "text", "customer_id": "text", "at": "instant"},
    )
    t = t.filter(t.metric == METRIC, t.score.notnull())
    t = t.mutate(
        response=response_of(t),
        part=t.touchpoint.lower(),
        subject=ibis.coalesce(t.subject.nullif(""), "own"),
    )
    made = t.group_by("source", "response", "subject").aggregate(
        customer_id=ibis._.customer_id.max(),
        at=ibis._["at"].max(),
        **{f"part_{at}": ibis._.score.max(where=ibis._.part == name)
           for at, name in enumerate(PARTS)},
    )  # fmt: skip
    gets, gives = _sum(made, range(len(GETS))), _sum(made, range(len(GETS), len(PARTS)))
    made = made.mutate(gets=gets, gives=gives, net=gets - gives)
    made = made.filter(made.net.notnull())
    kept = ("source", "response", "subject", "customer_id", "at", "gets", "gives", "net")
    return made.select(*kept)


def _sum(t: ir.Table, places: Sequence[int]) -> ir.FloatingValue:
    first, *others = (t[f"part_{at}"].cast("float64") for at in places)
    for other in others:
        first = first + other
    return first
