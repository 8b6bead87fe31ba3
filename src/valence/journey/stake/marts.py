"""What the value at stake publishes: the moments that are compared, and what each costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import ibis.expr.types as ir
import pyarrow as pa

from valence.core.messages import message
from valence.definitions.reading import published
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.stake.columns import STAKE_MOMENTS, TOUCHPOINT_STAKE
from valence.journey.stake.definition import STAKE_KIND, StakeDefinition
from valence.journey.stake.moments import stake_moments
from valence.lake.columns import arrow_schema
from valence.lake.marts import BuildContext, Inputs, Mart, Read, rows_read

if TYPE_CHECKING:
    from valence.journey.stake.known import Moments

_SCHEMA = arrow_schema(TOUCHPOINT_STAKE)
# One order on every engine, by what customers did: ids are drawn anew where data are imported anew.
_ORDER = ("on", "value_before", "orders_before", "tenure_days", "recency_days", "later")
_NUMBERS = tuple(column.name for column in STAKE_MOMENTS if column.kind == "float")


def stake_definition(context: BuildContext) -> StakeDefinition:
    """Return the published definition, or the usual one."""
    return published(context.definitions, STAKE_KIND, StakeDefinition)


def _moments(inputs: Inputs, context: BuildContext) -> ir.Table:
    return stake_moments(
        inputs,
        as_of=context.as_of,
        definition=stake_definition(context),
        journey=published(context.definitions, JOURNEY_KIND, JourneyDefinition),
    )


def _stakes(inputs: Inputs, context: BuildContext, read: Read) -> Iterator[pa.RecordBatch]:
    t = inputs["stake_moments"]
    groups = rows_read(
        t.group_by("touchpoint", "kind").agg(stage=t.stage.min()).order_by("touchpoint", "kind"),
        read,
    )
    facts = inputs["order_facts"]
    ends = rows_read(facts.agg(low=facts.value_basis.min(), high=facts.value_basis.max()), read)[0]
    if not groups or ends["low"] is None:  # nobody has bought: no value is at stake
        return
    basis = ends["low"] if ends["low"] == ends["high"] else "mixed"
    rows = [{**group, **_row(t, group, context, read), "value_basis": basis} for group in groups]
    yield pa.RecordBatch.from_pylist(rows, schema=_SCHEMA)


def _row(t: ir.Table, group: dict[str, Any], context: BuildContext, read: Read) -> dict[str, Any]:
    """What one bad experience at one touchpoint costs."""
    # Heavy: scipy.
    from valence.core.alike.compared import Rules  # noqa: PLC0415
    from valence.journey.stake.estimate import stake_of  # noqa: PLC0415
    from valence.journey.stake.rows import DAY_ONE, row_of  # noqa: PLC0415

    definition = stake_definition(context)
    t = t.filter(t.touchpoint == group["touchpoint"], t.kind == group["kind"])
    t = t.select("customer_id", "channel", "on", "bad", *_NUMBERS)
    batches = list(read(t.order_by(*_ORDER, "customer_id")))
    table = pa.Table.from_batches(batches, t.schema().to_pyarrow())
    moments, affected = read_moments(table)
    rules = Rules(minimum=definition.minimum, confidence=definition.confidence)
    as_of = (context.as_of - DAY_ONE).days
    return row_of(moments, affected, stake_of(moments, affected, as_of=as_of, rules=rules),
                  as_of=as_of, rules=rules)  # fmt: skip


def read_moments(table: pa.Table) -> tuple[Moments, Any]:
    """Return moments as arrays, and which are bad, (n,)."""
    from valence.journey.stake.rows import moments_from  # noqa: PLC0415 - scipy is heavy

    return moments_from(table, _NUMBERS)


STAKE_MARTS = (
    Mart(
        name="stake_moments",
        owner="journey",
        title=message("Moments that can go wrong"),
        grain=("kind", "touchpoint", "customer_id", "on"),
        rebuild="whole",
        inputs=("journey_steps", "order_facts", "answers", "contacts", "feedback_texts"),
        columns=STAKE_MOMENTS,
        compute=_moments,
        order_by=("touchpoint", "kind", "on"),
        definitions=(STAKE_KIND, JOURNEY_KIND),
        version=3,
    ),
    Mart(
        name="touchpoint_stake",
        owner="journey",
        title=message("Value at stake by touchpoint"),
        grain=("touchpoint", "kind"),
        rebuild="whole",
        inputs=("stake_moments", "order_facts"),
        columns=TOUCHPOINT_STAKE,
        score=_stakes,
        definitions=(STAKE_KIND,),
        served=True,
        version=3,
    ),
)
