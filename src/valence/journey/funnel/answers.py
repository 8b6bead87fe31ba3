"""What the page, the API and the command of a funnel tell: plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, get_args

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.core.errors import BadInputError, did_you_mean
from valence.core.messages import Message, message
from valence.journey.definition import JourneyDefinition
from valence.journey.funnel.chains import chains, judged
from valence.journey.funnel.correlates import Correlate, correlates, exposures
from valence.journey.funnel.definition import (
    FunnelDefinition,
    FunnelsDefinition,
    FunnelStep,
    Order,
    Timed,
    refuse_unknown,
)
from valence.journey.funnel.lost import lost_at
from valence.journey.funnel.property import Attribution, with_property
from valence.journey.funnel.rates import rates
from valence.journey.funnel.spelling import checked, funnel_typed, hours_typed
from valence.journey.funnel.times import distribution, edges_of, trend
from valence.lake.reading import KeepingTables, Tables

Row = Mapping[str, Any]
STEPS_MART, CUSTOMERS = "journey_steps", "customers"
PARTS = 12  # groups that are told, the largest
# What is offered to tell customers apart by; a command takes any column.
OFFERED = ("channel", "source", "tier", "segment", "rung", "country", "bond")


@dataclass(frozen=True, slots=True)
class Question:
    """One funnel as it is asked for."""

    definition: FunnelDefinition
    by: str = ""
    attribution: Attribution = "first"
    since: date | None = None
    kept: bool = False  # whether it is one of the brand's, just as it is kept


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into the form, or on the command line; empty where nothing was."""

    name: str = ""
    steps: str = ""
    window: str = ""
    order: str = ""
    without: str = ""
    by: str = ""
    attribution: str = ""
    days: str = ""
    since: str = ""  # a day, instead of `days`
    timed: str = ""

    @property
    def anything(self) -> bool:
        """Whether anything was."""
        return any(asdict(self).values())


@dataclass(frozen=True, slots=True)
class Found:
    """All that is told of a funnel."""

    question: Question
    as_of: date
    steps: Sequence[Row]
    parts: Mapping[str, Sequence[Row]]  # the largest first
    left_out: int  # further parts
    bins: Sequence[tuple[float, int]]  # end in seconds, customers
    weeks: Sequence[Row]
    correlates: Sequence[Correlate]

    @property
    def entered(self) -> int:
        """Customers who came to the first step, and whose window is over."""
        return int(self.steps[0]["customers"])

    @property
    def open(self) -> int:
        """Further customers who came to it, whose window is not: nobody knows if they convert."""
        return int(self.steps[0]["open"])

    @property
    def converted(self) -> Row:
        """The last step."""
        return self.steps[-1]

    @property
    def worst(self) -> Row | None:
        """The step that most were lost at."""
        required = [row for row in self.steps[1:] if not row["optional"] and row["lost"]]
        return max(required, key=lambda row: row["lost"], default=None)

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        asked = self.question
        return {
            "funnel": asked.definition.model_dump(mode="json"),
            "since": asked.since,
            "entered": self.entered,
            "open": self.open,
            "converted": self.converted["customers"],
            "steps": [_without(row, "part") for row in self.steps],
            "by": asked.by or None,
            "attribution": str(asked.attribution) if asked.by else None,
            "parts": [dict(row) for rows in self.parts.values() for row in rows],
            "time_to_convert": [
                {"until_seconds": until, "customers": customers} for until, customers in self.bins
            ],
            "weeks": [dict(row) for row in self.weeks],
            "correlates": [asdict(each) for each in self.correlates],
        }


def question_of(
    typed: Typed, funnels: FunnelsDefinition, journey: JourneyDefinition, as_of: date
) -> Question:
    """Return what is asked for: a funnel by name, or by its steps; other fields change it.

    Raises
    ------
    BadInputError
        What is wrong with it.
    """
    order = _one_of(message("order"), typed.order, Order)
    timed = _one_of(message("start of times"), typed.timed, Timed)
    if typed.steps.strip():
        definition = funnel_typed(
            typed.steps,
            journey=journey,
            window=typed.window or "7d",
            order=order or "ordered",
            without=typed.without,
            name=typed.name,
        )
        definition = _titled(definition, funnels, typed.name)
    else:
        named = funnels.named(typed.name) if typed.name else funnels.funnels[0]
        changed: dict[str, Any] = (
            {"window_hours": hours_typed(typed.window)} if typed.window else {}
        )
        if order:
            changed["order"] = order
        definition = checked({**named.model_dump(), **changed}) if changed else named
        refuse_unknown(definition, journey)
    if timed:
        definition = definition.model_copy(update={"timed": timed})
    return Question(
        definition,
        typed.by,
        _attribution(typed.attribution),
        _since(typed, as_of),
        definition in funnels.funnels,
    )


def _titled(typed: FunnelDefinition, funnels: FunnelsDefinition, name: str) -> FunnelDefinition:
    """Return a funnel as typed, called as the brand's of the same steps.

    What is typed says nothing of titles: without, a form that shows a funnel would lose them.
    """
    same = next((each for each in funnels.funnels if _untitled(each) == _untitled(typed)), None)
    if same is None:
        return typed
    return typed.model_copy(update={"steps": same.steps, "name": name or same.name})


def _untitled(definition: FunnelDefinition) -> list[FunnelStep]:
    return [step.model_copy(update={"name": ""}) for step in definition.steps]


