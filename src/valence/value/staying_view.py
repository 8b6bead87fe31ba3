"""How long each cohort stayed: in a sentence, in a picture and in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from valence.core.messages import Message, message
from valence.kit.charts import Bar, Chart, DataTable, bars, too_little
from valence.kit.format import Formats
from valence.kit.page import Answer
from valence.value.cohort_answers import Cohorts
from valence.value.words import customers_page

SHOWN_COHORTS = 24
Row = Mapping[str, Any]


def longest(found: Cohorts, fmt: Formats) -> Answer:
    """Return which cohort stayed longest, how sure that is, and what to mind: said so everywhere.

    Its core is the answer, its interval that of the definition with n, its rest the caution.
    """
    compared = found.compared
    if not compared:
        return _nothing_compared(found, fmt)
    best = compared[0]
    core = message(
        "The cohort of {month} stayed longest: it bought in {mean} of the {horizon} months after "
        "its first.",
        month=fmt.month(best["cohort_month"]),
        mean=active_months(best, fmt),
        horizon=best["horizon_months"],
    )
    n = fmt.integer(best["customers"])
    if ends_of(best)[0] is None:
        return Answer(core, message("{n} customers", n=n), _beside(found, compared, fmt))
    inner = message(
        "{share} interval {ends}, {n} customers",
        share=fmt.percent(found.confidence),
        ends=interval_of(best, fmt),
        n=n,
    )
    return Answer(core, inner, _beside(found, compared, fmt))


def _nothing_compared(found: Cohorts, fmt: Formats) -> Answer:
    young = sum(row["not_compared"] == "too young" for row in found.staying)
    return Answer(
        message("No cohort can be compared yet."),
        rest=message(
            "A cohort is compared once the {horizon} months after its first are over and it has "
            "enough customers; {young} of {all} are too young.",
            horizon=found.horizon,
            young=fmt.integer(young),
            all=fmt.integer(len(found.staying)),
        ),
    )


def _beside(found: Cohorts, compared: Sequence[Row], fmt: Formats) -> Message | str:
    """Say how sure that is, and what the first month of the data does to it."""
    best, others = compared[0], compared[1:]
    cut = best["cohort_month"] == found.left_cut
    if not others:
        if cut:
            return message(
                "The data begin in that month, so it also holds customers who had bought before; "
                "no later cohort can be compared yet."
            )
        return message("It is the only one that can be compared yet.")
    second = others[0]
    values = {
        "month": fmt.month(second["cohort_month"]),
        "mean": active_months(second, fmt),
        "ends": interval_of(second, fmt),
    }
    if cut:
        return _after_cut(others, values, fmt)
    if not _close(best, second):
        return message("That is clearly more than the next, {month}: {mean} ({ends}).", **values)
    return message("The next, {month}, is too close to tell them apart: {mean} ({ends}).", **values)


def _after_cut(others: Sequence[Row], values: dict[str, str], fmt: Formats) -> Message:
    """Say which stayed longest of those that hold nobody who had bought before the data."""
    if len(others) > 1 and _close(others[0], others[1]):
        return message(
            "The data begin in that month, so it also holds customers who had bought before; of "
            "those after it, {month} stayed longest: {mean} ({ends}), too close to {next} to tell "
            "them apart.",
            next=fmt.month(others[1]["cohort_month"]),
            **values,
        )
    return message(
        "The data begin in that month, so it also holds customers who had bought before; of those "
        "after it, {month} stayed longest: {mean} ({ends}).",
        **values,
    )


def _close(best: Row, other: Row) -> bool:
    low, high = ends_of(best)[0], ends_of(other)[1]
    return low is None or high is None or bool(low <= high)


def ends_of(row: Row) -> tuple[float | None, float | None]:
    """Return the interval of how long a cohort stayed; None where all did alike.

    Of nobody who came back, say, the normal approximation would be sure to the last digit.
    """
    low, high = row["active_months_low"], row["active_months_high"]
    return (None, None) if low is None or high is None or low == high else (low, high)


def interval_of(row: Row, fmt: Formats) -> str:
    """Return that interval, with digits enough to see its width."""
    low, high = ends_of(row)
    if low is None or high is None:
        return fmt.number(None)
    digits = digits_of(row)
    return f"{fmt.number(low, digits)}–{fmt.number(high, digits)}"


def active_months(row: Row, fmt: Formats) -> str:
    """Return the mean number of months with a purchase, with as many digits as its interval."""
    return fmt.number(row["active_months"], digits_of(row))


def digits_of(row: Row) -> int:
    """Two digits after the point, or as many more as show the interval, and no 0 for more."""
    low, high = ends_of(row)
    if low is None or high is None:
        return 2
    told = [value for value in (low, row["active_months"], high) if value > 0]
    return next(
        (
            digits
            for digits in (2, 3)
            if high - low >= 2 * 10**-digits and min(told) >= 0.5 * 10**-digits
        ),
        4,
    )


def staying_table(found: Cohorts, fmt: Formats) -> DataTable:
    """Return how long each cohort stayed, the longest first, with what was not compared and why."""
    headers = (
        (message("Cohort"), "text"),
        (message("Customers"), "int"),
        (message("Months with a purchase"), "float"),
        (message("From"), "float"),
        (message("To"), "float"),
        (message("Place"), "text"),
    )
    rows = [
        [
            fmt.month(row["cohort_month"]),
            row["customers"],
            row["active_months"],
            *ends_of(row),
            _place(row, fmt),
        ]
        for row in found.staying
    ]
    links = [
        customers_page(f'cohort_month == day("{row["cohort_month"]}")') for row in found.staying
    ]
    return DataTable(
        "staying-table", headers, rows, links=links, absent=message("not compared yet")
    )


def _place(row: Row, fmt: Formats) -> str:
    if row["not_compared"] is None:
        return str(row["place"])
    if row["not_compared"] == "too few customers":
        return fmt.language.worded("too few customers")
    seen, horizon = row["observed_months"], row["horizon_months"]
    return fmt.language.worded("too young: {seen} of {all} months", seen=seen, all=horizon)


def staying_bars(found: Cohorts, fmt: Formats) -> Chart:
    """Return how long the cohorts stayed that can be compared, with intervals."""
    title = message("How long did each cohort stay?")
    compared = found.compared
    if not compared:
        return too_little("staying", title, message("Not enough data: no cohort is old enough."))
    rows = [
        Bar(
            fmt.month(row["cohort_month"]),
            row["active_months"],
            *ends_of(row),
            main=number == 0,
            href=customers_page(f'cohort_month == day("{row["cohort_month"]}")'),
        )
        for number, row in enumerate(compared[:SHOWN_COHORTS])
    ]
    chart = bars(
        fmt,
        "staying",
        title,
        rows,
        unit="number",
        name=message("Cohort"),
        value_name=message("Months with a purchase"),
        sort=False,
    )
    others = len(found.staying) - len(compared)
    said = message(
        "Mean of {horizon} months, with {share} intervals. {others} cohorts are not compared yet.",
        share=fmt.percent(found.confidence),
        horizon=found.horizon,
        others=fmt.integer(others),
    )
    return replace(chart, table=staying_table(found, fmt)).answering(said)
