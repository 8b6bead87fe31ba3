"""What the journey map tells: every touchpoint and stage with its measures, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from valence.core.intervals import MINIMUM, wilson
from valence.journey.definition import JourneyDefinition, Touchpoint
from valence.journey.feelings import METRICS, Feeling, Felt

Row = Mapping[str, Any]
_CONFIDENCE = 0.90


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole with its 90 % interval (Wilson's); no share below `MINIMUM`."""

    hits: int
    n: int

    @property
    def share(self) -> float | None:
        """The part, 0 to 1."""
        return self.hits / self.n if self.n >= MINIMUM else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Its ends."""
        return wilson(self.hits, self.n, _CONFIDENCE) if self.n >= MINIMUM else None

    def told(self) -> dict[str, Any]:
        """Return it as one row."""
        low, high = self.interval or (None, None)
        return {"share": self.share, "low": low, "high": high, "hits": self.hits, "n": self.n}


@dataclass(frozen=True, slots=True)
class Stake:
    """What bad experience of one kind is expected to cost within twelve months."""

    kind: str
    affected: int
    amount: float | None
    low: float | None
    high: float | None
    row: Row

    @property
    def sure(self) -> bool:
        """Whether value is lost there by more than chance, and nothing unseen explains it."""
        return self.amount is not None and self.row.get("verdict") == "costs"


@dataclass(frozen=True, slots=True)
class Measures:
    """What is known of one touchpoint, or of one stage."""

    steps: int
    customers: int
    customers_before: int
    onward: Share
    onward_days: float | None
    lost: Share
    repeats: Share
    kept: Share
    delivered: Share
    felt: Felt
    complaints: int
    contacts: Share  # that came again about the same, of those there that could
    # Of contacts, and times that a touchpoint asked for something: told or asked for again
    # through another channel.
    asked_twice: Share
    first_contact: Share  # solved at once, of matters that could be judged
    sentiment: Row | None  # of words: mean, n
    silent: Row | None  # of those who left after their last step here, who said nothing
    stakes: Sequence[Stake]
    weeks: Sequence[int]  # steps of the last weeks, the oldest first

    @property
    def complaints_per_1000(self) -> float | None:
        """Complaints that followed, for each 1,000 customers who passed."""
        return 1000 * self.complaints / self.customers if self.customers >= MINIMUM else None

    @property
    def stake(self) -> Stake | None:
        """The largest stake that is more than chance; stakes of one place are not added up."""
        sure = [stake for stake in self.stakes if stake.sure]
        return max(sure, key=lambda stake: stake.amount or 0.0, default=None)

    @property
    def unhappy(self) -> float:
        """Customers who are likely to have felt bad here: those who passed by bad answers.

        Where no row names who passed, those who said so.
        """
        main = self.felt.main
        if main is None or not main.enough:
            return 0.0
        return max(self.customers, main.n) * main.bad / main.n

    def told(self) -> dict[str, Any]:
        """Return them as one row of plain values."""
        return {
            "steps": self.steps,
            "customers": self.customers,
            "customers_before": self.customers_before,
            "onward": self.onward.told(),
            "onward_days": self.onward_days,
            "lost": self.lost.told(),
            "repeats": self.repeats.told(),
            "standard_kept": self.kept.told(),
            "designed_delivered": self.delivered.told(),
            "felt": [
                {**self.felt.now[metric].told(), "moved": self.felt.moved(metric)}
                for metric in METRICS
                if metric in self.felt.now
            ],
            "felt_by_channel": [
                {"channel": channel, **told[metric].told()}
                for channel, told in sorted(self.felt.channels.items())
                for metric in METRICS
                if metric in told
            ],
            "sentiment": None if self.sentiment is None else self.sentiment["mean"],
            "sentiment_n": 0 if self.sentiment is None else self.sentiment["n"],
            "left_silent": {
                name: None if self.silent is None else self.silent[kept]
                for name, kept in (("share", "silent_share"), ("low", "silent_low"),
                                   ("high", "silent_high"), ("leavers", "leavers"))
            },
            "complaints": self.complaints,
            "complaints_per_1000": self.complaints_per_1000,
            "came_again": self.contacts.told(),
            "asked_twice": self.asked_twice.told(),
            "solved_at_first_contact": self.first_contact.told(),
            "stakes": [
                {"kind": s.kind, "affected": s.affected, "amount": s.amount, "low": s.low,
                 "high": s.high, "verdict": s.row.get("verdict")}
                for s in self.stakes
            ],
            "weeks": list(self.weeks),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A touchpoint with its measures."""

    touchpoint: Touchpoint
    measures: Measures

    def told(self) -> dict[str, Any]:
        """Return it as one row: what is set of the touchpoint, then its measures."""
        said = self.touchpoint
        return {
            "touchpoint": said.name,
            "stage": said.stage,
            "owner": said.owner or None,
            "backstage": said.backstage or None,
            "standard": said.standard or None,
            "asks": said.asks or None,
            "moment_of_truth": said.moment_of_truth,
            "designed": said.designed or None,
            **self.measures.told(),
        }


