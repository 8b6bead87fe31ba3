"""The page of early stars."""

from __future__ import annotations

from fastapi.responses import Response

from valence.core.messages import message
from valence.kit.ask import Ask, Asked
from valence.kit.page import Empty, Step
from valence.kit.tables import table_export, table_view
from valence.value import stars_view
from valence.value.pages.router import built_of, empty, pages
from valence.value.stars_answers import new_customers, stars_of


@pages.get("/value/stars", permission="value:read")
def stars_page(ask: Ask) -> Response:
    """Show which new customers look like the best ones did when they were new."""
    found, fmt = stars_of(ask.reader), ask.format
    if found is None:
        return ask.page(
            "kit/empty.html",
            title=message("Early stars"),
            question=stars_view.ASKED,
            empty=_too_few(ask),
        )
    table = new_customers(ask.reader)
    if how := ask.request.query_params.get("format"):
        return table_export(ask, stars_view.STARS, table, how)
    view = table_view(ask, stars_view.STARS, table)
    return ask.page(
        "value/stars.html",
        question=stars_view.ASKED,
        status=422 if view.fault else 200,
        answer=stars_view.answer(found, fmt),
        figures=stars_view.figures(found, fmt),
        calibration=stars_view.calibration(found, fmt),
        table=view,
        how=stars_view.how(built_of(ask, "early_stars")),
        next=stars_view.steps(found, fmt),
    )


def _too_few(ask: Asked) -> Empty:
    will = message("Which new customers are likely to become of high value.")
    if not ask.reader.has("early_stars"):
        return empty(ask, will)
    missing = message(
        "Not enough data: it takes 200 customers whose first year is over to learn from."
    )
    return Empty(will, missing, Step(message("See who carries the value"), "/value"))