def _one_of(field: Message, said: str, literal: Any) -> Any:
    """Return what was said of a field if its literal has it, None if nothing was said."""
    known = get_args(literal)
    if said and said not in known:
        raise BadInputError(
            "A funnel has no {field} {said!r}. {fix}",
            field=field, said=said, fix=did_you_mean(said, known),
        )  # fmt: skip
    return said or None


def _attribution(said: str) -> Attribution:
    if said.isdecimal():
        return int(said)
    if said in ("", "first"):
        return "first"
    if said == "last":
        return "last"
    if said == "each":
        return "each"
    raise BadInputError(
        "A property counts from the first or the last row, from that of a step by its number, or "
        "for each step from its own: first, last, 2, each; not {said!r}.",
        said=said,
    )


def _since(typed: Typed, as_of: date) -> date | None:
    if typed.since:
        return as_day(typed.since)
    if not typed.days:
        return None
    if not typed.days.isdecimal() or not 1 <= int(typed.days) <= 3660:
        raise BadInputError("Look back 1 to 3660 days, not {days!r}.", days=typed.days)
    return as_of - timedelta(days=int(typed.days) - 1)


def steps_of(tables: Tables, by: str) -> ir.Table:
    """Return the steps with the column that customers are told apart by, of theirs if need be."""
    steps = tables.table(STEPS_MART)
    if not by or by in steps.columns or not tables.has(CUSTOMERS):
        return steps
    customers = tables.table(CUSTOMERS)
    if by not in customers.columns:
        raise BadInputError(
            "Neither steps nor customers have a column {by!r}. {fix}",
            by=by,
            fix=did_you_mean(by, [*steps.columns, *customers.columns]),
        )
    theirs = customers.select(_who=customers.customer_id, **{by: customers[by]})
    return steps.left_join(theirs, steps.customer_id == theirs._who).drop("_who")


def offered(tables: Tables) -> list[str]:
    """Return the columns that are offered to tell customers apart by."""
    known = set(tables.table(STEPS_MART).columns)
    if tables.has(CUSTOMERS):
        known |= set(tables.table(CUSTOMERS).columns)
    return [name for name in OFFERED if name in known]


def funnel_of(tables: KeepingTables, question: Question, as_of: date) -> Found:
    """Return all that is told of a funnel.

    Customers count once their window is over; how many are still within it is told beside.
    """
    steps = tables.table(STEPS_MART)
    every = chains(steps, definition=question.definition, as_of=as_of, since=question.since)
    with tables.kept(every) as found:
        return _told(tables, found, question, as_of)


def _told(tables: Tables, every: ir.Table, question: Question, as_of: date) -> Found:
    definition = question.definition
    days: dict[str, Any] = {"definition": definition, "as_of": as_of, "since": question.since}
    steps = tables.table(STEPS_MART)
    found = judged(every, definition=definition, as_of=as_of)
    whole, all_of = (
        tables.rows(rates(each, definition=definition).order_by("step")) for each in (found, every)
    )
    whole = [
        {**row, "open": both["customers"] - row["customers"]}
        for row, both in zip(whole, all_of, strict=True)
    ]
    parts, left_out = _parts(tables, found, question, as_of)
    bins = {
        row["until_seconds"]: row["customers"]
        for row in tables.rows(distribution(found, definition=definition))
    }
    weeks = tables.rows(trend(every, steps, definition=definition, as_of=as_of).order_by("week_on"))
    looked = exposures(found, steps, **days)
    edges = edges_of(definition)
    most = max((place for place, edge in enumerate(edges) if bins.get(edge)), default=-1)
    return Found(
        question,
        as_of,
        whole,
        parts,
        left_out,
        [(edge, bins.get(edge, 0)) for edge in edges[: most + 1]],
        weeks,
        correlates(tables.rows(looked)),
    )


def _parts(
    tables: Tables, found: ir.Table, question: Question, as_of: date
) -> tuple[dict[str, list[Row]], int]:
    if not question.by:
        return {}, 0
    definition = question.definition
    steps = steps_of(tables, question.by)
    days: dict[str, Any] = {"definition": definition, "as_of": as_of, "since": question.since}
    found = with_property(
        found,
        steps,
        **days,
        by=question.by,
        attribution=question.attribution,
    )
    told: dict[str, list[Row]] = {}
    for row in tables.rows(rates(found, definition=definition).order_by("part", "step")):
        told.setdefault(row["part"], []).append(row)
    # Under its own value a step may have customers where the first has none.
    most = {part: max(row["customers"] for row in rows) for part, rows in told.items()}
    largest = sorted(told, key=lambda part: (-told[part][0]["customers"], -most[part], part))
    return {part: told[part] for part in largest[:PARTS]}, len(largest[PARTS:])


def lost_of(tables: Tables, question: Question, as_of: date, step: int) -> ir.Table:
    """Return who was lost at a step, with what they are worth where that is known."""
    definition = question.definition
    found = chains(
        tables.table(STEPS_MART), definition=definition, as_of=as_of, since=question.since
    )
    found = judged(found, definition=definition, as_of=as_of)
    lost = lost_at(found, definition=definition, step=step)
    worth = ibis.null("decimal(18, 4)")
    if not tables.has(CUSTOMERS) or "worth_amount" not in tables.table(CUSTOMERS).columns:
        return lost.mutate(worth_amount=worth)
    customers = tables.table(CUSTOMERS)
    theirs = customers.select(_who=customers.customer_id, worth_amount=customers.worth_amount)
    return lost.left_join(theirs, lost.customer_id == theirs._who).drop("_who")


def _without(row: Row, name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}
