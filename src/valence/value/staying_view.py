"""How long each cohort stayed, in a picture and a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from valence.core.messages import message
from valence.kit.charts import Bar, Chart, DataTable, bars, too_little
from valence.kit.format import Formats
from valence.value.cohort_answers import Cohorts
from valence.value.words import customers_page

SHOWN_COHORTS = 24
Row = Mapping[str, Any]


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
            row["active_months_low"],
            row["active_months_high"],
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
            row["active_months_low"],
            row["active_months_high"],
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
        "Mean of {horizon} months, with 95 % intervals. {others} cohorts are not compared yet.",
        horizon=compared[0]["horizon_months"],
        others=fmt.integer(others),
    )
    return replace(chart, table=staying_table(found, fmt)).answering(said)
