"""Slow, obvious paths: loops over lists, sharing no code with what they check."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seconds(at):
    return (at - EPOCH) // timedelta(microseconds=1) / 1e6


def walks(rows, *, gap_hours=None, collapse=False, most_steps=10_000):
    """Journeys of each customer: lists of rows in their order."""
    by_customer = defaultdict(list)
    for row in rows:
        if row["customer_id"] is not None and row["touchpoint"] and row["at"] is not None:
            by_customer[row["customer_id"]].append(row)
    found = []
    for customer in sorted(by_customer):
        own = sorted(by_customer[customer], key=lambda r: (r["at"], r["source"], r["row_key"]))
        if len(own) <= most_steps:
            walks_of = cut(without_doubles(own), gap_hours)
            found += [(customer, without_repeats(w) if collapse else w) for w in walks_of]
    return found


def without_doubles(walk):
    kept = walk[:1]
    for row in walk[1:]:
        if (kept[-1]["touchpoint"], kept[-1]["at"]) != (row["touchpoint"], row["at"]):
            kept.append(row)
    return kept


def without_repeats(walk):
    kept = walk[:1]
    for row in walk[1:]:
        if kept[-1]["touchpoint"] != row["touchpoint"]:
            kept.append(row)
    return kept


def cut(walk, gap_hours):
    parts = [walk[:1]]
    for last, row in pairwise(walk):
        gap = seconds(row["at"]) - seconds(last["at"])
        if gap_hours is not None and gap > gap_hours * 3600:
            parts.append([])
        parts[-1].append(row)
    return parts


def percentile(values, p):
    """Type 7 of Hyndman & Fan."""
    ordered = sorted(values)
    h = (len(ordered) - 1) * p
    low = math.floor(h)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (h - low) * (ordered[high] - ordered[low])


def graph(rows, **asked):
    times, who = defaultdict(list), defaultdict(set)
    for customer, walk in walks(rows, **asked):
        names = [None, *(row["touchpoint"] for row in walk), None]
        at = [None, *(seconds(row["at"]) for row in walk), None]
        for place in range(len(names) - 1):
            pair = (names[place], names[place + 1])
            known = None not in pair
            times[pair].append(at[place + 1] - at[place] if known else None)
            who[pair].add(customer)
    return {
        pair: (
            len(found), len(who[pair]),
            *((None, None) if None in pair else (median(found), percentile(found, 0.9))),
        )
        for pair, found in times.items()
    }  # fmt: skip


def variants(rows, longest=30, **asked):
    ways = defaultdict(list)
    for customer, walk in walks(rows, **asked):
        names = tuple(row["touchpoint"] for row in walk)
        took = seconds(walk[-1]["at"]) - seconds(walk[0]["at"])
        ways[names[:longest], len(names) > longest].append((customer, took))
    return {
        way: (len(found), len({customer for customer, _ in found}), median(t for _, t in found))
        for way, found in ways.items()
    }


def went_on(rows, first, then, *, within_hours=None, directly=False):
    by_customer = defaultdict(list)
    for row in rows:
        by_customer[row["customer_id"]].append(row)
    found = {}
    for customer, own in by_customer.items():
        place = {first: 0} if first == then else {first: 0, then: 1}
        walk = sorted(
            own, key=lambda r: (r["at"], place.get(r["touchpoint"], 2), r["source"], r["row_key"])
        )
        names = [row["touchpoint"] for row in walk]
        if first not in names:
            continue
        took = [
            seconds(walk[j]["at"]) - seconds(walk[i]["at"])
            for i in range(len(walk))
            for j in range(i + 1, len(walk))
            if names[i] == first and names[j] == then and (not directly or j == i + 1)
        ]
        fit = [t for t in took if within_hours is None or t <= within_hours * 3600]
        found[customer] = min(fit) if fit else None
    return found
