"""The page of customer equity."""

from __future__ import annotations

from fastapi.responses import Response

from valence.core.messages import message
from valence.kit.ask import Ask
from valence.value import equity_view, payback_view
from valence.value.equity_answers import equity_of
from valence.value.pages.router import built_of, empty, pages


@pages.get("/value/equity", permission="value:read")
def equity_page(ask: Ask) -> Response:
    """Show what customers are worth from now on, and what would change it."""
    found, fmt = equity_of(ask.reader), ask.format
    if found is None or not found.of("customers"):
        will = message("What the customer base is worth from now on, and what would change it.")
        title = message("Customer equity")
        return ask.page(
            "kit/empty.html", title=title, question=equity_view.ASKED, empty=empty(ask, will)
        )
    return ask.page(
        "value/equity.html",
        question=equity_view.ASKED,
        answer=equity_view.answer(found, fmt),
        figures=equity_view.figures(found, fmt),
        tiers=equity_view.tiers(found, fmt),
        retention=equity_view.retention(found, fmt),
        payback=payback_view.payback(found, fmt),
        how=equity_view.how(built_of(ask, "worth_base")),
        next=equity_view.steps(),
    )
