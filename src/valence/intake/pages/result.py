"""The result of an import: figures that a user can check against the source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from valence.core.messages import Message, message
from valence.intake.log import months_of
from valence.intake.summary import FileSummary, ImportSummary
from valence.intake.titles import KIND_TITLES
from valence.kit.ask import Asked
from valence.kit.charts import Bar, Chart, DataTable, Line, bars, lines
from valence.kit.languages import by_number
from valence.kit.page import Answer, Figure, How, Step

# What a file tells: its title, how a cell shows it, and where it stands in the summary.
_Fact = tuple[Message, str, Callable[[FileSummary], Any]]
AMOUNT = message("Amount without tax")
FEW = 3  # fewer months are bars: a line needs places to go between
CHECK = How(
    message(
        "The figures are those of the source: rows as the file has them, amounts in its own "
        "currency and without tax, returns counted against sales. Compare them with the report "
        "that the source's own system gives for the same time."
    ),
    formula=message(
        "rows read = new + updated + unchanged + repeated in the file + left out + quarantined"
    ),
    inputs=("imports",),
)


def result_parts(
    ask: Asked, summary: ImportSummary, held: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """Return what the result page shows of a summary.

    Parameters
    ----------
    ask
        Who looks.
    summary
        What the import did.
    held
        Rows of each file that stand in quarantine now; those of the summary by default.
    """
    now_held = sum(held.values()) if held is not None else summary.quarantined
    told = _told(summary)
    return {
        "answer": _answer(ask, summary),
        "figures": _figures(ask, summary, now_held),
        "columns": [(said, kind) for said, kind, _ in told],
        "files": [_file(file, told, (held or {}).get(file.file)) for file in summary.files],
        "warnings": _warnings(summary),
        "chart": _chart(ask, summary),
        "how": CHECK,
        "next": _next(summary, now_held),
    }


def _warnings(summary: ImportSummary) -> list[Message]:
    """Return what is to be minded, without what tells a command: the page has links for that."""
    found = [*summary.warnings, *(w for file in summary.files for w in file.warnings)]
    return [warning for warning in found if "`valence " not in warning.text]


def _answer(ask: Asked, summary: ImportSummary) -> Answer:
    if summary.files and all(file.skipped for file in summary.files):
        return Answer(message("Nothing changed: these very files were imported before."))
    number = ask.format.integer
    rest: Message | str = message("Every row landed.")
    if summary.quarantined:
        rest = by_number(
            summary.quarantined,
            message("1 row could not land and stands in quarantine."),
            message(
                "{n} rows could not land and stand in quarantine.", n=number(summary.quarantined)
            ),
        )
    return Answer(
        message(
            "{read} rows read: {new} new, {updated} updated, {unchanged} unchanged.",
            read=number(summary.read),
            new=number(summary.new),
            updated=number(summary.updated),
            unchanged=number(summary.unchanged),
        ),
        rest=rest,
    )


def _figures(ask: Asked, summary: ImportSummary, held: int) -> list[Figure]:
    number = ask.format.integer
    without = summary.without_customer
    return [
        Figure(message("Rows read"), number(summary.read)),
        Figure(message("New rows"), number(summary.new), _updated(ask, summary)),
        Figure(
            message("Rows in quarantine"),
            number(held),
            message("of this import"),
            href="/quarantine" if held else "",
        ),
        Figure(
            message("Rows without customer"),
            number(without),
            message("kept and counted apart") if without else message("every row names one"),
        ),
    ]


def _updated(ask: Asked, summary: ImportSummary) -> Message:
    return message(
        "{updated} updated, {unchanged} unchanged",
        updated=ask.format.integer(summary.updated),
        unchanged=ask.format.integer(summary.unchanged),
    )


_EVERY: tuple[_Fact, ...] = (
    (message("Rows read"), "int", lambda file: file.read),
    (message("New rows"), "int", lambda file: file.new),
)
_SOME: tuple[_Fact, ...] = (
    (message("Updated"), "int", lambda file: file.updated),
    (message("Unchanged"), "int", lambda file: file.unchanged),
    (message("Quarantined"), "int", lambda file: file.quarantined),
    (message("Repeated in the file"), "int", lambda file: file.repeated or None),
    (
        message("Left out: a more trusted source tells them"),
        "int",
        lambda file: file.outranked or None,
    ),
    (message("Name nobody"), "int", lambda file: file.unnamed or None),
    (message("From"), "instant", lambda file: file.first),
    (message("To"), "instant", lambda file: file.last),
    (message("Customers"), "int", lambda file: file.totals.customers),
    (message("Orders"), "int", lambda file: _ordered(file, file.totals.orders)),
    (message("Quantity"), "quantity", lambda file: _ordered(file, file.totals.quantity)),
    (AMOUNT, "float", lambda file: _ordered(file, file.totals.amount)),
    (
        message("Rows without customer"),
        "int",
        lambda file: _ordered(file, file.totals.without_customer),
    ),
    (
        message("Their amount without tax"),
        "float",
        lambda file: _ordered(file, file.totals.without_customer_amount),
    ),
    (message("Orders called off"), "int", lambda file: file.totals.cancelled or None),
)


def _ordered(file: FileSummary, value: Any) -> Any:
    """Return a figure that only files of orders have."""
    return value if file.kind in {"orders", "order_lines"} else None


def _told(summary: ImportSummary) -> list[_Fact]:
    """Return what every file tells, and what at least one of them tells."""
    return [*_EVERY, *(fact for fact in _SOME if any(fact[2](file) for file in summary.files))]


def _file(file: FileSummary, told: Sequence[_Fact], held: int | None) -> dict[str, Any]:
    return {
        "file": file,
        "kind": KIND_TITLES.get(file.kind, file.kind),
        "form": _form(file),
        "cells": [(tell(file), kind) for _, kind, tell in told],
        "held": file.quarantined if held is None else held,
    }


def _form(file: FileSummary) -> Message | None:
    """Say by which form a file was read, where nobody confirmed it."""
    if file.origin != "ready":
        return None
    return message("Read as {form}", form=file.form)


def _chart(ask: Asked, summary: ImportSummary) -> Chart | None:
    months = months_of(summary)
    if not months:
        return None
    places = [date.fromisoformat(f"{month.month}-01") for month in months]
    title = message("What does each month add up to?")
    values = [float(month.amount) for month in months]
    table = DataTable(
        "months-table",
        (
            (message("Month"), "month"),
            (message("Rows"), "int"),
            (message("Orders"), "int"),
            (AMOUNT, "float"),
        ),
        [(at, m.rows, m.orders, float(m.amount)) for at, m in zip(places, months, strict=True)],
    )
    if len(months) < FEW:
        marks = [Bar(ask.format.month(at), v) for at, v in zip(places, values, strict=True)]
        drawn = bars(
            ask.format, "months", title, marks, unit="number", name=message("Month"),
            value_name=AMOUNT, sort=False,
        )  # fmt: skip
    else:
        drawn = lines(
            ask.format, "months", title, places, [Line("", values)], unit="number",
            place_name=message("Month"), value_name=AMOUNT, months=True,
        )  # fmt: skip
    return Chart(
        drawn.id, drawn.title, drawn.option, table,
        message("Compare each month with the source's own report."), "m", wide=drawn.wide,
    )  # fmt: skip


def _next(summary: ImportSummary, held: int) -> list[Step]:
    look = Step(
        message("Look at the overview"),
        "/",
        message("The figures are being built; the overview shows them when they are done."),
    )
    more = Step(message("Import another file"), "/imports")
    if held:
        files = {file.file for file in summary.files if file.quarantined}
        one = next(iter(files)) if len(files) == 1 else ""
        href = f"/quarantine?{_query(one)}" if one else "/quarantine"
        return [Step(message("Mend the rows in quarantine"), href), look, more]
    return [look, more]


def _query(file: str) -> str:
    from urllib.parse import urlencode  # noqa: PLC0415

    return urlencode({"file": file})
