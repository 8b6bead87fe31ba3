"""The API of value: what the pages show, as data."""

from __future__ import annotations

from typing import Any

from valence.core.errors import NotFoundError
from valence.kit.ask import Ask, Asked
from valence.kit.routes import ApiRouter
from valence.kit.tables import TableParams, table_api
from valence.value import schemas
from valence.value.answers import by_segment, cells_of, lorenz_of, summary_of, tiers_of
from valence.value.cohort_answers import cohorts_of, staying_of
from valence.value.segments import SEGMENTS
from valence.value.tables import RFM

api = ApiRouter("value")


@api.get("/value/summary", permission="value:read", response_model=schemas.SummaryRow)
def summary(ask: Ask) -> dict[str, Any]:
    """Give who the customers are and what they bring, in one row."""
    return _summary(ask)


@api.get("/value/tiers", permission="value:read", response_model=schemas.Tiers)
def tiers(ask: Ask) -> dict[str, Any]:
    """Give the value tiers: size, value, and from which value on a customer belongs to each."""
    row = _summary(ask)
    return {
        "as_of": ask.as_of,
        "value_basis": row["value_basis"],
        "items": tiers_of(ask.reader),
    }


@api.get("/value/lorenz", permission="value:read", response_model=schemas.Lorenz)
def lorenz(ask: Ask) -> dict[str, Any]:
    """Give the Lorenz curve of value at each percent of customers, and the Gini coefficient."""
    row = _summary(ask)
    return {"as_of": ask.as_of, "gini": row["gini"], "items": lorenz_of(ask.reader)}


@api.get("/value/rfm", permission="value:read", response_model=schemas.Rfm)
def rfm(ask: Ask, _: TableParams) -> dict[str, Any]:
    """Give the grid of recency against frequency and money, and the scores of each customer."""
    _summary(ask)
    page = table_api(ask, RFM, ask.reader.table("customers"))
    return {**page.model_dump(), "grid": cells_of(ask.reader)}


@api.get("/value/segments", permission="value:read", response_model=schemas.Segments)
def segments(ask: Ask) -> dict[str, Any]:
    """Give the named segments with their customers and value, the most valuable first."""
    _summary(ask)
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
    _summary(ask)
    return {
        "as_of": ask.as_of,
        "staying": staying_of(ask.reader),
        "items": cohorts_of(ask.reader),
    }


def _summary(ask: Asked) -> dict[str, Any]:
    row = summary_of(ask.reader)
    if row is None:
        raise NotFoundError(
            "No figures have been built yet. Import orders, then run `valence build`, or build "
            "them on the page of builds."
        )
    return row
