"""Scores of experience: `valence experience nps|csat|ces`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from valence.core.errors import NotFoundError
from valence.experience.apart import BY
from valence.experience.commands.group import experience
from valence.experience.groups_words import chance_said
from valence.experience.scores_answers import Scores, Told, scores_of
from valence.experience.scores_view import weighed
from valence.experience.traits import OF_CUSTOMER
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.kit.format import Formats
from valence.kit.published import Published, published_tables

By = Annotated[str, typer.Option("--by", help=f"Tell answers apart by {', '.join(BY)}.")]
Since = Annotated[
    datetime | None,
    typer.Option("--since", formats=["%Y-%m-%d"], help="First day; else the last twelve months."),
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", formats=["%Y-%m-%d"], help="Last day; else that of the last build."),
]
Weigh = Annotated[
    str,
    typer.Option(
        "--weigh",
        help=f"Let answers stand for all customers by {', '.join(OF_CUSTOMER)}: one or more, "
        "with commas.",
    ),
]
Alike = Annotated[
    bool, typer.Option("--surveys-alike", help="Each survey counts the same, however many answer.")
]
Subject = Annotated[str, typer.Option("--subject", help="own, or a competitor.")]
_SIDES = {
    "nps": ("promoters", "detractors"),
    "csat": ("satisfied", "dissatisfied"),
    "ces": ("easy", "hard"),
}


_HELP = {
    "nps": """Print the net promoter score: of all, by touchpoint or another group, with intervals.

    Example: valence experience nps --by channel
    """,
    "csat": """Print satisfaction: the share of the two best of five answers, with intervals.

    Example: valence experience csat --by touchpoint
    """,
    "ces": """Print effort, asked as "it was easy": the share who agree, so that higher is easier.

    Example: valence experience ces --by channel
    """,
}


def _declare(metric: str, said: str) -> None:
    """Declare the command of one question: all three are asked alike."""

    def score(  # noqa: PLR0913 - what can be asked, each an option
        brand: BrandFolder = HERE,
        by: By = "touchpoint",
        since: Since = None,
        until: Until = None,
        subject: Subject = "own",
        weigh: Weigh = "",
        *,
        surveys_alike: Alike = False,
        as_json: AsJson = False,
    ) -> None:
        asked = {"by": by, "subject": subject, "weigh": weigh, "surveys_alike": surveys_alike}
        _print(metric, brand, (since, until), asked, as_json=as_json)

    score.__doc__ = said
    experience.command(metric, permission="experience:read")(score)


for _metric, _said in _HELP.items():
    _declare(_metric, _said)


def _print(
    metric: str,
    brand: Path,
    period: tuple[datetime | None, datetime | None],
    how: Mapping[str, Any],
    *,
    as_json: bool,
) -> None:
    with published_tables(brand, "answers") as asked:
        since, until = (None if day is None else day.date() for day in period)
        last = until or asked.as_of
        if last is None:
            raise NotFoundError("No figures have been built yet. Run `valence build`.")
        found = scores_of(asked.tables, metric, until=last, since=since, **how)
        if as_json:
            print_json(asked.told(found.told()))
            return
        _say(asked, found)


def _say(asked: Published, found: Scores) -> None:
    if found.all is None:
        say(
            f"Nobody answered {found.metric.upper()} between {found.since} and {found.until}. "
            "Bring answers in: `valence import answers.csv`."
            if found.weighed is None
            else f"No answer of {found.metric.upper()} counts."
        )
        _say_weighed(asked, found)
        return
    rows = [_row(told, found, asked.fmt) for told in (found.all, *found.groups)]
    rows[0][found.by] = "all"
    print_table(rows, title=f"{found.metric.upper()}, {found.since} to {found.until}")
    _say_weighed(asked, found)
    asked.say_day()


def _say_weighed(asked: Published, found: Scores) -> None:
    for said in weighed(found, asked.fmt):
        say(asked.fmt.language.worded(said))


def _row(told: Told, found: Scores, fmt: Formats) -> dict[str, object]:
    said, moved = told.enough, told.moved
    good, bad = _SIDES[found.metric]
    return {
        found.by: told.name or "(not said)",
        "answers": told.n,
        found.metric: fmt.cell(told.score, "float") if said else "not enough data",
        "90 % interval": fmt.interval(told.low, told.high, "short") if said else "",
        good: fmt.percent(told.good_share) if said else "",
        bad: fmt.percent(told.bad_share) if said else "",
        "change": "" if moved is None else f"{moved.difference:+.1f}",
        "by chance": "" if moved is None else chance_said(moved.probability),
    }  # fmt: skip
