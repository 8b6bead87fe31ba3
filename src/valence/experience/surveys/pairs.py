"""Pairs out of rows: Kano's two answers, and what was expected, felt and thought important.

Each part of a pair is a row of its own in canonical feedback and in the mart `answers`; what
belongs together comes from one response about one feature or dimension. Answers of a survey of
our own name their response (`response/question`); of a file, what one customer said at one moment
is one response.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from valence.lake.portable import filled, given

KANO = {"functional": "kano_functional", "dysfunctional": "kano_dysfunctional"}
GAP = {"expectation": "expectation", "perception": "perception", "importance": "importance"}


def kano_pairs(answers: ir.Table) -> ir.Table:
    """Return what each person said to both of Kano's questions about a feature.

    Parameters
    ----------
    answers
        The mart `answers`, or canonical feedback with `customer_id`.

    Returns
    -------
    Table
        One row per response and feature: `source`, `response`, `item` (the feature), `subject`,
        `customer_id`, `at`, `functional`, `dysfunctional` (float, 1 like to 5 dislike; missing
        where one was not answered). What names no feature is left out.
    """
    return _paired(answers, KANO)


def gap_pairs(answers: ir.Table) -> ir.Table:
    """Return what each person expected and felt of a dimension of service.

    Parameters
    ----------
    answers
        The mart `answers`, or canonical feedback with `customer_id`.

    Returns
    -------
    Table
        One row per response and dimension: `source`, `response`, `item` (the dimension), `subject`,
        `customer_id`, `at`, `expectation`, `perception`, `importance` (float, on the scale asked;
        missing where it was not answered). What names no dimension is left out.
    """
    return _paired(answers, GAP)


def _paired(answers: ir.Table, parts: dict[str, str]) -> ir.Table:
    t = filled(
        given(answers, "source", "feedback_id", "metric", "score"),
        {"touchpoint": "text", "subject": "text", "customer_id": "text", "at": "instant"},
    )
    t = t.filter(t.metric.isin(list(parts.values())), t.score.notnull())
    # What names no feature or dimension is about none.
    t = t.mutate(response=response_of(t), item=t.touchpoint.strip().nullif(""))
    t = t.filter(t.item.notnull())
    t = t.mutate(
        subject=ibis.coalesce(t.subject.nullif(""), "own"),
    )
    made = t.group_by("source", "response", "item", "subject").aggregate(
        customer_id=ibis._.customer_id.max(),
        at=ibis._["at"].max(),
        **{name: ibis._.score.max(where=ibis._.metric == metric) for name, metric in parts.items()},
    )
    return made.select("source", "response", "item", "subject", "customer_id", "at", *parts)


def response_of(t: ir.Table) -> ir.StringValue:
    """Return what makes answers one response: its number, else one customer at one moment."""
    at = t["at"].truncate("s").epoch_seconds().cast("int64").cast("string")
    moment = t.customer_id + " " + at  # of nobody none: `join` would make all of them one person
    of_survey = t.feedback_id.contains("/")
    own = t.feedback_id.re_replace("/.*$", "")
    return ibis.ifelse(of_survey, own, ibis.coalesce(moment, t.feedback_id))
