"""Troubles: parcels that come late, matters that stay unsolved, and how either drives people away.

Orders are first drawn as if nothing ever went wrong. A walk along them, order after order, then
decides by draws of their own what goes wrong, and which later orders a person who met with it no
longer places. So a world in which nothing matters has the very same orders, and a *twin*, who was
spared one experience, meets everything else with the same luck.

How likely something goes wrong depends on what the brand itself can see of the customer before:
worth, tenure, channel, city, earlier troubles. Whoever compares the unlucky with the others without
regard to that is misled, and whoever takes it into account is not; unless a hidden trait, which no
table shows, has its hand in it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from valence.demo.arrays import Flags, Floats, Ints

YEAR = 365.0  # days
FADES = 180.0  # days after which a bad experience weighs 1/e of what it did
LATE, UNSOLVED = "late delivery", "unsolved contact"
# What an order may lead a customer to turn to the brand about; 0 is nothing.
MATTERS = ("", "delivery", "quality", "return", "payment", "app")
_MATTER_SHARES = (0.045, 0.035, 0.014, 0.012)  # of orders that were not late, in that order
# Few of those who have a reason say anything: all others are dissatisfied in silence.
_SPEAKS = np.array([0.0, 0.24, 0.30, 0.42, 0.40, 0.22])


@dataclass(frozen=True, slots=True)
class Trouble:
    """One kind of bad experience: how it thins later orders, and whom it drives out at once."""

    thins: float  # times the person's tenderness: orders come with chance exp(-this), fading
    leaves: float  # chance to leave for good, times the tenderness


EFFECT = {LATE: Trouble(thins=0.30, leaves=0.06), UNSOLVED: Trouble(thins=0.45, leaves=0.10)}
_NOTHING = dict.fromkeys(EFFECT, Trouble(thins=0.0, leaves=0.0))


@dataclass(frozen=True, slots=True)
class Draws:
    """Uniform numbers, one entry per order: all the luck there is in what goes wrong."""

    late: Floats
    matter: Floats
    speaks: Floats
    unsolved: Floats
    leaves_late: Floats
    leaves_unsolved: Floats
    comes: Floats  # against the thinning by earlier experiences

    @classmethod
    def of(cls, rng: np.random.Generator, count: int) -> Self:
        """Draw them for `count` orders."""
        return cls(*(rng.random(count) for _ in fields(cls)))

    def take(self, rows: Ints) -> Draws:
        """Return the draws of some orders."""
        return Draws(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Path:
    """Orders that would be placed if nothing went wrong: unit after unit, each one's by time.

    A unit is a person, or a twin of one.
    """

    unit: Ints  # of each order
    at: Floats  # days
    sent: Flags  # by parcel, so that it can be late
    app: Flags
    margin: Floats  # yuan
    late_felt: Floats  # days after the order at which lateness is felt, if it is late
    unsolved_felt: Floats  # the same of a contact that stays unsolved
    draws: Draws
    acquired: Floats  # per unit: day of the first order
    remote: Flags  # per unit: lives where parcels take longer
    tender: Floats  # per unit: how much it minds, mean about 1
    hidden: Floats  # per unit: log odds that no table can tell

    def __len__(self) -> int:
        return len(self.unit)

    @property
    def units(self) -> int:
        """How many units there are."""
        return len(self.acquired)

    def bounds(self) -> tuple[Ints, Ints]:
        """Return each unit's first row, and the row after its last."""
        end = np.cumsum(np.bincount(self.unit, minlength=self.units))
        return np.concatenate([[0], end[:-1]]).astype(np.int64), end.astype(np.int64)

    def row_at(self, unit: Ints, at: Floats) -> Ints:
        """Return the first row of each unit at or after a time, or the row after its last."""
        # One running number for both: a unit's times lie well inside a stretch of its own.
        low, stretch = _stretch(self.at)
        key = self.unit * stretch + (self.at - low)
        asked = unit * stretch + np.clip(at - low, 0.0, stretch * (1 - 1e-12))
        return np.searchsorted(key, asked).astype(np.int64)


def _stretch(at: Floats) -> tuple[float, float]:
    low = float(at.min(initial=0.0)) - 1.0
    return low, float(at.max(initial=0.0)) - low + 3.0


# What a unit carries from order to order, as columns of one array.
_CARRIED = 10
SHAKEN, SINCE, LEFT, LATE_R, LATE_AT, UNSOLVED_R, UNSOLVED_AT, BOUGHT, BAD, CONTACTS = range(10)


def fresh(units: int) -> Floats:
    """Return what new customers carry: nothing."""
    state = np.zeros((units, _CARRIED))
    state[:, [LEFT, LATE_AT, UNSOLVED_AT]] = np.inf
    return state


