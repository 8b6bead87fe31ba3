"""Voice: what customers answer when asked, driven by what they feel, and in which words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from valence.demo.arrays import Flags, Floats, Ints, numbered, picked, where
from valence.demo.customers import pick_rows
from valence.demo.lived import DAY
from valence.demo.phrases import ASPECTS
from valence.demo.service import Contacts
from valence.demo.streams import Streams
from valence.demo.tables import Brand, accounts_used, instants, is_guest, order_ids
from valence.demo.wording import BAD, GOOD, MIDDLING, Meant, language_of, only, worded

_NO_TEXT = pa.scalar(None, pa.string())
_VIA = ("email", "sms", "wechat", "app")
_TALKS = 0.62  # share of answers with words; more where there is something to complain of
# What one talks about by the touchpoint that is asked about, in the order of ASPECTS.
_ABOUT = {
    "delivery": (6, 0, 0, 0, 0, 0, 0, 1.5, 2.5, 0),
    "order": (1.2, 2.5, 0.3, 0.4, 0.8, 2, 0.5, 0.5, 0.8, 2),
    "service contact": (0, 0, 0.6, 0, 0, 0, 5, 4, 0, 0),
    "product": (0, 6, 0, 0, 0, 1.5, 0, 0, 1.5, 0.5),
    "app": (0, 0, 0, 1.5, 8, 0, 0, 0.5, 0, 0.5),
    "checkout": (0, 0, 0, 6, 2.5, 1, 0, 0.5, 0, 0),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question: where it is asked, on which scale, and what is usual there."""

    metric: str
    about: str  # touchpoint
    low: int
    high: int
    usual: float  # mean score of a person of middling mood to whom nothing happened
    mood: float  # how much a person's mood moves it
    noise: float
    good: int  # from this score on the words are glad
    bad: int  # up to this score they are not
    answers: float  # share of those asked who answer

    @property
    def scale(self) -> str:
        """The scale as written in the file."""
        return f"{self.low}-{self.high}"


NPS = Question("nps", "order", 0, 10, 8.1, 1.2, 1.2, 9, 6, 0.25)
ARRIVED = Question("csat", "delivery", 1, 5, 4.2, 0.55, 0.7, 4, 2, 0.30)
EASY = Question("ces", "service contact", 1, 7, 5.7, 0.5, 1.0, 6, 3, 0.42)
REVIEW = Question("review", "product", 1, 5, 4.3, 0.5, 0.8, 4, 2, 0.06)
APP = Question("csat", "app", 1, 5, 4.1, 0.5, 0.8, 4, 2, 0.28)
PAY = Question("ces", "checkout", 1, 7, 6.0, 0.4, 0.9, 6, 3, 0.22)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Answers to one question: which order each is about, when it came, and how it was felt."""

    question: Question
    order: Ints
    at: Ints
    felt: Floats


@dataclass(frozen=True, slots=True)
class _Hurts:
    """What was bad about each order, as columns of numbers."""

    late: Flags
    quality: Flags
    payment: Flags
    app: Flags
    other: Flags
    unsolved: Flags
    shaken: Floats


def surveys(streams: Streams, brand: Brand, contacts: Contacts) -> tuple[pa.Table, pa.Table]:
    """Return the answers as the survey tool exports them, and the truth about each.

    Answers come after deliveries, orders and contacts. Who feels strongly answers more often, who
    is dissatisfied and keeps silent about it answers less, so that means of answers are not means
    of customers.
    """
    rng = streams("surveys")
    mood = streams("mood").normal(0.0, 1.0, len(brand.customers))
    asked = [
        _answered(rng, brand, one, mood)
        for one in (*_about_orders(rng, brand), _about_contacts(rng, contacts))
    ]
    sizes = [len(one.order) for one in asked]
    which = np.repeat(np.arange(len(asked)), sizes)
    order, at, felt = (
        np.concatenate([getattr(one, name) for one in asked]) for name in ("order", "at", "felt")
    )
    by_time = np.lexsort((order, which, at))
    by_time = by_time[(at[by_time] < brand.days * DAY) & _known(brand, streams, order[by_time])]
    which, order, at, felt = which[by_time], order[by_time], at[by_time], felt[by_time]
    questions = [one.question for one in asked]
    return _tables(streams, brand, questions, which, (order, at, felt))


def _about_orders(rng: np.random.Generator, brand: Brand) -> list[_Asked]:
    orders, lived = brand.orders, brand.lived
    count = len(orders.person)
    hurts = _Hurts(
        lived.late, lived.matter == 2, lived.matter == 4, lived.matter == 5, lived.matter == 3,
        lived.unsolved, lived.shaken_before,
    )  # fmt: skip
    came = np.where(lived.late, lived.parcels.late, lived.parcels.on_time)
    sent, online = lived.parcels.sent, orders.channel != 2
    later = orders.at_seconds + ((4 + 12 * rng.random(count)) * DAY).astype(np.int64)
    soon = ((0.2 + rng.exponential(1.0, count)) * DAY).astype(np.int64)
    unhappy = (
        2.3 * hurts.late + 2.2 * hurts.quality + 1.4 * (hurts.other | hurts.payment | hurts.app)
    )
    # Question, share of orders that are asked, whom, when, and what it costs in points.
    plan = (
        (NPS, 0.30, np.ones(count, bool), later,
         unhappy + 2.4 * hurts.unsolved + 2.5 * hurts.shaken),
        (ARRIVED, 0.35, sent, came + soon, 1.9 * hurts.late + 0.3 * hurts.quality),
        (REVIEW, 1.0, np.ones(count, bool), np.where(sent, came, orders.at_seconds) + 3 * soon,
         1.9 * hurts.quality),
        (APP, 0.08, orders.channel == 1, orders.at_seconds + soon, 1.8 * hurts.app),
        (PAY, 0.06, online, orders.at_seconds + 60, 2.2 * hurts.payment),
    )  # fmt: skip
    found = []
    for question, share, whom, at, costs in plan:
        rows = np.flatnonzero((rng.random(count) < share) & whom & lived.placed)
        found.append(_Asked(question, rows, at[rows], -np.asarray(costs, np.float64)[rows]))
    return found


def _about_contacts(rng: np.random.Generator, contacts: Contacts) -> _Asked:
    """Ask of four contacts in five how easy it was, once they are over or have been given up."""
    rows = np.flatnonzero(rng.random(len(contacts.order)) < 0.8)
    over = np.where(contacts.solved >= 0, contacts.solved, contacts.opened + 3 * DAY)[rows]
    at = over + (3_600 * (1 + rng.exponential(12.0, len(rows)))).astype(np.int64)
    felt = -0.8 * contacts.turn[rows] - 2.4 * contacts.unsolved[rows]
    return _Asked(EASY, contacts.order[rows], at, felt)


def _answered(rng: np.random.Generator, brand: Brand, asked: _Asked, mood: Floats) -> _Asked:
    """Keep those who answer; `felt` becomes the score before it is rounded to the scale."""
    q, lived = asked.question, brand.lived
    person = brand.orders.person[asked.order]
    felt = q.usual + q.mood * mood[person] + asked.felt + rng.normal(0, q.noise, len(person))
    strongly = np.abs(felt - q.usual) > 1.4 * q.noise
    silent = (lived.matter[asked.order] > 0) & ~lived.spoke[asked.order]
    answers = rng.random(len(person)) < q.answers * (0.8 + 0.6 * strongly) * (1 - 0.45 * silent)
    return _Asked(q, asked.order[answers], asked.at[answers], felt[answers])


def _known(brand: Brand, streams: Streams, order: Ints) -> Flags:
    """Whether an order's customer can be asked: by an account, or by a card."""
    orders = brand.orders
    card = pc.is_valid(brand.people.card).to_numpy(zero_copy_only=False)[orders.person]
    can = np.where(orders.channel == 2, card, ~is_guest(streams, orders))
    return np.asarray(can[order], bool)


