"""Retention, lifecycle and stickiness: `valence journey retention`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from valence.journey.commands.group import journey
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.retention_answers import (
    STEPS_MART,
    FoundRetention,
    TypedRetention,
    retention_of,
    retention_question,
)
from valence.kit.built import defined_in
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table
from valence.kit.format import Formats
from valence.kit.published import published_tables

Begin = Annotated[str, typer.Option("--begin", help="Touchpoint that begins; by default any.")]
Back = Annotated[str, typer.Option("--back", help="Touchpoint of coming back; by default any.")]
Period = Annotated[str, typer.Option("--period", help="day, week or month.")]
Counted = Annotated[
    str, typer.Option("--counted", help="first: customers begin once; recurring: in each period.")
]
Measure = Annotated[str, typer.Option("--measure", help="count, revenue or margin.")]
_ROWS = 12


@journey.command("retention", permission="journey:read")
def retention(
    *,
    begin: Begin = "",
    back: Back = "",
    period: Period = "week",
    counted: Counted = "first",
    measure: Measure = "count",
    brand: BrandFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Print who comes back in later periods, who is new and who falls silent.

    Example: valence journey retention --begin order --back order --period month
    """
    typed = TypedRetention(begin, back, period, counted, measure)
    with published_tables(brand, STEPS_MART) as asked:
        definition = defined_in(
            asked.house, asked.tables, JOURNEY_KIND, JourneyDefinition, STEPS_MART
        )
        question = retention_question(typed, definition)
        as_of = asked.as_of or date.max  # a build has a day
        found = retention_of(asked.tables, question, as_of)
        if as_json:
            print_json(asked.told(found.told()))
            return
        _print(found, asked.fmt)
        asked.say_day()


def _print(found: FoundRetention, fmt: Formats) -> None:
    period = found.question.period
    pooled = [found.pooled(age) for age in range(min(found.oldest, _ROWS) + 1)]
    rows: list[dict[str, Any]] = [
        {
            f"{period}s after": each.age,
            "customers": each.customers,
            "came back": each.active,
            "share": f"{fmt.percent(each.share)} ({fmt.interval(*each.interval, 'percent')})",
            "amount": round(each.amount, 2),
        }
        for each in pooled
        if each is not None
    ]
    print_table(rows, title="Retention, all cohorts old enough")
    print_table(
        [
            {name: row[name] for name in ("period_on", "new", "returning", "resurrected",
                                          "dormant", "complete")}
            for row in found.states[-_ROWS:]
        ],
        title="Lifecycle",
    )  # fmt: skip
    print_table(
        [
            {
                "period": row["period_on"],
                "customers": row["active"],
                "on a mean day": round(row["daily_active"], 1),
                "share": fmt.percent(row["share"]),
            }
            for row in found.means[-_ROWS:]
        ],
        title="Stickiness",
    )
