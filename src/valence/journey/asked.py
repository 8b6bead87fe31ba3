"""Information asked for twice: the same asked for again through another channel."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from valence.lake.moments import DAY, micros_of
from valence.lake.portable import count_if, folded, ratio, wilson

CONFIDENCE = 0.95


def occasions(steps: ir.Table, *, within_days: int, as_of: date) -> ir.Table:
    """Return each time that customers were asked for something, and whether it was asked again.

    Times that are not `within_days` old cannot be judged yet, and are left out. Who has steps like
    a robot is the caller's to leave out.

    Parameters
    ----------
    steps
        `journey_steps`: what is asked for is its `asks`. Steps that ask for nothing, or whose
        channel nobody knows, are left out. Both are compared whatever their case.
    within_days
        Days within which the same asked for again counts.
    as_of
        Later steps are left out.

    Returns
    -------
    Table
        One row per occasion: the columns of its last step, `about` (text, its `asks` in small
        letters), `took_micros` (int, until the next
        time, if that was elsewhere) and `next_channel` (text) of the same customer for the same,
        `elsewhere` (bool, whether that was in time and through another channel).

    Notes
    -----
    Steps that follow each other through one channel in time are one occasion: three pages of one
    form ask once. Contacts are no occasions of their own, since `journey_contacts` looks at them by
    their matter; that a contact asks again for what a form has asked is seen.
    """
    t = steps.filter(steps.on <= as_of)
    t = t.mutate(about=folded(t.asks), through=folded(t.channel), micros=micros_of(t["at"]))
    t = t.filter(t.about.notnull(), t.through.notnull())
    along = ibis.window(group_by=["customer_id", "about"], order_by=["micros", "source", "row_key"])
    t = t.mutate(
        next_channel=t.channel.lead().over(along),
        moved=t.through.lead().over(along) != t.through,
        took_micros=t.micros.lead().over(along) - t.micros,
    )
    soon = ibis.coalesce(t.took_micros <= within_days * DAY, False)
    elsewhere = soon & ibis.coalesce(t.moved, False)
    t = t.mutate(elsewhere=elsewhere, ends=elsewhere | ~soon)
    t = t.filter(t.ends, t.source != "contacts", t.on <= as_of - timedelta(days=within_days))
    never, nowhere = ibis.null("int64"), ibis.null("string")
    return t.mutate(
        took_micros=t.elsewhere.ifelse(t.took_micros, never),
        next_channel=t.elsewhere.ifelse(t.next_channel, nowhere),
    ).drop("micros", "through", "moved", "ends")


def asked_again(found: ir.Table, *, confidence: float = CONFIDENCE) -> ir.Table:
    """Return how often customers were asked for the same again through another channel.

    Parameters
    ----------
    found
        What `occasions` gave.
    confidence
        How sure the intervals are (Wilson 1927).

    Returns
    -------
    Table
        One row per thing that is asked for: `about` (text, in small letters), `asks` (text, as it
        is written; of several ways the first by alphabet), `asked` (occasions), `customers`,
        `again` (int, asked for again through another channel), `again_share`, `again_low`,
        `again_high` (float), `median_seconds` (float, until then).
    """
    t = found.group_by("about").agg(
        asks=found.asks.min(),
        asked=found.count().cast("int64"),
        customers=found.customer_id.nunique().cast("int64"),
        again=count_if(found.elsewhere),
        median_seconds=found.took_micros.quantile(0.5).cast("float64") / 1_000_000.0,
    )
    t = t.mutate(again_share=ratio(t.again, t.asked))
    low, high = wilson(t.again_share, t.asked, confidence=confidence)
    return t.mutate(again_low=low, again_high=high)


def channels_asked(found: ir.Table) -> ir.Table:
    """Return from which channel to which customers were asked for the same again.

    Parameters
    ----------
    found
        What `occasions` gave.

    Returns
    -------
    Table
        One row per thing and two channels: `about` (text, as in `asked_again`), `channel`,
        `next_channel` (text, as they are written; of several ways the first by alphabet), `again`
        (int).
    """
    t = found.filter(found.elsewhere)
    t = t.mutate(_from=folded(t.channel), _to=folded(t.next_channel))
    t = t.group_by("about", "_from", "_to").agg(
        channel=t.channel.min(), next_channel=t.next_channel.min(), again=t.count().cast("int64")
    )
    return t.drop("_from", "_to")
