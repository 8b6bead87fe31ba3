"""The page of worth: who carries the value, and how concentrated it is."""

from __future__ import annotations

from fastapi.responses import Response

from valence.core.messages import message
from valence.kit.ask import Ask
from valence.kit.tables import table_export, table_view
from valence.value import grid_view, worth_view
from valence.value.answers import by_segment, worth
from valence.value.definitions import RFM_KIND, RfmDefinition
from valence.value.pages.router import built_of, defined, empty, pages
from valence.value.tables import SEGMENTS

WORTH = message("Who carries our value, and how concentrated is it?")


@pages.get("/value", permission="value:read")
def value_page(ask: Ask) -> Response:
    """Show who carries the value, and how concentrated it is."""
    found, fmt = worth(ask.reader), ask.format
    if found is None or not found.summary["customers"]:
        will = message("Who carries your value, and how concentrated it is.")
        return ask.page(
            "kit/empty.html", title=message("Value"), question=WORTH, empty=empty(ask, will)
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
        rfm_how=grid_view.rfm_how(built, defined(ask, RFM_KIND, RfmDefinition, "customers"), fmt),
        next=worth_view.steps(found, fmt),
    )
