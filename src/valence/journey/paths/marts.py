"""What paths publish: contacts beside the one before on the same matter."""

from __future__ import annotations

import ibis.expr.types as ir

from valence.core.messages import message
from valence.definitions.reading import published
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.paths.loops import MATTERS, contact_matters
from valence.lake.marts import BuildContext, Inputs, Mart


def _matters(inputs: Inputs, context: BuildContext) -> ir.Table:
    journey = published(context.definitions, JOURNEY_KIND, JourneyDefinition)
    return contact_matters(inputs["contacts"], as_of=context.as_of, within_days=journey.repeat_days)


PATH_MARTS: tuple[Mart, ...] = (
    Mart(
        name="contact_matters",
        owner="journey",
        title=message("Contacts by matter"),
        grain=("source", "contact_id"),
        rebuild="customer",
        inputs=("contacts",),
        columns=MATTERS,
        compute=_matters,
        definitions=(JOURNEY_KIND,),
        order_by=("customer_id", "opened_at"),
        version=2,
    ),
)
