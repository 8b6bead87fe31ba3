"""The page of cohorts in words and pictures: answer, figures, the triangle, value per customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from valence.core.messages import Message, message
from valence.kit.charts import Chart, Line, lines, too_little
from valence.kit.format import Formats
from valence.kit.page import Figure, How, Step
from valence.value.against import points
from valence.value.cohort_answers import Cohorts, Pooled
from valence.value.words import bare_percent, customers_page, percent_digits

LINES = 5  # cohorts drawn; the table has all
YOUNG = 3  # months that the newest one drawn is old: a line of two points lies under the others
DEEPEST = 8
SHOWN_MONTHS = 12  # columns of the triangle until all are asked for
SHOWN_COHORTS = 24

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TriangleCell:
    """One month of one cohort."""

    said: str
    tip: str
    heat: int
    complete: bool


@dataclass(frozen=True, slots=True)
class TriangleRow:
    """One cohort: its name, its customers and where they are listed, its months."""

    name: str
    customers: str
    href: str
    cells: Sequence[TriangleCell | None]


@dataclass(frozen=True, slots=True)
class Triangle:
    """The retention triangle, ready to be shown."""

    months: Sequence[int]
    rows: Sequence[TriangleRow]
    cut: bool  # more cohorts or months exist than are shown
    incomplete: bool  # a month is shown that was not over


def figures(found: Cohorts, fmt: Formats) -> list[Figure]:
    """Return the four figures: who comes back after 1, 3 and 6 months, and what they brought."""
    after = [found.pooled(months) for months in (1, 3, 6)]
    titles = (
        message("Buy in the month after"),
        message("Buy 3 months after"),
        message("Buy 6 months after"),
    )
    made = [_share(title, pooled, fmt) for title, pooled in zip(titles, after, strict=True)]
    return [*made, _value(after[-1] or after[1] or after[0], fmt)]


def _share(title: Message, pooled: Pooled | None, fmt: Formats) -> Figure:
    if pooled is None:
        return Figure(title, None, absent=message("no cohort is old enough"))
    low, high = pooled.interval
    against = message("newest 3 cohorts vs the 3 before")
    change = points(pooled.moved, fmt, more_is_good=True, against=against)
    note = message(
        "{interval}, n {n}",
        interval=fmt.interval(low, high, "percent"),
        n=fmt.integer(pooled.customers),
    )
    return Figure(title, fmt.percent(pooled.share), note, change)


def _value(pooled: Pooled | None, fmt: Formats) -> Figure:
    title = message("Value per customer")
    if pooled is None:
        return Figure(title, None, absent=message("no cohort is old enough"))
    note = message(
        "with the month {months} after the first, n {n}",
        months=pooled.months,
        n=fmt.integer(pooled.customers),
    )
    return Figure(title, fmt.money_short(pooled.value_per_customer), note)


def triangle(found: Cohorts, fmt: Formats, *, whole: bool = False) -> Triangle:
    """Return the retention triangle: the newest cohorts and first months, or everything."""
    cohorts = list(found.months)
    months = found.longest
    cut = len(cohorts) > SHOWN_COHORTS or months > SHOWN_MONTHS
    if not whole:
        cohorts, months = cohorts[-SHOWN_COHORTS:], min(months, SHOWN_MONTHS)
    shown = [
        row["retention_share"] for each in cohorts for row in found.months[each][1 : months + 1]
    ]
    most, digits = max(shown, default=0.0), percent_digits(shown)
    rows = [
        TriangleRow(
            fmt.month(each),
            fmt.integer(found.months[each][0]["customers"]),
            customers_page(f'cohort_month == day("{each}")'),
            _triangle_cells(found.months[each][1:], months, most, digits, fmt),
        )
        for each in cohorts
    ]
    incomplete = any(cell and not cell.complete for row in rows for cell in row.cells)
    return Triangle(range(1, months + 1), rows, cut and not whole, incomplete)


def _triangle_cells(
    rows: Sequence[Row], months: int, most: float, digits: int, fmt: Formats
) -> list[TriangleCell | None]:
    cells = [_triangle_cell(row, most, digits, fmt) for row in rows[:months]]
    return [*cells, *[None] * (months - len(cells))]


def _triangle_cell(row: Row, most: float, digits: int, fmt: Formats) -> TriangleCell:
    share = row["retention_share"]
    tip = message(
        "{cohort}, {months} months after: {share} ({interval}), {active} of {n} customers",
        cohort=fmt.month(row["cohort_month"]),
        months=row["months_since"],
        share=fmt.percent(share),
        interval=fmt.interval(row["retention_low"], row["retention_high"], "percent"),
        active=fmt.integer(row["active"]),
        n=fmt.integer(row["customers"]),
    )
    return TriangleCell(
        bare_percent(share, digits),
        fmt.language.worded(tip),
        1 + round((DEEPEST - 1) * share / most) if most > 0 else 1,
        row["complete"],
    )


def value_lines(found: Cohorts, fmt: Formats) -> Chart:
    """Return cumulative value per customer: of a few cohorts in the picture, of all in its table.

    More than five lines are a tangle: then the two cohorts that brought most by the same age are
    drawn, the one that brought least, and the newest.
    """
    title = message("What is a customer worth, month after month?")
    grown = {
        month: values for month, rows in found.months.items() if len(values := _complete(rows)) > 1
    }
    if not grown:
        why = message("Not enough data: no cohort is two complete months old.")
        return too_little("cohort-value", title, why)
    telling = _telling(found, grown) if len(grown) > LINES else []
    shown = telling or list(grown)[:LINES]  # of a young brand the oldest: they have most to tell
    chart = _value_chart(grown, shown, title, fmt)
    if len(shown) < len(grown):
        chart = replace(chart, table=_value_chart(grown, list(grown), title, fmt).table)
    said = _value_answer(found, fmt, few=bool(telling))
    return chart.answering(said) if said else chart


def _value_chart(
    grown: Mapping[date, Sequence[float]], shown: Sequence[date], title: Message, fmt: Formats
) -> Chart:
    width = max(len(grown[month]) for month in shown)
    return lines(
        fmt,
        "cohort-value",
        title,
        list(range(width)),
        [
            Line(fmt.month(month), [*grown[month], *[None] * (width - len(grown[month]))])
            for month in shown
        ],
        unit="money",
        place_name=message("Months after the first purchase"),
        value_name=message("Value per customer"),
    )


def _complete(rows: Sequence[Row]) -> list[float]:
    """Value per customer up to each month that was over: half a month would look like a bend."""
    return [row["cumulative_value_per_customer"] for row in rows if row["complete"]]


def _telling(found: Cohorts, grown: Mapping[date, Sequence[float]]) -> list[date]:
    """The two cohorts that brought most per customer by the same age, the least, the newest.

    None of them where fewer than three can be compared.
    """
    compared = [row["cohort_month"] for row in found.compared]
    # Without the one that holds customers of before, if there are others.
    compared = [month for month in compared if month != found.left_cut] or compared
    if len(compared) < 3:
        return []
    by_value = sorted(compared, key=lambda month: -grown[month][found.horizon])
    newest = max((month for month, values in grown.items() if len(values) > YOUNG), default=None)
    chosen = [*by_value[:2], *by_value[-1:], *([] if newest is None else [newest])]
    return list(dict.fromkeys(chosen))


def _value_answer(found: Cohorts, fmt: Formats, *, few: bool) -> Message | None:
    """Say how far value per customer grows by the horizon: of the same customers at both ages."""
    horizon = found.horizon
    first, last = found.pooled(0, old=horizon), found.pooled(horizon)
    if first is None or last is None or not first.value_per_customer:
        return None
    values = {
        "n": fmt.integer(last.customers),
        "first": fmt.money_short(first.value_per_customer),
        "last": fmt.money_short(last.value_per_customer),
        "horizon": horizon,
    }
    if not few:
        return message(
            "The same {n} customers, whose cohorts are {horizon} months old: from {first} in the "
            "month of the first purchase to {last} {horizon} months later.",
            **values,
        )
    return message(
        "The same {n} customers, whose cohorts are {horizon} months old: from {first} in the month "
        "of the first purchase to {last} {horizon} months later. Drawn are the two cohorts that "
        "brought most by then, the one that brought least, and the newest that is {young} months "
        "old; the table has all.",
        young=YOUNG,
        **values,
    )


def steps(found: Cohorts, fmt: Formats) -> list[Step]:
    """Return what makes sense next."""
    every = []
    if found.compared:
        best = found.compared[0]["cohort_month"]
        every.append(
            Step(
                message("See who stayed longest"),
                customers_page(f'cohort_month == day("{best}")'),
                message("customers of {month}", month=fmt.month(best)),
            )
        )
    newest = [month for month, rows in found.months.items() if len(rows) in (2, 3)]
    if newest:
        month = newest[-1]
        every.append(
            Step(
                message("Bring the newest back a second time"),
                customers_page(f'cohort_month == day("{month}") and orders == 1'),
                message("customers of {month} with one order", month=fmt.month(month)),
            )
        )
    return every or [Step(message("Look at the customers"), "/customers")]


def how(found: Cohorts, built: Message | str, fmt: Formats) -> How:
    """Return how retention and staying are computed."""
    return How(
        message(
            "A cohort is all customers whose first purchase fell into the same month. Retention is "
            "the share of them with a purchase in a later month. How long a cohort stayed is the "
            "mean number of months with a purchase among the months after the first; only cohorts "
            "for which these are over are compared."
        ),
        formula=message("retention = customers with a purchase in the month / customers"),
        source=message(
            "Interval of a share: Wilson (1927); of a mean: normal approximation over customers; "
            "both {share}. Of the difference of two shares: Agresti & Caffo (2000), {moved}.",
            share=fmt.percent(found.confidence),
            moved=fmt.percent(0.95),
        ),
        inputs=("cohorts", "cohort_staying"),
        built=built,
        note=message(
            "The cohort of the first month of the data also holds customers who bought before; it "
            "is left out of the figures at the top. A change there has an arrow only where it is "
            "beyond its interval."
        ),
        links=((message("How the table of cohorts was built"), "/builds/tables/cohorts"),),
    )
