"""Kano, the value gap, drivers: `valence experience kano|gap|drivers|perceived`."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from valence.core.errors import NotFoundError
from valence.experience.apart import OF_CUSTOMER
from valence.experience.commands.group import experience
from valence.experience.gap import Gap
from valence.experience.research_answers import (
    drivers_found,
    gaps_found,
    kano_found,
    net_value,
    perceived,
    rivals_found,
)
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.kit.published import Published, published_tables

_DEFAULT_BY = f"Only one segment: {', '.join(OF_CUSTOMER)}=NAME, such as tier=top."


def _day(asked: Published) -> date:
    if asked.as_of is None:
        raise NotFoundError("No figures have been built yet. Run `valence build`.")
    return asked.as_of


@experience.command("kano", permission="experience:read")
def kano(
    brand: BrandFolder = HERE,
    segment: Annotated[str, typer.Option("--segment", help=_DEFAULT_BY)] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Print each feature's category by Kano's table, its strength, Better and Worse.

    Example: valence experience kano --segment tier=top
    """
    with published_tables(brand, "answers") as asked:
        by, _, name = segment.partition("=")
        found = kano_found(asked.tables, _day(asked), by=by, segment=name)
        told = found.told()
        if as_json:
            print_json(asked.told({"segment": segment or None, "features": told}))
            return
        fmt = asked.fmt
        print_table(
            [
                {
                    "feature": row["item"],
                    "category": row["category"],
                    "people": row["n"],
                    "better": fmt.percent(row["better"]),
                    "worse": fmt.percent(row["worse"]),
                    "strength": fmt.percent(row["total_strength"]),
                    "clear": "yes" if row["clear"] else "no",
                    "before": row["before"] or "",
                    "became basic": "yes" if row["became_basic"] else "",
                }
                for row in told
            ],
            title="Kano: M must-be, O performance, A attractive, I indifferent, R reverse",
        )
        asked.say_day()


@experience.command("gap", permission="experience:read")
def gap(brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Print expectation less perception by dimension of service, what to mend first on top.

    Example: valence experience gap --json
    """
    with published_tables(brand, "answers") as asked:
        found = gaps_found(asked.tables, _day(asked))
        if as_json:
            rivals = rivals_found(asked.tables, _day(asked))
            print_json(asked.told({"gaps": [_gap(one) for one in found], "felt": rivals}))
            return
        print_table([_gap_row(one) for one in found], title="Value gap")
        asked.say_day()


def _gap(one: Gap) -> dict[str, object]:
    low, high = one.interval() or (None, None)
    return {
        "item": one.item, "n": one.n, "expectation": one.expectation,
        "perception": one.perception, "gap": one.gap, "low": low, "high": high,
        "importance": one.importance, "quadrant": one.quadrant, "at_stake": one.at_stake,
    }  # fmt: skip


def _gap_row(one: Gap) -> dict[str, object]:
    low, high = one.interval() or (None, None)
    return {
        "dimension": one.item,
        "people": one.n,
        "expected": f"{one.expectation:.2f}",
        "felt": f"{one.perception:.2f}",
        "gap": f"{one.gap:+.2f}",
        "90 % interval": "" if low is None else f"{low:+.2f} – {high:+.2f}",
        "importance": "" if one.importance is None else f"{one.importance:.2f}",
        "": one.quadrant or "",
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
        found = drivers_found(asked.tables, _day(asked), outcome=outcome)
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
def perceived_value(brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Print perceived value: functional + emotional + social − time cost − money cost.

    Example: valence experience perceived --json
    """
    with published_tables(brand, "answers") as asked:
        parts = perceived(asked.tables, _day(asked))
        net = net_value(parts)
        if as_json:
            print_json(asked.told({"parts": parts, "net": net}))
            return
        print_table(
            [
                {"brand": part.subject, "part": part.name, "answers": part.n,
                 "mean": f"{part.mean:.2f}", "90 % interval": f"{part.low:.2f} – {part.high:.2f}"}
                for part in parts
            ],
            title="Perceived value",
        )  # fmt: skip
        for subject, value in net.items():
            say(f"{subject}: {value:+.2f} points.")
        asked.say_day()
