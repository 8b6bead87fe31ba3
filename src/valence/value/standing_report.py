"""What `valence value ladder` and `bond` print: plain values, and rows for a terminal."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from valence.core.errors import BadInputError, NotFoundError
from valence.kit.filters import filtered
from valence.kit.format import Formats
from valence.lake.reading import Tables
from valence.value.bond import LEVELS
from valence.value.bond_answers import Bonds, bonds_of
from valence.value.bond_history_view import history_of
from valence.value.bond_view import PART_TITLES
from valence.value.bond_words import BONDS
from valence.value.ladder_answers import Ladder, Mean, ladder_between, ladder_of
from valence.value.ladder_mart import LEAVING, NOBODY_YET
from valence.value.ladder_view import rung_title
from valence.value.live import LiveTables

Rows = list[dict[str, Any]]
_NOT_BUILT = "No figures have been built yet. Run `valence build`, or name a day with `--as-of`."
_LEAVING = (
    "customer_id", "rung", "days_since_order", "gap_days", "value_12m_amount", "worth_amount",
)  # fmt: skip


def ladder(tables: Tables, since: date | None = None) -> Ladder:
    """Return the ladder, with the moves of twelve months, or since another day of live tables.

    Raises
    ------
    NotFoundError
        If nothing has been built.
    BadInputError
        If the other day is not before the day of the tables.
    """
    if since is not None and isinstance(tables, LiveTables):
        if since >= tables.as_of:
            raise BadInputError(
                "Movement runs from an earlier day: {since} is not before {day}.",
                since=since,
                day=tables.as_of,
            )
        return ladder_between(tables, tables.at(since))
    found = ladder_of(tables)
    if found is None:
        raise NotFoundError(_NOT_BUILT)
    return found


def ladder_told(found: Ladder) -> dict[str, Any]:
    """Return the ladder as plain values."""
    return {
        "on_the_ladder": found.on,
        "higher": found.moved(up=True),
        "lower": found.moved(up=False),
        "rungs": [asdict(rung) for rung in reversed(found.rungs)],
        "change_of_yearly_value": {
            "up": asdict(found.change_of(steps=1)),
            "stayed": asdict(found.change_of(steps=0)),
            "down": asdict(found.change_of(steps=-1)),
        },
        "moves": [dict(row) for row in found.moves],
        "leaving": {
            "where": LEAVING,
            "customers": sum(rung.overdue for rung in found.rungs if rung.number > 1),
        },
    }


def leaving(tables: Tables, limit: int, as_of: date | None) -> Rows:
    """Return who is about to step off the ladder, the most valuable of the year first."""
    t = filtered(tables.table("customers"), LEAVING, today=as_of).select(*_LEAVING)
    return tables.rows(t.order_by(t.value_12m_amount.desc(), t.customer_id).limit(limit))


def rung_rows(found: Ladder, fmt: Formats) -> Rows:
    """Return the rungs in words, from the top down."""
    return [
        {
            "rung": str(rung_title(rung.name)),
            "customers": rung.customers,
            "before": rung.before,
            "came up": rung.up,
            "came down": rung.down,
            "stayed": rung.stayed,
            f"value a year ({fmt.currency})": _mean(rung.value),
            "overdue": rung.overdue,
            "may stand higher": rung.unknown,
        }
        for rung in reversed(found.rungs)
    ]


def move_rows(found: Ladder) -> Rows:
    """Return how many moved from each rung to each: a row a rung before, a column a rung now."""
    before = sorted({row["rung_prior_number"] for row in found.moves})
    titles = {rung.number: str(rung_title(rung.name)) for rung in found.rungs}
    titles[NOBODY_YET] = "No customer yet"
    counts = {(r["rung_prior_number"], r["rung_number"]): r["customers"] for r in found.moves}
    return [
        {
            "before \\ now": titles[number],
            **{titles[rung.number]: counts.get((number, rung.number), 0) for rung in found.rungs},
        }
        for number in before
    ]


def leaving_rows(customers: Rows, fmt: Formats) -> Rows:
    """Return who is about to step off, in words."""
    return [
        {
            "customer": row["name"],
            "rung": str(rung_title(row["rung"])),
            "silent, days": row["days_since_order"],
            "own rhythm, days": fmt.number(row["gap_days"], digits=0),
            f"value, 12 months ({fmt.currency})": row["value_12m_amount"],
            "worth": row["worth_amount"],
        }
        for row in customers
    ]


def bond(tables: Tables) -> dict[str, Any]:
    """Return the bonds, now and on earlier days, as plain values.

    Raises
    ------
    NotFoundError
        If nothing has been built.
    """
    found = bonds_of(tables)
    if found is None:
        raise NotFoundError(_NOT_BUILT)
    return {**_bonds_told(found), **history_of(tables).told()}


def _bonds_told(found: Bonds) -> dict[str, Any]:

    def level(name: str, tier: str | None = None) -> dict[str, Any]:
        n, value = found.of(name, tier)
        return {"bond": name, "customers": n, "value_12m_amount": round(value, 4)}

    return {
        "customers": found.customers,
        "index": found.index,
        "bonds": [level(name) for name in reversed(LEVELS)],
        "tiers": [
            {"tier": tier, **{name: found.of(name, tier)[0] for name in LEVELS}}
            for tier in found.tiers
        ],
        "parts": [
            {"part": part.name, "customers": part.known, "mean": part.mean}
            for part in found.parts()
        ],
    }


def bond_rows(told: dict[str, Any], fmt: Formats) -> Rows:
    """Return how many bonds are how strong, in words."""
    everyone = told["customers"] or 1
    return [
        {
            "bond": str(BONDS[row["bond"]]),
            "customers": row["customers"],
            "of all": fmt.percent(row["customers"] / everyone),
            f"value, 12 months ({fmt.currency})": row["value_12m_amount"],
        }
        for row in told["bonds"]
    ]


def bond_later_rows(told: dict[str, Any], fmt: Formats) -> Rows:
    """Return what customers with each bond did in the year after, in words."""
    return [
        {
            "bond a year ago": str(BONDS[row["bond"]]),
            "customers": row["customers"],
            "bought again": fmt.percent(row["bought_again"]),
            "from": fmt.percent(row["low"]),
            "to": fmt.percent(row["high"]),
            f"value, a customer ({fmt.currency})": round(row["value"], 2),
        }
        for row in told["later"]
    ]


def bond_day_rows(told: dict[str, Any], fmt: Formats) -> Rows:
    """Return the share of each bond on earlier days, in words."""
    days: dict[Any, dict[str, Any]] = {}
    for row in told["history"]:
        day = days.setdefault(row["on"], {"on": row["on"], "customers": row["customers"]})
        ends = fmt.interval(row["low"], row["high"], "percent")
        day[str(BONDS[row["bond"]])] = f"{fmt.percent(row['share'])} ({ends})"
    return list(days.values())


def part_rows(told: dict[str, Any], fmt: Formats) -> Rows:
    """Return what the index rests on, in words."""
    return [
        {
            "part": str(PART_TITLES[row["part"]]),
            "customers with data": row["customers"],
            "mean": "no data" if row["mean"] is None else fmt.percent(row["mean"]),
        }
        for row in told["parts"]
    ]


def _mean(mean: Mean) -> str:
    if mean.mean is None or mean.low is None or mean.high is None:
        return f"too few ({mean.n})"
    return f"{mean.mean:,.2f} ({mean.low:,.2f} to {mean.high:,.2f})"
