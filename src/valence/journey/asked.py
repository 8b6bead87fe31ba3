"""Information asked for twice: the same asked for again through another channel."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from valence.lake.moments import micros_of
from valence.lake.portable import count_if, ratio, wilson

CONFIDENCE = 0.95
_DAY = 86_400_000_000  # microseconds


def occasions(steps: ir.Table, *, within_days: int) -> ir.Table:
    """Return each time that customers were asked for something, and whether it was asked again.

    Parameters
    ----------
    steps
        `journey_steps`: what is asked for is its `asks`. Steps that ask for nothing, or whose
        channel nobody knows, are left out.
    within_days
        Days within which the same asked for again counts.

    Returns
    -------
    Table
        One row per occasion: the columns of its last step, `took_micros` (int, until the next
        time, if that was elsewhere) and `next_channel` (text) of the same customer for the same,
        `elsewhere` (bool, whether that was in time and through another channel).

    Notes
    -----
    Steps that follow each other through one channel in time are one occasion: three pages of one
    form ask once. Contacts are no occasions of their own, since `journey_contacts` looks at them by
    their matter; that a contact asks again for what a form has asked is seen.
    """
    t = steps.filter(
        steps.asks.notnull(), steps.asks != "", steps.channel.notnull(), steps.channel != ""
    )
    t = t.mutate(micros=micros_of(t["at"]), through=t.channel.lower())
    along = ibis.window(group_by=["customer_id", "asks"], order_by=["micros", "source", "row_key"])
    t = t.mutate(
        next_channel=t.channel.lead().over(along),
        moved=t.through.lead().over(along) != t.through,
        took_micros=t.micros.lead().over(along) - t.micros,
    )
    soon = ibis.coalesce(t.took_micros <= within_days * _DAY, False)
    elsewhere = soon & ibis.coalesce(t.moved, False)
    t = t.mutate(elsewhere=elsewhere, ends=elsewhere | ~soon)
    t = t.filter(t.ends, t.source != "contacts")
    never, nowhere = ibis.null("int64"), ibis.null("string")
    return t.mutate(
        took_micros=t.elsewhere.ifelse(t.took_micros, never),
        next_channel=t.elsewhere.ifelse(t.next_channel, nowhere),
    ).drop("micros", "through", "moved", "ends")


def asked_again(steps: ir.Table, *, within_days: int, confidence: float = CONFIDENCE) -> ir.Table:
    """Return how often customers were asked for the same again through another channel.

    Parameters
    ----------
    steps, within_days
        As in `occasions`.
    confidence
        How sure the intervals are (Wilson 1927).

    Returns
    -------
    Table
        One row per thing that is asked for: `asks` (text), `asked` (occasions), `customers`,
        `again` (int, asked for again through another channel), `again_share`, `again_low`,
        `again_high` (float), `median_seconds` (float, until then).
    """
    t = occasions(steps, within_days=within_days)
    t = t.group_by("asks").agg(
        asked=t.count().cast("int64"),
        customers=t.customer_id.nunique().cast("int64"),
        again=count_if(t.elsewhere),
        median_seconds=t.took_micros.quantile(0.5).cast("float64") / 1_000_000.0,
    )
    t = t.mutate(again_share=ratio(t.again, t.asked))
    low, high = wilson(t.again_share, t.asked, confidence=confidence)
    return t.mutate(again_low=low, again_high=high)


def channels_asked(steps: ir.Table, *, within_days: int) -> ir.Table:
    """Return from which channel to which customers were asked for the same again.

    Returns
    -------
    Table
        One row per thing and two channels: `asks`, `channel`, `next_channel` (text), `again` (int).
    """
    t = occasions(steps, within_days=within_days)
    t = t.filter(t.elsewhere)
    return t.group_by("asks", "channel", "next_channel").agg(again=t.count().cast("int64"))
