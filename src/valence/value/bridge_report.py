"""What `valence value bridge` prints: the bridge as plain values, and its rows for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from valence.core.errors import BadInputError, NotFoundError, did_you_mean
from valence.kit.format import Formats
from valence.lake.reading import Tables
from valence.value.bridge import LOST, NOBODY, SHRUNK, customer_moves
from valence.value.bridge_answers import BARS, Bridge, bridge_between, bridge_of, by_of
from valence.value.bridge_mart import DIMENSIONS
from valence.value.words import segment_title

Rows = list[dict[str, Any]]
_OF_CUSTOMER = (
    "customer_id", "opening_amount", "change_amount", "closing_amount", "last_order_on",
)  # fmt: skip


def bridge(tables: Tables, since: date | None, by: str) -> tuple[Bridge, dict[str, Any]]:
    """Return the bridge up to the day of the tables, and what `--json` tells of it.

    Raises
    ------
    NotFoundError
        If nothing has been built.
    BadInputError
        If the bridge is not told by that dimension.
    """
    if by and by not in DIMENSIONS:
        raise BadInputError(
            "The bridge is not told by {by!r}. {fix}", by=by, fix=did_you_mean(by, DIMENSIONS)
        )
    found = bridge_of(tables)
    if found is None:
        raise NotFoundError(
            "No figures have been built yet. Run `valence build`, or name a day with `--to`."
        )
    other = since if since != found.since else None
    if other is not None:
        found = bridge_between(tables, found.as_of, other) or found
    told: dict[str, Any] = {
        "opening_on": found.since,
        "closing_on": found.as_of,
        "value_basis": found.basis,
        "opening_is_whole": found.whole,
        "opening_amount": found.opening,
        "closing_amount": found.closing,
        "moves": found.lines(),
    }
    return found, {**told, **({"by": by, "items": by_of(tables, by, other)} if by else {})}


def customers_of(tables: Tables, found: Bridge, move: str, limit: int) -> dict[str, Any]:
    """Return the customers of one bar, those who moved most first.

    Raises
    ------
    BadInputError
        If there is no such bar.
    """
    if move not in BARS:
        raise BadInputError(
            "The bridge has no bar {move!r}. {fix}", move=move, fix=did_you_mean(move, BARS)
        )
    orders, customers = tables.table("order_facts"), tables.table("customers")
    moves = customer_moves(orders, as_of=found.as_of, since=found.since, table=customers)
    own = moves.filter(moves.move == move)
    by = own.change_amount.asc() if move in (LOST, SHRUNK) else own.change_amount.desc()
    rows = tables.rows(own.order_by(by, own.customer_id).select(*_OF_CUSTOMER).limit(limit))
    return {"move": move, "total": found.moves[move]["customers"], "customers": rows}


def line_rows(found: Bridge, fmt: Formats) -> Rows:
    """Return the bridge in words."""
    return [
        {
            "move": line["move"],
            "customers": "" if line["move"] == NOBODY else line["customers"],
            f"{found.since} ({fmt.currency})": line["opening_amount"],
            "change": line["change_amount"],
            f"{found.as_of} ({fmt.currency})": line["closing_amount"],
        }
        for line in found.lines()
    ]


def by_rows(items: Sequence[Mapping[str, Any]], by: str) -> Rows:
    """Return the bridge by a dimension in words."""
    return [
        {
            by: str(segment_title(row["name"])) if by == "segment" and row["name"] else row["name"],
            "opening": row["opening_amount"],
            **{move: row[f"{move}_amount"] for move in BARS},
            "closing": row["closing_amount"],
        }
        for row in items
    ]


def customer_rows(found: Sequence[Mapping[str, Any]]) -> Rows:
    """Return the customers of a bar in words."""
    return [
        {
            "customer": row["name"],
            "opening": row["opening_amount"],
            "change": row["change_amount"],
            "closing": row["closing_amount"],
            "last order": str(row["last_order_on"] or "–"),
        }
        for row in found
    ]
