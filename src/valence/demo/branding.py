"""Branding: who knows the brand and its rivals, what is special about them, what they mean to one.

Asked of the panel and of as many people who are no customers; drawn from a stream of its own, so
that it changes nothing else.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from valence.demo.arrays import Floats, Ints, picked
from valence.demo.notes import RIVALS, Notes, Panel

BRANDS = ("own", *RIVALS)
# What is felt of each dimension moves how satisfied one is with the brand as a whole: delivery,
# quality, staff, speed, app, price. People say that quality matters most; delivery does.
WEIGHTS = (0.42, 0.26, 0.04, 0.17, 0.02, 0.09)
_USUAL, _NOISE = 5.3, 0.55
# Of people who are no customers: shares that name a brand unasked, and that know its name; means
# on 1 to 7 of being special, and of being close to one's heart.
_UNAIDED, _AIDED = (0.11, 0.24, 0.19, 0.07), (0.46, 0.71, 0.68, 0.33)
_SPECIAL, _CLOSE = (5.2, 4.1, 3.4, 4.6), (3.4, 3.6, 3.0, 2.9)
_CUSTOMERS_CLOSER = 1.5


def asked_of_brands(rng: np.random.Generator, notes: Notes, panel: Panel, felt: Floats) -> None:
    """Note overall satisfaction, awareness, distinctiveness and emotional connection."""
    people = len(panel.account)
    score = _USUAL + (felt - felt.mean(axis=0)) @ np.array(WEIGHTS)
    _note(notes, "overall", panel, np.zeros(people, int), score + rng.normal(0, _NOISE, people))
    account = np.concatenate([panel.account, np.full(people, -1)])
    both = Panel(account, np.concatenate([panel.at, panel.at + 3_600]))
    customer = account >= 0
    rival = rng.integers(1, len(BRANDS), len(account))
    for brand in (np.zeros(len(account), int), rival):
        own = customer & (brand == 0)
        unaided = rng.random(len(account)) < np.where(own, 0.63, np.take(_UNAIDED, brand))
        aided = unaided | (rng.random(len(account)) < np.where(own, 1.0, np.take(_AIDED, brand)))
        for question, knows in (("awareness_unaided", unaided), ("awareness_aided", aided)):
            _note(notes, question, both, brand, knows.astype(float), scale=(0, 1))
        known = Panel(both.account[aided], both.at[aided])
        of = brand[aided]
        closer = _CUSTOMERS_CLOSER * own[aided]
        for question, means in (("distinctiveness", _SPECIAL), ("emotional_connection", _CLOSE)):
            mean = np.take(means, of) + (closer if means is _CLOSE else 0.3 * own[aided])
            _note(notes, question, known, of, mean + rng.normal(0, 1.2, len(of)))


def _note(
    notes: Notes, question: str, panel: Panel, brand: Ints, score: Floats,
    scale: tuple[int, int] = (1, 7),
) -> None:  # fmt: skip
    count = len(score)
    notes.add(
        count, question=pa.repeat(question, count), brand=picked([*BRANDS], brand),
        score=np.clip(np.rint(score), *scale), scale=pa.repeat("{}-{}".format(*scale), count),
        account=panel.account, at=panel.at,
    )  # fmt: skip
