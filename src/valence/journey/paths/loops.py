"""Loops: steps back to where one came from, and contacts that should not have been needed."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from valence.journey.paths.journeys import MOST_STEPS, in_order, micros_in, seconds_in
from valence.lake.moments import micros_of
from valence.lake.portable import count_if, given, ratio, wilson

WITHIN_DAYS = 30
CONFIDENCE = 0.95


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


def repeated_contacts(contacts: ir.Table, *, within_days: int = WITHIN_DAYS) -> ir.Table:
    """Return each contact with whether it came again for the same matter.

    The same matter is the same case; for contacts that name none, the same category. A contact
    without either is a matter of its own. Contacts at one moment stand in the order of `source`
    and `contact_id`.

    Parameters
    ----------
    contacts
        Canonical `contacts` with `customer_id`.
    within_days
        A contact is repeated where the one before on the matter was at most so many days earlier.

    Returns
    -------
    Table
        One row per contact of a customer: `customer_id`, `source`, `contact_id`, `category`,
        `channel`, `opened_at`, `repeated` (bool), `asked_twice` (bool: repeated through another
        channel than before, so that the matter had to be told again), `channel_before` (text),
        `seconds_since` (float; null where not repeated).
    """
    read = ("customer_id", "source", "contact_id", "case_id", "category", "channel", "opened_at")
    t = given(contacts, *read)
    t = t.filter(t.customer_id.notnull(), t.opened_at.notnull())
    t = t.mutate(
        # Told apart by a first sign, so that a case called "complaint" is no category.
        matter=ibis.coalesce(
            ibis.literal("c:") + t.case_id,
            ibis.literal("k:") + t.category.lower(),
            ibis.literal("i:") + t.source + ":" + t.contact_id,
        ),
        micros=micros_of(t.opened_at),
    )
    along = ibis.window(
        group_by=["customer_id", "matter"], order_by=["micros", "source", "contact_id"]
    )
    t = t.mutate(
        channel_before=t.channel.lag().over(along), since=t.micros - t.micros.lag().over(along)
    )
    repeated = ibis.coalesce(t.since <= micros_in(within_days * 24), ibis.literal(value=False))
    moved = ibis.coalesce(t.channel != t.channel_before, ibis.literal(value=False))
    return t.select(
        "customer_id",
        "source",
        "contact_id",
        "category",
        "channel",
        "opened_at",
        repeated=repeated,
        asked_twice=repeated & moved,
        channel_before=repeated.ifelse(t.channel_before, ibis.null("string")),
        seconds_since=repeated.ifelse(seconds_in(t.since), ibis.null("float64")),
    )


def repeats(
    contacts: ir.Table, *, within_days: int = WITHIN_DAYS, confidence: float = CONFIDENCE
) -> ir.Table:
    """Return how often contacts come again for the same matter, by what they are about.

    Returns
    -------
    Table
        One row per `category` (text, null: not named): `contacts`, `customers`, `repeated`,
        `customers_repeated`, `asked_twice` (int), `repeated_share`, `repeated_low`,
        `repeated_high`, `asked_twice_share` (float, of the contacts; Wilson interval),
        `median_seconds` (float, since the contact before).
    """
    t = repeated_contacts(contacts, within_days=within_days)
    who = t.repeated.ifelse(t.customer_id, ibis.null("string"))
    t = t.mutate(who=who)
    t = t.group_by("category").agg(
        contacts=t.count().cast("int64"),
        customers=t.customer_id.nunique().cast("int64"),
        repeated=count_if(t.repeated),
        customers_repeated=t.who.nunique().cast("int64"),
        asked_twice=count_if(t.asked_twice),
        median_seconds=t.seconds_since.quantile(0.5),
    )
    t = t.mutate(
        repeated_share=ratio(t.repeated, t.contacts),
        asked_twice_share=ratio(t.asked_twice, t.contacts),
    )
    low, high = wilson(t.repeated_share, t.contacts, confidence=confidence)
    return t.mutate(repeated_low=low, repeated_high=high)
