"""Experiences: moments at which something may go wrong, with the true cost of it, in seconds.

The proof of the value at stake needs many brands whose truth is known and none of their files.
This draws only what an estimator is given: for each moment what was known of the customer before,
whether it went wrong, and the margin of the 12 months after; and beside it what it truly cost.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from valence.core.errors import BadInputError
from valence.demo.arrays import Flags, Floats, Ints, picked
from valence.demo.customers import WEEK
from valence.demo.streams import Streams
from valence.demo.troubles import (
    LATE,
    SHAKEN,
    UNSOLVED,
    YEAR,
    Draws,
    Path,
    Start,
    Walked,
    margin_between,
    walk,
)
from valence.demo.world import World

Experience = Literal["late delivery", "unsolved contact"]
_WINS_DAYS = 3 * YEAR  # customers are won in the first three years
_MOMENTS = (2 * YEAR, 3 * YEAR)  # moments lie in the third: a year and more known before and after
_ENDS = 4 * YEAR + 60.0
_TWINS = 4  # draws of either future of each affected moment
_ONLINE = 0.75  # mean share of orders that are sent
# The hidden trait: who furnishes a new flat buys a lot for some months, before and after which
# there is little to buy, and has it sent to where no courier has been yet.
_HIDDEN_SHARE, _HIDDEN_LOG_ODDS = 0.35, 1.2
_OCCASION_DAYS, _OCCASION_RATE, _OTHERWISE_RATE = 300.0, 3.0, 0.4  # times the usual rate


@dataclass(frozen=True, slots=True)
class Truth:
    """What the observed table does not say.

    `effect` is the average effect on the affected, in yuan over 12 months (below 0: margin lost).
    `moments` has a row per observed row, in its order: `propensity`, the chance with which it went
    wrong, and `effect`, the expected effect given all that is latent; null where all went well.
    """

    effect: float
    moments: pa.Table


@dataclass(frozen=True, slots=True)
class _People:
    rate_day: Floats
    hazard_day: Floats
    level: Floats
    online: Floats
    app: Floats  # share of the app among online orders
    acquired: Floats
    remote: Flags
    tender: Floats
    hidden: Flags
    occasion: Floats  # the day from which who has the hidden trait buys more


def simulate_exposures(
    seed: int,
    *,
    customers: int = 30_000,
    hidden: bool = False,
    experience: Experience = "late delivery",
) -> tuple[pa.Table, Truth]:
    """Return the moments at which an experience was possible, and the truth about them.

    Customers buy as Pareto/NBD customers do, at a rate and with baskets of their own. Each order
    that is sent may come late, each contact may stay unsolved; either thins a customer's later
    orders and may end them, more so for newcomers and for those worth much. The moments are all of
    one year, a year and more before the end, so that all of their 12 months after are known.

    The chance of it depends on `margin_before` and `tenure_days`, and for deliveries on `channel`,
    `remote` and `bad_before`, for contacts on `contacts_before`; given these, on nothing else
    unless `hidden`. So `margin_earlier` is left for a placebo check: it must not differ given these
    (`bought_before` counts those earlier orders, so it has no place among them there).

    Parameters
    ----------
    seed
        The same seed gives the same tables.
    customers
        How many are drawn, 100 to a million.
    hidden
        Whether a trait that no column shows makes bad experiences likelier and orders fewer.
    experience
        Which one the moments are about: of orders that were sent, or of contacts.

    Returns
    -------
    tuple
        A table with one row per moment: `moment`, `customer` (int); `at_days` (from the start);
        before the moment `margin_before` (12 months, yuan), `margin_earlier` (the 12 months before
        those), `tenure_days`, `bought_before`, `bought_before_12m`, `rung` (0 to 5, by orders of 12
        months), `channel` (shop or app), `remote` (bool), `bad_before`, `contacts_before`,
        `last_score` (0 to 10, null if never asked or answered); `exposed` (bool); and
        `margin_after` (12 months, yuan). And the `Truth`.

    Raises
    ------
    BadInputError
        If there are too few or too many customers.
    """
    if not 100 <= customers <= 1_000_000:
        raise BadInputError(
            "{customers} customers are too few or too many to simulate moments; give 100 to "
            "1,000,000.",
            customers=customers,
        )
    streams = Streams(seed)
    people = _people(streams, customers, hidden=hidden)
    path = _path(streams, people)
    walked = walk(path)
    met = walked.late if experience == LATE else walked.unsolved
    asked = path.sent & walked.placed if experience == LATE else walked.spoke
    rows = np.flatnonzero(asked & (path.at >= _MOMENTS[0]) & (path.at < _MOMENTS[1]))
    exposed = met[rows]
    effect = np.full(len(rows), np.nan)
    effect[exposed] = _expected_effects(streams, people, path, walked, rows[exposed], experience)
    chance = walked.late_chance if experience == LATE else walked.unsolved_chance
    observed = _observed(streams, path, walked, rows, _felt(path, rows, experience))
    observed = observed.append_column("exposed", pa.array(exposed))
    moments = pa.table(
        {"propensity": chance[rows], "effect": pa.array(effect, mask=np.isnan(effect))}
    )
    return observed, Truth(float(np.nanmean(effect)) if exposed.any() else 0.0, moments)


def _people(streams: Streams, count: int, *, hidden: bool) -> _People:
    world = World()
    rng = streams("exposure customers")
    rate = rng.gamma(world.rate_shape, 1 / world.rate_scale_weeks, count) / WEEK
    hazard = rng.gamma(world.hazard_shape, 1 / world.hazard_scale_weeks, count) / WEEK
    # The demo's law of spend with its rarest ends cut: an estimator's interval is put to the test
    # here, not its endurance of a single customer who outweighs a thousand.
    level = (world.spend_shape - 1) / rng.gamma(world.spend_shape, 1.0, count)
    trait = rng.random(count) < _HIDDEN_SHARE if hidden else np.zeros(count, bool)
    return _People(
        rate_day=np.minimum(rate, 0.25),
        hazard_day=hazard,
        level=np.clip(level, 0.2, 4.0),
        online=rng.beta(3.0, 3.0 * (1 - _ONLINE) / _ONLINE, count),
        app=rng.beta(1.0, 1.2, count),
        acquired=rng.random(count) * _WINS_DAYS,
        remote=rng.random(count) < 0.3,
        tender=0.5 + rng.beta(1.5, 3.5, count) / 0.6,
        hidden=trait,
        occasion=_MOMENTS[0] - 180.0 + rng.random(count) * YEAR,
    )


def _path(streams: Streams, people: _People) -> Path:
    rng = streams("exposure orders")
    everyone = np.arange(len(people.level))
    left = people.acquired + rng.exponential(1.0, len(everyone)) / people.hazard_day
    unit, at = _bought(rng, people, everyone, people.acquired, np.minimum(left, _ENDS))
    unit = np.concatenate([everyone, unit])
    at = np.concatenate([people.acquired, at])
    return _filled(rng, people, everyone, unit, at)


def _bought(
    rng: np.random.Generator, people: _People, person: Ints, begin: Floats, end: Floats
) -> tuple[Ints, Floats]:
    """Poisson orders of each unit between two times: units and times, not yet sorted."""
    trait, occasion = people.hidden[person], people.occasion[person]
    parts = [(np.where(trait, _OTHERWISE_RATE, 1.0), begin, end)]
    if trait.any():
        low, high = np.maximum(begin, occasion), np.minimum(end, occasion + _OCCASION_DAYS)
        parts.append((trait * (_OCCASION_RATE - _OTHERWISE_RATE), low, high))
    drawn = []
    for factor, low, high in parts:
        length = np.maximum(high - low, 0.0)
        count = rng.poisson(people.rate_day[person] * factor * length)
        unit = np.repeat(np.arange(len(person)), count)
        drawn.append((unit, low[unit] + rng.random(len(unit)) * length[unit]))
    return np.concatenate([u for u, _ in drawn]), np.concatenate([at for _, at in drawn])


def _filled(
    rng: np.random.Generator, people: _People, person: Ints, unit: Ints, at: Floats
) -> Path:
    """Return the orders as a path; `person` is who each unit is."""
    order = np.lexsort((at, unit))
    unit, at = unit[order], at[order]
    who, count = person[unit], len(unit)
    sent = rng.random(count) < people.online[who]
    late_felt = 2.0 + rng.random(count) * 2.0
    return Path(
        unit, at, sent, sent & (rng.random(count) < people.app[who]),
        120.0 * people.level[who] * rng.lognormal(-0.08, 0.4, count),
        late_felt, late_felt + 8.0, Draws.of(rng, count), people.acquired[person],
        people.remote[person], people.tender[person],
        np.where(people.hidden[person], _HIDDEN_LOG_ODDS, 0.0),
    )  # fmt: skip


def _felt(path: Path, rows: Ints, experience: Experience) -> Floats:
    after = path.late_felt if experience == LATE else path.unsolved_felt
    return np.asarray(path.at[rows] + after[rows])


def _expected_effects(
    streams: Streams,
    people: _People,
    path: Path,
    walked: Walked,
    rows: Ints,
    experience: Experience,
) -> Floats:
    """Expected effect of each experience given all that is latent, over futures drawn afresh.

    The one future that was observed would make a poor truth: whoever happened to buy much lost
    much, so its noise goes along with that of the estimate and no interval is made for that.
    """
    rows = np.repeat(rows, _TWINS)
    rng = streams("exposure futures")
    person, begin = path.unit[rows], path.at[rows]
    life = rng.exponential(1.0, len(rows)) / people.hazard_day[person]
    felt = _felt(path, rows, experience)
    unit, at = _bought(rng, people, person, begin, np.minimum(begin + life, felt + YEAR))
    ahead = _filled(rng, people, person, unit, at)
    both, start = _continued(rng, path, walked, rows, ahead, experience)
    every = np.arange(len(rows))
    margins = [
        margin_between(
            both, walk(both, start=replace(start, spared=spared)).placed, every, felt, felt + YEAR
        )
        for spared in ("", experience)
    ]
    lost = margins[1] - margins[0]
    return np.asarray(-lost.reshape(-1, _TWINS).mean(axis=1))


# What an experience comes from, and so stays as it was; all else about that order is drawn afresh.
_CAUSES = {LATE: ("late", "comes"), UNSOLVED: ("late", "comes", "matter", "speaks", "unsolved")}


def _continued(
    rng: np.random.Generator, path: Path, walked: Walked, rows: Ints, ahead: Path, experience: str
) -> tuple[Path, Start]:
    """One unit per row: its orders of the 365 days up to and with that one, then those `ahead`."""
    low = path.row_at(path.unit[rows], path.at[rows] - YEAR)
    count = rows + 1 - low
    unit = np.repeat(np.arange(len(rows)), count)
    of = np.arange(len(unit)) - (np.cumsum(count) - count - low)[unit]
    own = np.cumsum(count) - 1  # the order itself comes last of each
    past = path.draws.take(of)
    drawn = Draws.of(rng, len(rows))
    for field in fields(Draws):
        if field.name not in _CAUSES[experience]:
            getattr(past, field.name)[own] = getattr(drawn, field.name)
    order = np.argsort(np.concatenate([unit, ahead.unit]), kind="stable")

    def both(name: str) -> Any:
        return np.concatenate([getattr(path, name)[of], getattr(ahead, name)])[order]

    draws = Draws(
        *(
            np.concatenate([getattr(past, f.name), getattr(ahead.draws, f.name)])[order]
            for f in fields(Draws)
        )
    )
    joined = replace(
        ahead,
        unit=np.concatenate([unit, ahead.unit])[order],
        draws=draws,
        **{n: both(n) for n in ("at", "sent", "app", "margin", "late_felt", "unsolved_felt")},
    )
    placed = np.concatenate([walked.placed[of], np.zeros(len(ahead), bool)])[order]
    further = np.bincount(ahead.unit, minlength=len(rows))
    row = np.cumsum(count + further) - further - 1
    return joined, Start(row, walked.before[rows], placed, "")


def _observed(streams: Streams, path: Path, walked: Walked, rows: Ints, felt: Floats) -> pa.Table:
    unit, at = path.unit[rows], path.at[rows]
    orders = np.concatenate([[0], np.cumsum(walked.placed)])
    year = path.row_at(unit, at - YEAR)
    bought = orders[rows] - orders[year]
    return pa.table(
        {
            "moment": pa.array(np.arange(len(rows))),
            "customer": pa.array(unit),
            "at_days": pa.array(felt),
            "margin_before": pa.array(walked.worth[rows]),
            "margin_earlier": pa.array(
                margin_between(path, walked.placed, unit, at - 2 * YEAR, at - YEAR)
            ),
            "tenure_days": pa.array(at - path.acquired[unit]),
            "bought_before": pa.array(walked.bought[rows]),
            "bought_before_12m": pa.array(bought),
            "rung": pa.array(np.searchsorted([1, 2, 4, 8, 16], bought, side="right")),
            "channel": picked(["shop", "app"], path.app[rows].astype(np.int64)),
            "remote": pa.array(path.remote[unit]),
            "bad_before": pa.array(walked.bad[rows]),
            "contacts_before": pa.array(walked.contacts[rows]),
            "last_score": _last_score(streams, path, walked, rows),
            "margin_after": pa.array(margin_between(path, walked.placed, unit, felt, felt + YEAR)),
        }
    )


def _last_score(streams: Streams, path: Path, walked: Walked, rows: Ints) -> pa.Array:
    """The last answer on 0 to 10 before each moment: felt lower after troubles, seldom given."""
    rng = streams("exposure scores")
    mood = rng.normal(8.0, 1.2, path.units)[path.unit[rows]]
    shaken = 6.0 * walked.before[rows, SHAKEN]
    score = np.clip(np.rint(mood - shaken + rng.normal(0.0, 1.0, len(rows))), 0, 10)
    silent = (rng.random(len(rows)) > 0.3) | (walked.bought[rows] == 0)
    return pa.array(score, mask=silent)
