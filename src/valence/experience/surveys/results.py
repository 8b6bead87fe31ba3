"""Results: what was said to each question, by those whose answers count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import sqlalchemy as sa

from valence.core.intervals import normal_quantile, wilson
from valence.experience.scores import BAD, CONFIDENCE, GOOD, HAIR, METRICS
from valence.experience.surveys.landing import opened_of
from valence.experience.surveys.opened import Opened, plain
from valence.experience.surveys.questions import Part, Question
from valence.experience.surveys.replies import VALUE
from valence.experience.surveys.tables import responses
from valence.store import View

_PAGE = 5000
SHOWN_WORDS = 20


@dataclass(frozen=True, slots=True)
class Result:
    """What was said to one part of one question."""

    question: str
    kind: str
    metric: str
    part: str
    about: str
    n: int
    counts: Mapping[str, int]  # of each answer, in the order of the scale
    mean: float | None  # of numbers; None below the minimum
    score: float | None  # NPS, or the share of good answers in %
    low: float | None
    high: float | None
    words: Sequence[str] = ()  # the latest open answers

    @property
    def enough(self) -> bool:
        """Whether there were answers enough to say anything."""
        return self.mean is not None or self.score is not None


def results(view: View, survey: str, minimum: int) -> list[Result]:
    """Return the results of each question of any version, in the order in which they were asked.

    Parameters
    ----------
    view
        The store.
    survey
        The survey.
    minimum
        Answers below which no figure is said.
    """
    tallies: dict[tuple[str, str, str], _Tally] = {}
    for found in _counting(view, survey):
        for question in found.asked:
            reply = found.replies.get(question.id)
            if reply is None:
                continue
            for part in question.parts or (Part(VALUE, question.kind),):
                key = (question.id, question.kind, part.name)
                tally = tallies.setdefault(key, _Tally(question, part))
                tally.add(reply[part.name])
    return [tally.result(minimum) for tally in tallies.values()]


class _Tally:
    def __init__(self, question: Question, part: Part) -> None:
        self.question, self.part = question, part
        self.counts: Counter[Any] = Counter()
        self.n = 0
        self.words: list[str] = []

    def add(self, value: Any) -> None:
        self.n += 1
        if self.question.kind == "text":
            self.words = [*self.words[-SHOWN_WORDS + 1 :], str(value)]
            return
        self.counts.update(value if isinstance(value, list) else [value])

    def result(self, minimum: int) -> Result:
        question, part = self.question, self.part
        numbers = bool(question.parts)
        mean = score = low = high = None
        if numbers and self.n >= minimum:
            mean = sum(value * n for value, n in self.counts.items()) / self.n
            if part.metric in METRICS:
                score, low, high = self._score(part)
        values = [choice.value for choice in question.choices]
        # An earlier version may have had other choices.
        order = sorted(self.counts) if numbers else [*dict.fromkeys([*values, *self.counts])]
        return Result(
            question.id, question.kind, part.metric, part.name, question.about, self.n,
            {f"{value:g}" if numbers else value: self.counts[value] for value in order},
            mean, score, low, high, self.words[::-1],
        )  # fmt: skip

    def _score(self, part: Part) -> tuple[float, float, float]:
        metric = next(name for name in METRICS if name == part.metric)

        def among(value: float) -> float:
            return (value - part.low) / (part.high - part.low)

        good = sum(n for v, n in self.counts.items() if among(v) >= GOOD[metric] - HAIR)
        if metric != "nps":
            low, high = wilson(good, self.n, CONFIDENCE)
            return 100 * good / self.n, 100 * low, 100 * high
        bad = sum(n for v, n in self.counts.items() if among(v) <= BAD[metric] + HAIR)
        p, d = good / self.n, bad / self.n
        reach = normal_quantile(CONFIDENCE) * sqrt(max(0.0, p + d - (p - d) ** 2) / self.n)
        score = 100 * (p - d)
        return score, max(-100.0, score - 100 * reach), min(100.0, score + 100 * reach)


def _counting(view: View, survey: str) -> Iterator[Opened]:
    """Yield the responses that count, the oldest first."""
    last = None
    while True:
        query = sa.select(responses).where(
            responses.c.survey == survey, responses.c.state == "complete"
        )
        if last is not None:
            query = query.where(responses.c.response_id > last)
        rows = view.rows(query.order_by(responses.c.response_id).limit(_PAGE))
        yield from opened_of(view, [plain(row) for row in rows])
        if len(rows) < _PAGE:
            return
        last = rows[-1]["response_id"]
