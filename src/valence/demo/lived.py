"""Lived: what customers of the brand met with, which orders it cost, and their twins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from valence.demo.arrays import Flags, Floats, Ints
from valence.demo.customers import CITIES, Customers
from valence.demo.orders import Orders
from valence.demo.streams import Streams
from valence.demo.troubles import (
    FADES,
    LATE,
    LEFT,
    SHAKEN,
    UNSOLVED,
    Affected,
    Draws,
    Path,
    Walked,
    absorb,
    twins,
    walk,
)
from valence.demo.world import World

DAY = 86_400
EVENING = 20  # o'clock of the promised day: until then a parcel is on time
_SLOWER = np.array([city[3] == 0 for city in CITIES])  # no outlet, no warehouse: a day more
_UNSOLVED_AFTER = 6.0  # days after which one no longer believes that a matter will be solved


@dataclass(frozen=True, slots=True)
class Parcels:
    """Per order: what was promised and when it came, in seconds; meant where `sent`."""

    sent: Flags
    promised: Ints
    on_time: Ints  # when it comes if it is on time
    late: Ints  # when it comes if it is late


@dataclass(frozen=True, slots=True)
class Lived:
    """Per order of the past (placed or not) what came of it; per person what remains of it.

    `lost_late` and `lost_unsolved` are margins of 365 days in minor units, from the twins; 0 where
    there was no such experience. `shaken` is how much the person's orders are thinned at the end of
    the past, fading after it; `left_days` is when they left, whatever it was that drove them out.
    """

    placed: Flags
    parcels: Parcels
    late: Flags
    matter: Ints  # index in troubles.MATTERS
    spoke: Flags
    unsolved: Flags
    late_chance: Floats
    unsolved_chance: Floats
    shaken_before: Floats
    lost_late: Floats
    lost_unsolved: Floats
    opened_days: Floats  # when a contact about it is opened, if there is one
    placed_later: list[Flags]
    shaken: Floats
    left_days: Floats
    drove_out: Ints  # per person: the order of the past that drove them out, -1 for most


def live(
    streams: Streams,
    world: World,
    customers: Customers,
    orders: Sequence[Orders],
    *,
    picked_up: Flags,
    left_days: Floats,
    days: int,
) -> Lived:
    """Let `orders`, those of the past and of each of the years after it, happen one by one.

    Whatever would be felt after the last of `days` is left out: the truth about the future is that
    of a brand where nothing more goes wrong, so that what is to come can be known exactly.
    """
    past, *later = orders
    parcels = make_parcels(streams, past, customers.city, picked_up)
    opened = _opening(streams, past, parcels)
    order, path = _path_of(streams, world, customers, past, parcels, opened)
    walked = walk(path, until=float(days), matters=world.experiences_matter)
    carried = walked.after
    absorb(carried, np.full(len(customers), float(days)))
    ahead = [
        _placed_later(streams(f"troubles later {year}"), part, carried, days)
        for year, part in enumerate(later)
    ]
    lost = {
        name: _lost(streams, world, (path, walked), name, later[0], ahead[0], days=days)
        for name in (LATE, UNSOLVED)
    }

    def by_order(values: Any) -> Any:
        back = np.empty_like(values)
        back[order] = values
        return back

    return Lived(
        placed=by_order(walked.placed),
        parcels=parcels,
        late=by_order(walked.late),
        matter=by_order(walked.matter),
        spoke=by_order(walked.spoke),
        unsolved=by_order(walked.unsolved),
        late_chance=by_order(walked.late_chance),
        unsolved_chance=by_order(walked.unsolved_chance),
        shaken_before=by_order(walked.before[:, SHAKEN]),
        lost_late=by_order(lost[LATE]),
        lost_unsolved=by_order(lost[UNSOLVED]),
        opened_days=opened,
        placed_later=ahead,
        shaken=carried[:, SHAKEN],
        left_days=np.minimum(left_days, carried[:, LEFT]),
        drove_out=_drove_out(path, walked, order, carried[:, LEFT], left_days),
    )


def make_parcels(streams: Streams, orders: Orders, city: Ints, picked_up: Flags) -> Parcels:
    """Promise each sent order a day, and say when it comes on time and when late."""
    rng, count = streams("parcels"), len(orders.person)
    day = orders.at_seconds // DAY
    promise = 2 + rng.integers(0, 2, count) + _SLOWER[city[orders.person]]
    early = rng.integers(0, 2, count)
    daytime = (9 + 10 * rng.random(count)) * 3_600
    behind = 1 + rng.gamma(1.4, 1.5, count).astype(np.int64)
    return Parcels(
        sent=(orders.channel != 2) & ~picked_up,
        promised=(day + promise) * DAY + EVENING * 3_600,
        on_time=((day + promise - early) * DAY + daytime).astype(np.int64),
        late=((day + promise + behind) * DAY + daytime).astype(np.int64),
    )


def _opening(streams: Streams, orders: Orders, parcels: Parcels) -> Floats:
    """When a contact about each order is opened: about a parcel after it should be there."""
    rng = streams("contact opening")
    ready = np.where(parcels.sent, parcels.promised, orders.at_seconds) / DAY
    return np.asarray(ready + 0.1 + rng.gamma(1.3, 1.1, len(ready)))


def _margin(world: World, orders: Orders) -> Floats:
    """Final margin of each order in yuan: troubles weigh the same in every currency."""
    margin = np.bincount(orders.order, orders.final_margin_minor, len(orders.person))
    return np.asarray(margin / world.minor_per_yuan)


def _path_of(
    streams: Streams, world: World, customers: Customers, past: Orders, parcels: Parcels,
    opened: Floats,
) -> tuple[Ints, Path]:  # fmt: skip
    """Return the orders as a path, and which order each row is."""
    at = past.at_seconds / DAY
    order = np.lexsort((at, past.person))
    draws = Draws.of(streams("troubles"), len(at))
    leaving = np.nan_to_num(customers.hazard_week) + np.nan_to_num(customers.dropout)
    rank = np.argsort(np.argsort(leaving, kind="stable"), kind="stable") / len(leaving)
    return order, Path(
        unit=past.person[order],
        at=at[order],
        sent=parcels.sent[order],
        app=past.channel[order] == 1,
        margin=_margin(world, past)[order],
        late_felt=(parcels.promised / DAY - at)[order],
        unsolved_felt=(opened + _UNSOLVED_AFTER - at)[order],
        draws=draws.take(order),
        acquired=customers.acquired_days,
        remote=_SLOWER[customers.city],
        tender=0.5 + customers.delay_sensitivity / 0.6,  # mean 1
        # Who is about to leave anyway meets more of it: nobody can see that beforehand.
        hidden=3.0 * (rank - 0.5) if world.hidden_trouble else np.zeros(len(customers)),
    )


def _placed_later(rng: np.random.Generator, ahead: Orders, carried: Floats, days: int) -> Flags:
    at = ahead.at_seconds / DAY
    state = carried[ahead.person]
    shaken = state[:, SHAKEN] * np.exp(-(at - days) / FADES)
    return np.asarray((at < state[:, LEFT]) & (rng.random(len(at)) < np.exp(-shaken)))


def _lost(
    streams: Streams, world: World, past: tuple[Path, Walked], experience: str, ahead: Orders,
    placed: Flags, *, days: int,
) -> Floats:  # fmt: skip
    """Margin that each experience cost in minor units: of the past, and of the year after it."""
    path, walked = past
    affected = walked.late if experience == LATE else walked.unsolved
    count = len(ahead.person)
    rng, none = streams("troubles later 0"), np.zeros(count)
    draws = replace(Draws(*[none] * 7), comes=rng.random(count), speaks=none + 1.0)
    unit = np.concatenate([path.unit, ahead.person])
    at = np.concatenate([path.at, ahead.at_seconds / DAY])
    order = np.lexsort((at, unit))

    def both(before: Any, after: Any) -> Any:
        return np.concatenate([before, after])[order]

    joint = replace(
        path,
        unit=unit[order],
        at=at[order],
        sent=both(path.sent, none > 0),
        app=both(path.app, none > 0),
        margin=both(path.margin, _margin(world, ahead)),
        late_felt=both(path.late_felt, none),
        unsolved_felt=both(path.unsolved_felt, none),
        draws=Draws(
            *(both(getattr(path.draws, f.name), getattr(draws, f.name)) for f in fields(Draws))
        ),
    )
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    rows = np.flatnonzero(affected)
    met = Affected(place[rows], walked.before[rows], experience)
    lost = np.zeros(len(path))
    lost[rows] = twins(joint, both(walked.placed, placed), met, until=float(days))
    return lost * world.minor_per_yuan


def _drove_out(path: Path, walked: Walked, order: Ints, felt: Floats, left: Floats) -> Ints:
    """Per person: the order that drove them out earlier than they would have left; else -1."""
    found = np.full(path.units, -1)
    for met, after in ((walked.late, path.late_felt), (walked.unsolved, path.unsolved_felt)):
        row = np.flatnonzero(met)
        unit = path.unit[row]
        own = (path.at[row] + after[row] == felt[unit]) & (felt[unit] < left[unit])
        found[unit[own]] = order[row[own]]
    return found
