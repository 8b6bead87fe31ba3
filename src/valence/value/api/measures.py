"""The first measures by API: summary, tiers, RFM, segments, cohorts."""

from __future__ import annotations

from typing import Any

from valence.kit.ask import Ask
from valence.kit.tables import TableParams, table_api
from valence.value import schemas
from valence.value.answers import by_segment, cells_of, lorenz_of, tiers_of
from valence.value.api.router import api, summary_row
from valence.value.cohort_answers import cohorts_of, staying_of
from valence.value.segments import SEGMENTS
from valence.value.tables import RFM


@api.get("/value/summary", permission="value:read", response_model=schemas.SummaryRow)
def summary(ask: Ask) -> dict[str, Any]:
    """Give who the customers are and what they bring, in one row."""
    return summary_row(ask)


@api.get("/value/tiers", permission="value:read", response_model=schemas.Tiers)
def tiers(ask: Ask) -> dict[str, Any]:
    """Give the value tiers: size, value, and from which value on a customer belongs to each."""
    row = summary_row(ask)
    return {
        "as_of": ask.as_of,
        "value_basis": row["value_basis"],
        "items": tiers_of(ask.reader),
    }


@api.get("/value/lorenz", permission="value:read", response_model=schemas.Lorenz)
def lorenz(ask: Ask) -> dict[str, Any]:
    """Give the Lorenz curve of value at each percent of customers, and the Gini coefficient."""
    row = summary_row(ask)
    return {"as_of": ask.as_of, "gini": row["gini"], "items": lorenz_of(ask.reader)}


@api.get("/value/rfm", permission="value:read", response_model=schemas.Rfm)
def rfm(ask: Ask, _: TableParams) -> dict[str, Any]:
    """Give the grid of recency against frequency and money, and the scores of each customer."""
    summary_row(ask)
    page = table_api(ask, RFM, ask.reader.table("customers"))
    return {**page.model_dump(), "grid": cells_of(ask.reader)}


@api.get("/value/segments", permission="value:read", response_model=schemas.Segments)
def segments(ask: Ask) -> dict[str, Any]:
    """Give the named segments with their customers and value, the most valuable first."""
    summary_row(ask)
    sums = by_segment(ask.reader.table("segments"))
    rows = ask.reader.rows(sums.order_by(sums.value_amount.desc(), sums.segment))
    items = [
        {
            **row,
            "title": ask._(SEGMENTS[row["segment"]].title),
            "meaning": ask._(SEGMENTS[row["segment"]].meaning),
        }
        for row in rows
    ]
    return {"as_of": ask.as_of, "items": items}


@api.get("/cohorts", permission="value:read", response_model=schemas.Cohorts)
def cohorts(ask: Ask) -> dict[str, Any]:
    """Give retention and value of each cohort month by month, and which stayed longest."""
    summary_row(ask)
    return {
        "as_of": ask.as_of,
        "staying": staying_of(ask.reader),
        "items": cohorts_of(ask.reader),
    }
