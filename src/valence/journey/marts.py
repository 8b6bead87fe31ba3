"""What the journey publishes: its steps, what each touchpoint's rule took, and what none took."""

from __future__ import annotations

import ibis.expr.types as ir

from valence.core.messages import message
from valence.definitions.reading import published
from valence.journey.definition import JOURNEY_KIND, SOURCES, JourneyDefinition
from valence.journey.steps import CLAIMS, STEPS, UNRECOGNISED, claims, journey_steps, unrecognised
from valence.lake.marts import BuildContext, Inputs, Mart


def journey_of(context: BuildContext) -> JourneyDefinition:
    """Return the published journey, or the usual one."""
    return published(context.definitions, JOURNEY_KIND, JourneyDefinition)


def _steps(inputs: Inputs, context: BuildContext) -> ir.Table:
    return journey_steps(inputs, as_of=context.as_of, definition=journey_of(context))


def _claims(inputs: Inputs, context: BuildContext) -> ir.Table:
    return claims(inputs, as_of=context.as_of, definition=journey_of(context))


def _unrecognised(inputs: Inputs, context: BuildContext) -> ir.Table:
    return unrecognised(inputs["events"], as_of=context.as_of, definition=journey_of(context))


MARTS: tuple[Mart, ...] = (
    Mart(
        name="journey_steps",
        owner="journey",
        title=message("Steps of journeys"),
        grain=("source", "row_key"),
        rebuild="day",
        day="on",
        inputs=SOURCES,
        columns=STEPS,
        compute=_steps,
        order_by=("customer_id", "at"),
        definitions=(JOURNEY_KIND,),
    ),
    Mart(
        name="journey_claims",
        owner="journey",
        title=message("What touchpoints take"),
        grain=("touchpoint",),
        rebuild="whole",
        inputs=SOURCES,
        columns=CLAIMS,
        compute=_claims,
        definitions=(JOURNEY_KIND,),
        served=True,
    ),
    Mart(
        name="journey_unrecognised",
        owner="journey",
        title=message("Events that no touchpoint takes"),
        grain=("name", "channel"),
        rebuild="whole",
        inputs=("events",),
        columns=UNRECOGNISED,
        compute=_unrecognised,
        definitions=(JOURNEY_KIND,),
        served=True,
    ),
)
