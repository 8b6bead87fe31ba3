"""Chains: how far each customer came through a funnel, when, and how fast.

A chain is a series of rows of one customer, later ones after earlier ones, one for each required
step up to some step, the last within the window of the first. Whether a chain to a step exists is
found without trying any: row by row it is known, for each step, when the *latest* chain that has
come so far began. A later start is never worse, so no other chain has to be remembered (so does
`windowFunnel` of ClickHouse).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from valence.journey.funnel.definition import FunnelDefinition
from valence.journey.funnel.matching import ORDER, break_flag, matched, step_flag
from valence.lake.moments import micros_of, moment_of

_NO_TIME = ibis.null("int64")
_NO, _YES = ibis.literal(value=False), ibis.literal(value=True)
_AT = "_micros"  # when a row was: whole numbers, which engines add and compare fast
_BEFORE = (None, -1)  # rows of a window: all before this one
_SO_FAR = (None, 0)
_ORDER = (_AT, *ORDER[1:])


def chains(
    steps: ir.Table, *, definition: FunnelDefinition, as_of: date, since: date | None = None
) -> ir.Table:
    """Return how far each customer came.

    Parameters
    ----------
    steps
        Rows of `journey_steps`.
    definition
        The funnel. *Ordered*: any rows may lie between those of a chain, only none of an
        exclusion that counts there. *Strict*: no row of the customer lies between. *Any order*:
        as many different steps as possible within the window.
    as_of, since
        Later and earlier rows are left out.

    Returns
    -------
    Table
        One row per customer who met the first step (in any order: any step): `customer_id`,
        `reached` (int, number of the furthest required step that a chain comes to; in any order,
        how many steps), `entered_on` (business day of `at_1`), `started_at`, `reached_at`
        (instant: of the chain that came there first the first and the last row; of several that
        end at once, the one that began last), and for each step `at_k` (instant, when a chain
        first came to it) and `seconds_k` (float, since that chain began or, of a funnel timed from
        the `first`, since `at_1`); missing where none did.
    """
    rows = matched(steps, definition, as_of=as_of, since=since)
    rows = rows.mutate(**{_AT: micros_of(rows["at"])})
    find = {"ordered": _ordered, "strict": _strict, "any": _any_order}[definition.order]
    return _told(find(rows, definition), definition)


def judged(found: ir.Table, *, definition: FunnelDefinition, as_of: date) -> ir.Table:
    """Return the chains of customers whose window since they first entered is over by a day.

    Of the others nobody knows yet whether they convert: rates of all look bad where many are new.
    """
    return found.filter(found.entered_on <= as_of - timedelta(days=definition.window_days))


def _started(number: int) -> str:
    """The column that says, of a row that a chain reached as that step, when the chain began."""
    return f"_started_{number}"


def _rows_order(definition: FunnelDefinition) -> tuple[str, ...]:
    """What rows of one moment are ordered by: only steps that may be one row need more than it."""
    steps = definition.steps
    apart = all(each.touchpoint for each in steps) or all(each.stage for each in steps)
    said = {each.said for each in steps}
    return _ORDER[:2] if apart and len(said) == len(steps) else _ORDER


def _within(t: ir.Table, start: ir.IntegerValue, definition: FunnelDefinition) -> ir.BooleanValue:
    micros = round(definition.window_hours * 3_600_000_000)
    return ibis.coalesce(t[_AT] - start <= micros, _NO)


def _ordered(rows: ir.Table, definition: FunnelDefinition) -> ir.Table:
    """The rows that a chain reached, each as its steps; of a step at least the first."""
    order = _rows_order(definition)
    t, broken = _stretches(rows, definition, order)
    t = t.mutate(
        _kept=ibis.literal(value=False),
        **{_started(1): t[step_flag(1)].ifelse(t[_AT], _NO_TIME)},
    )
    for number in definition.required[:-1]:
        t = _onward(t, definition, number, order, broken.get(number, ()))
    return t


def _onward(
    t: ir.Table,
    definition: FunnelDefinition,
    number: int,
    order: tuple[str, ...],
    stretches: tuple[str, ...],
) -> ir.Table:
    """Go on from a required step to the next: one pass over the rows that may still matter."""
    latest = t[_started(number)].max()
    t = t.mutate(
        _latest=latest.over(
            group_by=[t[name] for name in ("customer_id", *stretches)],
            order_by=[t[name] for name in order],
            rows=_BEFORE,
        )
    )
    after = min(each for each in definition.required if each > number)
    t = t.mutate(_alive=_within(t, t._latest, definition))
    t = t.mutate(
        **{
            _started(n): (t[step_flag(n)] & t._alive).ifelse(t._latest, _NO_TIME)
            for n in range(number + 1, after + 1)  # the optional ones between, and the required
        }
    )
    # What is remembered of a step is the first row that reached it.
    first = t[_started(number)].notnull() & t._latest.isnull()
    optional = [t[_started(n)].notnull() for n in range(number + 1, after)]
    t = t.mutate(_kept=ibis.or_(t._kept, first, *optional))
    # A row may be a later step only while a chain is alive. All that neither is remembered nor
    # goes on is let go, so that the next pass has fewer. Where an exclusion cuts the rows into
    # stretches, a chain that is further on may be alive in spite of it.
    later = [t[step_flag(n)] for n in range(after + 1, len(definition.steps) + 1)]
    further = [ibis.or_(*later) & (_YES if stretches else t._alive)] if later else []
    return t.filter(ibis.or_(t._kept, t[_started(after)].notnull(), *further))


def _stretches(
    rows: ir.Table, definition: FunnelDefinition, order: tuple[str, ...]
) -> tuple[ir.Table, Mapping[int, tuple[str, ...]]]:
    """Number the stretches between exclusions, and say which steps a chain leaves only in one.

    The exclusions themselves are left out then.
    """
    t, places = rows, range(len(definition.exclusions))
    if not places:
        return t, {}
    so_far = {"group_by": t.customer_id, "order_by": [t[name] for name in order], "rows": _SO_FAR}
    t = t.mutate(
        **{
            f"_stretch_{place}": t[break_flag(place)]
            .ifelse(ibis.literal(1, "int64"), ibis.null("int64"))
            .count()
            .over(**so_far)
            for place in places
        }
    )
    broken: dict[int, tuple[str, ...]] = {}
    for place in places:
        after, before = definition.ends(place)
        for number in range(after, before):
            broken[number] = (*broken.get(number, ()), f"_stretch_{place}")
    return t.filter(~ibis.or_(*(t[break_flag(place)] for place in places))), broken


def _strict(rows: ir.Table, definition: FunnelDefinition) -> ir.Table:
    """The rows that a chain reached with nothing of the customer between its rows."""
    t = rows.mutate(**{_started(1): rows[step_flag(1)].ifelse(rows[_AT], _NO_TIME)})
    for number in range(2, len(definition.steps) + 1):
        over = {"group_by": t.customer_id, "order_by": [t[name] for name in _ORDER]}
        from_ = range(max(definition.before(number), 1), number)
        came = [t[_started(n)].lag().over(**over) for n in from_]
        t = t.mutate(_latest=_latest_of(came))
        alive = _within(t, t._latest, definition)
        t = t.mutate(
            **{_started(number): (t[step_flag(number)] & alive).ifelse(t._latest, _NO_TIME)}
        )
    return t


def _latest_of(times: list[ir.IntegerValue]) -> ir.IntegerValue:
    if len(times) == 1:
        return times[0]
    # Engines disagree on `greatest` of what is partly missing, not of what is all there.
    return ibis.greatest(*(ibis.coalesce(each, *times) for each in times))


def _any_order(rows: ir.Table, definition: FunnelDefinition) -> ir.Table:
    """The rows at which so many different steps have been met within the window before."""
    order = _ORDER[:2]
    t, broken = _stretches(rows, definition, order)
    numbers = range(1, len(definition.steps) + 1)
    over = {
        "group_by": [t[name] for name in ("customer_id", *broken.get(1, ()))],
        "order_by": [t[name] for name in order],
        "rows": _SO_FAR,
    }
    last = {n: t[step_flag(n)].ifelse(t[_AT], _NO_TIME).max().over(**over) for n in numbers}
    t = t.mutate(**{f"_last_{n}": each for n, each in last.items()})
    fresh = {n: _within(t, t[f"_last_{n}"], definition) for n in numbers}
    t = t.mutate(
        _met=sum(each.ifelse(ibis.literal(1, "int64"), 0) for each in fresh.values()),
        # Missing ones take this row's own time, which no other is later than.
        _since=ibis.least(*(fresh[n].ifelse(t[f"_last_{n}"], t[_AT]) for n in numbers)),
    )
    return t.mutate(**{_started(n): (t._met >= n).ifelse(t._since, _NO_TIME) for n in numbers})


def _told(rows: ir.Table, definition: FunnelDefinition) -> ir.Table:
    """One row per customer: when each step was reached first, and when that chain began.

    The start of a later row is never earlier than that of an earlier one, so the least is that of
    the first.
    """
    numbers = range(1, len(definition.steps) + 1)
    since_first = definition.timed == "first"
    times = {"entered_on": rows["on"].min(where=rows[_started(1)].notnull())}
    for n in numbers:
        reached = rows[_started(n)].notnull()
        times[f"at_{n}"] = rows[_AT].min(where=reached)
        times[f"_from_{n}"] = rows[_started(n)].min()
    t = rows.group_by("customer_id").agg(**times)
    t = t.filter(t.at_1.notnull())
    furthest = definition.required[::-1]
    met = [t[f"at_{n}"].notnull() for n in furthest]

    def of_furthest(values: list[ir.Value]) -> ir.Value:
        return ibis.cases(*zip(met[:-1], values[:-1], strict=True), else_=values[-1])

    return t.select(
        "customer_id",
        "entered_on",
        reached=of_furthest([ibis.literal(n, "int64") for n in furthest]),
        started_at=moment_of(of_furthest([t[f"_from_{n}"] for n in furthest])),
        reached_at=moment_of(of_furthest([t[f"at_{n}"] for n in furthest])),
        **{f"at_{n}": moment_of(t[f"at_{n}"]) for n in numbers},
        **{
            f"seconds_{n}": _seconds(t[f"at_{n}"] - t["at_1" if since_first else f"_from_{n}"])
            for n in numbers
        },
    )


def _seconds(micros: ir.IntegerValue) -> ir.FloatingValue:
    return micros.cast("float64") / 1_000_000.0
