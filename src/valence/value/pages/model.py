"""The page of the models of worth: the model card and the backtest."""

from __future__ import annotations

from fastapi.responses import Response

from valence.core.messages import message
from valence.kit.ask import Ask
from valence.value.lifetime import view
from valence.value.lifetime.answers import model_card_of
from valence.value.pages.router import built_of, empty, pages


@pages.get("/value/model", permission="value:read")
def model_page(ask: Ask) -> Response:
    """Show how wrong the models of worth were on what they had not seen."""
    card, fmt = model_card_of(ask.reader), ask.format
    if card is None or not card.customers:
        will = message("How far the forecasts of worth can be relied on.")
        title = message("Models of worth")
        return ask.page(
            "value/empty.html", title=title, question=view.ASKED, empty=empty(ask, will)
        )
    return ask.page(
        "value/model.html",
        question=view.ASKED,
        answer=view.answer(card, fmt),
        figures=view.figures(card, fmt),
        forecasts=view.forecasts(card, fmt),
        weekly=view.weekly(card, fmt),
        frequency=view.by_frequency(card, fmt),
        parameters=view.parameters(card, fmt),
        notes=view.notes(card, fmt),
        how=view.how(built_of(ask, "value_model")),
        next=view.steps(),
    )
