"""The page of the value bridge: where value went since a year before."""

from __future__ import annotations

from fastapi.responses import Response

from valence.core.errors import BadInputError, did_you_mean
from valence.core.messages import message
from valence.kit.ask import Ask, Asked
from valence.kit.page import Tab
from valence.kit.tables import table_export, table_view
from valence.value import bridge_view, worth_view
from valence.value.bridge import bridge_by
from valence.value.bridge_answers import bridge_of
from valence.value.pages.router import built_of, empty, pages
from valence.value.years import years


@pages.get("/value/bridge", permission="value:read")
def bridge_page(ask: Ask) -> Response:
    """Show where value went since a year before, and by which customers."""
    found, fmt, by = bridge_of(ask.reader), ask.format, _dimension(ask)
    if found is None or not any(row["customers"] for row in found.moves.values()):
        will = message("From last year's value to this year's: who came, grew, shrank and left.")
        title = message("Value bridge")
        return ask.page(
            "kit/empty.html", title=title, question=bridge_view.WENT, empty=empty(ask, will)
        )
    spec, table = bridge_view.by_spec(by), bridge_by(ask.reader.table("value_bridge"), by)
    if how := ask.request.query_params.get("format"):
        return table_export(ask, spec, table, how)
    view = table_view(ask, spec, table)
    return ask.page(
        "value/bridge.html",
        question=bridge_view.WENT,
        status=422 if view.fault else 200,
        answer=bridge_view.answer(found, fmt),
        chips=[worth_view.basis_chip(found.basis or "")],
        figures=bridge_view.figures(found, years(ask.reader), fmt),
        chart=bridge_view.chart(found, fmt),
        tabs=[
            Tab(title, ask.url("/value/bridge", by=name), name == by)
            for name, title in bridge_view.DIMENSIONS.items()
        ],
        table=view,
        how=bridge_view.how(found, built_of(ask, "value_bridge"), fmt),
        next=bridge_view.steps(found, fmt),
    )


def _dimension(ask: Asked) -> str:
    by = ask.request.query_params.get("by") or next(iter(bridge_view.DIMENSIONS))
    if by not in bridge_view.DIMENSIONS:
        raise BadInputError(
            "The bridge is not told by {by!r}. {fix}",
            by=by,
            fix=did_you_mean(by, bridge_view.DIMENSIONS),
        )
    return by
