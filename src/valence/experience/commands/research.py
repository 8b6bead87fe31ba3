"""Kano, the value gap, drivers: `valence experience kano|gap|drivers|perceived`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from valence.core.errors import BadInputError, NotFoundError
from valence.experience.commands.group import experience
from valence.experience.kano_answers import kano_found, kano_segments, segments_told
from valence.experience.perceived_answers import perceived
from valence.experience.research_answers import Importance, drivers_found, gaps_found, rivals_found
from valence.experience.research_view import importance_said
from valence.experience.traits import OF_CUSTOMER
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.kit.format import Formats
from valence.kit.published import Published, published_tables

_DEFAULT_BY = f"Only one segment: {', '.join(OF_CUSTOMER)}=NAME, such as tier=top."


def day_of(asked: Published) -> date:
    """Return the day that figures stand for."""
    if asked.as_of is None:
        raise NotFoundError("No figures have been built yet. Run `valence build`.")
    return asked.as_of


@experience.command("kano", permission="experience:read")
def kano(
    brand: BrandFolder = HERE,
    segment: Annotated[str, typer.Option("--segment", help=_DEFAULT_BY)] = "",
    by: Annotated[
        str, typer.Option("--by", help=f"Segment by segment: {', '.join(OF_CUSTOMER)}.")
    ] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Print each feature's category by Kano's table, its strength, Better and Worse.

    Example: valence experience kano --segment tier=top
    """
    with published_tables(brand, "answers") as asked:
        trait, equals, name = segment.partition("=")
        if by and segment:
            raise BadInputError("Give --by (segment by segment) or --segment (only one), not both.")
        if segment and not equals:
            raise BadInputError(
                "{segment!r} names no segment. Write what and which, such as tier=top.",
                segment=segment,
            )
        if by:
            _by_segment(asked, by, as_json=as_json)
            return
        found = kano_found(asked.tables, day_of(asked), by=trait, segment=name)
        told = found.told()
        if as_json:
            print_json(asked.told({"segment": segment or None, "features": told}))
            return
        fmt = asked.fmt
        print_table(
            [
                {
                    "feature": row["item"],
                    "category": row["category"] or "not enough data",
                    "people": row["n"],
                    "better": fmt.percent(row["better"]),
                    "worse": fmt.percent(row["worse"]),
                    "strength": fmt.percent(row["total_strength"]),
                    "clear": fmt.yes_no(row["clear"]),
                    "before": row["before"] or "",
                    "became basic": "yes" if row["became_basic"] else "",
                }
                for row in told
            ],
            title="Kano: M must-be, O performance, A attractive, I indifferent, R reverse",
        )
        asked.say_day()


def _by_segment(asked: Published, by: str, *, as_json: bool) -> None:
    told = segments_told(kano_segments(asked.tables, day_of(asked), by))
    if as_json:
        print_json(asked.told({"by": by, "features": told}))
        return
    print_table(
        [
            {
                by: row["segment"],
                "feature": row["item"],
                "people": row["n"],
                "category": row["category"] or "not enough data",
                "better": asked.fmt.percent(row["better"]),
                "worse": asked.fmt.percent(row["worse"]),
                "clear": asked.fmt.yes_no(row["clear"]),
            }
            for row in told
        ],
        title=f"Kano by {by}",
    )
    asked.say_day()


@experience.command("gap", permission="experience:read")
def gap(
    brand: BrandFolder = HERE,
    importance: Annotated[
        Importance,
        typer.Option(help="stated: as people said; derived: as it moves satisfaction."),
    ] = "stated",
    *,
    as_json: AsJson = False,
) -> None:
    """Print expectation less perception by dimension of service, what to mend first on top.

    Example: valence experience gap --importance derived
    """
    with published_tables(brand, "answers") as asked:
        found = gaps_found(asked.tables, day_of(asked), importance=importance)
        told = found.told()
        if as_json:
            rivals = rivals_found(asked.tables, day_of(asked))
            print_json(asked.told({**told, "felt": rivals}))
            return
        print_table([_gap_row(row) for row in told["gaps"]], title="Value gap")
        say(asked.fmt.language.worded(importance_said(found, asked.fmt)))
        asked.say_day()


def _gap_row(row: dict[str, Any]) -> dict[str, object]:
    if row["gap"] is None:
        return {"dimension": row["item"], "people": row["n"], "gap": "not enough data"}
    return {
        "dimension": row["item"],
        "people": row["n"],
        "expected": f"{row['expectation']:.2f}",
        "felt": f"{row['perception']:.2f}",
        "gap": f"{row['gap']:+.2f}",
        "90 % interval": "" if row["low"] is None else f"{row['low']:+.2f} – {row['high']:+.2f}",
        "importance": "" if row["importance"] is None else f"{row['importance']:.2f}",
        "": row["quadrant"] or "",
    }


@experience.command("drivers", permission="experience:read")
def drivers(
    brand: BrandFolder = HERE,
    outcome: Annotated[str, typer.Option(help="nps, csat or ces.")] = "nps",
    *,
    as_json: AsJson = False,
) -> None:
    """Print what moves a score: each driver's share of what is explained, with its interval.

    Example: valence experience drivers --outcome csat
    """
    with published_tables(brand, "answers") as asked:
        found = drivers_found(asked.tables, day_of(asked), outcome=outcome)
        if as_json:
            print_json(asked.told({"outcome": outcome, "found": found}))
            return
        fmt = asked.fmt
        print_table(
            [
                {
                    "driver": one.name,
                    "explains": fmt.percent(one.share),
                    "90 % interval": fmt.interval(one.low, one.high, "percent"),
                    "correlation": f"{one.correlation:+.2f}",
                }
                for one in found.drivers
            ],
            title=f"What moves {outcome.upper()}: R² {found.r_squared:.3f}, n = {found.n:,}, "
            f"by {found.method}",
        )
        asked.say_day()


@experience.command("perceived", permission="experience:read")
def perceived_value(
    brand: BrandFolder = HERE,
    by: Annotated[
        str, typer.Option("--by", help=f"Segment by segment: {', '.join(OF_CUSTOMER)}.")
    ] = "tier",
    *,
    as_json: AsJson = False,
) -> None:
    """Print perceived value: functional + emotional + social − time cost − money cost.

    Example: valence experience perceived --by main_channel
    """
    with published_tables(brand, "answers") as asked:
        found = perceived(asked.tables, day_of(asked), by=by)
        if as_json:
            print_json(asked.told(found.told()))
            return
        told, fmt = found.told(), asked.fmt
        for title, rows in (("Brand by brand", "brands"), (f"By {by}", "segments"),
                            ("By what customers perceive", "thirds")):  # fmt: skip
            if told[rows]:
                print_table([_net_row(row, fmt) for row in told[rows]], title=title)
        asked.say_day()


def _net_row(row: dict[str, Any], fmt: Formats) -> dict[str, object]:
    if row["net"] is None:
        return {"": row["name"] or "(not known)", "people": row["n"], "left": "not enough data"}
    return {
        "": row["name"] or "(not known)",
        "people": row["n"],
        "gets": f"{row['gets']:.2f}",
        "gives": f"{row['gives']:.2f}",
        "left": f"{row['net']:+.2f}",
        "90 % interval": f"{row['low']:+.2f} – {row['high']:+.2f}",
        "worth": fmt.money_short(row["worth"]),
    }
