"""Between tables and arrays: moments from rows, and a row of the published table from a stake."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from valence.core.alike.basis import Codes, Flags
from valence.core.alike.compared import Rules
from valence.core.alike.effect import Estimate
from valence.journey.stake.estimate import Stake
from valence.journey.stake.known import YEAR, Moments, moments_of

DAY_ONE = date(1970, 1, 1)


def moments_from(table: pa.Table, numbers: Sequence[str]) -> tuple[Moments, Flags]:
    """Return the rows of `stake_moments` as arrays, and which of them are bad, (n,)."""
    columns = {name: np.asarray(table[name].to_numpy(), np.float64) for name in numbers}
    columns["on"] = table["on"].cast(pa.int32()).to_numpy().astype(np.float64)
    channel = table["channel"].fill_null("").to_numpy()
    bad = table["bad"].to_numpy().astype(bool)
    return moments_of(columns, _codes(table["customer_id"]), channel), bad


def _codes(column: pa.ChunkedArray) -> Codes:
    """Numbers of customers, by the order in which they come."""
    encoded = pc.dictionary_encode(column).combine_chunks()
    return np.asarray(encoded.indices.to_numpy(zero_copy_only=False), np.intp)


def row_of(
    moments: Moments, affected: Flags, found: Stake, *, as_of: int, rules: Rules
) -> dict[str, Any]:
    """Return what is published of a stake: costs are shown as what is at stake, above zero."""
    newer = moments.on > as_of - YEAR
    recent = newer & affected
    row: dict[str, Any] = {
        "verdict": found.verdict,
        "moments_12m": int(newer.sum()),
        "affected_12m": int(recent.sum()),
        "customers_12m": len(np.unique(moments.customer[recent])),
        "share_12m": float(recent.sum() / newer.sum()) if newer.any() else None,
        "projected_share": 1.0 if recent.any() else None,
        "affected": found.affected,
        "customers": found.customers,
        "controls": found.controls,
        "confidence": rules.confidence,
        "minimum": rules.minimum,
        **_told("naive", found.naive, rules),
    }
    if found.balance is not None:
        row |= {
            "apart_before": found.balance.before,
            "apart_after": found.balance.after,
            "effective_controls": found.balance.effective,
            "trimmed_share": found.balance.trimmed,
        }
    if found.placebo is not None:
        row |= _told("placebo", found.placebo.found, rules) | {
            "placebo_affected": found.placebo.affected,
            "placebo_alarm": found.placebo.alarm,
        }
    if found.verdict != "not alike":
        row |= {
            **_told("effect", found.effect, rules),
            **_told("stake", _turned(found.at_stake), rules),
            **_told("lost", _turned(found.lost), rules),
        }
    return row


def _turned(estimate: Estimate | None) -> Estimate | None:
    return None if estimate is None else Estimate(-estimate.value, estimate.error)


def _told(name: str, estimate: Estimate | None, rules: Rules) -> dict[str, Decimal]:
    if estimate is None:
        return {}
    ends = ("", "_low", "_high")
    figures = (estimate.value, *estimate.interval(rules.confidence))
    return {
        f"{name}{end}_amount": Decimal(f"{figure:.4f}")
        for end, figure in zip(ends, figures, strict=True)
    }
