"""Telling at the terminal: the summary of an import, to be checked against the source."""

from __future__ import annotations

from typing import Any

from valence.intake.log import months_of
from valence.intake.summary import FileSummary, ImportSummary
from valence.kit.commands import cell, print_table, say


def told(summary: ImportSummary) -> None:
    """Print a summary: file by file, control totals, months; then warnings and the next step."""
    for file in summary.files:
        print_table(
            [{"what": what, "value": value} for what, value in _facts(file)],
            {"what": file.file, "value": file.kind},
        )
    if months := months_of(summary):
        print_table(
            [
                {"month": m.month, "rows": m.rows, "orders": m.orders, "amount": m.amount}
                for m in months
            ],
            title="By month",
        )
    for warning in (*summary.warnings, *(w for file in summary.files for w in file.warnings)):
        say(warning)
    say(_next(summary))


def _facts(file: FileSummary) -> list[tuple[str, str]]:
    """Return the figures of a file, worded: a table of one file reads downwards."""
    totals = file.totals
    facts: list[tuple[str, Any]] = [
        ("rows read", file.read),
        ("new", file.new),
        ("updated", file.updated),
        ("unchanged", file.unchanged),
        ("in quarantine", file.quarantined),
    ]
    if file.kind in {"orders", "order_lines"}:
        facts += [
            ("orders", totals.orders),
            ("customers", totals.customers),
            ("quantity", totals.quantity),
            ("amount without tax", totals.amount),
            ("rows without customer", totals.without_customer),
            ("their amount", totals.without_customer_amount),
        ]
        if totals.cancelled:
            facts += [
                ("cancelled orders", totals.cancelled),
                ("their amount", totals.cancelled_amount),
            ]
    elif totals.customers:
        facts.append(("customers", totals.customers))
    if file.first:
        facts += [("from", file.first), ("to", file.last)]
    return [(what, cell(value)) for what, value in facts]


def _next(summary: ImportSummary) -> str:
    if summary.files and all(file.skipped for file in summary.files):
        return "Nothing changed: these very files were imported before."
    if summary.quarantined:
        return "Next: valence quarantine list, then valence build."
    return "Next: valence build, then valence serve."
