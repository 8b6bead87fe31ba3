"""What came of follow-ups: the doubly robust comparison with customers alike, on small arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from valence.core.alike.basis import Flags, Floats, common, tamed
from valence.core.alike.compared import Alike, Rules
from valence.core.alike.effect import effects, naive
from valence.core.days import as_day
from valence.experience.followups.compared import CONFIDENCE, Compared, Effect, Verdict

_DAY_ONE = date(1970, 1, 1)


def effect_of(
    bare: Compared,
    rows: Sequence[Mapping[str, Any]],
    followed: Mapping[str, date],
    touched: set[str],
) -> Compared:
    """Return what came of follow-ups, by customers alike with the same bad experience.

    Parameters
    ----------
    bare
        What is known before: months, and the minimum on either side.
    rows
        Moments with what was known before and came after, as `compared.with_orders` gives them.
    followed
        Customers whose matter was solved, with the day on which it happened.
    touched
        All whom somebody followed up: those not followed here are compared with nobody.
    """
    own_rows: list[Mapping[str, Any]] = []
    others: dict[str, Mapping[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (as_day(row["on"]), row["customer_id"])):
        who = row["customer_id"]
        if who in followed:
            if as_day(row["on"]) == followed[who]:
                own_rows.append(row)
        elif who not in touched:
            others.setdefault(who, row)
    bare = replace(bare, followed=len(own_rows), others=len(others))
    if min(bare.followed, bare.others) < bare.minimum:
        return bare
    chosen = [*own_rows, *others.values()]
    own = np.arange(len(chosen)) < len(own_rows)
    rules = Rules(minimum=bare.minimum, confidence=CONFIDENCE)
    alike = Alike.of(
        _known(chosen),
        common([row["matter"] for row in chosen]),
        own,
        np.arange(len(chosen)),
        rules,
    )
    bought, later = (_column(chosen, name) for name in ("bought", "later"))
    told = replace(
        bare,
        verdict="not alike",
        bought_share=float(bought[own].mean()),
        apart=alike.balance.after if alike.enough else None,
    )
    if not alike.enough or not alike.balanced:
        return told
    back, spent = _effect(alike, bought, own), _effect(alike, later, own)
    verdict: Verdict = "not told apart"
    if back.told_apart:
        verdict = "more" if back.value > 0 else "less"
    return replace(told, verdict=verdict, bought=back, value=spent)


def _known(rows: Sequence[Mapping[str, Any]]) -> Any:
    c = {name: _column(rows, name) for name in _NUMBERS}
    on = np.array([(as_day(row["on"]) - _DAY_ONE).days for row in rows], np.float64)
    share = np.array([0.0 if row["share"] is None else row["share"] for row in rows], np.float64)
    recency = np.where(c["recency_days"] >= 0, np.minimum(c["recency_days"], 3 * 365), 3 * 365)
    columns = [
        tamed(c["value_365"]),
        np.log1p(np.maximum(c["tenure_days"], 0.0)),
        tamed(c["value_91"]),
        tamed(c["value_before"] - c["value_365"]),
        tamed(c["orders_365"]),
        tamed(c["orders_before"] - c["orders_365"]),
        np.log1p(recency),
        share,
        on,
    ]
    return np.stack(columns, axis=1).astype(np.float32)


_NUMBERS = ("value_91", "value_365", "value_before", "orders_365", "orders_before",
            "recency_days", "tenure_days")  # fmt: skip


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> Floats:
    return np.array([row[name] for row in rows], np.float64)


def _effect(alike: Alike, later: Floats, own: Flags) -> Effect:
    _, expected = alike.expected(later)
    compared = alike.compared(later, expected.told)
    mean = effects(compared, np.ones((len(compared.later), 1))).mean
    low, high = mean.interval(CONFIDENCE)
    return Effect(mean.value, low, high, naive(own, later, alike.customer).value)
