"""The page of NPS, satisfaction and effort."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from valence.core.messages import message
from valence.experience import scores_view
from valence.experience.pages.router import pages
from valence.experience.scores import Metric
from valence.experience.scores_answers import scores_of, subjects_of
from valence.kit.ask import Ask
from valence.kit.built import built_of, unbuilt
from valence.kit.page import Empty, Step


@pages.get("/experience", permission="experience:read")
def scores_page(
    ask: Ask,
    metric: Metric = "nps",
    by: Annotated[str, Query()] = "touchpoint",
    subject: Annotated[str, Query()] = "own",
    weigh: Annotated[str, Query()] = "",
    surveys: Annotated[str, Query()] = "",
) -> Response:
    """Show what customers feel, by anything, and whether it moved."""
    will = message("What customers feel at each touchpoint: NPS, satisfaction and effort.")
    title = message("Experience")
    missing = unbuilt(ask, will, "answers")
    if missing is None and not ask.reader.snapshot.rows("answers"):
        missing = Empty(
            will,
            message("Nobody's answers are here yet."),
            Step(message("Import answers"), "/imports"),
        )
    if missing is not None or ask.as_of is None:
        return ask.page(
            "kit/empty.html", title=title, question=scores_view.ASKED, empty=missing
        )  # fmt: skip
    fmt = ask.format
    found = scores_of(
        ask.reader, metric, until=ask.as_of, by=by, subject=subject, weigh=weigh,
        surveys_alike=surveys == "alike",
    )  # fmt: skip
    about = subjects_of(ask.reader, metric)
    return ask.page(
        "experience/scores.html",
        question=scores_view.ASKED,
        answer=scores_view.answer(found, fmt),
        tabs=scores_view.tabs(ask, metric),
        groups=scores_view.groups(ask, found),
        asked={
            "metric": metric,
            "by": by,
            "subject": found.subject,
            "weigh": weigh,
            "surveys": surveys,
        },
        weighings=scores_view.weighings(fmt),
        weighed=scores_view.weighed(found, fmt),
        subjects=scores_view.subjects(about, fmt),
        several=len(found.surveys) > 1,
        figures=scores_view.figures(found, fmt),
        by_group=scores_view.by_group(found, fmt),
        by_month=scores_view.by_month(found, fmt),
        how=scores_view.how(found, built_of(ask, "answers")),
        next=scores_view.steps(),
    )
