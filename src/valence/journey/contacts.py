"""Contacts on the journey: what came before each, whether it was solved at once, or came again."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.journey.definition import JourneyDefinition
from valence.journey.steps import DEFAULT
from valence.lake.columns import Column, Kind
from valence.lake.portable import filled, given

CONTACTS = (
    Column("source", "text", "System that the contact came from."),
    Column("contact_id", "text", "Its identifier there."),
    Column("customer_id", "text", "Customer, as resolved."),
    Column("on", "day", "Business day that it was opened."),
    Column("touchpoint", "text", "Touchpoint that it is a step at."),
    Column("after", "text", "Touchpoint that the customer met last before it, if within 30 days."),
    Column("complaint", "bool", "Whether it was a complaint."),
    Column("first", "bool", "Whether it begins a matter: none about it within days before."),
    Column("judged", "bool", "Whether days enough have passed to see it come again."),
    Column("again", "bool", "Whether the customer came again about it within days."),
    Column("elsewhere", "bool", "Whether that was through another channel: asked twice."),
    Column("solved_at_once", "bool", "First, solved, never opened again, and did not come again."),
)
BEFORE_DAYS = 30  # a touchpoint longer ago did not lead to the contact
_DAY = 86_400
_TAKEN: dict[str, Kind] = {
    "case_id": "text", "channel": "text", "category": "text", "solved_at": "instant",
    "reopened": "int", "complaint": "bool",
}  # fmt: skip


def journey_contacts(
    contacts: ir.Table,
    steps: ir.Table,
    *,
    as_of: date,
    definition: JourneyDefinition = DEFAULT,
) -> ir.Table:
    """Return each contact with what led to it, and whether it solved the matter.

    Parameters
    ----------
    contacts
        Canonical contacts with `customer_id`; those of nobody are left out.
    steps
        `journey_steps`.
    as_of
        Later contacts are left out.
    definition
        Within how many days the same matter again is a repeat.

    Returns
    -------
    Table
        One row per contact, with the columns `CONTACTS`.

    Notes
    -----
    A matter is the case where the source names one for several contacts, else what the category
    says: another contact of the customer in it within `repeat_days` is about the same.
    """
    as_of = as_day(as_of)
    t = filled(
        given(contacts, "source", "contact_id", "customer_id", "opened_at", "opened_on"), _TAKEN
    )
    t = t.filter(t.customer_id.notnull(), t.opened_on <= as_of)
    t = t.mutate(
        matter=ibis.coalesce(t.category, ""), channel=ibis.coalesce(t.channel, ""),
        opened=_seconds(t.opened_at),
    )  # fmt: skip
    order = ibis.window(
        group_by=("customer_id", "matter"), order_by=("opened", "source", "contact_id")
    )
    t = t.mutate(
        last_opened=t.opened.lag().over(order),
        next_opened=t.opened.lead().over(order),
        next_channel=t.channel.lead().over(order),
    )
    within = definition.repeat_days * _DAY
    again = ibis.coalesce(t.next_opened - t.opened <= within, False)
    t = t.mutate(
        again=again,
        elsewhere=again & (t.next_channel != t.channel),
        first=~ibis.coalesce(t.opened - t.last_opened <= within, False),
        judged=t.opened_on <= as_of - timedelta(days=definition.repeat_days),
        complaint=ibis.coalesce(t.complaint, False),
    )
    solved = t.solved_at.notnull() & (ibis.coalesce(t.reopened, 0) == 0)
    t = t.mutate(solved_at_once=t.first & solved & ~t.again)
    return _placed(t, steps)


def _placed(t: ir.Table, steps: ir.Table) -> ir.Table:
    """Add the touchpoint of each contact, and the one met last before it."""
    s = steps.filter(steps.source == "contacts").select("row_key", "touchpoint")
    t = t.mutate(row_key=ibis.literal(":").join([t.source, t.contact_id]))
    t = t.left_join(s, "row_key").drop("row_key_right")
    met = steps.filter(steps.source != "contacts").select(
        met_customer=steps.customer_id, met_touchpoint=steps.touchpoint, met=_seconds(steps["at"])
    )
    asked = t.select("source", "contact_id", "customer_id", "opened")
    near = asked.join(
        met,
        [
            asked.customer_id == met.met_customer,
            met.met <= asked.opened,
            met.met >= asked.opened - BEFORE_DAYS * _DAY,
        ],
    )
    last = near.group_by("source", "contact_id").agg(last=near.met.max())
    near = near.join(last, ["source", "contact_id"])
    near = near.filter(near.met == near.last)
    # Of two at one moment the first by alphabet, on every engine.
    last = near.group_by("source", "contact_id").agg(after=near.met_touchpoint.min())
    t = t.left_join(last, ["source", "contact_id"]).drop("source_right", "contact_id_right")
    return t.mutate(on=t.opened_on).select(*(c.name for c in CONTACTS))


def _seconds(at: ir.TimestampValue) -> ir.IntegerValue:
    return at.truncate("s").epoch_seconds().cast("int64")
