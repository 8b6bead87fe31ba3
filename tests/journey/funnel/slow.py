"""Funnels again, slowly: every chain of rows of a customer is tried."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from statistics import mean, median

from valence.core.rules import compile_rule
from valence.journey.funnel.definition import CATALOG

MONDAY = datetime(2025, 3, 3, tzinfo=UTC)
DAY = date(2025, 12, 31)


def row(who, minutes, touchpoint, *, stage="buy", channel="web", key="", **more):
    """One step of a customer, some minutes after a Monday."""
    moment = MONDAY + timedelta(minutes=minutes)
    return {
        "customer_id": who, "at": moment, "on": moment.date(), "touchpoint": touchpoint,
        "stage": stage, "channel": channel, "source": "events", "row_key": key or f"{minutes}",
        "standard_kept": None, **more,
    }  # fmt: skip


def holds(condition, one):
    if condition.rule:
        return compile_rule(condition.rule, CATALOG).matches(one, as_of=DAY)
    if condition.touchpoint:
        return one["touchpoint"] == condition.touchpoint
    return one["stage"] == condition.stage


def in_order(rows, definition):
    """A customer's rows in the order that the guide says, each with the steps that it is."""

    def told(one):
        steps = [n for n, each in enumerate(definition.steps, 1) if holds(each, one)]
        breaks = [
            place
            for place, each in enumerate(definition.exclusions)
            if not steps and holds(each, one)
        ]
        last = len(definition.steps) + (1 if breaks else 2)
        return (one["at"], steps[0] if steps else last, one["source"], one["row_key"]), (
            one["at"], steps, breaks, one,
        )  # fmt: skip

    return [said for _, said in sorted(map(told, rows), key=lambda pair: pair[0])]


def chains_to(number, rows, definition):
    """Yield each series of places of rows that is a chain to a step."""
    optional = [n for n in range(2, number) if definition.steps[n - 1].optional]
    ways = [[n for n in range(1, number + 1) if n not in optional]]
    if definition.order == "strict":  # there an optional step is left out or it is in the chain
        ways = [
            sorted([*ways[0], *chosen])
            for size in range(len(optional) + 1)
            for chosen in combinations(optional, size)
        ]
    for way in ways:
        yield from _series(way, rows, definition, [])


def _series(way, rows, definition, taken):
    if len(taken) == len(way):
        yield taken
        return
    step = way[len(taken)]
    for place in range(taken[-1] + 1 if taken else 0, len(rows)):
        if taken and definition.order == "strict" and place != taken[-1] + 1:
            return
        if step not in rows[place][1]:
            continue
        if taken:
            if rows[place][0] - rows[taken[0]][0] > timedelta(hours=definition.window_hours):
                return
            if _broken(way[len(taken) - 1], taken[-1], place, rows, definition):
                continue
        yield from _series(way, rows, definition, [*taken, place])


def _broken(step, since, until, rows, definition):
    counting = {
        place
        for place in range(len(definition.exclusions))
        if definition.ends(place)[0] <= step < definition.ends(place)[1]
    }
    return any(counting & set(rows[place][2]) for place in range(since + 1, until))


def any_order_to(number, rows, definition):
    """Yield each series that has so many different steps within the window, and no break."""
    window = timedelta(hours=definition.window_hours)
    for last in range(len(rows)):
        since = last
        while (
            since > 0
            and rows[last][0] - rows[since - 1][0] <= window
            and not rows[since - 1][2]
            and not rows[last][2]
        ):
            since -= 1
        newest = {step: place for place in range(since, last + 1) for step in rows[place][1]}
        if len(newest) >= number and rows[last][1]:
            yield sorted(set(newest.values()))


def slow_chains(log, definition, *, as_of=DAY):
    """Return, per customer who met the first step, what `chains` gives."""
    by_customer = defaultdict(list)
    for one in log:
        if one["on"] <= as_of:
            by_customer[one["customer_id"]].append(one)
    find = any_order_to if definition.order == "any" else chains_to
    found = {}
    for who, rows in by_customer.items():
        ordered = in_order(rows, definition)
        told = {}
        for number in range(1, len(definition.steps) + 1):
            every = [(each[-1], each[0]) for each in find(number, ordered, definition)]
            if every:
                end = min(ordered[last][0] for last, _ in every)
                began = max(ordered[first][0] for last, first in every
                            if last == min(last for last, _ in every))  # fmt: skip
                told[number] = (end, began)
        if 1 in told:
            furthest = max(n for n in definition.required if n in told)
            found[who] = {
                "customer_id": who,
                "reached": furthest,
                "entered_on": told[1][0].date(),
                "started_at": told[furthest][1],
                "reached_at": told[furthest][0],
                **{f"at_{n}": told[n][0] if n in told else None for n in _numbers(definition)},
                **{
                    f"seconds_{n}": (told[n][0] - _since(told, n, definition)).total_seconds()
                    if n in told
                    else None
                    for n in _numbers(definition)
                },
            }
    return found


def _since(told, number, definition):
    """The start of the chain that came to a step first, or the first look of all."""
    return told[1][0] if definition.timed == "first" else told[number][1]


def slow_own(log, definition, by):
    """Return by step and value there: customers, at the step before under it, and gone on."""
    found, value = slow_chains(log, definition), {}
    for who, told in found.items():
        rows = in_order([each for each in log if each["customer_id"] == who], definition)
        for n in _numbers(definition):
            met = [
                one[by] or "–" for at, steps, _, one in rows
                if at == told[f"at_{n}"] and (n in steps or (definition.order == "any" and steps))
            ]  # fmt: skip
            value[who, n] = met[0] if met else None
    counts = {}
    for n in _numbers(definition):
        back = max(definition.before(n), 1)
        for part in {each for each in value.values() if each}:
            was = [who for who in found if value[who, back] == part]
            counts[part, n] = (
                sum(value[who, n] == part for who in found), len(was),
                sum(value[who, n] is not None for who in was),
            )  # fmt: skip
    return counts


def _numbers(definition):
    return range(1, len(definition.steps) + 1)


def slow_counts(found, definition):
    """Return step by step: customers, at the step before, mean and median seconds."""
    told = []
    for number in _numbers(definition):
        seconds = [each[f"seconds_{number}"] for each in found.values()
                   if each[f"at_{number}"] is not None]  # fmt: skip
        before = max(definition.before(number), 1)
        told.append(
            {
                "customers": len(seconds),
                "before": sum(each[f"at_{before}"] is not None for each in found.values()),
                "mean_seconds": mean(seconds) if seconds else None,
                "median_seconds": median(seconds) if seconds else None,
            }
        )
    return told
