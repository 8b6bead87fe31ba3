"""Pages of the audience: all customers, and each one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import quote

import ibis.expr.types as ir
from fastapi import Form, Query
from fastapi.responses import RedirectResponse, Response

from valence.audience import quick, view
from valence.audience.columns import LINES, ORDERS, PRODUCTS, customers_spec
from valence.audience.finding import customer_of, id_keys_of, search, whom
from valence.audience.profile import contact_data, profile
from valence.audience.purchases import lines_of_customer, most_bought, orders_of
from valence.audience.reveal import revealed
from valence.audience.rows import timeline_rows
from valence.audience.timeline import OrderDay, counts, lines_of, order_of, timeline
from valence.audience.words import BASIS, ID_TYPES
from valence.core.errors import BadInputError, NotFoundError
from valence.core.messages import Message, message
from valence.kit.ask import Ask, Asked
from valence.kit.bought import products_bought
from valence.kit.customers import labels
from valence.kit.opened import OpenBrand
from valence.kit.page import Crumb, Empty, Step, Tab
from valence.kit.routes import PageRouter
from valence.kit.tables import TableSpec, table_export, table_page, table_view
from valence.people.vault import Vault

pages = PageRouter()
CRUMBS = (Crumb(message("Customers"), "/customers"),)


@pages.get("/customers", permission="audience:read")
def customers_page(ask: Ask) -> Response:
    """Show all customers as a table: filter by rule, sort, page, choose columns, export."""
    if not ask.reader.has("customers"):
        return ask.page("audience/empty.html", title=message("Customers"), empty=_empty(ask))
    table = ask.reader.table("customers")
    spec = customers_spec(quick.breadth_of(ask), quick.horizon_of(ask))
    if how := ask.request.query_params.get("format"):
        return table_export(ask, spec, table, how)
    shown = table_view(ask, spec, table)
    if not shown.total and not shown.query.where:
        return ask.page("audience/empty.html", title=message("Customers"), empty=_empty(ask))
    return ask.page(
        "audience/customers.html",
        status=422 if shown.fault else 200,
        table=shown,
        answer=quick.answer(ask, shown),
        tiers=quick.tiers(ask, shown.query.where),
        segments=quick.segments(ask, shown.query.where),
        how=view.how_all(_built(ask)),
        next=[
            Step(message("See who carries the value"), "/value"),
            Step(message("See which cohorts stay"), "/cohorts"),
        ],
    )


@pages.post("/customers/find", permission="audience:read")
def find_page(ask: Ask, typed: Annotated[str, Form()] = "") -> Response:
    """Find customers by what was typed; posted, because an address would keep names in logs."""
    house = ask.service(OpenBrand)
    found = search(house, ask.reader, typed)
    if len(found) == 1:
        return RedirectResponse(_page_of(found[0]), 303)
    return _who_is_meant(ask, typed, found)


@pages.get("/customers/{text}", permission="audience:read")
def customer_page(ask: Ask, text: str, cursor: str = "", by: str = "") -> Response:
    """Show one customer; `text` is any id or identifier, such as user_id:12748."""
    house = ask.service(OpenBrand)
    try:
        found = whom(house, ask.reader, text)
    except (NotFoundError, BadInputError) as unknown:
        near = search(house, ask.reader, text)
        return _who_is_meant(ask, text, near, said=unknown.message, status=unknown.status)
    if len(found) > 1:
        said = message("{n} customers are known by that.", n=ask.format.integer(len(found)))
        return _who_is_meant(ask, text, list(found), said=said, status=300)
    customer_id, way = next(iter(found.items()))
    if customer_id != text:
        way = "" if way == "customer_id" else way
        return RedirectResponse(ask.url(_page_of(customer_id), by=way), 303)
    return _customer(ask, customer_id, cursor=cursor, by=by)


def _who_is_meant(
    ask: Asked,
    typed: str,
    found: Sequence[str],
    *,
    said: Message | None = None,
    status: int = 200,
) -> Response:
    """Show whom a text may mean, and how else somebody is found."""
    house = ask.service(OpenBrand)
    return ask.page(
        "audience/found.html",
        status=status,
        crumbs=CRUMBS,
        typed=typed,
        said=said,
        rows=quick.found_rows(ask.reader, found),
        labels=Vault(house.store, house.keyring).labels(found),
        worded=quick.tier_and_segment,
    )


def _page_of(customer_id: str, part: str = "") -> str:
    return f"/customers/{quote(customer_id, safe='')}{part and '/'}{part}"


@pages.post("/customers/{customer_id}/show", permission="audience:reveal")
def show_page(ask: Ask, customer_id: str) -> Response:
    """Show the contact data of one customer unmasked, once; the audit trail keeps who saw it."""
    house = ask.service(OpenBrand)
    found = profile(house, ask.reader, customer_id)
    contact = revealed(house, ask.actor, found)
    if ask.is_fragment:
        return ask.page(
            "audience/contact.html", found=found, contact=contact, masked=False, words=ID_TYPES
        )
    return _customer(ask, customer_id, contact=contact)


@pages.get("/customers/{customer_id}/timeline", permission="audience:read")
def timeline_page(ask: Ask, customer_id: str, cursor: str = "") -> Response:
    """Show the next entries of the timeline, or the customer's page from there on."""
    if not ask.is_fragment:
        return _customer(ask, customer_id, cursor=cursor)
    return ask.page("audience/timeline.html", **_timeline(ask, customer_id, cursor))


