"""Funnels: `valence journey funnel`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from valence.journey.commands.group import journey
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.funnel import FUNNELS_KIND, FunnelsDefinition
from valence.journey.funnel.answers import STEPS_MART, Found, Typed, funnel_of, question_of
from valence.kit.built import defined_in
from valence.kit.codes import lasting
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.kit.format import Formats
from valence.kit.published import published_tables

Name = Annotated[str, typer.Argument(help="A funnel by name; by default the first.")]
Steps = Annotated[
    str,
    typer.Option(
        "--steps",
        help="Steps with commas between: touchpoints or stages, `rule:…`; `?` behind one makes it "
        "optional.",
    ),
]
Window = Annotated[str, typer.Option("--window", help="From first to last step: 12h, 7d, 4w.")]
Order = Annotated[str, typer.Option("--order", help="ordered, strict or any.")]
Without = Annotated[
    str, typer.Option("--without", help="What ends the way: touchpoints; `return:2-3` between two.")
]
By = Annotated[str, typer.Option("--by", help="A column of steps or customers, such as channel.")]
From = Annotated[
    str,
    typer.Option(
        "--attribution",
        help="Whose value counts: first, last, a step's number, or each step's own.",
    ),
]
Timed = Annotated[
    str,
    typer.Option("--timed", help="Times run from the `start` that converts, or the `first` look."),
]
Days = Annotated[str, typer.Option("--days", help="Only what happened in the last days.")]


@journey.command("funnel", permission="journey:read")
def funnel(  # noqa: PLR0913 - the options of a funnel
    name: Name = "",
    *,
    steps: Steps = "",
    window: Window = "",
    order: Order = "",
    without: Without = "",
    by: By = "",
    attribution: From = "",
    days: Days = "",
    timed: Timed = "",
    brand: BrandFolder = HERE,
    as_json: AsJson = False,
) -> None:
    """Print how many customers come from step to step, how fast, and what goes with converting.

    Example: valence journey funnel --steps "product, basket, order" --window 7d --by channel
    """
    typed = Typed(name, steps, window, order, without, by, attribution, days, timed=timed)
    with published_tables(brand, STEPS_MART) as asked:
        journey_now = defined_in(
            asked.house, asked.tables, JOURNEY_KIND, JourneyDefinition, STEPS_MART
        )
        funnels = defined_in(asked.house, asked.tables, FUNNELS_KIND, FunnelsDefinition)
        as_of = asked.as_of or date.max  # a build has a day
        question = question_of(typed, funnels, journey_now, as_of)
        found = funnel_of(asked.tables, question, as_of)
        if as_json:
            print_json(asked.told(found.told()))
            return
        _print(found, asked.fmt)
        asked.say_day()


def _print(found: Found, fmt: Formats) -> None:
    print_table(
        [_row(row, fmt) for row in found.steps], title=f"Funnel: {found.question.definition.name}"
    )
    if found.parts:
        rows = [
            {found.question.by: part, **_row(row, fmt)}
            for part, every in found.parts.items()
            for row in every
        ]
        print_table(rows, title=f"By {found.question.by}")
    telling = [each for each in found.correlates if each.telling]
    if telling:
        rows = [
            {
                "met before, or came with": f"{each.kind}: {each.value}",
                "customers": each.customers,
                "odds of converting ×": each.odds_ratio,
                "from": each.low,
                "to": each.high,
            }
            for each in telling[:10]
        ]
        print_table(rows, title="What goes with converting (no proof of an effect)")
    if found.open:
        window = lasting(found.question.definition.window_hours * 3600, fmt)
        say(f"{fmt.integer(found.open)} more entered within {window}: not judged yet.")
    elif not found.entered:
        say("Nobody came to the first step.")


def _row(row: Any, fmt: Formats) -> dict[str, Any]:
    def share(name: str) -> str:
        if row[name] is None:
            return "–"
        ends = fmt.interval(row[f"{name}_low"], row[f"{name}_high"], "percent")
        return f"{fmt.percent(row[name])} ({ends})"

    median = row["median_seconds"]
    return {
        "step": row["title"] + (" (optional)" if row["optional"] else ""),
        "customers": row["customers"],
        "of all": share("share"),
        "of the step before": share("step_share"),
        "lost": row["lost"],
        "median time": "–" if median is None else lasting(median, fmt),
    }
