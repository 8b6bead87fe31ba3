"""The page of cohorts in words and pictures: answer, figures, the triangle, value per customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from valence.core.messages import Message, message
from valence.kit.charts import Chart, Line, lines, too_little
from valence.kit.format import Formats
from valence.kit.page import Answer, Change, Figure, How, Step
from valence.value.cohort_answers import Cohorts, Pooled
from valence.value.words import customers_page

LINES = 3  # cohorts drawn in colour; the rest is grey
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


def answer(found: Cohorts, fmt: Formats) -> Answer:
    """Return which cohort stayed longest, in a sentence."""
    compared = found.compared
    if not compared:
        return _nothing_compared(found, fmt)
    best = compared[0]
    core = message(
        "The cohort of {month} stayed longest: it bought in {mean} of the {horizon} months after "
        "its first.",
        month=fmt.month(best["cohort_month"]),
        mean=fmt.number(best["active_months"], 2),
        horizon=best["horizon_months"],
    )
    inner = message(
        "95 % interval {low}–{high}, {n} customers",
        low=fmt.number(best["active_months_low"], 2),
        high=fmt.number(best["active_months_high"], 2),
        n=fmt.integer(best["customers"]),
    )
    return Answer(core, inner, _beside(found, compared, fmt))


def _nothing_compared(found: Cohorts, fmt: Formats) -> Answer:
    young = sum(row["not_compared"] == "too young" for row in found.staying)
    horizon = found.staying[0]["horizon_months"] if found.staying else 6
    return Answer(
        message("No cohort can be compared yet."),
        rest=message(
            "A cohort is compared once the {horizon} months after its first are over and it has "
            "enough customers; {young} of {all} are too young.",
            horizon=horizon,
            young=fmt.integer(young),
            all=fmt.integer(len(found.staying)),
        ),
    )


def _beside(found: Cohorts, compared: Sequence[Row], fmt: Formats) -> Message | str:
    """Say how sure that is, and what the first month of the data does to it."""
    best, others = compared[0], compared[1:]
    if not others:
        return message("It is the only one that can be compared yet.")
    second = others[0]
    values = {
        "month": fmt.month(second["cohort_month"]),
        "mean": fmt.number(second["active_months"], 2),
        "low": fmt.number(second["active_months_low"], 2),
        "high": fmt.number(second["active_months_high"], 2),
    }
    if best["cohort_month"] == found.left_cut:
        return message(
            "The data begin in that month, so it also holds customers who had bought before; of "
            "those after it, {month} stayed longest: {mean} ({low}–{high}).",
            **values,
        )
    if best["active_months_low"] > second["active_months_high"]:
        return message("That is clearly more than the next, {month}: {mean}.", **values)
    return message(
        "The next, {month}, is too close to tell them apart: {mean} ({low}–{high}).", **values
    )


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
    change = None
    if pooled.moved is not None:
        rose = None if abs(pooled.moved) < 0.0005 else pooled.moved > 0
        against = message("newest 3 cohorts vs the 3 before")
        change = Change(fmt.points(pooled.moved), rose, rose, against)
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
    most = max(
        (row["retention_share"] for each in cohorts for row in found.months[each][1 : months + 1]),
        default=0.0,
    )
    rows = [_triangle_row(each, found.months[each], months, most, fmt) for each in cohorts]
    incomplete = any(cell and not cell.complete for row in rows for cell in row.cells)
    return Triangle(range(1, months + 1), rows, cut and not whole, incomplete)


def _triangle_row(
    cohort: date, rows: Sequence[Row], months: int, most: float, fmt: Formats
) -> TriangleRow:
    cells = [_triangle_cell(row, most, fmt) for row in rows[1 : months + 1]]
    return TriangleRow(
        fmt.month(cohort),
        fmt.integer(rows[0]["customers"]),
        customers_page(f'cohort_month == day("{cohort}")'),
        [*cells, *[None] * (months - len(cells))],
    )


def _triangle_cell(row: Row, most: float, fmt: Formats) -> TriangleCell:
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
        fmt.number(share * 100, 0),
        fmt.language.worded(tip),
        1 + round((DEEPEST - 1) * share / most) if most > 0 else 1,
        row["complete"],
    )


def value_lines(found: Cohorts, fmt: Formats) -> Chart:
    """Return cumulative value per customer of each cohort: the best few named, the rest grey."""
    title = message("What is a customer worth, month after month?")
    grown = {
        month: values
        for month, rows in list(found.months.items())[-SHOWN_COHORTS:]
        if len(values := _complete(rows)) > 1
    }
    if not grown:
        why = message("Not enough data: no cohort is two complete months old.")
        return too_little("cohort-value", title, why)
    width = max(len(values) for values in grown.values())
    named = _named(found, grown)
    drawn = [
        Line(
            fmt.month(month),
            [*grown[month], *[None] * (width - len(grown[month]))],
            rest=month not in named,
        )
        for month in [*named, *(month for month in grown if month not in named)]
    ]
    chart = lines(
        fmt,
        "cohort-value",
        title,
        list(range(width)),
        drawn,
        unit="money",
        place_name=message("Months after the first purchase"),
        value_name=message("Value per customer"),
    )
    chart = _labelled(chart, {fmt.month(month) for month in named}, len(drawn))
    return chart.answering(said) if (said := _value_answer(found, fmt)) else chart


def _complete(rows: Sequence[Row]) -> list[float]:
    """Value per customer up to each month that was over: half a month would look like a bend."""
    return [row["cumulative_value_per_customer"] for row in rows if row["complete"]]


def _named(found: Cohorts, grown: Mapping[date, Sequence[float]]) -> list[date]:
    """The cohorts that brought most per customer by the same age, so that age decides nothing."""
    horizon = found.staying[0]["horizon_months"] if found.staying else 6
    age = min(horizon, max(len(values) for values in grown.values()) - 1)
    old = [month for month, values in grown.items() if len(values) > age]
    return sorted(old, key=lambda month: -grown[month][age])[:LINES]


def _labelled(chart: Chart, names: set[str], count: int) -> Chart:
    """Name the coloured lines at their ends, and put no legend of grey ones beside them."""
    if count == 1:
        return chart
    option = {key: value for key, value in chart.option.items() if key != "legend"}
    series = []
    label = {"show": True, "formatter": "{a}", "color": "var(--v-ink)"}
    at_end = {"endLabel": label, "labelLayout": {"moveOverlap": "shiftY"}}
    for one in option["series"]:
        bare = {key: value for key, value in one.items() if key not in at_end}
        series.append({**bare, **at_end} if one.get("name") in names else bare)
    option["series"] = series
    option["grid"] = {**option["grid"], "right": 84}
    option["tooltip"] = {**option["tooltip"], "trigger": "item"}
    return replace(chart, option=option)


def _value_answer(found: Cohorts, fmt: Formats) -> Message | None:
    """Say how far value per customer grows by the horizon, over all cohorts old enough."""
    horizon = found.staying[0]["horizon_months"] if found.staying else 6
    first, last = found.pooled(0), found.pooled(horizon)
    if first is None or last is None or not first.value_per_customer:
        return None
    return message(
        "From {first} in the month of the first purchase to {last} {horizon} months later; grey: "
        "the other cohorts.",
        first=fmt.money_short(first.value_per_customer),
        last=fmt.money_short(last.value_per_customer),
        horizon=horizon,
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


def how(built: Message | str) -> How:
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
            "Interval of a share: Wilson (1927). Interval of a mean: normal approximation over "
            "customers. Both 95 %."
        ),
        inputs=("cohorts", "cohort_staying"),
        built=built,
        note=message(
            "The cohort of the first month of the data also holds customers who bought before; it "
            "is left out of the figures at the top."
        ),
        links=((message("How the table of cohorts was built"), "/builds/tables/cohorts"),),
    )
