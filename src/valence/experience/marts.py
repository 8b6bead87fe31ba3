"""What experience publishes: every answer on one scale."""

from __future__ import annotations

import ibis.expr.types as ir

from valence.core.messages import message
from valence.experience.answers import ANSWERS, answers_given
from valence.experience.text.marts import TEXT_MARTS
from valence.lake.marts import BuildContext, Inputs, Mart


def _answers(inputs: Inputs, context: BuildContext) -> ir.Table:
    return answers_given(inputs["feedback"], as_of=context.as_of)


MARTS: tuple[Mart, ...] = (
    *TEXT_MARTS,
    Mart(
        name="answers",
        owner="experience",
        title=message("Answers"),
        grain=("source", "feedback_id"),
        rebuild="day",
        day="on",
        inputs=("feedback",),
        columns=ANSWERS,
        compute=_answers,
        order_by=("on",),
        served=True,
        version=2,
    ),
)
