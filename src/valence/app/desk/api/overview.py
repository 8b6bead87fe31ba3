"""The overview for programs: the figures of the last 12 months, by month, and the findings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, Field

from valence.app.desk.api.router import api
from valence.app.desk.findings import as_values, told
from valence.app.desk.numbers import numbers
from valence.core.errors import NotFoundError
from valence.kit.ask import Ask
from valence.kit.outgoing import filled


class FindingOut(BaseModel):
    """One finding."""

    key: str = Field(description="Which finding it is: carried, moved, overdue, returned, stayed.")
    said: str = Field(description="The sentence, in the reader's language.")
    note: str = Field(description="What to mind, in the reader's language; empty: nothing.")
    figure: str = Field(description="Its figure, formatted.")
    value: float = Field(description="Its figure as a number.")
    unit: Literal["share", "money", "customers", "months"] = Field(
        description="What `value` is: a share from 0 to 1, an amount in the currency, a number."
    )
    n: int = Field(description="How many it is about.")
    n_of: Literal["customers", "orders"] = Field(description="What `n` counts.")
    amount: float | None = Field(description="Money behind it, in the reporting currency.")
    next: str = Field(description="What to do next.")
    where: str = Field(description="The rule that finds whom it is about.")
    page: str = Field(description="The page that lists them.")


class MonthOut(BaseModel):
    """One month."""

    month: date = Field(description="Its first day.")
    value: float = Field(description="Of all orders.")
    named: float = Field(description="Of orders whose customer is known.")
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
    value_12m: Decimal = Field(description="Of all orders.")
    value_prior_12m: Decimal
    named_value_12m: Decimal = Field(description="Of orders whose customer is known.")
    named_value_prior_12m: Decimal
    value_per_customer_12m: float | None = Field(description="Of known customers who bought.")
    value_per_customer_prior_12m: float | None
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
    row, each = found.summary, found.years.each
    return OverviewOut(
        as_of=found.as_of,
        currency=ask.brand.settings.brand.currency,
        value_basis=row["value_basis"],
        customers_12m=row["customers_12m"],
        customers_prior_12m=row["customers_prior_12m"],
        value_12m=row["value_12m_amount"],
        value_prior_12m=row["value_prior_12m_amount"],
        named_value_12m=row["named_value_12m_amount"],
        named_value_prior_12m=row["named_value_prior_12m_amount"],
        value_per_customer_12m=None if each is None else each.now,
        value_per_customer_prior_12m=None if each is None else each.before,
        orders_12m=row["orders_12m"],
        orders_prior_12m=row["orders_prior_12m"],
        comparable=found.years.comparable,
        months=[filled(MonthOut, month, month=month.first) for month in found.months],
        findings=[
            FindingOut(said=one.pop("finding"), **one)
            for one in as_values(told(found, ask.format), ask.format)
        ],
    )
