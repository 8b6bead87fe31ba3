"""What the API of value gives, made of the declared columns of the published tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field

from valence.kit.customers import FIELDS
from valence.kit.schemas import made_model, row_model, typed
from valence.value import columns as published

_OF_CUSTOMER = (
    "customer_id", "days_since_order", "orders", "monetary_amount", "recency_score",
    "frequency_score", "monetary_score", "rfm", "recency_level", "fm_level", "segment",
    "rfm_score", "corrected_score", "tier",
)  # fmt: skip


SummaryRow = row_model("ValueSummary", "All customers in one row.", published.SUMMARY)
TierRow = row_model("ValueTier", "One value tier.", published.TIERS)
PointRow = row_model("LorenzPoint", "One point of the Lorenz curve.", published.LORENZ)
CellRow = row_model("SegmentCell", "One cell of the segment grid.", published.SEGMENTS)
CohortRow = row_model("CohortMonth", "One month of one cohort.", published.COHORTS)
StayingRow = row_model("CohortStaying", "How long a cohort stayed.", published.STAYING)
RfmRow = made_model(
    "CustomerRfm",
    "Recency, frequency and monetary value of one customer.",
    **FIELDS,
    **typed(column for column in published.CUSTOMERS if column.name in _OF_CUSTOMER),
)


class SegmentRow(BaseModel):
    """One named segment."""

    segment: str = Field(description="Its code, as rules compare with.")
    title: str = Field(description="Its name in the reader's language.")
    meaning: str = Field(description="Who is in it, in the reader's language.")
    customers: int
    customers_share: float = Field(description="Of all customers with a purchase, 0 to 1.")
    value_amount: Decimal
    value_share: float | None = Field(description="Of their value, 0 to 1.")
    value_per_customer_amount: Decimal


_AS_OF: Any = (date | None, Field(description="The day that the figures stand for."))


def _items(of: Any) -> Any:
    return (list[of], Field(description="The rows."))


Tiers = made_model(
    "ValueTiers",
    "The value tiers, the most valuable first.",
    as_of=_AS_OF,
    value_basis=(str | None, Field(description="What value is.")),
    items=_items(TierRow),
)
Lorenz = made_model(
    "Lorenz",
    "The Lorenz curve, from the least valuable customers up.",
    as_of=_AS_OF,
    gini=(float | None, Field(description="0: all equal, towards 1: few have all.")),
    items=_items(PointRow),
)
Segments = made_model(
    "Segments", "Named segments, the most valuable first.", as_of=_AS_OF, items=_items(SegmentRow)
)
Rfm = made_model(
    "Rfm",
    "The segment grid, and one page of customers with their scores.",
    as_of=_AS_OF,
    currency=(str, Field(description="Currency of the amounts, ISO 4217.")),
    grid=_items(CellRow),
    items=_items(RfmRow),
    total=(int, Field(description="Customers that the rule leaves.")),
    next=(str | None, Field(description="Cursor of the next page.")),
    previous=(str | None, Field(description="Cursor of the page before.")),
)
Cohorts = made_model(
    "Cohorts",
    "Every cohort month by month, and how long each stayed, the longest first.",
    as_of=_AS_OF,
    staying=_items(StayingRow),
    items=_items(CohortRow),
)
