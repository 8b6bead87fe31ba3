"""The page of silent leavers."""

from __future__ import annotations

from fastapi.responses import Response

from valence.core.messages import message
from valence.experience import silent_view
from valence.experience.pages.router import pages
from valence.experience.silent_answers import silent_of
from valence.kit.ask import Ask
from valence.kit.built import built_of, unbuilt
from valence.kit.page import Empty, Step


@pages.get("/experience/silent", permission="experience:read")
def silent_page(ask: Ask) -> Response:
    """Show how many leave without a word, and what each complaint stands for."""
    will = message("How many of those who leave never complained, told by what they did.")
    missing = unbuilt(ask, will, "customers")
    found = None
    if missing is None and ask.as_of is not None:
        found = silent_of(ask.reader, until=ask.as_of)
        missing = Empty(
            will,
            message("Nobody who can be named has bought in the last two years."),
            Step(message("Import orders"), "/imports"),
        )
    if found is None:
        return ask.page(
            "kit/empty.html", title=silent_view.TITLE, question=silent_view.ASKED, empty=missing
        )
    return ask.page(
        "experience/silent.html",
        title=silent_view.TITLE,
        question=silent_view.ASKED,
        answer=silent_view.answer(found, ask.format),
        figures=silent_view.figures(found, ask.format),
        by_tier=silent_view.by_tier(found, ask.format),
        by_matter=silent_view.by_matter(found, ask.format),
        how=silent_view.how(found, built_of(ask, "customers")),
        next=silent_view.steps(),
    )
