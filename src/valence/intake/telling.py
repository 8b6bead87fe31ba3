"""Telling at the terminal: the summary of an import, to be checked against the source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from valence.core.settings import Brand
from valence.intake.log import months_of
from valence.intake.summary import FileSummary, ImportSummary
from valence.intake.titles import KIND_TITLES
from valence.kit.commands import cell, print_table, say

_AMOUNT = "amount without tax"
_FURTHER = (
    "orders", "customers", "quantity", _AMOUNT, "rows without customer", "their amount",
    "orders called off", "amount of these", "from", "to",
)  # fmt: skip

_ORIGINS = {
    "ready": "known to Valence",
    "kept": "as confirmed before",
    "guessed": "guessed",
    "given": "as given",
}
_OTHERWISE = (
    "To read a form known to Valence otherwise: valence mapping guess FILE > mapping.yaml, change "
    "it, then valence import FILE --mapping mapping.yaml. It is kept for the next file."
)


def told(summary: ImportSummary, brand: Brand) -> None:
    """Print a summary: file by file, control totals, months; then remarks and the next step."""
    zone = ZoneInfo(brand.settings.brand.timezone)
    facts = [_facts(file, zone) for file in summary.files]
    if len(facts) == 1:
        _print_downwards(summary.files[0], facts[0])
    elif facts:
        _print_side_by_side(summary.files, facts)
    _print_months(summary)
    for remark in (*summary.warnings, *(w for file in summary.files for w in file.warnings)):
        say(remark)
    if any(file.origin == "ready" for file in summary.files):
        say(_OTHERWISE)
    say(_next(summary))


def _print_downwards(file: FileSummary, facts: Mapping[str, Any]) -> None:
    """Print the figures of one file, one below the other."""
    print_table(
        [{"what": what, "value": _cell(value)} for what, value in facts.items()],
        {"what": file.file, "value": _kind(file)},
        right=("value",),
    )


def _print_side_by_side(files: Sequence[FileSummary], facts: Sequence[Mapping[str, Any]]) -> None:
    """Print two tables with a row for each file: what became of it, and what it adds up to."""
    landed = (
        "read by", "rows read", "new", "updated", "unchanged", "repeated", "left out", "of nobody",
        "in quarantine",
    )  # fmt: skip
    names = [name for name in landed if any(name in one for one in facts)]
    print_table(
        [
            {"file": file.file, "holds": _kind(file)} | {name: one.get(name) for name in names}
            for file, one in zip(files, facts, strict=True)
        ],
        title="What became of the rows",
    )
    further = [name for name in _FURTHER if any(name in one for one in facts)]
    rows: list[dict[str, Any]] = [
        {"file": file.file, **{name: _cell(one[name]) if name in one else None for name in further}}
        for file, one in zip(files, facts, strict=True)
        if any(name in one for name in further)
    ]
    if rows:
        print_table(rows, title="To compare with the source", right=further)


def _print_months(summary: ImportSummary) -> None:
    months = months_of(summary)
    if not months:
        return
    priced = any(month.amount for month in months)
    rows = [
        {"month": m.month, "rows": m.rows, "orders": m.orders}
        | ({_AMOUNT: m.amount} if priced else {})
        for m in months
    ]
    if len(rows) > 1:  # an order whose lines stand in two months counts in both
        amount = {_AMOUNT: sum((m.amount for m in months), Decimal(0))} if priced else {}
        rows.append({"month": "together", "rows": sum(m.rows for m in months), **amount})
    print_table(rows, title="By month")


def _facts(file: FileSummary, zone: ZoneInfo) -> dict[str, Any]:
    """Return the figures of a file by their names; what it cannot tell is left out."""
    totals = file.totals
    facts: dict[str, Any] = {"read by": _form(file)} if file.form else {}
    facts["rows read"] = file.read
    if file.kind != "lookup":  # which only helps other files
        facts |= {"new": file.new, "updated": file.updated, "unchanged": file.unchanged}
        some = {"repeated": file.repeated, "left out": file.outranked, "of nobody": file.unnamed}
        facts |= {name: rows for name, rows in some.items() if rows}
        facts["in quarantine"] = file.quarantined
    if file.kind in {"orders", "order_lines"}:
        facts |= {"orders": totals.orders, "customers": totals.customers}
        facts |= {} if totals.quantity is None else {"quantity": totals.quantity}
        facts |= {} if totals.amount is None else {_AMOUNT: totals.amount}
        if totals.without_customer:
            facts["rows without customer"] = totals.without_customer
            facts["their amount"] = totals.without_customer_amount
        if totals.cancelled:
            facts["orders called off"] = totals.cancelled
            facts |= {"amount of these": off} if (off := totals.cancelled_amount) else {}
    elif totals.customers:
        facts["customers"] = totals.customers
    if file.first and file.last:
        first, last = file.first.astimezone(zone), file.last.astimezone(zone)
        days = first.time() == last.time() == time()  # of a source that tells no time of day
        facts |= {"from": first.date() if days else first, "to": last.date() if days else last}
    return facts


def _form(file: FileSummary) -> str:
    how = _ORIGINS.get(file.origin, "")
    return f"{file.form} ({how})" if how else file.form


def _cell(value: Any) -> str:
    """Return a figure as a cell; units that are whole have no decimals."""
    whole = isinstance(value, float) and value.is_integer()
    return cell(int(value)) if whole else cell(value)


def _kind(file: FileSummary) -> str:
    kind = str(KIND_TITLES.get(file.kind, file.kind))
    return f"{kind}, {file.again}" if file.again else kind


def _next(summary: ImportSummary) -> str:
    if summary.files and all(file.skipped for file in summary.files):
        return "Nothing changed: these very files were imported before."
    if not summary.read:
        return "Next: export the file again with its rows, and import it."
    if summary.quarantined:
        return "Next: valence quarantine list, then valence build."
    return "Next: valence build, then valence serve."
