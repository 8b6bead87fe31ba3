"""The tables that a reader looks through: pairs of touchpoints, and the customers behind one."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.errors import BadInputError
from valence.core.messages import message
from valence.journey.paths.answers import STEPS_DRAWN
from valence.journey.paths.graph import directly_follows, follows
from valence.journey.paths.matrix import flow_customers, flow_rows
from valence.journey.paths.question import Question, asked_steps, known, refuse_unknown
from valence.kit.codes import TOUCHPOINTS
from valence.kit.tables import TableColumn, TableSpec
from valence.lake.columns import Column
from valence.lake.reading import Tables

EDGES = (
    Column("from_touchpoint", "text", "Touchpoint before; empty: the journey begins."),
    Column("to_touchpoint", "text", "Touchpoint directly after it; empty: the journey ends."),
    Column("steps", "int", "How often one directly followed the other."),
    Column("customers", "int", "Customers who did so at least once."),
    Column("median_seconds", "float", "Median time between the two, seconds."),
    Column("p90_seconds", "float", "Time that nine of ten took at most, seconds."),
)


def edges_spec(page: str) -> TableSpec:
    """Return the table of pairs; `page` is the address of the customers behind one."""
    return TableSpec(
        "path_edges",
        message("Which touchpoint follows which?"),
        (
            TableColumn("from_touchpoint", message("From touchpoint"), words=TOUCHPOINTS,
                        absent=message("the journey begins")),
            TableColumn("to_touchpoint", message("To touchpoint"), words=TOUCHPOINTS,
                        absent=message("the journey ends")),
            TableColumn("steps", message("How often"), "int"),
            TableColumn("customers", message("Customers"), "int", link=page),
            TableColumn("median_minutes", message("Median minutes"), "float",
                        absent=message("no time between")),
            TableColumn("p90_minutes", message("90 % within minutes"), "float",
                        absent=message("no time between")),
        ),
        key=("start", "end"),
        sort="-steps",
        examples=(
            (message("taken by many"), "customers >= 100"),
            (message("slow: half take longer than a day"), "median_minutes > 1440.0"),
        ),
        empty=message("Nobody went any way."),
    )  # fmt: skip


def edges_table(tables: Tables, question: Question, as_of: date) -> ir.Table:
    """Return the pairs of a question: with an anchor only those from it, or to it.

    Beside the columns `EDGES` with minutes for seconds: `start` and `end` (text, never null).
    """
    refuse_unknown(known(tables), question.start, question.end)
    t = directly_follows(asked_steps(tables, question, as_of), gap_hours=question.gap_hours)
    if question.start:
        t = t.filter(t.from_touchpoint == question.start)
    if question.end:
        t = t.filter(t.to_touchpoint == question.end)
    nothing = ibis.literal("")
    return t.mutate(
        start=ibis.coalesce(t.from_touchpoint, nothing),
        end=ibis.coalesce(t.to_touchpoint, nothing),
        median_minutes=(t.median_seconds / 60.0).round(2),
        p90_minutes=(t.p90_seconds / 60.0).round(2),
    ).drop("median_seconds", "p90_seconds")


def behind(
    tables: Tables, question: Question, as_of: date, start: str | None, end: str | None,
    at: str | None,
) -> ir.Table:  # fmt: skip
    """Return the customers behind a pair, or, with its place `at`, behind a band of the picture.

    Raises
    ------
    BadInputError
        If the journey has no such touchpoint, or the place is no number.
    """
    refuse_unknown(known(tables), start or "", end or "", question.start, question.end)
    steps = asked_steps(tables, question, as_of)
    if at is None:
        return follows(steps, start, end, gap_hours=question.gap_hours)
    if not at.removeprefix("-").isdecimal():
        raise BadInputError("The place of a step is a whole number, not {at!r}.", at=at)
    flowed = flow_rows(
        steps, gap_hours=question.gap_hours, anchor=question.start or question.end,
        side="before" if question.end and not question.start else "after", positions=STEPS_DRAWN,
    )  # fmt: skip
    return flow_customers(flowed, int(at), start, end)
