"""The API of the audience: customers, each one, and what happened to them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from valence.audience import schemas
from valence.audience.columns import CUSTOMERS, LINES, ORDERS, PRODUCTS
from valence.audience.finding import customer_of, id_keys_of, search
from valence.audience.profile import contact_data, profile
from valence.audience.purchases import lines_of_customer, orders_of
from valence.audience.reveal import revealed
from valence.audience.timeline import SIZE, lines_of, timeline
from valence.core.errors import NotFoundError
from valence.kit.ask import Ask
from valence.kit.bought import products_bought
from valence.kit.customers import with_labels
from valence.kit.opened import OpenBrand
from valence.kit.routes import ApiRouter
from valence.kit.tables import TableParams, table_api

api = ApiRouter("audience")


@api.get(
    "/customers",
    permission="audience:read",
    response_model=schemas.CustomersPage,
)
def customers(ask: Ask, _: TableParams) -> dict[str, Any]:
    """Give customers by rule, sorted, a page at a time."""
    if not ask.reader.has("customers"):
        raise NotFoundError(
            "No figures have been built yet. Import orders, then run `valence build`, or build "
            "them on the page of builds."
        )
    return table_api(ask, CUSTOMERS, ask.reader.table("customers")).model_dump()


@api.get("/customers/{text}", permission="audience:read", response_model=schemas.OneCustomer)
def customer(ask: Ask, text: str) -> dict[str, Any]:
    """Give one customer by id or by identifier, such as `user_id:12748`; contact data masked."""
    house = ask.service(OpenBrand)
    found = profile(house, ask.reader, customer_of(house, ask.reader, text))
    return {
        "customer_id": found.customer_id,
        "label": str(found.label),
        "number": found.label.source_number or None,
        "as_of": ask.as_of,
        "facts": found.row,
        "have_less": found.below,
        "medians": found.base.medians if found.base else {},
        "contact": [{"kind": k, "value": value} for k, value in contact_data(found.who)],
        "identifiers": [
            {"id_type": one.id_type, "source": one.source, "first_seen": one.first_seen}
            for one in found.who.identifiers
        ],
        "merges": [
            {
                "kind": one.kind,
                "at": one.at,
                "why": one.rule,
                "customers": [str(loser) for loser in one.losers],
            }
            for one in found.who.decisions
        ],
    }


@api.get("/customers/{text}/orders", permission="audience:read", response_model=schemas.OrdersPage)
def customer_orders(ask: Ask, text: str, _: TableParams) -> dict[str, Any]:
    """Give the orders of one customer by rule, sorted, a page at a time."""
    whose = customer_of(ask.service(OpenBrand), ask.reader, text)
    return table_api(ask, ORDERS, orders_of(ask.reader, whose)).model_dump()


@api.get("/customers/{text}/lines", permission="audience:read", response_model=schemas.LinesPage)
def customer_lines(ask: Ask, text: str, _: TableParams) -> dict[str, Any]:
    """Give the lines of the orders of one customer by rule, sorted, a page at a time."""
    whose = customer_of(ask.service(OpenBrand), ask.reader, text)
    return table_api(ask, LINES, lines_of_customer(ask.reader, whose)).model_dump()


@api.get(
    "/customers/{text}/products", permission="audience:read", response_model=schemas.ProductsPage
)
def customer_products(ask: Ask, text: str, _: TableParams) -> dict[str, Any]:
    """Give the products that one customer bought, the most by units first unless sorted else."""
    whose = customer_of(ask.service(OpenBrand), ask.reader, text)
    lines = lines_of_customer(ask.reader, whose)
    return table_api(ask, PRODUCTS, products_bought(lines)).model_dump()


@api.post("/customers/find", permission="audience:read", response_model=schemas.FoundCustomers)
def find(ask: Ask, body: schemas.FindIn) -> dict[str, Any]:
    """Find customers by name, e-mail, phone or number; posted, so that no log keeps the words."""
    house = ask.service(OpenBrand)
    found = search(house, ask.reader, body.text)
    return {"items": with_labels(ask, [{"customer_id": one} for one in found], "customer_id")}


@api.post("/customers/{text}/reveal", permission="audience:reveal", response_model=schemas.Revealed)
def reveal(ask: Ask, text: str) -> dict[str, Any]:
    """Give the contact data of one customer unmasked; the audit trail keeps who asked."""
    house = ask.service(OpenBrand)
    found = profile(house, ask.reader, customer_of(house, ask.reader, text))
    contact = revealed(house, ask.actor, found)
    return {
        "customer_id": found.customer_id,
        "contact": [{"kind": kind, "value": value} for kind, value in contact],
    }


@api.get(
    "/customers/{text}/timeline", permission="audience:read", response_model=schemas.TimelinePage
)
def customer_timeline(
    ask: Ask,
    text: str,
    cursor: Annotated[str, Query(description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=200, description="Entries on a page.")] = SIZE,
    lines: Annotated[bool, Query(description="With the lines of each order.")] = False,  # noqa: FBT002
) -> dict[str, Any]:
    """Give what one customer did and met, newest first: orders, returns, contacts and so on."""
    house = ask.service(OpenBrand)
    customer_id = customer_of(house, ask.reader, text)
    found = timeline(
        ask.reader, customer_id, id_keys_of(house, customer_id), cursor=cursor, size=limit
    )
    items = [
        {
            "kind": item.kind,
            "at": item.at,
            "on": item.on,
            "facts": dict(item.facts),
            "lines": lines_of(ask.reader, item.facts["namespace"], item.facts["order_id"], item.on)
            if lines and "order_id" in item.facts and "namespace" in item.facts
            else None,
        }
        for item in found.items
    ]
    return {"items": items, "next": found.next}
