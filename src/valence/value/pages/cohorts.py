"""The page of cohorts: which stays, and what a customer is worth month after month."""

from __future__ import annotations

from fastapi.responses import Response

from valence.core.messages import message
from valence.kit.ask import Ask
from valence.kit.tables import table_export, table_view
from valence.value import cohort_view, staying_view
from valence.value.cohort_answers import cohort_answers
from valence.value.pages.router import built_of, empty, pages
from valence.value.tables import COHORTS

STAYS = message("Which cohort stays longest?")


@pages.get("/cohorts", permission="value:read")
def cohorts_page(ask: Ask) -> Response:
    """Show which cohort stays, and what a customer is worth month after month."""
    found, fmt = cohort_answers(ask.reader), ask.format
    if found is None or not found.months:
        will = message("Which cohort stays, and what a customer is worth month after month.")
        return ask.page(
            "kit/empty.html", title=message("Cohorts"), question=STAYS, empty=empty(ask, will)
        )
    table = ask.reader.table("cohorts")
    if how := ask.request.query_params.get("format"):
        return table_export(ask, COHORTS, table, how)
    view = table_view(ask, COHORTS, table)
    return ask.page(
        "value/cohorts.html",
        question=STAYS,
        status=422 if view.fault else 200,
        answer=staying_view.longest(found, fmt),
        figures=cohort_view.figures(found, fmt),
        triangle=cohort_view.triangle(
            found, fmt, whole=ask.request.query_params.get("months") == "all"
        ),
        lines=cohort_view.value_lines(found, fmt),
        staying=staying_view.staying_bars(found, fmt),
        table=view,
        how=cohort_view.how(found, built_of(ask, "cohorts"), fmt),
        next=cohort_view.steps(found, fmt),
    )
