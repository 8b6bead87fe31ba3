"""The page of the ladder of loyalty."""

from __future__ import annotations

from fastapi.responses import Response

from valence.core.messages import message
from valence.kit.ask import Ask
from valence.value import ladder_view
from valence.value.ladder_answers import ladder_of
from valence.value.pages.router import built_of, empty, pages


@pages.get("/value/ladder", permission="value:read")
def ladder_page(ask: Ask) -> Response:
    """Show on which rung customers stand, and who climbed or came down within a year."""
    found, fmt = ladder_of(ask.reader), ask.format
    if found is None or not found.rungs:
        will = message("On which of seven rungs each customer stands, and who climbs.")
        title = message("Ladder of loyalty")
        return ask.page(
            "kit/empty.html", title=title, question=ladder_view.ASKED, empty=empty(ask, will)
        )
    return ask.page(
        "value/ladder.html",
        question=ladder_view.ASKED,
        answer=ladder_view.answer(found, fmt),
        figures=ladder_view.figures(found, fmt),
        rungs=ladder_view.rungs(found, fmt),
        movement=ladder_view.movement(found, fmt),
        how=ladder_view.how(built_of(ask, "ladder")),
        next=ladder_view.steps(found, fmt),
    )
