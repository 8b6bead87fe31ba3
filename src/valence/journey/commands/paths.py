"""How customers go: `valence journey paths`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from valence.core.errors import NotFoundError
from valence.journey.commands.group import journey
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.paths import view
from valence.journey.paths.answers import Ways, paths_told, variants_of, ways_of
from valence.journey.paths.question import GAP_DAYS, MART, MOST_DAYS, Question
from valence.journey.paths.words import pair, way
from valence.kit.built import defined_in
from valence.kit.codes import lasting
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.kit.published import published_tables


@journey.command("paths", permission="journey:read")
def paths(  # noqa: PLR0913 - the options of a command
    brand: BrandFolder = HERE,
    start: Annotated[str, typer.Option("--from", help="Ways from this touchpoint on.")] = "",
    end: Annotated[str, typer.Option("--to", help="Ways to this touchpoint.")] = "",
    segment: Annotated[str, typer.Option(help="Only customers that fit this rule.")] = "",
    days: Annotated[
        int, typer.Option(min=0, max=MOST_DAYS, help="Only the last days; 0: all.")
    ] = 0,
    gap: Annotated[
        int, typer.Option(min=1, max=MOST_DAYS, help="Days of nothing that end a journey.")
    ] = GAP_DAYS,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Rows of each table.")] = 15,
    *,
    as_json: AsJson = False,
) -> None:
    """Print which ways journeys take, and which touchpoint follows which.

    Example: valence journey paths --from "service contact" --segment 'orders > 2'
    """
    question = Question(start, end, segment, days, gap)
    with published_tables(brand, MART) as asked:
        if asked.as_of is None:
            raise NotFoundError("No figures have been built yet. Run `valence build`.")
        if as_json:
            journey_now = defined_in(
                asked.house, asked.tables, JOURNEY_KIND, JourneyDefinition, MART
            )
            told = paths_told(
                asked.tables, question, asked.as_of, within_days=journey_now.repeat_days
            )
            print_json(asked.told(told))
            return
        found, fmt = ways_of(asked.tables, question, asked.as_of), asked.fmt
        answer = view.ways_answer(found, fmt)
        say(" ".join(str(part) for part in (answer.core, answer.rest) if part))
        _print_edges(found, fmt, limit)
        _print_variants(asked.tables, question, asked.as_of, fmt, limit)
        left = found.walked
        if left.customers_left_out:
            say(f"{left.customers_left_out:,} customers with more than {left.most_steps:,} steps "
                f"each are left out ({left.steps_left_out:,} steps).")  # fmt: skip
        asked.say_day()


def _print_edges(found: Ways, fmt: Any, limit: int) -> None:
    start, end = found.question.start, found.question.end
    edges = [
        edge
        for edge in found.edges
        if (not start or edge["from_touchpoint"] == start)
        and (not end or edge["to_touchpoint"] == end)
    ]
    rows = [
        {
            "step": pair(edge["from_touchpoint"], edge["to_touchpoint"], fmt),
            "times": edge["steps"],
            "customers": edge["customers"],
            "median": lasting(edge["median_seconds"], fmt),
            "90 % within": lasting(edge["p90_seconds"], fmt),
        }
        for edge in edges[:limit]
    ]
    if rows:
        print_table(rows, title=f"Which follows which: {len(rows):,} of {len(edges):,}")
    else:
        say("Nobody went this way.")


def _print_variants(tables: Any, question: Question, as_of: date, fmt: Any, limit: int) -> None:
    if question.start or question.end:
        return
    found = variants_of(tables, question, as_of)
    rows = [
        {
            "way": way(row["path"], fmt, cut=row["cut"]),
            "journeys": row["journeys"],
            "share": fmt.percent(row["share"]),
            "covered": fmt.percent(row["covered"]),
        }
        for row in found.rows[:limit]
    ]
    if rows:
        print_table(rows, title=f"Most frequent ways of {found.journeys:,} journeys")
