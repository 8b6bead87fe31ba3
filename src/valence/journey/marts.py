"""What the journey publishes: its steps, what each touchpoint's rule took, and what none took."""

from __future__ import annotations

from collections.abc import Iterator

import ibis.expr.types as ir
import pyarrow as pa

from valence.core.messages import message
from valence.definitions.reading import published
from valence.journey.columns import CLAIMS, NAMES, STEPS, UNRECOGNISED
from valence.journey.contacts import CONTACTS, journey_contacts
from valence.journey.days import DAYS, touchpoint_days
from valence.journey.definition import JOURNEY_KIND, SOURCES, JourneyDefinition
from valence.journey.designed.walks import DESIGNED, designed_journey
from valence.journey.paths.marts import PATH_MARTS
from valence.journey.reach import REACH, touchpoint_reach
from valence.journey.segments import SEGMENTS, touchpoint_segments
from valence.journey.silent_places import SILENCE_MART
from valence.journey.stake.marts import STAKE_MARTS
from valence.journey.steps import claims, journey_steps, unrecognised
from valence.lake.columns import arrow_schema
from valence.lake.marts import BuildContext, Inputs, Mart, Read


def journey_of(context: BuildContext) -> JourneyDefinition:
    """Return the published journey, or the usual one."""
    return published(context.definitions, JOURNEY_KIND, JourneyDefinition)


def _steps(inputs: Inputs, context: BuildContext) -> ir.Table:
    return journey_steps(inputs, as_of=context.as_of, definition=journey_of(context))


def _claims(inputs: Inputs, context: BuildContext) -> ir.Table:
    return claims(inputs, as_of=context.as_of, definition=journey_of(context))


def _unrecognised(inputs: Inputs, context: BuildContext) -> ir.Table:
    return unrecognised(inputs["events"], as_of=context.as_of, definition=journey_of(context))


def _days(inputs: Inputs, context: BuildContext) -> ir.Table:
    return touchpoint_days(inputs["journey_steps"], as_of=context.as_of)


def _names(_inputs: Inputs, context: BuildContext, _read: Read) -> Iterator[pa.RecordBatch]:
    definition = journey_of(context)
    rows = [
        {
            "name": name,
            "touchpoint": touchpoint.name,
            "stage": touchpoint.stage,
            "stage_number": definition.stages.index(touchpoint.stage) + 1,
            "source": touchpoint.source,
        }
        for name, touchpoint in definition.called().items()
    ]
    yield pa.RecordBatch.from_pylist(rows, schema=arrow_schema(NAMES))


def _contacts(inputs: Inputs, context: BuildContext) -> ir.Table:
    return journey_contacts(
        inputs["contacts"],
        inputs["journey_steps"],
        as_of=context.as_of,
        definition=journey_of(context),
    )


def _stages(inputs: Inputs, context: BuildContext) -> ir.Table:
    # A stage is reached, left and lost as a touchpoint is.
    steps = inputs["journey_steps"]
    steps = steps.mutate(touchpoint=steps.stage)
    return touchpoint_reach(steps, as_of=context.as_of, definition=journey_of(context))


def _segments(inputs: Inputs, context: BuildContext) -> ir.Table:
    return touchpoint_segments(
        inputs["journey_steps"],
        inputs["customers"],
        as_of=context.as_of,
        months=journey_of(context).months,
    )


def _designed(inputs: Inputs, context: BuildContext) -> ir.Table:
    definition = journey_of(context)
    return designed_journey(inputs["journey_steps"], as_of=context.as_of, definition=definition)


def _reach(inputs: Inputs, context: BuildContext) -> ir.Table:
    definition = journey_of(context)
    return touchpoint_reach(inputs["journey_steps"], as_of=context.as_of, definition=definition)


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
        version=3,
    ),
    Mart(
        name="touchpoint_names",
        owner="journey",
        title=message("Names of touchpoints"),
        grain=("name",),
        rebuild="whole",
        inputs=(),
        columns=NAMES,
        score=_names,
        definitions=(JOURNEY_KIND,),
        served=True,
    ),
    Mart(
        name="touchpoint_days",
        owner="journey",
        title=message("Days of touchpoints"),
        grain=("on", "touchpoint", "channel"),
        rebuild="day",
        day="on",
        inputs=("journey_steps",),
        columns=DAYS,
        compute=_days,
        order_by=("touchpoint", "on"),
        served=True,
        version=2,
    ),
    Mart(
        name="touchpoint_reach",
        owner="journey",
        title=message("Reach of touchpoints"),
        grain=("touchpoint",),
        rebuild="whole",
        inputs=("journey_steps",),
        columns=REACH,
        compute=_reach,
        definitions=(JOURNEY_KIND,),
        served=True,
        version=3,
    ),
    Mart(
        name="stage_reach",
        owner="journey",
        title=message("Reach of stages"),
        grain=("stage",),
        rebuild="whole",
        inputs=("journey_steps",),
        columns=REACH,
        compute=_stages,
        definitions=(JOURNEY_KIND,),
        served=True,
        version=3,
    ),
    Mart(
        name="touchpoint_segments",
        owner="journey",
        title=message("Segments at touchpoints"),
        grain=("touchpoint", "segment"),
        rebuild="whole",
        inputs=("journey_steps", "customers"),
        columns=SEGMENTS,
        compute=_segments,
        definitions=(JOURNEY_KIND,),
        served=True,
        version=2,
    ),
    Mart(
        name="journey_contacts",
        owner="journey",
        title=message("Contacts on the journey"),
        grain=("source", "contact_id"),
        rebuild="whole",
        inputs=("contacts", "journey_steps"),
        columns=CONTACTS,
        compute=_contacts,
        definitions=(JOURNEY_KIND,),
        served=True,
        version=2,
    ),
    Mart(
        name="designed_journey",
        owner="journey",
        title=message("Ways from designed steps"),
        grain=("step", "went_to"),
        rebuild="whole",
        inputs=("journey_steps",),
        columns=DESIGNED,
        compute=_designed,
        definitions=(JOURNEY_KIND,),
        served=True,
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
    SILENCE_MART,
    *STAKE_MARTS,
    *PATH_MARTS,
)
