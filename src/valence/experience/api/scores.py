"""Scores of experience by API."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field

from valence.core.errors import NotFoundError
from valence.experience.api.router import api
from valence.experience.scores import Metric
from valence.experience.scores_answers import scores_of
from valence.kit.ask import Ask
from valence.kit.schemas import made_model, row_model
from valence.lake.columns import Column

_ROW: Any = row_model(
    "ExperienceScore",
    "The score of one group of answers; without one below the minimum of answers.",
    (
        Column("name", "text", "The group; null where it is not said, or of all together."),
        Column("n", "int", "Answers."),
        Column("good", "int", "Promoters, satisfied, or those who found it easy."),
        Column("bad", "int", "Detractors, dissatisfied, or those who found it hard."),
        Column("good_share", "float", "Share of good answers, 0 to 1, weighed as the score is."),
        Column("bad_share", "float", "Share of bad answers, 0 to 1, weighed as the score is."),
        Column("score", "float", "NPS from −100 to 100; else the share of good answers in %."),
        Column("low", "float", "Lower end of its 90 % interval."),
        Column("high", "float", "Upper end."),
        Column("enough", "bool", "Whether there are answers enough to say anything."),
        Column("n_before", "int", "Answers of the period before."),
        Column("change", "float", "Change since the period before, in points."),
        Column("probability", "float", "Of a change as large by chance."),
        Column("significant", "bool", "Whether the change is more than chance (90 %)."),
    ),
)
_MONTH: Any = row_model(
    "ExperienceMonth",
    "The score of one month.",
    (
        Column("month", "day", "Its first day."),
        Column("n", "int", "Answers."),
        Column("score", "float", "As above; null below the minimum of answers."),
        Column("low", "float", "Lower end of its 90 % interval."),
        Column("high", "float", "Upper end."),
    ),
)
_WEIGHED: Any = made_model(
    "ExperienceWeighed",
    "What weighing did to the score of all answers.",
    traits=(list[str], Field(description="Traits by which answers stand for all customers.")),
    surveys_alike=(bool, Field(description="Whether each survey counts the same.")),
    unweighted=(float | None, Field(description="The score where every answer counts once.")),
    left_out=(int, Field(description="Answers of nobody of whom the traits are known.")),
    loudest=(str | None, Field(description="The customers most heard beyond their share.")),
    loudest_answers_share=(float | None, Field(description="Their share of answers, 0 to 1.")),
    loudest_customers_share=(float | None, Field(description="Their share of customers.")),
)
ScoresModel = made_model(
    "ExperienceScores",
    "NPS, CSAT or CES: of all answers, of each group, and month by month.",
    metric=(str, Field(description="nps, csat or ces.")),
    subject=(str, Field(description="`own`, or the competitor that was asked about.")),
    by=(str, Field(description="What answers are told apart by.")),
    since=(date, Field(description="Begin of the period.")),
    until=(date, Field(description="Its last day.")),
    weighed=(
        _WEIGHED | None,
        Field(description="What weighing did; null: every answer counts once."),
    ),
    surveys=(list[str], Field(description="Surveys and files whose answers are in it.")),
    all=(_ROW | None, Field(description="All answers together.")),
    groups=(list[_ROW], Field(description="Each group, the worst first.")),
    months=(list[_MONTH], Field(description="Month by month.")),
)
By = Annotated[
    Literal["touchpoint", "stage", "channel", "store", "agent", "language", "source", "tier",
            "segment", "main_channel", "rung", "bond", "month"],
    Query(description="What answers are told apart by."),
]  # fmt: skip
Subject = Annotated[str, Query(description="`own`, or a competitor that was asked about.")]
Weigh = Annotated[
    str,
    Query(
        description="Traits of customers by which answers stand for all of them, such as "
        "tier,main_channel; empty: every answer counts once."
    ),
]
Surveys = Annotated[
    Literal["by answers", "alike"],
    Query(description="Whether surveys count by their answers, or each the same."),
]


@api.get("/experience/scores", permission="experience:read", response_model=ScoresModel)
def scores(  # noqa: PLR0913, PLR0917 - each is a parameter of the address
    ask: Ask,
    metric: Metric = "nps",
    by: By = "touchpoint",
    since: date | None = None,
    until: date | None = None,
    subject: Subject = "own",
    weigh: Weigh = "",
    surveys: Surveys = "by answers",
) -> dict[str, Any]:
    """Give NPS, CSAT or CES by anything, with n, interval and whether it moved."""
    last = until or ask.as_of
    if last is None or not ask.reader.has("answers"):
        raise NotFoundError("No figures have been built yet. Import orders, then build.")
    return scores_of(
        ask.reader, metric, until=last, since=since, by=by, subject=subject, weigh=weigh,
        surveys_alike=surveys == "alike",
    ).told()  # fmt: skip