@dataclass(frozen=True, slots=True)
class Walked:
    """What came of each order of a path; entries of orders that were not placed mean nothing."""

    placed: Flags
    late: Flags
    matter: Ints  # index in MATTERS
    spoke: Flags  # turned to the brand about it
    unsolved: Flags
    worth: Floats  # margin of the orders placed in the 365 days before, yuan
    late_chance: Floats
    unsolved_chance: Floats  # of a contact, if there is one
    before: Floats  # rows × what was carried before the order
    after: Floats  # units × what is carried in the end

    @property
    def bought(self) -> Ints:
        """Orders placed before."""
        return self.before[:, BOUGHT].astype(np.int64)

    @property
    def bad(self) -> Ints:
        """Bad experiences felt before."""
        return self.before[:, BAD].astype(np.int64)

    @property
    def contacts(self) -> Ints:
        """Contacts before."""
        return self.before[:, CONTACTS].astype(np.int64)


@dataclass(frozen=True, slots=True)
class Start:
    """Where a walk along twins begins: a row of each unit, what it carries there, and before it."""

    row: Ints
    carried: Floats
    placed: Flags  # per row of the path: whether it was placed, for the rows before
    spared: str  # the experience that the first order of each unit is spared


def walk(
    path: Path, *, until: float = np.inf, matters: bool = True, start: Start | None = None
) -> Walked:
    """Walk along all orders of all units at once and return what came of them.

    Nothing goes wrong any more that would be felt after day `until`. With `matters=False` things go
    wrong all the same, but no order is lost through it.
    """
    first, end = path.bounds()
    year = path.row_at(path.unit, path.at - YEAR)
    count = len(path)
    placed = np.zeros(count, bool) if start is None else start.placed.copy()
    before = _earned_before(path, placed, first)
    state = fresh(path.units) if start is None else start.carried.copy()
    out = Walked(
        placed, np.zeros(count, bool), np.zeros(count, np.int64), np.zeros(count, bool),
        np.zeros(count, bool), np.zeros(count), np.zeros(count), np.zeros(count),
        np.zeros((count, _CARRIED)), state,
    )  # fmt: skip
    at = (first if start is None else start.row).copy()
    live = np.flatnonzero(at < end)
    spared = "" if start is None else start.spared
    while len(live):
        row = at[live]
        out.worth[row] = before[row] - before[year[row]]
        once = _Once(spared, until, EFFECT if matters else _NOTHING)
        state[live] = _step(path, out, row, state[live], once)
        more = row + 1 < end[live]
        earned = before[row] + path.margin[row] * placed[row]
        before[row[more] + 1] = earned[more]
        at[live] += 1
        live, spared = live[more], ""
    return out


def _earned_before(path: Path, placed: Flags, first: Ints) -> Floats:
    """Margin of the unit's placed orders before each row."""
    total = np.cumsum(path.margin * placed)
    total = np.concatenate([[0.0], total[:-1]]) if len(total) else total
    return np.asarray(total - total[first[path.unit]] if len(total) else total)


@dataclass(frozen=True, slots=True)
class _Once:
    spared: str
    until: float
    effect: dict[str, Trouble]


def _step(path: Path, out: Walked, row: Ints, state: Floats, once: _Once) -> Floats:
    """Let one order of each unit happen; return what the units carry afterwards."""
    unit, t, draws = path.unit[row], path.at[row], path.draws
    absorb(state, t)
    out.before[row] = state
    come = (t < state[:, LEFT]) & (draws.comes[row] < np.exp(-state[:, SHAKEN]))
    worth, tenure, hidden = out.worth[row], t - path.acquired[unit], path.hidden[unit]
    late_felt, unsolved_felt = t + path.late_felt[row], t + path.unsolved_felt[row]
    late_chance = chance_of_late(
        worth, tenure, state[:, BAD], path.app[row], path.remote[unit], hidden
    )
    late_chance = np.where(path.sent[row] & (late_felt < once.until), late_chance, 0.0)
    late = come & (draws.late[row] < late_chance) & (once.spared != LATE)
    matter = np.where(late, 1, _matters(draws.matter[row], path.sent[row], path.app[row]))
    spoke = come & (draws.speaks[row] < _SPEAKS[matter])
    unsolved_chance = chance_of_unsolved(worth, tenure, state[:, CONTACTS], hidden)
    unsolved = spoke & (draws.unsolved[row] < unsolved_chance) & (unsolved_felt < once.until)
    unsolved &= once.spared != UNSOLVED
    out.placed[row], out.late[row], out.matter[row] = come, late, np.where(come, matter, 0)
    out.spoke[row], out.unsolved[row] = spoke, unsolved
    out.late_chance[row], out.unsolved_chance[row] = late_chance, unsolved_chance
    tender = tenderness(worth, tenure) * path.tender[unit]
    _pend(state, late, late_felt, tender, draws.leaves_late[row], once.effect[LATE],
          (LATE_R, LATE_AT))  # fmt: skip
    _pend(state, unsolved, unsolved_felt, tender, draws.leaves_unsolved[row],
          once.effect[UNSOLVED], (UNSOLVED_R, UNSOLVED_AT))  # fmt: skip
    state[:, BOUGHT] += come
    state[:, CONTACTS] += spoke
    return state


