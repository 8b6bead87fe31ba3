"""What the API of the audience gives."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field, create_model

from valence.audience.columns import CUSTOMERS, LINES, ORDERS, PRODUCTS
from valence.kit.customers import FIELDS
from valence.kit.tables import TableSpec

_TYPES: dict[str, Any] = {
    "customer": str, "text": str, "int": int, "float": float, "quantity": float, "percent": float,
    "money": Decimal, "day": date, "month": date, "instant": datetime, "bool": bool,
}  # fmt: skip


def _fields(spec: TableSpec) -> dict[str, Any]:
    return {
        column.name: (
            _TYPES[column.kind] | None,
            Field(None, description=str(column.meaning or column.title)),
        )
        for column in spec.columns
    }


def _page(name: str, doc: str, row: Any) -> Any:
    return create_model(
        name,
        __doc__=doc,
        as_of=(date | None, Field(description="The day that the figures stand for.")),
        currency=(str, Field(description="Currency of the amounts, ISO 4217.")),
        items=(list[row], Field(description="The rows.")),
        total=(int, Field(description="Rows that the rule leaves.")),
        next=(str | None, Field(description="Cursor of the next page.")),
        previous=(str | None, Field(description="Cursor of the page before.")),
    )


_FIELDS = _fields(CUSTOMERS)
CustomerFacts: Any = create_model(
    "CustomerFacts", __doc__="Facts, scores and tier of one customer; amounts are text.", **_FIELDS
)
CustomerRow: Any = create_model(
    "Customer",
    __doc__="One customer: what they are called, facts, scores and tier; amounts are text.",
    **{"customer_id": _FIELDS["customer_id"], **FIELDS, **_FIELDS},
)


class ContactData(BaseModel):
    """One thing that the vault holds of a customer."""

    kind: str = Field(description="name, address, or a kind of identifier.")
    value: str = Field(description="Masked where it could reach the customer.")


class Revealed(BaseModel):
    """What the vault holds of a customer, as it is."""

    customer_id: str = Field(description="The customer of today, after all merges.")
    contact: list[ContactData] = Field(description="Unmasked.")


class FindIn(BaseModel):
    """What somebody looks for."""

    text: str = Field(max_length=320, description="A name, e-mail, phone or number.")


FoundCustomer: Any = create_model(
    "FoundCustomer", __doc__="One customer who could be meant.", customer_id=(str, ...), **FIELDS
)


class FoundCustomers(BaseModel):
    """The customers who could be meant, at most twenty."""

    items: list[FoundCustomer]


class KnownBy(BaseModel):
    """One identifier of a customer, without its value."""

    id_type: str
    source: str
    first_seen: datetime


class MergeDecision(BaseModel):
    """One decision about who is this customer."""

    kind: str = Field(description="merge (by a rule), link (by a person) or split.")
    at: datetime
    why: str
    customers: list[str] = Field(description="Ids that became this customer, or left it again.")


OneCustomer = create_model(
    "OneCustomer",
    __doc__="One customer: who, worth, and beside everybody.",
    customer_id=(str, Field(description="The customer of today, after all merges.")),
    **FIELDS,
    as_of=(date | None, Field(description="The day that the figures stand for.")),
    facts=(CustomerFacts | None, Field(description="As in the list; null for who has no order.")),
    have_less=(
        dict[str, float],
        Field(description="Share of the other customers with less, by figure, 0 to 1."),
    ),
    medians=(dict[str, float | None], Field(description="The middle of all customers.")),
    contact=(list[ContactData], Field(description="What the vault holds, masked.")),
    identifiers=(list[KnownBy], Field(description="What the customer is known by.")),
    merges=(list[MergeDecision], Field(description="Who was merged into this customer.")),
)
CustomersPage = _page("CustomersPage", "One page of customers.", CustomerRow)
OrdersPage = _page(
    "CustomerOrdersPage",
    "One page of a customer's orders, returns and adjustments.",
    create_model("CustomerOrder", __doc__="One order.", **_fields(ORDERS)),
)
LinesPage = _page(
    "CustomerLinesPage",
    "One page of the lines of a customer's orders.",
    create_model("CustomerLine", __doc__="One line of an order.", **_fields(LINES)),
)
ProductsPage = _page(
    "CustomerProductsPage",
    "One page of the products that a customer bought.",
    create_model("CustomerProduct", __doc__="One product, returns taken off.", **_fields(PRODUCTS)),
)


class TimelineEntry(BaseModel):
    """One entry of a timeline."""

    kind: str = Field(description="order, return, adjustment, contact, feedback, message, event.")
    at: datetime = Field(description="When (UTC); the start of the day where no time is known.")
    on: date = Field(description="Business day.")
    facts: dict[str, Any] = Field(description="As in the canonical table of that kind.")
    lines: list[dict[str, Any]] | None = Field(
        None, description="Lines of an order, where `lines=true` was asked."
    )


class TimelinePage(BaseModel):
    """One page of a timeline, newest first."""

    items: list[TimelineEntry]
    next: str | None = Field(description="Cursor of the older entries.")