def _tables(
    streams: Streams, brand: Brand, questions: list[Question], which: Ints,
    answers: tuple[Ints, Ints, Floats],
) -> tuple[pa.Table, pa.Table]:  # fmt: skip
    rng = streams("survey words")
    order, at, felt = answers
    orders, person = brand.orders, brand.orders.person[answers[0]]
    low, high, good, bad = (
        np.array([getattr(q, name) for q in questions])[which]
        for name in ("low", "high", "good", "bad")
    )
    score = np.clip(np.rint(felt), low, high).astype(np.int64)
    tone = np.where(score >= good, GOOD, np.where(score <= bad, BAD, MIDDLING))
    chinese = brand.people.names.chinese[person]
    about = np.array([_ABOUT[q.about] for q in questions])[which]
    meant = meant_by(rng, chinese, tone, about, brand.lived.matter[order])
    talks = rng.random(len(order)) < _TALKS + 0.2 * (tone == BAD)
    account, _ = accounts_used(streams, brand)
    till = orders.channel[order] == 2
    ids = numbered("F", np.arange(1, len(order) + 1), digits=8)
    via = np.where(orders.channel[order] == 1, 3, rng.integers(0, 3, len(order)))

    def of_question(name: str) -> Any:
        return picked([getattr(q, name) for q in questions], which)

    table = pa.table(
        {
            "answer_id": ids,
            "answered": instants(brand.start, at),
            "question": of_question("metric"),
            "about": of_question("about"),
            "score": pa.array(score),
            "scale": of_question("scale"),
            "comment": only(talks, worded(rng, meant)),
            "language": language_of(chinese),
            "order_id": order_ids(brand).take(pa.array(order)),
            "asked_via": picked([*_VIA], via),
            "user_id": picked(brand.accounts.user_id, np.where(till, -1, account[order])),
            "loyalty_no": where(till, brand.people.card.take(pa.array(person)), _NO_TEXT),
        }
    )
    truth = pa.table(
        {
            "answer_id": ids,
            "person": pa.array(person),
            "felt": pa.array(felt),
            "first_aspect": picked([*ASPECTS], np.where(talks, meant.first, -1)),
            "first_good": pa.array(meant.first_good, mask=~talks),
            "second_aspect": picked([*ASPECTS], np.where(talks, meant.second, -1)),
            "second_good": pa.array(meant.second_good, mask=~talks | (meant.second < 0)),
        }
    )
    return table, truth


def meant_by(
    rng: np.random.Generator, chinese: Flags, tone: Ints, about: Floats, matter: Ints
) -> Meant:
    """Return what answers say: of the matter if there was one and it still rankles, else anything.

    `about` weighs the aspects of each answer (answers × ASPECTS); `matter` is an index in MATTERS.
    """
    count = len(tone)
    first, second = (pick_rows(about, rng.random(count)) for _ in range(2))
    rankles = (matter > 0) & (tone != GOOD)
    first = np.where(rankles, matter - 1, first)
    first_good = np.where(tone == MIDDLING, rng.random(count) < 0.5, tone == GOOD) & ~rankles
    agrees = rng.random(count) < np.array([0.85, 0.15, 0.92])[tone]
    two = (rng.random(count) < 0.45) & (second != first)
    return Meant(chinese, first, first_good, np.where(two, second, -1), first_good == agrees, tone)