def chance_of_late(
    worth: Floats, tenure: Floats, bad: Floats, app: Flags, remote: Flags, hidden: Floats
) -> Floats:
    """Chance that a parcel is late: large baskets, the app's promises and far cities make it so."""
    return _logistic(
        -3.7 + 0.62 * np.log1p(worth / 200.0) + 0.40 * app + 0.55 * remote
        + 0.25 * np.minimum(tenure / YEAR, 3.0) + 0.25 * np.minimum(bad, 3.0) + hidden
    )  # fmt: skip


def chance_of_unsolved(worth: Floats, tenure: Floats, contacts: Floats, hidden: Floats) -> Floats:
    """Chance that a contact stays unsolved: much was bought, much was asked before."""
    return _logistic(
        -1.55 + 0.42 * np.log1p(worth / 200.0) + 0.20 * np.minimum(tenure / YEAR, 3.0)
        + 0.30 * np.minimum(contacts, 3.0) + 1.5 * hidden
    )  # fmt: skip


def tenderness(worth: Floats, tenure: Floats) -> Floats:
    """How much more it hurts: newcomers most, and those worth much more than those worth little."""
    by_worth = np.clip(0.8 + 0.25 * np.log1p(worth / 200.0), 0.8, 1.5)
    return np.asarray(by_worth * (0.8 + 0.6 * np.exp(-np.maximum(tenure, 0.0) / 180.0)))


def _logistic(log_odds: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))


def _matters(uniform: Floats, sent: Flags, app: Flags) -> Ints:
    """What else there is to say about an order: mostly nothing."""
    kind = 2 + np.searchsorted(np.cumsum(_MATTER_SHARES), uniform, side="right")
    none = (kind == 2 + len(_MATTER_SHARES)) | ((kind == 5) & ~app) | ((kind == 4) & ~sent)
    return np.where(none, 0, kind)


def absorb(state: Floats, t: Floats) -> None:
    """Bring what is carried up to time `t`: old experiences fade, those felt by now join in."""
    shaken = state[:, SHAKEN] * np.exp(-(t - state[:, SINCE]) / FADES)
    for much, at in ((LATE_R, LATE_AT), (UNSOLVED_R, UNSOLVED_AT)):
        due = state[:, at] <= t
        past = np.where(due, t - state[:, at], 0.0)
        shaken += np.where(due, state[:, much] * np.exp(-past / FADES), 0.0)
        state[:, BAD] += due
        state[due, much], state[due, at] = 0.0, np.inf
    state[:, SHAKEN], state[:, SINCE] = shaken, t


def _pend(
    state: Floats, met: Flags, felt: Floats, tender: Floats, leaves: Floats, trouble: Trouble,
    columns: tuple[int, int],
) -> None:  # fmt: skip
    """Note an experience that will be felt; one that is not yet felt is felt together with it."""
    much, at = columns
    waiting = np.isfinite(state[:, at])
    state[:, much] += np.where(met, trouble.thins * tender, 0.0)
    state[:, at] = np.where(
        met, np.where(waiting, np.maximum(state[:, at], felt), felt), state[:, at]
    )
    out = met & (leaves < np.minimum(trouble.leaves * tender, 0.6))
    state[:, LEFT] = np.where(out, np.minimum(state[:, LEFT], felt), state[:, LEFT])


def margin_between(path: Path, placed: Flags, unit: Ints, low: Floats, high: Floats) -> Floats:
    """Return the margin of the orders that units placed from `low` on and before `high` (days)."""
    total = np.concatenate([[0.0], np.cumsum(path.margin * placed)])
    return np.asarray(total[path.row_at(unit, high)] - total[path.row_at(unit, low)])


@dataclass(frozen=True, slots=True)
class Affected:
    """Orders of a path with one kind of bad experience, and what was carried up to each."""

    rows: Ints
    carried: Floats
    experience: str


def twins(path: Path, placed: Flags, affected: Affected, *, until: float = np.inf) -> Floats:
    """Return the margin that each experience cost within 365 days of feeling it.

    The twin is the same customer up to that order, is spared this one experience, and meets
    whatever follows with the same draws.
    """
    rows, spared = affected.rows, affected.experience
    felt = path.at[rows] + (path.late_felt if spared == LATE else path.unsolved_felt)[rows]
    low = path.row_at(path.unit[rows], path.at[rows] - YEAR)
    count = path.row_at(path.unit[rows], felt + YEAR) - low
    begin = np.cumsum(count) - count
    unit = np.repeat(np.arange(len(rows)), count)
    row = np.arange(len(unit)) - begin[unit] + low[unit]
    person = path.unit[rows]
    copy = Path(
        unit, path.at[row], path.sent[row], path.app[row], path.margin[row], path.late_felt[row],
        path.unsolved_felt[row], path.draws.take(row), path.acquired[person], path.remote[person],
        path.tender[person], path.hidden[person],
    )  # fmt: skip
    start = Start(begin + rows - low, affected.carried, placed[row], spared)
    each = np.arange(len(rows))
    spared_walk = walk(copy, until=until, start=start)
    without = margin_between(copy, spared_walk.placed, each, felt, felt + YEAR)
    return np.asarray(without - margin_between(path, placed, person, felt, felt + YEAR))
