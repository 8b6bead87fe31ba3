"""What the page, the route and the command of silent leavers tell: plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day, months_before
from valence.experience.apart import contacts_of
from valence.kit.silence import (
    MONTHS,
    Scaled,
    Sign,
    Silence,
    hurt,
    scaled,
    silence_counts,
    spoken,
    together,
)
from valence.lake.reading import Tables

RECENT_MONTHS = 12  # of the voiced complaints that are scaled
_MOST = 12  # matters


@dataclass(frozen=True, slots=True)
class Silent:
    """Who left without a word: of all, by tier, of those wronged, and what complaints stand for."""

    since: date
    until: date
    sign: Sign  # by what it is told who left
    all: Silence
    by_rhythm: Silence  # the same, told by their own rhythm
    wronged: Silence  # of whom it is known that something went wrong
    others: Silence
    tiers: Mapping[str, Silence]
    matters: Sequence[Scaled]

    @property
    def base(self) -> Silence:
        """The leavers whose silence the complaints are scaled by: those wronged, if enough are."""
        wronged = self.wronged
        return wronged if wronged.enough and wronged.left_spoke > 0 else self.all

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "since": self.since,
            "until": self.until,
            "left_by": self.sign,
            "all": silence_told(self.all),
            "by_rhythm": silence_told(self.by_rhythm),
            "wronged": silence_told(self.wronged),
            "others": silence_told(self.others),
            "tiers": [{"tier": name, **silence_told(each)} for name, each in self.tiers.items()],
            "scaled_by": "wronged" if self.base is self.wronged else "all",
            "matters": [
                {
                    "matter": each.matter,
                    "voiced": each.voiced,
                    "stands_for": each.value,
                    "low": each.low,
                    "high": _finite(each.high),
                }
                for each in self.matters
            ],
        }


def silence_told(one: Silence) -> dict[str, Any]:
    """Return the silence of one group as plain values: without shares where too few left."""
    low, high = one.silent_interval()
    least, most = one.factor_interval()
    known = one.enough
    return {
        "customers": one.customers,
        "left": one.left,
        "effective": one.effective,
        "enough": known,
        "left_share": one.leaving,
        "silent_share": one.silent if known else None,
        "low": low if known else None,
        "high": high if known else None,
        "factor": one.factor if known else None,
        "factor_low": least if known else None,
        "factor_high": _finite(most) if known else None,
    }


def _finite(value: float) -> float | None:
    return None if value == inf else value


def silent_of(tables: Tables, *, until: date) -> Silent | None:
    """Return who left without a word in the months up to a day; None without customers.

    Parameters
    ----------
    tables
        The marts `customers`, `answers`, and `worth` and `journey_steps` where they are there, and
        canonical contacts.
    until
        The last day.
    """
    since = months_before(until, MONTHS)
    customers = tables.table("customers")
    contacts = contacts_of(tables)
    answers = tables.table("answers")
    spoke = spoken(answers, contacts, since=since)
    # Without a journey nobody is known to have been let down.
    steps = tables.table("journey_steps") if tables.has("journey_steps") else None
    wronged = spoke.filter(ibis.literal(value=False)) if steps is None else hurt(steps, since=since)
    sign: Sign = "model" if tables.has("worth") else "rhythm"
    worth = tables.table("worth") if sign == "model" else customers

    def counted(by: Sign) -> list[dict[str, Any]]:
        made = silence_counts(customers, worth, spoke, wronged, since=since, by=by)
        return tables.rows(made)

    rows = counted(sign)
    rhythm = rows if sign == "rhythm" else counted("rhythm")
    if not rows:
        return None
    tiers: dict[str, list[Silence]] = defaultdict(list)
    for row in rows:
        tiers[row["tier"] or ""].append(Silence.of(row))
    found = Silent(
        since,
        until,
        sign,
        together(map(Silence.of, rows)),
        together(map(Silence.of, rhythm)),
        together(Silence.of(row) for row in rows if row["wronged"]),
        together(Silence.of(row) for row in rows if not row["wronged"]),
        {name: together(each) for name, each in sorted(tiers.items())},
        (),
    )
    return _with_matters(tables, found, contacts)


def _with_matters(tables: Tables, found: Silent, contacts: ir.Table) -> Silent:
    base = found.base
    if not base.enough or base.factor is None:
        return found
    recent = as_day(months_before(found.until, RECENT_MONTHS))
    called = contacts.filter(contacts.complaint, contacts.opened_on >= recent)
    called = called.mutate(matter=ibis.coalesce(called.category.nullif(""), "complaint"))
    called = called.group_by("matter").agg(voiced=called.count())
    rows = tables.rows(called.order_by(called.voiced.desc(), called.matter).limit(_MOST))
    matters = [scaled(row["matter"], row["voiced"], base) for row in rows]
    return Silent(
        found.since, found.until, found.sign, found.all, found.by_rhythm, found.wronged,
        found.others, found.tiers, matters,
    )  # fmt: skip
