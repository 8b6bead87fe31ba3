"""What is asked of the paths: from where or to where, of whom, and of which time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import ibis.expr.types as ir

from valence.core.errors import BadInputError, did_you_mean
from valence.journey.paths.journeys import people
from valence.kit.filters import filtered
from valence.lake.reading import Tables

MART = "journey_steps"
GAP_DAYS = 30
MOST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the paths.

    Attributes
    ----------
    start, end
        The touchpoint that ways are told from, or to; empty: from the first step.
    segment
        A rule over customers; empty: all of them.
    days
        Only steps of so many days up to the day of the figures; 0: all.
    gap_days
        A journey ends where nothing happens for longer.
    """

    start: str = ""
    end: str = ""
    segment: str = ""
    days: int = 0
    gap_days: int = GAP_DAYS

    @property
    def gap_hours(self) -> float:
        """The same in hours."""
        return self.gap_days * 24.0

    @classmethod
    def parsed(cls, said: Mapping[str, str]) -> Question:
        """Return the question of an address: `from`, `to`, `segment`, `days`, `gap`.

        Raises
        ------
        BadInputError
            If a number is none, or beyond what can be asked.
        """
        return cls(
            (said.get("from") or "").strip(),
            (said.get("to") or "").strip(),
            (said.get("segment") or "").strip(),
            days_asked(said.get("days") or "0", least=0),
            days_asked(said.get("gap") or str(GAP_DAYS), least=1),
        )


def days_asked(said: str, *, least: int) -> int:
    """Return a number of days.

    Raises
    ------
    BadInputError
        If it is no whole number from `least` to ten years.
    """
    text = said.strip()
    if not text.isdecimal() or not least <= int(text) <= MOST_DAYS:
        raise BadInputError(
            "Days are a whole number from {least} to {most}, not {said!r}.",
            least=least, most=MOST_DAYS, said=said,
        )  # fmt: skip
    return int(text)


def all_steps(tables: Tables) -> ir.Table:
    """Return the steps of all customers that are people."""
    return people(tables.table(MART))


def chosen(
    tables: Tables, steps: ir.Table, segment: str, as_of: date, *, others: bool = False
) -> ir.Table:
    """Return the steps of the customers that a rule finds, or of all others.

    Raises
    ------
    RuleError
        If the rule cannot be used.
    BadInputError
        If customers have not been built.
    """
    if not segment:
        return steps
    if not tables.has("customers"):
        raise BadInputError(
            "No customers have been built yet, so that no rule over them can be used. Import "
            "orders, then run `valence build`."
        )
    found = filtered(tables.table("customers"), segment, today=as_of).select("customer_id")
    return (
        steps.anti_join(found, "customer_id") if others else steps.semi_join(found, "customer_id")
    )


def lately(steps: ir.Table, as_of: date, days: int, *, before: int = 0) -> ir.Table:
    """Return the steps of so many days up to the day `before` days earlier; 0 days: all of them."""
    if not days:
        return steps
    last = as_of - timedelta(days=before)
    return steps.filter(steps["on"] > last - timedelta(days=days), steps["on"] <= last)


def asked_steps(tables: Tables, question: Question, as_of: date) -> ir.Table:
    """Return the steps that a question is about."""
    steps = chosen(tables, all_steps(tables), question.segment, as_of)
    return lately(steps, as_of, question.days)


def known(tables: Tables) -> list[str]:
    """Return the touchpoints of the journey, in the order of its rules, also those nobody met."""
    if tables.has("journey_claims"):
        names = [row["touchpoint"] for row in tables.rows(tables.table("journey_claims"))]
    else:
        t = tables.table(MART)
        names = sorted(row["touchpoint"] for row in tables.rows(t.select("touchpoint").distinct()))
    return list(dict.fromkeys(names))


def refuse_unknown(names: list[str], *asked: str) -> None:
    """Refuse a touchpoint that the journey does not have.

    Raises
    ------
    BadInputError
        With the one that was probably meant.
    """
    for name in asked:
        if name and name not in names:
            raise BadInputError(
                "The journey has no touchpoint {name!r}. {fix}",
                name=name, fix=did_you_mean(name, names),
            )  # fmt: skip
