"""The part of a customer's page that this capability fills: worth, rung, bond, and why."""

from __future__ import annotations

from fastapi.responses import HTMLResponse, Response

from valence.kit.ask import Ask
from valence.value.pages.router import pages


@pages.get("/value/customers/{customer_id}", permission="value:read")
def customer_panel(ask: Ask, customer_id: str) -> Response:
    """Show what one customer is worth from now on, as a part of their page."""
    # Models are heavy to load, and no other page scores anybody.
    from valence.value.lifetime import customer_view  # noqa: PLC0415
    from valence.value.lifetime.customer import worth_of_customer  # noqa: PLC0415

    found, fmt = worth_of_customer(ask.reader, customer_id), ask.format
    if found is None:
        return HTMLResponse("")
    return ask.page(
        "value/customer.html",
        answer=customer_view.answer(found, fmt),
        figures=customer_view.figures(found, fmt),
        alive=customer_view.alive(found, fmt),
        how=customer_view.how(found, fmt),
    )
