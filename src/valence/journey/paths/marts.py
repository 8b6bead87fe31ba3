"""What paths publish: contacts beside the one before on the same matter."""

from __future__ import annotations

import ibis.expr.types as ir

from valence.core.messages import message
from valence.journey.paths.loops import MATTERS, contact_matters
from valence.lake.marts import BuildContext, Inputs, Mart


def _matters(inputs: Inputs, _: BuildContext) -> ir.Table:
    return contact_matters(inputs["contacts"])


PATH_MARTS: tuple[Mart, ...] = (
    Mart(
        name="journey_contacts",
        owner="journey",
        title=message("Contacts by matter"),
        grain=("source", "contact_id"),
        rebuild="customer",
        inputs=("contacts",),
        columns=MATTERS,
        compute=_matters,
        order_by=("customer_id", "opened_at"),
    ),
)
