"""The columns of the tables of the value at stake."""

from __future__ import annotations

from valence.lake.columns import Column

STAKE_MOMENTS = (
    Column("kind", "text", "Bad experience that is asked for."),
    Column("touchpoint", "text", "Touchpoint at which it can be told."),
    Column("stage", "text", "Stage of the touchpoint."),
    Column(
        "customer_id", "text", "The customer.", privacy="pseudonym", purpose="know the customer"
    ),
    Column("on", "day", "Business day; of a promise, the day it was for. One day is one moment."),
    Column("bad", "bool", "Whether the experience was bad."),
    Column("channel", "text", "Channel of the moment; the first by alphabet of several."),
    Column("value_182", "float", "Value of the 182 days before."),
    Column("value_365", "float", "Value of the 365 days before."),
    Column("value_730", "float", "Value of the 730 days before."),
    Column("value_before", "float", "Value of all days before."),
    Column("orders_365", "float", "Purchases of the 365 days before."),
    Column("orders_before", "float", "Purchases of all days before."),
    Column("moments_365", "float", "Days with such a moment in the 365 days before."),
    Column("bad_365", "float", "Of them, days with a bad experience of any kind."),
    Column("recency_days", "float", "Days since the last purchase before; -1 without one."),
    Column("tenure_days", "float", "Days since the first purchase before; -1 without one."),
    Column("later", "float", "Value of the 365 days after, as far as they have passed."),
)


def _interval(name: str, meaning: str) -> tuple[Column, ...]:
    bare = meaning.removesuffix(".")
    return (
        Column(f"{name}_amount", "amount", meaning),
        Column(f"{name}_low_amount", "amount", f"{bare}: lower end of the interval."),
        Column(f"{name}_high_amount", "amount", f"{bare}: upper end."),
    )


TOUCHPOINT_STAKE = (
    Column("touchpoint", "text", "Touchpoint."),
    Column("stage", "text", "Stage of the touchpoint."),
    Column("kind", "text", "Bad experience there."),
    Column(
        "verdict", "text",
        "costs, gains, not told apart, unlike before, not alike, too few, all affected.",
    ),
    Column("moments_12m", "int", "Moments of the last 12 months at which it can be told."),
    Column("affected_12m", "int", "Of them, bad ones: their cost is foretold."),
    Column("customers_12m", "int", "Customers who met it in the last 12 months."),
    Column("share_12m", "float", "Bad ones among the moments of the last 12 months."),
    *_interval(
        "stake",
        "Value expected to be lost within 12 months over the bad moments of the last 12 months.",
    ),
    Column("projected_share", "float", "Share of these moments whose year is not over."),
    *_interval("effect", "Value of the 12 months after, per bad moment: below 0 is lost."),
    *_interval("lost", "Value lost over all bad moments that are at least 12 months old."),
    Column("affected", "int", "Bad moments at least 12 months old, which effects are measured on."),
    Column("customers", "int", "Customers behind them."),
    Column("controls", "int", "Moments without it at the same touchpoint, as old."),
    *_interval("naive", "Plain difference of the 12 months after between bad moments and others."),
    *_interval("placebo", "The adjusted difference in value of a year before the last days."),
    Column("placebo_affected", "int", "Bad moments whose customers were there before these days."),
    Column("placebo_alarm", "bool", "Whether value before differs, so that something is unseen."),
    Column("apart_before", "float", "Largest standardised difference before weighting."),
    Column("apart_after", "float", "Largest standardised difference after weighting."),
    Column("effective_controls", "float", "Equally weighted controls that would tell as much."),
    Column("trimmed_share", "float", "Bad moments left out: nobody like them went unharmed."),
    Column("value_basis", "text", "What value is: margin, margin_rate, net_revenue, mixed."),
    Column("confidence", "float", "Of the intervals."),
    Column("minimum", "int", "Moments on either side below which nothing is said."),
)  # fmt: skip