@pages.get("/customers/{customer_id}/orders", permission="audience:read")
def orders_page(ask: Ask, customer_id: str) -> Response:
    """Show all orders of one customer as a table, or as a download."""
    whose = _whose(ask, customer_id)
    return _purchases(ask, whose, "orders", ORDERS, orders_of(ask.reader, whose))


@pages.get("/customers/{customer_id}/lines", permission="audience:read")
def lines_page(ask: Ask, customer_id: str) -> Response:
    """Show all lines of the orders of one customer as a table, or as a download."""
    whose = _whose(ask, customer_id)
    return _purchases(ask, whose, "lines", LINES, lines_of_customer(ask.reader, whose))


@pages.get("/customers/{customer_id}/products", permission="audience:read")
def products_page(ask: Ask, customer_id: str) -> Response:
    """Show what one customer bought by product: the most, or all as a table, or as a download."""
    whose = _whose(ask, customer_id)
    lines = lines_of_customer(ask.reader, whose)
    if ask.is_fragment and "most" in ask.request.query_params:
        most = most_bought(ask.reader, lines)
        return ask.page("audience/most.html", most=most, page=_page_of(whose, "products"))
    return _purchases(ask, whose, "products", PRODUCTS, products_bought(lines))


@pages.get(
    "/customers/{customer_id}/orders/{namespace}/{order_id:path}", permission="audience:read"
)
def order_page(
    ask: Ask,
    customer_id: str,
    namespace: str,
    order_id: str,
    on: Annotated[date | None, Query()] = None,
) -> Response:
    """Show the lines of one order: as a part of the timeline, or as a page."""
    order = order_of(ask.reader, customer_id, namespace, order_id, on)
    if order is None:
        raise NotFoundError(
            "Customer {customer} has no order {order!r}.", customer=customer_id, order=order_id
        )
    values: dict[str, Any] = {
        "order": order,
        "lines": lines_of(ask.reader, namespace, order_id, order.on),
    }
    if ask.is_fragment:
        return ask.page("audience/lines.html", **values)
    crumbs = (*CRUMBS, Crumb(_called(ask, customer_id), _page_of(customer_id)))
    row = timeline_rows(ask.format, customer_id, [order])[0]
    return ask.page("audience/order.html", crumbs=crumbs, row=row, **values)


def _called(ask: Asked, customer_id: str) -> str:
    return str(labels(ask, [customer_id])[customer_id])


