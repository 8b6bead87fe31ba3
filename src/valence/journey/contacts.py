"""Contacts on the journey: what came before each, whether it was solved at once, or came again."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.journey.definition import JourneyDefinition
from valence.journey.matters import beside
from valence.journey.steps import DEFAULT
from valence.lake.columns import Column, Kind
from valence.lake.moments import DAY, micros_of
from valence.lake.portable import filled, folded, given

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
    The same matter is as in `matters.beside`: another contact of the customer about it within
    `repeat_days` is a repeat.
    """
    as_of = as_day(as_of)
    t = filled(
        given(contacts, "source", "contact_id", "customer_id", "opened_at", "opened_on"), _TAKEN
    )
    t = t.filter(t.customer_id.notnull(), t.opened_on <= as_of)
    t = beside(t, after=("channel",)).rename(opened="micros")
    within = definition.repeat_days * DAY
    again = ibis.coalesce(t.after_micros - t.opened <= within, False)
    t = t.mutate(
        again=again,
        elsewhere=again & ibis.coalesce(folded(t.after_channel) != folded(t.channel), False),
        first=~ibis.coalesce(t.opened - t.before_micros <= within, False),
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
    met = steps.filter(steps.source != "contacts").semi_join(t, "customer_id")
    met = met.select("customer_id", met=micros_of(met["at"]), after=met.touchpoint)
    asked = t.select("source", "contact_id", "customer_id", "opened")
    t = t.left_join(_last_met(asked, met), ["source", "contact_id"])
    return t.mutate(on=t.opened_on).select(*(c.name for c in CONTACTS))


def _last_met(asked: ir.Table, met: ir.Table) -> ir.Table:
    """The touchpoint met last before each contact: in one walk through both, not each with each."""
    none = ibis.null("string")
    both = asked.select(
        "source", "contact_id", "customer_id", moment=asked.opened, met=ibis.null("int64")
    ).union(
        met.select("customer_id", source=none, contact_id=none, moment=met.met, met=met.met).select(
            "source", "contact_id", "customer_id", "moment", "met"
        )
    )
    # What is met at the moment of the contact stands before it.
    so_far = ibis.window(
        group_by="customer_id", order_by=["moment", both.contact_id.notnull()],
        preceding=None, following=0,
    )  # fmt: skip
    t = both.mutate(last=both.met.max().over(so_far))
    t = t.filter(t.contact_id.notnull(), t.moment - t.last <= BEFORE_DAYS * DAY)
    t = t.inner_join(met, [t.customer_id == met.customer_id, t.last == met.met])
    # Of two at one moment the first by alphabet, on every engine.
    return t.group_by("source", "contact_id").agg(after=t.after.min())
