"""Loops: steps back to where one came from, and contacts that should not have been needed."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from valence.journey.matters import READ, beside
from valence.journey.paths.journeys import MOST_STEPS, in_order, seconds_in
from valence.lake.columns import Column
from valence.lake.portable import count_if, folded, given, ratio, wilson

WITHIN_DAYS = 7
CONFIDENCE = 0.95
MATTERS = (
    Column("customer_id", "text", "Customer, as resolved."),
    Column("source", "text", "System that the contact came from."),
    Column("contact_id", "text", "Its number there."),
    Column("category", "text", "What it was about."),
    Column("channel", "text", "Channel it came through."),
    Column("opened_at", "instant", "When it was opened (UTC)."),
    Column("on", "day", "Business day that it was opened."),
    Column("channel_before", "text", "Channel of the contact before on the same matter."),
    Column("seconds_since", "float", "Seconds since that contact; empty for the first."),
    Column("within_days", "int", "Days within which a contact on the matter comes again."),
)


def loops(
    steps: ir.Table, *, gap_hours: float | None = None, most_steps: int = MOST_STEPS
) -> ir.Table:
    """Return the ways back: from a touchpoint to another and at once to the first again.

    Returns
    -------
    Table
        One row per pair: `touchpoint` (from and to), `over` (where one went between; the same:
        the step was repeated), `times`, `customers` (int), `median_seconds` (float, from leaving
        to being back).
    """
    t = in_order(steps, gap_hours=gap_hours, most_steps=most_steps)
    again = t.filter(t.before == t.touchpoint)
    again = again.select("customer_id", "touchpoint", over=again.before, took=again.micros_since)
    turned = t.filter(t.before == t.after, t.before != t.touchpoint)
    turned = turned.select(
        "customer_id",
        touchpoint=turned.before,
        over=turned.touchpoint,
        took=turned.micros_since + turned.micros_until,
    )
    both = again.union(turned)
    return both.group_by("touchpoint", "over").agg(
        times=both.count().cast("int64"),
        customers=both.customer_id.nunique().cast("int64"),
        median_seconds=seconds_in(both.took.quantile(0.5)),
    )


def contact_matters(contacts: ir.Table, *, as_of: date, within_days: int = WITHIN_DAYS) -> ir.Table:
    """Return each contact beside the one before it on the same matter.

    What the same matter is, `matters.beside` says.

    Parameters
    ----------
    contacts
        Canonical `contacts` with `customer_id`.
    as_of
        Later contacts are left out.
    within_days
        A contact comes again where the one before on the matter was at most so many days earlier.

    Returns
    -------
    Table
        One row per contact of a customer, with the columns `MATTERS`.
    """
    t = given(contacts, *READ, "channel", "opened_on")
    t = t.filter(t.customer_id.notnull(), t.opened_at.notnull(), t.opened_on <= as_of)
    t = beside(t, before=("channel",))
    return t.select(
        "customer_id",
        "source",
        "contact_id",
        "category",
        "channel",
        "opened_at",
        on=t.opened_on,
        channel_before=t.before_channel,
        seconds_since=seconds_in(t.micros - t.before_micros),
        within_days=ibis.literal(within_days, "int64"),
    )


def repeated_contacts(matters: ir.Table) -> ir.Table:
    """Return each contact with whether it came again for the same matter.

    Parameters
    ----------
    matters
        As `contact_matters` has them.

    Returns
    -------
    Table
        The same rows and columns, and `repeated` (bool), `asked_twice` (bool: repeated through
        another channel than before, so that the matter had to be told again).
    """
    t = given(matters, *(c.name for c in MATTERS))
    no = ibis.literal(value=False)
    repeated = ibis.coalesce(t.seconds_since <= t.within_days.cast("float64") * 86_400.0, no)
    moved = ibis.coalesce(folded(t.channel) != folded(t.channel_before), no)
    return t.mutate(repeated=repeated, asked_twice=repeated & moved)


def repeats(matters: ir.Table, *, confidence: float = CONFIDENCE) -> ir.Table:
    """Return how often contacts come again for the same matter, by what they are about.

    Returns
    -------
    Table
        One row per `category` (text, null: not named): `contacts`, `customers`, `repeated`,
        `customers_repeated`, `asked_twice` (int), `repeated_share`, `repeated_low`,
        `repeated_high`, `asked_twice_share` (float; Wilson interval), `within_days` (int),
        `median_seconds` (float, of those repeated, since the contact before).
    """
    t = repeated_contacts(matters)
    t = t.mutate(
        who=t.repeated.ifelse(t.customer_id, ibis.null("string")),
        waited=t.repeated.ifelse(t.seconds_since, ibis.null("float64")),
        about=t.category.lower(),
    )
    t = t.group_by(category=t.about).agg(
        contacts=t.count().cast("int64"),
        customers=t.customer_id.nunique().cast("int64"),
        repeated=count_if(t.repeated),
        customers_repeated=t.who.nunique().cast("int64"),
        asked_twice=count_if(t.asked_twice),
        within_days=t.within_days.max(),
        median_seconds=t.waited.quantile(0.5),
    )
    t = t.mutate(
        repeated_share=ratio(t.repeated, t.contacts),
        asked_twice_share=ratio(t.asked_twice, t.contacts),
    )
    low, high = wilson(t.repeated_share, t.contacts, confidence=confidence)
    return t.mutate(repeated_low=low, repeated_high=high)
