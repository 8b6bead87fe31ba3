"""Pages of value: who carries it, and which cohort stays."""

from __future__ import annotations

from datetime import datetime

from fastapi.responses import Response

from valence.core.messages import Message, message
from valence.kit.ask import Ask, Asked
from valence.kit.page import Empty, Step
from valence.kit.routes import PageRouter
from valence.kit.tables import table_export, table_view
from valence.value import cohort_view, grid_view, staying_view, worth_view
from valence.value.answers import by_segment, worth
from valence.value.cohort_answers import cohort_answers
from valence.value.tables import COHORTS, SEGMENTS

pages = PageRouter()
WORTH = message("Who carries our value, and how concentrated is it?")
STAYS = message("Which cohort stays longest?")


@pages.get("/value", permission="value:read")
def value_page(ask: Ask) -> Response:
    """Show who carries the value, and how concentrated it is."""
    found, fmt = worth(ask.reader), ask.format
    if found is None or not found.summary["customers"]:
        will = message("Who carries your value, and how concentrated it is.")
        return ask.page(
            "value/empty.html", title=message("Worth"), question=WORTH, empty=_empty(ask, will)
        )
    table = by_segment(ask.reader.table("segments"))
    if how := ask.request.query_params.get("format"):
        return table_export(ask, SEGMENTS, table, how)
    view, built = table_view(ask, SEGMENTS, table), built_of(ask, "value_tiers")
    return ask.page(
        "value/value.html",
        question=WORTH,
        status=422 if view.fault else 200,
        answer=worth_view.answer(found, fmt),
        chips=[worth_view.basis_chip(found.summary["value_basis"])],
        figures=worth_view.figures(found, fmt),
        curve=worth_view.curve(found, fmt),
        tiers=worth_view.tier_bars(found, fmt),
        tier_table=worth_view.tier_table(found, fmt),
        grid=grid_view.grid_rows(found, fmt),
        grid_columns=grid_view.grid_columns(fmt),
        grid_answer=grid_view.grid_answer(found, fmt),
        table=view,
        how=worth_view.how(found, built),
        rfm_how=grid_view.rfm_how(built),
        next=worth_view.steps(found, fmt),
    )


@pages.get("/cohorts", permission="value:read")
def cohorts_page(ask: Ask) -> Response:
    """Show which cohort stays, and what a customer is worth month after month."""
    found, fmt = cohort_answers(ask.reader), ask.format
    if found is None or not found.months:
        will = message("Which cohort stays, and what a customer is worth month after month.")
        return ask.page(
            "value/empty.html", title=message("Cohorts"), question=STAYS, empty=_empty(ask, will)
        )
    table = ask.reader.table("cohorts")
    if how := ask.request.query_params.get("format"):
        return table_export(ask, COHORTS, table, how)
    view = table_view(ask, COHORTS, table)
    return ask.page(
        "value/cohorts.html",
        question=STAYS,
        status=422 if view.fault else 200,
        answer=cohort_view.answer(found, fmt),
        figures=cohort_view.figures(found, fmt),
        triangle=cohort_view.triangle(
            found, fmt, whole=ask.request.query_params.get("months") == "all"
        ),
        lines=cohort_view.value_lines(found, fmt),
        staying=staying_view.staying_bars(found, fmt),
        table=view,
        how=cohort_view.how(built_of(ask, "cohorts")),
        next=cohort_view.steps(found, fmt),
    )


def built_of(ask: Asked, mart: str) -> Message | str:
    """Return when a mart was built last, and for which day."""
    state = ask.reader.snapshot.head.marts.get(mart)
    if state is None:
        return ""
    return message(
        "{at}, as of {day}",
        at=ask.format.instant(datetime.fromisoformat(state.built_at)),
        day=ask.format.day(ask.as_of),
    )


def _empty(ask: Asked, will: Message) -> Empty:
    """Say what is missing: orders, a build, or customers behind the orders."""
    snapshot = ask.reader.snapshot
    if not snapshot.rows("orders"):
        missing = message("No orders have been imported yet.")
        return Empty(will, missing, Step(message("Import orders"), "/imports"))
    if not ask.reader.has("value_summary"):
        missing = message("Orders are there; the figures have not been built from them yet.")
        return Empty(will, missing, Step(message("Build the figures"), "/builds"))
    missing = message(
        "No order names a customer. Check which column of the file holds the customer."
    )
    return Empty(will, missing, Step(message("Look at the imports"), "/imports"))