@dataclass(frozen=True, slots=True)
class JourneyMap:
    """The journey map."""

    definition: JourneyDefinition
    since: date
    as_of: date
    places: Sequence[Place]
    stages: Mapping[str, Measures]
    brand: Felt  # all answers together
    unknown_answers: Mapping[str, int]
    claims: Sequence[Row]
    unrecognised: Sequence[Row]

    def of_stage(self, stage: str) -> list[Place]:
        """Return the touchpoints of a stage that anybody passed or spoke of, else all of it."""
        own = [place for place in self.places if place.touchpoint.stage == stage]
        met = [place for place in own if place.measures.steps or place.measures.felt.now]
        return met or own

    def told(self) -> dict[str, Any]:
        """Return the whole map as plain values."""
        return {
            "since": self.since,
            "until": self.as_of,
            "stages": [
                {"stage": stage, **measures.told()} for stage, measures in self.stages.items()
            ],
            "touchpoints": [place.told() for place in self.places],
            "fix_first": [place.touchpoint.name for place in self.fix_first()],
            "peak": None if (peak := self.peak) is None else peak.touchpoint.name,
            "low": None if (low := self.low) is None else low.touchpoint.name,
            "end": None if (end := self.end) is None else end.touchpoint.name,
            "claims": [dict(row) for row in self.claims],
            "unrecognised": [dict(row) for row in self.unrecognised],
            "unknown_answers": [
                {"touchpoint": name, "answers": n} for name, n in self.unknown_answers.items()
            ],
        }

    def apart(self, feeling: Feeling) -> float:
        """Return by how many points a score lies above that of the brand for the same question.

        Points of NPS, which runs over twice as many, count half.
        """
        whole = self.brand.now.get(feeling.metric)
        away = feeling.score - (whole.score if whole is not None else feeling.score)
        return away / 2 if feeling.metric == "nps" else away

    def _felt(self) -> list[tuple[float, Place]]:
        return [
            (self.apart(main), place)
            for place in self.places
            if (main := place.measures.felt.main) is not None and main.enough
        ]

    @property
    def peak(self) -> Place | None:
        """Where it feels best; None where fewer than two places can be told apart."""
        felt = self._felt()
        return max(felt, key=itemgetter(0))[1] if len(felt) > 1 else None

    @property
    def low(self) -> Place | None:
        """Where it feels worst; None where fewer than two places can be told apart."""
        felt = self._felt()
        return min(felt, key=itemgetter(0))[1] if len(felt) > 1 else None

    @property
    def end(self) -> Place | None:
        """Where most customers took their last step."""
        ends = [
            p for p in self.places if p.measures.lost.share is not None and p.measures.lost.hits
        ]
        return max(ends, key=lambda place: place.measures.lost.hits, default=None)

    def fix_first(self) -> list[Place]:
        """Return the touchpoints by what is at stake, then by how many are likely to feel bad."""
        concerned = [p for p in self.places if p.measures.stake or p.measures.unhappy]
        return sorted(
            concerned,
            key=lambda place: (
                -(place.measures.stake.amount or 0.0) if place.measures.stake else 0.0,
                -place.measures.unhappy,
            ),
        )
