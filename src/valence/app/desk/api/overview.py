"""The overview for programs: the figures of the last 12 months, by month, and the findings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, Field

from valence.app.desk.api.router import api
from valence.app.desk.findings import told
from valence.app.desk.numbers import numbers
from valence.core.errors import NotFoundError
from valence.kit.ask import Ask
from valence.kit.outgoing import filled


class FindingOut(BaseModel):
    """One finding."""

    key: str = Field(description="Which finding it is: carried, moved, overdue, returned, stayed.")
    said: str = Field(description="The sentence, in the reader's language.")
    figure: str = Field(description="Its figure, formatted.")
    n: int = Field(description="Customers (orders, for what is given back) that it is about.")
    amount: float | None = Field(description="Money behind it, in the reporting currency.")
    next: str = Field(description="What to do next.")
    page: str = Field(description="The page that shows who it is about.")


class MonthOut(BaseModel):
    """One month."""

    month: date = Field(description="Its first day.")
    value: float
    customers: int = Field(description="Customers with a purchase.")
    orders: int
    gross: float = Field(description="Sold, before returns.")
    returned: float


class OverviewOut(BaseModel):
    """How the customer base is doing."""

    as_of: date
    currency: str
    value_basis: str
    customers_12m: int
    customers_prior_12m: int
    value_12m: Decimal
    value_prior_12m: Decimal
    orders_12m: int
    orders_prior_12m: int
    comparable: bool = Field(description="Whether the history covers the 12 months before.")
    months: list[MonthOut] = Field(description="The last 24 months, oldest first.")
    findings: list[FindingOut] = Field(description="Most money first.")


@api.get("/overview", permission="house:read")
def overview(ask: Ask) -> OverviewOut:
    """Return the overview.

    Raises
    ------
    NotFoundError
        Before the first build.
    """
    found = numbers(ask.reader)
    if found is None:
        raise NotFoundError(
            "There are no figures yet. Import orders with `valence import orders.csv`, then build "
            "with `valence build`."
        )
    row = found.summary
    return OverviewOut(
        as_of=found.as_of,
        currency=ask.brand.settings.brand.currency,
        value_basis=row["value_basis"],
        customers_12m=row["customers_12m"],
        customers_prior_12m=row["customers_prior_12m"],
        value_12m=row["value_12m_amount"],
        value_prior_12m=row["value_prior_12m_amount"],
        orders_12m=row["orders_12m"],
        orders_prior_12m=row["orders_prior_12m"],
        comparable=found.two_years,
        months=[filled(MonthOut, month, month=month.first) for month in found.months],
        findings=[
            filled(FindingOut, one, said=ask._(one.said), next=ask._(one.next), page=one.href)
            for one in told(found, ask.format)
        ],
    )
