"""Research: what is asked once a year, of customers and about rivals, and mystery visits."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from valence.demo.arrays import Flags, Floats, Ints, joined, picked
from valence.demo.branding import asked_of_brands
from valence.demo.lived import DAY
from valence.demo.notes import RIVALS, Notes, Panel, noted
from valence.demo.phrases import ASPECTS
from valence.demo.streams import Streams
from valence.demo.tables import OUTLETS, Brand
from valence.demo.wording import BAD, GOOD, MIDDLING, Meant, language_of, worded

KANO, DIMENSIONS = "kano_functional", ("delivery", "quality", "staff", "speed", "app", "price")
# Shares of must-be, performance, attractive, indifferent and reverse, in the first and last wave:
# what delighted becomes expected.
FEATURES: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "on-time delivery": ((0.52, 0.30, 0.05, 0.12, 0.01), (0.58, 0.27, 0.04, 0.10, 0.01)),
    "order tracking": ((0.14, 0.26, 0.42, 0.17, 0.01), (0.44, 0.30, 0.12, 0.13, 0.01)),
    "free returns": ((0.20, 0.48, 0.15, 0.16, 0.01), (0.24, 0.48, 0.12, 0.15, 0.01)),
    "gift wrapping": ((0.04, 0.11, 0.50, 0.33, 0.02), (0.05, 0.12, 0.49, 0.32, 0.02)),
    "tea sample in the parcel": ((0.02, 0.07, 0.62, 0.27, 0.02), (0.03, 0.09, 0.58, 0.28, 0.02)),
    "reorder in one tap": ((0.06, 0.22, 0.46, 0.25, 0.01), (0.12, 0.44, 0.22, 0.21, 0.01)),
    "paper instead of plastic": ((0.08, 0.16, 0.24, 0.49, 0.03), (0.12, 0.20, 0.25, 0.40, 0.03)),
    "service by phone": ((0.38, 0.20, 0.06, 0.34, 0.02), (0.34, 0.18, 0.06, 0.40, 0.02)),
    "daily push offers": ((0.01, 0.05, 0.06, 0.44, 0.44), (0.01, 0.04, 0.05, 0.40, 0.50)),
}
# Mean expectation, perception and importance on 1 to 7, and how rivals are seen.
_GAPS = {
    "delivery": (6.2, 5.3, 6.1, (5.8, 5.0, 4.8)), "quality": (6.3, 6.0, 6.4, (5.7, 5.4, 5.0)),
    "staff": (5.6, 5.4, 4.9, (5.2, 4.8, 5.3)), "speed": (5.8, 4.7, 5.3, (5.4, 4.9, 4.6)),
    "app": (5.5, 5.2, 4.6, (5.6, 4.2, 4.9)), "price": (5.4, 5.0, 5.6, (4.8, 5.6, 5.9)),
}  # fmt: skip
# What a brand gives and what it costs, on 1 to 7: the brand's own, and its rivals'.
_VALUE = {
    "functional": (5.8, (5.6, 5.2, 4.9)), "emotional": (5.6, (5.0, 4.2, 4.0)),
    "social": (4.9, (4.9, 3.9, 3.6)), "time cost": (3.6, (3.1, 3.5, 3.8)),
    "money cost": (4.4, (4.7, 3.6, 3.2)),
}  # fmt: skip
_CHECKS = ("greeting", "advice", "tidiness", "stock", "till")
_WAVES = (0.38, 0.85)  # of the time that is observed
_MOST = 260  # respondents of a wave


def research(streams: Streams, brand: Brand) -> pa.Table:
    """Return the answers of panels, the checklists of mystery visits, and notes of interviews.

    A Kano pair is two rows of one respondent, moment and feature: `kano_functional` (how it is if
    it is there) and `kano_dysfunctional` (if it is not), 1 like to 5 dislike. Expectation,
    perception and importance of a dimension are rows of one respondent and moment likewise.
    """
    notes, later = Notes(), Notes()
    for wave, share in enumerate(_WAVES):
        rng = streams(f"research {wave}")
        at_day = int(brand.days * share)
        asked = _respondents(rng, brand, at_day)
        if len(asked):
            moment = at_day * DAY + (9 + 12 * rng.random(len(asked))) * 3_600
            panel = Panel(asked, moment.astype(np.int64) + DAY * rng.integers(0, 7, len(asked)))
            _kano(rng, notes, panel, wave)
            felt = _gaps(rng, notes, panel)
            _wallets(rng, notes, panel)
            _interviews(rng, notes, panel, brand)
            asked_of_brands(streams(f"brands {wave}"), later, panel, felt)
    _mystery(streams("mystery visits"), notes, brand)
    first = noted(brand, notes, after=0)
    if not later.parts:
        return first
    # Numbered after all others, which keep the numbers that they had before this was asked.
    return pa.concat_tables([first, noted(brand, later, after=len(first))])


def _respondents(rng: np.random.Generator, brand: Brand, day: int) -> Ints:
    accounts = brand.accounts
    can = (accounts.system < 2) & ~accounts.second & (accounts.opened_days < day)
    can &= brand.lived.left_days[accounts.person] > day - 120
    who = rng.permutation(np.flatnonzero(can))
    return np.sort(who[: min(_MOST, len(who) // 4)])


def _kano(rng: np.random.Generator, notes: Notes, panel: Panel, wave: int) -> None:
    count = len(panel.account) * len(FEATURES)
    shares = np.cumsum([pair[wave] for pair in FEATURES.values()], axis=1)
    feature = np.tile(np.arange(len(FEATURES)), len(panel.account))
    category = (rng.random(count)[:, None] > shares[feature]).sum(axis=1)
    between = rng.integers(2, 5, (2, count))  # must be, neutral, can live with
    there = np.select([np.isin(category, (1, 2)), category >= 4], [1, 5], between[0])
    gone = np.where(category <= 1, 5, between[1])
    for question, score in ((KANO, there), ("kano_dysfunctional", gone)):
        notes.add(
            count, question=pa.repeat(question, count), about=picked([*FEATURES], feature),
            score=score.astype(float), scale=pa.repeat("1-5", count), **panel.times(len(FEATURES)),
        )  # fmt: skip


def _gaps(rng: np.random.Generator, notes: Notes, panel: Panel) -> Floats:
    """Expectation, perception and importance; perception and value of one rival each.

    Returns the own brand's perceptions as answered, (people, dimensions).
    """
    people = len(panel.account)
    temper = rng.normal(0.0, 0.5, people)
    rival = rng.integers(0, len(RIVALS), people)
    answered = []
    for of, items in (("perception", _GAPS), ("perceived_value", _VALUE)):
        means = np.array([row[1] if of == "perception" else row[0] for row in items.values()])
        theirs = np.array([row[-1] for row in items.values()])[:, rival].T
        own = _rated(rng, notes, panel, of, [*items], np.tile(means, (people, 1)) + temper[:, None])
        answered.append(own.reshape(people, -1))
        _rated(rng, notes, panel, of, [*items], theirs + temper[:, None], rival=rival)
    for at, of in ((0, "expectation"), (2, "importance")):
        means = np.array([row[at] for row in _GAPS.values()], float)
        _rated(rng, notes, panel, of, [*_GAPS], np.tile(means, (people, 1)))
    return answered[0]


def _rated(
    rng: np.random.Generator, notes: Notes, panel: Panel, question: str, items: list[str],
    means: Floats, *, rival: Ints | None = None,
) -> Floats:  # fmt: skip
    people, count = len(panel.account), len(panel.account) * len(items)
    score = np.clip(np.rint(means + rng.normal(0.0, 1.0, means.shape)), 1, 7).ravel()
    whose = pa.repeat("own", count)
    if rival is not None:
        whose = picked([*RIVALS], np.repeat(rival, len(items)))
    notes.add(
        count, question=pa.repeat(question, count), brand=whose, score=score,
        about=picked(items, np.tile(np.arange(len(items)), people)),
        scale=pa.repeat("1-7", count), **panel.times(len(items)),
    )  # fmt: skip
    return np.asarray(score)


def _wallets(rng: np.random.Generator, notes: Notes, panel: Panel) -> None:
    """What share of such purchases goes to the brand and to one rival; and that rival's NPS."""
    people = len(panel.account)
    own = rng.beta(2.0, 3.0, people)
    rest = (1 - own) * rng.beta(3.0, 2.0, people)
    rival = picked([*RIVALS], rng.integers(0, len(RIVALS), people))
    for share, whose in ((own, pa.repeat("own", people)), (rest, rival)):
        notes.add(
            people, question=pa.repeat("share_of_wallet", people), brand=whose,
            score=np.rint(100 * share), scale=pa.repeat("0-100", people), **panel.times(1),
        )  # fmt: skip
    notes.add(
        people, question=pa.repeat("nps", people), brand=rival, scale=pa.repeat("0-10", people),
        score=np.clip(np.rint(rng.normal(6.6, 2.0, people)), 0, 10), **panel.times(1),
    )  # fmt: skip