def _whose(ask: Asked, text: str) -> str:
    return customer_of(ask.service(OpenBrand), ask.reader, text)


def _purchases(
    ask: Asked, customer_id: str, part: str, spec: TableSpec, table: ir.Table
) -> Response:
    named = _called(ask, customer_id)
    title, question = view.PURCHASES[part]
    return table_page(
        ask,
        spec,
        table,
        "audience/purchases.html",
        file=f"{part}-{named}",
        title=Message(title.text, {"name": named}),
        question=question,
        crumbs=(*CRUMBS, Crumb(named, _page_of(customer_id))),
        tabs=_tabs(customer_id, part),
        back=_page_of(customer_id),
    )


def _tabs(customer_id: str, here: str) -> list[Tab]:
    parts = {
        "": message("Overview"),
        "orders": ORDERS.title,
        "products": PRODUCTS.title,
        "lines": LINES.title,
    }
    return [Tab(said, _page_of(customer_id, part), part == here) for part, said in parts.items()]


def _customer(
    ask: Asked,
    customer_id: str,
    *,
    contact: list[tuple[str, str]] | None = None,
    cursor: str = "",
    by: str = "",
) -> Response:
    found, fmt = profile(ask.service(OpenBrand), ask.reader, customer_id), ask.format
    return ask.page(
        "audience/customer.html",
        crumbs=CRUMBS,
        found=found,
        contact=contact_data(found.who) if contact is None else contact,
        masked=contact is None,
        words=ID_TYPES,
        arrived=view.found_by(by),
        tabs=_tabs(customer_id, "") if found.days else [],
        answer=view.answer(found, fmt),
        overview=view.overview(found, fmt),
        chips=_chips(found.row["value_basis"]) if found.row else [],
        figures=view.figures(found, fmt),
        facts=view.facts(found, fmt),
        scores=view.scores(found, fmt),
        place=view.place(found, fmt),
        chart=view.chart(found, fmt),
        history=view.history(found.who.decisions, fmt),
        due=view.due_on(found.row),
        panels=ask.house.panels("customer", customer_id=customer_id),
        how=view.how(found, _built(ask)),
        next=view.steps(found, ask.as_of),
        counts=view.counted(counts(found.days), fmt),
        years=view.years(found.days, fmt.zone),
        own=_page_of(customer_id),
        **_timeline(ask, customer_id, cursor, found.days),
    )


def _timeline(
    ask: Asked, customer_id: str, cursor: str, days: Sequence[OrderDay] | None = None
) -> dict[str, Any]:
    keys = id_keys_of(ask.service(OpenBrand), customer_id)
    found = timeline(ask.reader, customer_id, keys, cursor=cursor, days=days)
    return {
        "rows": timeline_rows(ask.format, customer_id, found.items),
        "next_entries": found.next
        and ask.url(_page_of(customer_id, "timeline"), cursor=found.next),
        "later": bool(cursor),
    }


def _chips(basis: str) -> list[Message]:
    return [message("value: {basis}", basis=BASIS.get(basis, basis))]


def _built(ask: Asked) -> Message | str:
    state = ask.reader.snapshot.head.marts.get("customers")
    if state is None:
        return ""
    at = ask.format.instant(datetime.fromisoformat(state.built_at))
    return message("{at}, as of {day}", at=at, day=ask.format.day(ask.as_of))


def _empty(ask: Asked) -> Empty:
    will = message("Everybody who bought, what they are worth, and who each one is.")
    if not ask.reader.snapshot.rows("orders"):
        missing = message("No orders have been imported yet.")
        return Empty(will, missing, Step(message("Import orders"), "/imports"))
    if not ask.reader.has("customers"):
        missing = message("Orders are there; the figures have not been built from them yet.")
        return Empty(will, missing, Step(message("Build the figures"), "/builds"))
    missing = message(
        "No order names a customer. Check which column of the file holds the customer."
    )
    return Empty(will, missing, Step(message("Look at the imports"), "/imports"))
