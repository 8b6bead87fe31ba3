"""The pages of the models of worth: the model card with the backtest, and predictions kept."""

from __future__ import annotations

from fastapi.responses import Response

from valence.core.messages import message
from valence.kit.ask import Ask
from valence.kit.page import Crumb
from valence.kit.tables import table_page
from valence.value.lifetime import covariate_view, prediction_view, view
from valence.value.lifetime.answers import model_card_of
from valence.value.lifetime.kept import kept_of, kept_table
from valence.value.pages.router import built_of, empty, pages
from valence.value.products.answers import names_of


@pages.get("/value/model", permission="value:read")
def model_page(ask: Ask) -> Response:
    """Show how wrong the models of worth were on what they had not seen."""
    card, fmt = model_card_of(ask.reader), ask.format
    if card is None or not card.customers:
        will = message("How far the forecasts of worth can be relied on.")
        title = message("Models of worth")
        return ask.page("kit/empty.html", title=title, question=view.ASKED, empty=empty(ask, will))
    names = names_of(ask.reader, covariate_view.products_in(card))
    return ask.page(
        "value/model.html",
        question=view.ASKED,
        answer=view.answer(card, fmt),
        figures=view.figures(card, fmt),
        forecasts=view.forecasts(card, fmt),
        weekly=view.weekly(card, fmt),
        frequency=view.by_frequency(card, fmt),
        parameters=view.parameters(card, fmt),
        effects=covariate_view.table(card, fmt, names),
        effects_said=list(covariate_view.sentences(card, fmt, names)),
        notes=view.notes(card, fmt),
        how=view.how(card, built_of(ask, "value_model")),
        next=view.steps(),
    )


@pages.get("/value/model/predictions", permission="value:read")
def predictions_page(ask: Ask) -> Response:
    """Show what was foretold of customers, and what came when the time was over."""
    found, fmt = kept_of(ask.reader), ask.format
    if found is None:
        will = message("How predictions turned out that were made in earnest.")
        return ask.page(
            "kit/empty.html",
            title=prediction_view.TITLE,
            question=prediction_view.ASKED,
            empty=empty(ask, will),
        )
    return table_page(
        ask,
        prediction_view.KEPT,
        kept_table(ask.reader),
        "value/tabbed.html",
        title=prediction_view.TITLE,
        question=prediction_view.ASKED,
        crumbs=(Crumb(message("Models of worth"), "/value/model"),),
        answer=prediction_view.answer(found, fmt),
        figures=prediction_view.figures(found, fmt),
        chart=prediction_view.chart(found, fmt),
        how=prediction_view.how(built_of(ask, "prediction_scores")),
        next=prediction_view.steps(),
    )
