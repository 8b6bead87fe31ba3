"""The designed journey again, slowly: customer by customer, sharing no code with what it checks."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import timedelta
from statistics import median


def walks(rows, way, *, since, as_of, days):
    """Where each customer went from each designed step: (customer, step): (went to, seconds)."""
    by_customer = defaultdict(list)
    for row in rows:
        if since < row["on"] <= as_of:
            by_customer[row["customer_id"]].append(row)
    found = {}
    for who, own in by_customer.items():
        own.sort(
            key=lambda r: (
                r["at"], way.index(r["touchpoint"]) if r["touchpoint"] in way else len(way),
                r["source"], r["row_key"],
            )
        )  # fmt: skip
        for number, (here, onto) in enumerate(itertools.pairwise(way), 1):
            place = next((n for n, r in enumerate(own) if r["touchpoint"] == here), None)
            if place is None or own[place]["on"] > as_of - timedelta(days=days):
                continue
            soon = [
                r for r in own[place + 1 :] if r["at"] - own[place]["at"] <= timedelta(days=days)
            ]
            others = [r["touchpoint"] for r in soon if r["touchpoint"] != here]
            came = [r["at"] - own[place]["at"] for r in soon if r["touchpoint"] == onto]
            found[who, number] = (
                others[0] if others else "", came[0].total_seconds() if came else None,
            )  # fmt: skip
    return found


def counts(found, hours):
    """Per step and touchpoint next: customers, came, in time, and the median of all who came."""
    out = {}
    for (_, step), (went_to, seconds) in found.items():
        one = out.setdefault((step, went_to), [0, 0, 0])
        one[0] += 1
        one[1] += seconds is not None
        one[2] += seconds is not None and seconds <= hours.get(step, -1) * 3600
    took = {
        step: [s for (_, n), (_, s) in found.items() if n == step and s is not None]
        for step, _ in out
    }
    return {
        (step, went_to): (*one, median(took[step]) if took[step] else None)
        for (step, went_to), one in out.items()
    }
