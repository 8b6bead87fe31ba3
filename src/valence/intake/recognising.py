"""Recognising: what kind of file its columns show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from valence.core.errors import BadInputError
from valence.intake.mapping import Cell
from valence.intake.reading import Source
from valence.intake.synonyms import IDENTIFIERS, plain, words_for

_NUMBER = re.compile(r"[-(]?\s*\D{0,4}\s*-?\d[\d.,' ]*\)?\s*\D{0,4}")
_DATE = re.compile(
    r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}.*|\d{8}|\d{10}|\d{13}|.*[A-Za-z]{3}.*\d{4}.*"
)
# What makes a file of a kind: every group needs one of its targets.
_MARKS: dict[str, tuple[tuple[str, ...], ...]] = {
    "fx_rates": (("rate",), ("from_currency",), ("quoted_on",)),
    "spend": (("spent_on",), ("cost_amount",), ("impressions", "clicks", "channel", "campaign")),
    "order_lines": (("order_id",), ("product_id", "description"), ("quantity", "unit_price")),
    "orders": (("order_id",), ("ordered_at",), ("net_amount", "gross_amount")),
}
_FURTHER: dict[str, tuple[tuple[str, ...], ...]] = {
    "messages": (("sent_at",), ("message_id", "channel", "campaign")),
    "contacts": (("opened_at",), ("contact_id", "case_id")),
    "feedback": (("answered_at",), ("score", "text")),
    "events": (("occurred_at",), ("name",)),
    "products": (("product_id",), ("name", "category", "list_price")),
}
# A mere `id` numbers orders only where the rest of the row is plainly one.
_WEAK_NUMBERS = {"id", "编号"}
_WEAK_DATES = {plain(word) for word in ("created at", "created", "创建时间", "时间")}


@dataclass(frozen=True, slots=True)
class Recognised:
    """The kind of a file; `unnumbered` are orders that have no number."""

    kind: str
    unnumbered: bool = False


def recognised(source: Source, said: Mapping[str, Cell] | None = None) -> Recognised:
    """Return what kind of file a source is.

    Parameters
    ----------
    source
        The open file.
    said
        What somebody said that columns are, by places such as `columns.order_id`: as good as if
        the columns were called so.

    Raises
    ------
    BadInputError
        If it looks like none of the kinds, or like orders without an amount; the message lists
        its columns.
    """
    told = {p.partition(".")[2]: cell for p, cell in (said or {}).items() if cell.column}
    names = {plain(name) for name in source.names} | {plain(name) for name in told}
    for kind, groups in _MARKS.items():
        if _all(names, kind, groups) and not _numbered_weakly(names, kind):
            return Recognised(kind)
    if _like_orders(source, names, told):
        return Recognised("order_lines", unnumbered=True)
    for kind, groups in _FURTHER.items():
        if _all(names, kind, groups):
            return Recognised(kind)
    if any(plain(word) in names for words in IDENTIFIERS.values() for word in words):
        _refuse_orders_without_amount(source)
        return Recognised("customers")
    raise BadInputError(
        "{file} is not recognised: its columns are {columns}. Say what they are, such as "
        "`--column order_id=NAME --column ordered_at=NAME --column net_amount=NAME`; or have a "
        "mapping to fill in by `valence mapping guess {file} > mapping.yaml`, and give it with "
        "`--mapping mapping.yaml`.",
        file=source.name,
        columns=", ".join(source.names),
    )


def fit(source: Source, name: str, kind: str) -> float:
    """Return the share of sampled cells of a column that look like a type; 1 without cells."""
    cells = [c.strip() for row in source.sample if (c := row[name]) and c.strip()]
    if not cells or kind in {"text", "bool"}:
        return 1.0
    form = _DATE if kind == "date" else _NUMBER
    return sum(form.fullmatch(cell) is not None for cell in cells) / len(cells)


def named(source: Source, words: tuple[str, ...]) -> list[str]:
    """Return the columns that are called so, in the order of the words."""
    ranks = {plain(word): rank for rank, word in reversed(list(enumerate(words)))}
    found = [name for name in source.names if plain(name) in ranks]
    return sorted(found, key=lambda name: ranks[plain(name)])


def _all(names: set[str], kind: str, groups: tuple[tuple[str, ...], ...]) -> bool:
    return all(
        any(plain(word) in names for target in group for word in words_for(kind, target))
        for group in groups
    )


def _numbered_weakly(names: set[str], kind: str) -> bool:
    """Whether only a column `id` could be the order number, and little else tells of an order."""
    numbers = {plain(word) for word in words_for(kind, "order_id")} & names
    if kind != "order_lines" or not numbers <= _WEAK_NUMBERS:
        return False
    dates = {plain(word) for word in words_for(kind, "ordered_at")} & names
    quantity = {plain(word) for word in words_for(kind, "quantity")} & names
    return not (quantity and dates - _WEAK_DATES)


def _refuse_orders_without_amount(source: Source) -> None:
    """Refuse what would be taken for customers, though each row has the number of an order."""
    numbers = named(source, words_for("orders", "order_id"))
    numbers = [name for name in numbers if plain(name) not in _WEAK_NUMBERS]
    dates = named(source, words_for("orders", "ordered_at"))
    dates = [name for name in dates if plain(name) not in _WEAK_DATES and fit(source, name, "date")]
    if not (numbers and dates):
        return
    raise BadInputError(
        "{file} looks like orders without an amount: {number!r} is an order number and {date!r} a "
        "date, but no column is known as an amount (its columns are {columns}). If one is, say so: "
        "`--column net_amount=NAME`. If the rows are customers, write `kind: customers` in a "
        "mapping (`valence mapping guess {file} > mapping.yaml`), and give it with "
        "`--mapping mapping.yaml`.",
        file=source.name,
        number=numbers[0],
        date=dates[0],
        columns=", ".join(source.names),
    )


def _like_orders(source: Source, names: set[str], said: Mapping[str, Cell]) -> bool:
    """Whether rows have a date of purchase and an amount, though no order number."""

    def given(target: str, kind: str) -> list[str]:
        if target in said:
            return list(said[target].column)
        found = named(source, words_for("orders", target))
        return [name for name in found if fit(source, name, kind) >= 0.5]

    dates = [name for name in given("ordered_at", "date") if plain(name) not in _WEAK_DATES]
    amounts = given("net_amount", "number") or given("gross_amount", "number")
    priced = given("unit_price", "number") and given("quantity", "number")
    told = {plain(word) for word in words_for("feedback", "score")} & names
    return bool(dates and (amounts or priced) and not told)
