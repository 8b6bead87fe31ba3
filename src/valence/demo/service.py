"""Service: the contacts of those who spoke, how they were answered, and who had to ask again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from valence.demo.arrays import Flags, Floats, Ints, joined, numbered, picked, where
from valence.demo.identities import phone_of
from valence.demo.lived import DAY
from valence.demo.phrases import AGAIN, ASPECTS, QUESTIONS
from valence.demo.streams import Streams
from valence.demo.tables import Brand, accounts_used, instants, is_guest
from valence.demo.troubles import MATTERS
from valence.demo.wording import BAD, Meant, language_of, worded

CHANNELS = ("phone", "chat", "email", "wechat")
TOPICS = (*MATTERS[1:], "question")
_QUESTION = len(TOPICS) - 1
_ASKS = 0.03  # of orders: a question, not a trouble
_SHARES = (0.30, 0.30, 0.16, 0.24)
# Minutes to an answer and hours to a solution, mean, by channel.
_ANSWER_MINUTES = np.array([6.0, 4.0, 1_100.0, 45.0])
_SOLVE_HOURS = np.array([9.0, 7.0, 30.0, 14.0])
_AGENTS = (8, 6, 4, 6)  # by channel
_MOST = 4  # contacts about one matter


@dataclass(frozen=True, slots=True)
class Contacts:
    """One entry per contact, sorted by the time when it was opened; times in seconds."""

    order: Ints
    case: Ints  # contacts about one matter share it
    topic: Ints  # index in TOPICS
    channel: Ints  # index in CHANNELS
    opened: Ints
    answered: Ints
    solved: Ints  # -1: not, or not yet
    reopened: Ints
    turn: Ints  # 0 for the first contact of the case
    unsolved: Flags  # whether the case stays so


def make_contacts(streams: Streams, brand: Brand) -> Contacts:
    """Let those who spoke turn to the brand, once or until they give up."""
    rng, lived, end = streams("contacts"), brand.lived, brand.days * DAY
    asks = rng.random(len(lived.placed)) < _ASKS
    asks &= lived.placed & (lived.matter == 0)
    order = np.flatnonzero(lived.spoke | asks)
    topic = np.where(asks[order], _QUESTION, lived.matter[order] - 1)
    turns = _turns(rng, lived.unsolved[order], asks[order])
    case = np.repeat(np.arange(len(order)), turns)
    turn = np.arange(len(case)) - np.repeat(np.cumsum(turns) - turns, turns)
    last = turn + 1 == turns[case]
    channel = _channels(rng, turn)
    pause = np.where(turn == 0, 0.0, 0.4 + rng.gamma(1.5, 1.4, len(case)))
    since = np.cumsum(pause)
    first = np.cumsum(turns) - turns
    opened = lived.opened_days[order[case]] + since - since[first[case]]
    opened = _in_hours((opened * DAY).astype(np.int64), rng.random(len(case)))
    answered = opened + (
        60 * (0.3 + rng.exponential(_ANSWER_MINUTES[channel])) * np.where(turn > 0, 1.5, 1.0)
    ).astype(np.int64)
    hours = 0.2 + rng.gamma(0.8, _SOLVE_HOURS[channel] / 0.8)
    solved = answered + (3_600 * hours).astype(np.int64)
    unsolved = lived.unsolved[order[case]]
    # Whoever is told that all is well, and it is not, opens the matter once more.
    reopened = rng.random(len(case)) < np.where(unsolved, 0.35, 0.05)
    solved = np.where(last & ~unsolved & (solved < end), solved, -1)
    by_time = np.lexsort((turn, case, opened))
    by_time = by_time[opened[by_time] < end]
    found = Contacts(
        order[case], case, topic[case], channel, opened, np.where(answered < end, answered, -1),
        solved, reopened.astype(np.int64), turn, unsolved,
    )  # fmt: skip
    return Contacts(*(getattr(found, name)[by_time] for name in Contacts.__slots__))


def _turns(rng: np.random.Generator, unsolved: Flags, asks: Flags) -> Ints:
    """How many contacts there are about each matter."""
    again = rng.random((_MOST - 1, len(unsolved))) < np.where(unsolved, 0.62, 0.16)
    turns = 1 + np.logical_and.accumulate(again, axis=0).sum(axis=0)
    return np.where(asks, 1, turns)


def _channels(rng: np.random.Generator, turn: Ints) -> Ints:
    """The channel of each contact: whoever asks again tries another one more often than not."""
    drawn = rng.choice(len(CHANNELS), len(turn), p=_SHARES)
    stays = rng.random(len(turn)) < 0.4
    other = (np.roll(drawn, 1) + 1 + rng.integers(0, len(CHANNELS) - 1, len(turn))) % len(CHANNELS)
    same = np.roll(drawn, 1)
    return np.where(turn > 0, np.where(stays, same, other), drawn)


def _in_hours(at: Ints, luck: Floats) -> Ints:
    """Move what falls into the night to the day after it."""
    clock = at % DAY
    day = at - clock + np.where(clock > 22 * 3_600, DAY, 0)
    night = (clock < 8 * 3_600) | (clock > 22 * 3_600)
    return np.where(night, day + ((8 + 4 * luck) * 3_600).astype(np.int64), at)


def service_contacts(streams: Streams, brand: Brand, contacts: Contacts) -> pa.Table:
    """Return the contacts as the service desk exports them."""
    rng, orders = streams("contact words"), brand.orders
    who = orders.person[contacts.order]
    chinese = brand.people.names.chinese[who]
    agent = contacts.channel * 10 + 1 + rng.integers(0, np.array(_AGENTS)[contacts.channel])
    account, _ = accounts_used(streams, brand)
    online = (orders.channel != 2) & ~is_guest(streams, orders)
    used = np.where(online, account, -1)[contacts.order]
    complains = (contacts.topic < 2) | (contacts.turn > 0) | (rng.random(len(who)) < 0.3)
    complains &= contacts.topic != _QUESTION
    # Who has no account is known by the number from which they call.
    phone = phone_of(brand.people, who, np.where(used < 0, 0, -1), np.zeros(len(who), np.int64))
    answered, solved = (
        where(
            at >= 0, instants(brand.start, np.maximum(at, 0)), pa.scalar(None, pa.timestamp("us"))
        )
        for at in (contacts.answered, contacts.solved)
    )
    return pa.table(
        {
            "ticket": numbered("C", np.arange(1, len(who) + 1), digits=7),
            "case_no": numbered("K", contacts.case + 1, digits=7),
            "opened": instants(brand.start, contacts.opened),
            "answered": answered,
            "solved": solved,
            "via": picked([*CHANNELS], contacts.channel),
            "topic": picked([*TOPICS], contacts.topic),
            "agent": numbered("AG", agent, digits=3),
            "reopened": pa.array(contacts.reopened),
            "complaint": where(complains, "yes", "no"),
            "words": _words(rng, contacts, chinese),
            "language": language_of(chinese),
            "user_id": picked(brand.accounts.user_id, used),
            "phone": phone,
        }
    )


def _words(rng: np.random.Generator, contacts: Contacts, chinese: Flags) -> pa.Array:
    count, none = len(chinese), np.zeros(len(chinese), bool)
    slow = np.where(contacts.turn > 0, ASPECTS.index("speed"), -1)
    topic = np.minimum(contacts.topic, len(TOPICS) - 2)  # in the order of the aspects
    said = worded(rng, Meant(chinese, topic, none, slow, none, np.full(count, BAD)))
    before, asked = (
        where(chinese, *(picked([*sets[i]], _drawn(rng, sets[i], count)) for i in ("zh", "en")))
        for sets in (AGAIN, QUESTIONS)
    )
    again = joined(before, where(chinese, "", " "), said)
    said = where(contacts.turn > 0, again, said)
    return where(contacts.topic == _QUESTION, asked, said)


def _drawn(rng: np.random.Generator, words: tuple[str, ...], count: int) -> Ints:
    return rng.integers(0, len(words), count)