def _interviews(rng: np.random.Generator, notes: Notes, panel: Panel, brand: Brand) -> None:
    """A dozen talks a wave, each noted in two turns."""
    who = np.arange(min(12, len(panel.account)))
    count = len(who)
    chinese: Flags = brand.people.names.chinese[brand.accounts.person[panel.account[who]]]
    about = rng.integers(0, 5, count)
    tone = rng.choice([BAD, MIDDLING, GOOD], count, p=(0.4, 0.35, 0.25))
    turns = []
    for good in (tone == GOOD, tone != BAD):
        other = rng.integers(5, len(ASPECTS), count)
        turns.append(worded(rng, Meant(chinese, about, good, other, ~good, tone)))
    where_met = ("delivery", "product", "return", "checkout", "app")
    notes.add(
        count, question=pa.repeat("interview", count), about=picked([*where_met], about),
        words=joined(turns[0], " ", turns[1]), language=language_of(chinese),
        via=pa.repeat("interview", count), account=panel.account[who], at=panel.at[who],
    )  # fmt: skip


def _mystery(rng: np.random.Generator, notes: Notes, brand: Brand) -> None:
    """Two visitors a quarter and outlet, item by item; and each quarter one visit to each rival."""
    places = [*OUTLETS, *RIVALS]
    quality = rng.normal(80.0, 7.0, (len(places), len(_CHECKS)))
    quarters = max(1, brand.days // 91)
    shape = (quarters, len(places), 2, len(_CHECKS))
    quarter, place, visitor, item = (axis.ravel() for axis in np.indices(shape))
    strict = rng.normal(0.0, 4.0, 2)
    score = quality[place, item] + strict[visitor] + rng.normal(0.0, 6.0, len(place))
    keep = (place < len(OUTLETS)) | (visitor == 0)
    day = quarter * 91 + rng.integers(5, 80, (quarters, len(places)))[quarter, place]
    at = day * DAY + (11 + visitor * 4) * 3_600 + item * 120
    at, place, item, score = at[keep], place[keep], item[keep], score[keep]
    count = len(at)
    rival = np.maximum(place - len(OUTLETS), -1)
    notes.add(
        count, question=pa.repeat("mystery", count), about=picked([*_CHECKS], item),
        brand=picked(["own", *RIVALS], np.where(place < len(OUTLETS), 0, rival + 1)),
        score=np.clip(np.rint(score / 5) * 5, 0, 100), scale=pa.repeat("0-100", count),
        via=picked([*OUTLETS, "store"], np.minimum(place, len(OUTLETS))), at=at.astype(np.int64),
    )  # fmt: skip
