"""The bond between customer and brand: an index of 0 to 100 from four parts, and what it rests on.

Strong is never frequency alone: a strong bond needs two parts that each speak for it.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from valence.lake.columns import Kind
from valence.lake.portable import filled
from valence.value.bond_definition import BondDefinition, BondWeights
from valence.value.ladder import with_categories

PARTS = tuple(BondWeights.model_fields)  # purchase, service, experience, advocacy
LEVELS = ("none", "weak", "strong")

_READS: dict[str, Kind] = {
    "orders": "int", "orders_12m": "int", "gap_days": "float", "days_since_order": "int",
    "categories": "int", "channels": "int", "contacts": "int", "complaints": "int",
    "discount_amount": "amount", "felt_share": "float", "nps_score": "float", "referrals": "int",
}  # fmt: skip
_PROMOTER, _PASSIVE = 9.0, 7.0  # scores of NPS from which on a customer speaks well, or not ill


DEFAULT = BondDefinition()


def with_bond(
    customers: ir.Table,
    *,
    definition: BondDefinition = DEFAULT,
    among: ir.Table | None = None,
) -> ir.Table:
    """Return customers with the strength of their bond.

    Each part lies between 0 and 1; the index is `100 × Σ wⱼ pⱼ / Σ wⱼ` over the parts with data:

    - purchase, the mean of: rhythm, `min(gap / days since the last purchase, 1)` of who bought on
      two days; how often, `min(purchases of 12 months / often, 1)`; breadth, where categories are
      known, `(min(categories bought, kinds) − 1) / (kinds − 1)`.
    - service, the mean of what the brand has records of: was in contact, used a benefit, used a
      second channel, each 0 or 1.
    - experience: mean score of the last twelve months on its scale, or without one, of who was in
      contact, the share of contacts that were no complaint; with both, their mean.
    - advocacy: 1 for a referral or NPS 9–10, a half for 7–8, 0 below.

    A bond is strong from `strong_from` on if at least two parts reach a half, weak from
    `weak_from` on, else none. A customer without a purchase in twelve months has no strong bond.

    Parameters
    ----------
    customers
        One row per customer with facts, recency, and the columns of `customer_voice`; what is not
        there is missing, and so is what nobody of all customers has.
    definition
        Weights and limits.
    among
        The customers by whom it is told what the brand keeps records of: these, unless given.

    Returns
    -------
    Table
        The same rows and columns, and `bond_purchase`, `bond_service`, `bond_experience`,
        `bond_advocacy` (float, 0 to 1, null without data), `bond_index` (float, 0 to 100, null
        without a purchase), `bond` (none, weak, strong), `bond_missing` (text: the parts with a
        weight that have no data).
    """
    t = filled(with_categories(customers), _READS)
    parts = _parts(t, t if among is None else filled(among, _READS), definition)
    weights = {part: float(getattr(definition.weights, part)) for part in PARTS}
    zero = ibis.literal(0.0)
    counted = {n: p for n, p in parts.items() if weights[n] > 0}
    earned = sum((ibis.coalesce(p * weights[n], 0.0) for n, p in counted.items()), start=zero)
    weighed = sum((p.notnull().ifelse(weights[n], 0.0) for n, p in counted.items()), start=zero)
    index = (t.orders > 0).ifelse(earned * 100.0 / weighed.nullif(0.0), ibis.null("float64"))
    missing = ibis.literal("")
    for name, part in counted.items():
        missing = missing.concat(part.isnull().ifelse(f", {name}", ""))
    t = t.mutate(
        **{f"bond_{name}": part for name, part in parts.items()},
        bond_index=index,
        bond_missing=missing.substr(2),
    )
    t = t.mutate(bond=_level(t, t.bond_index, list(counted), definition))
    return t.drop(*(name for name in _READS if name not in customers.columns))


def _level(
    t: ir.Table, index: ir.FloatingValue, counted: list[str], definition: BondDefinition
) -> ir.StringValue:
    speak = sum(
        (ibis.coalesce(t[f"bond_{name}"] >= 0.5, False).ifelse(1, 0) for name in counted),
        start=ibis.literal(0),
    )
    lately = ibis.coalesce(t.orders_12m > 0, False)
    strong = (index >= definition.strong_from) & (speak >= 2) & lately
    level = strong.ifelse("strong", (index >= definition.weak_from).ifelse("weak", "none"))
    return index.notnull().ifelse(level, ibis.null("string"))


def _parts(
    t: ir.Table, among: ir.Table, definition: BondDefinition
) -> Mapping[str, ir.FloatingValue]:
    # What no customer has, the brand keeps no record of: it is unknown, not 0.
    all_of = among.agg(
        contacts=among.contacts.sum(),
        channels=among.channels.max(),
        discount=among.discount_amount.max(),
    )
    heard = (all_of.contacts.as_scalar() > 0) & t.contacts.notnull()
    many = (all_of.channels.as_scalar() > 1) & t.channels.notnull()
    gives = (all_of.discount.as_scalar() > 0) & t.discount_amount.notnull()
    none = ibis.null("float64")
    since = ibis.greatest(t.days_since_order, 1).cast("float64")
    rhythm = _capped(t.gap_days / since)
    often = _capped(t.orders_12m.cast("float64") / float(definition.often))
    breadth = _capped((t.categories - 1).cast("float64") / float(definition.kinds - 1))
    spared = _capped(1.0 - t.complaints.cast("float64") / t.contacts.nullif(0).cast("float64"))
    scored = (t.nps_score >= _PROMOTER).ifelse(1.0, (t.nps_score >= _PASSIVE).ifelse(0.5, 0.0))
    scored = t.nps_score.notnull().ifelse(scored, none)
    referred = (t.referrals > 0).ifelse(1.0, none)
    return {
        "purchase": _mean(rhythm, often, breadth),
        "service": _mean(
            heard.ifelse((t.contacts > 0).ifelse(1.0, 0.0), none),
            gives.ifelse((t.discount_amount > 0).ifelse(1.0, 0.0), none),
            many.ifelse((t.channels > 1).ifelse(1.0, 0.0), none),
        ),
        "experience": _mean(t.felt_share, spared),
        "advocacy": ibis.coalesce(referred, scored),
    }


def _capped(value: ir.FloatingValue) -> ir.FloatingValue:
    """Between 0 and 1; missing stays missing, which `least` would lose."""
    return (value > 1.0).ifelse(1.0, (value < 0.0).ifelse(0.0, value))


def _mean(*parts: ir.FloatingValue) -> ir.FloatingValue:
    """Mean of those that are known; missing where none is."""
    total = sum((ibis.coalesce(part, 0.0) for part in parts), start=ibis.literal(0.0))
    known = sum((part.notnull().ifelse(1.0, 0.0) for part in parts), start=ibis.literal(0.0))
    return total / known.nullif(0.0)
