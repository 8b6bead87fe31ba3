"""Quick answers on the page of customers: how many fit, what they carry, tiers and segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from valence.audience.words import quoted, worded
from valence.core.messages import Message, message
from valence.kit.ask import Asked
from valence.kit.codes import SEGMENTS, TIERS
from valence.kit.filters import filtered
from valence.kit.languages import by_number
from valence.kit.page import Answer, Tab, Words
from valence.kit.tables import TableView
from valence.lake.reader import Reader


def answer(ask: Asked, shown: TableView) -> Answer | None:
    """Return how many customers the rule finds and what they carry; None for a faulty rule."""
    if shown.fault:
        return None
    if not shown.total:
        return Answer(message("No customer fits this rule."))
    return _of_rule(ask, shown) if shown.query.where else _of_all(ask, shown.total)


def _of_all(ask: Asked, customers: int) -> Answer:
    fmt, (_, whole) = ask.format, _everybody(ask)
    core = message(
        "{n} customers brought {value} in all.",
        n=fmt.integer(customers),
        value=fmt.money_short(whole),
    )
    row = ask.reader.one(ask.reader.table("value_summary").select("repeat_share", "buyers"))
    if row is None or not row["buyers"]:
        return Answer(core, rest=message("None of them has a purchase: there are returns only."))
    rest = message(
        "{repeat} of those who bought came back for a second order.",
        repeat=fmt.percent(row["repeat_share"]),
    )
    return Answer(core, rest=rest)


def breadth_of(ask: Asked) -> str | None:
    """Return what the breadth of the customers counts: categories, products, or mixed."""
    row = ask.reader.one(ask.reader.table("value_summary").select("breadth_of"))
    return None if row is None else row["breadth_of"]


def horizon_of(ask: Asked) -> int | None:
    """Return how many months ahead the worth of customers covers; None before it was foretold."""
    if not ask.reader.has("value_model"):
        return None
    t = ask.reader.table("value_model")
    named = t.filter(t.kind == "setting", t.name == "horizon_months")
    row = ask.reader.one(named.select("value"))
    return None if row is None else int(row["value"])


def _of_rule(ask: Asked, shown: TableView) -> Answer:
    fmt, (customers, whole) = ask.format, _everybody(ask)
    kept = filtered(ask.reader.table("customers"), shown.query.where, today=ask.as_of)
    sums = ask.reader.one(kept.agg(value=kept.value_amount.sum()))
    value = float(sums["value"]) if sums else 0.0
    values = {"n": fmt.integer(shown.total), "value": fmt.money_short(value)}
    if whole <= 0 or not customers:
        return Answer(message("{n} customers fit; they brought {value}.", **values))
    part = fmt.percent(value / whole)
    core = by_number(
        shown.total,
        message("1 customer fits and brought {value}, {part} of the value.", part=part, **values),
        message(
            "{n} customers fit; they brought {value}, {part} of the value.", part=part, **values
        ),
    )
    return Answer(
        core, message("{share} of all customers", share=fmt.percent(shown.total / customers))
    )


def _everybody(ask: Asked) -> tuple[int, float]:
    """All customers and all they brought, from the few rows of the tiers."""
    if not ask.reader.has("value_tiers"):
        return 0, 0.0
    t = ask.reader.table("value_tiers")
    sums = ask.reader.one(t.agg(customers=t.customers.sum(), value=t.value_amount.sum())) or {}
    return int(sums.get("customers") or 0), float(sums.get("value") or 0)


def tiers(ask: Asked, where: str) -> list[Tab]:
    """Return the value tiers as quick filters, and everybody."""
    rows: list[dict[str, Any]] = []
    if ask.reader.has("value_tiers"):
        t = ask.reader.table("value_tiers")
        rows = ask.reader.rows(t.order_by(t.tier_number))
    everybody = Tab(message("All"), ask.here(where=None, cursor=None), current=not where)
    return [everybody, *(_tab(ask, where, "tier", row, TIERS) for row in rows)]


def segments(ask: Asked, where: str) -> list[Tab]:
    """Return the segments as quick filters, the most valuable first."""
    if not ask.reader.has("segments"):
        return []
    t = ask.reader.table("segments")
    sums = t.group_by("segment").agg(customers=t.customers.sum(), value=t.value_amount.sum())
    rows = ask.reader.rows(sums.order_by(sums.value.desc()))
    return [_tab(ask, where, "segment", row, SEGMENTS) for row in rows]


def _tab(
    ask: Asked, where: str, column: str, row: dict[str, Any], names: Mapping[str, Message]
) -> Tab:
    rule = f"{column} == {quoted(row[column])}"
    label = message(
        "{name} {n}",
        name=worded(names, row[column]),
        n=ask.format.integer(int(row["customers"])),
    )
    return Tab(label, ask.here(where=rule, cursor=None), current=where == rule)


def found_rows(reader: Reader, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return what is published of some customers, in the given order."""
    if not ids or not reader.has("customers"):
        return [{"customer_id": one} for one in ids]
    t = reader.table("customers")
    names = ("customer_id", "value_amount", "tier", "segment", "orders", "last_order_on")
    rows = reader.rows(t.filter(t.customer_id.isin(list(ids))).select(*names))
    by_id = {row["customer_id"]: row for row in rows}
    return [by_id.get(one, {"customer_id": one}) for one in ids]


def tier_and_segment(row: dict[str, Any]) -> tuple[Words, Words]:
    """Return the names of a customer's tier and segment."""
    return worded(TIERS, row.get("tier")), worded(SEGMENTS, row.get("segment"))
