"""What the journey map tells: every touchpoint and stage with its measures, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from valence.core.days import months_before
from valence.core.intervals import wilson
from valence.journey.definition import JourneyDefinition, Touchpoint
from valence.journey.feelings import METRICS, Feeling, Felt, Voices, voices_of
from valence.kit.codes import AT_LENGTH
from valence.lake.portable import count_if
from valence.lake.reading import Tables

Row = Mapping[str, Any]
MINIMUM = 30  # customers or steps; below, a share says nothing
_CONFIDENCE = 0.90
_WEEKS = 13  # that a trend shows


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
            "sentiment": None if self.sentiment is None else self.sentiment["mean"],
            "sentiment_n": 0 if self.sentiment is None else self.sentiment["n"],
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
            "moment_of_truth": said.moment_of_truth,
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
            "unrecognised": [dict(row) for row in self.unrecognised],
            "unknown_answers": [
                {"touchpoint": name, "answers": n} for name, n in self.unknown_answers.items()
            ],
        }

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


def map_of(tables: Tables, definition: JourneyDefinition, as_of: date | None) -> JourneyMap | None:
    """Return the map of the months before a day; None before the first build."""
    if as_of is None or not tables.has("touchpoint_reach"):
        return None
    voices = voices_of(tables, definition, as_of)
    parts = _Parts(tables, definition, as_of, voices)
    unknown = tables.table("journey_unrecognised")
    names = [touchpoint.name for touchpoint in definition.touchpoints]
    return JourneyMap(
        definition,
        months_before(as_of, definition.months),
        as_of,
        [Place(touchpoint, parts.touchpoint(touchpoint)) for touchpoint in definition.touchpoints],
        {stage: parts.stage(stage, definition) for stage in definition.stages},
        voices.whole,
        voices.unknown,
        sorted(
            tables.rows(tables.table("journey_claims")),
            key=lambda row: names.index(row["touchpoint"]) if row["touchpoint"] in names else 0,
        ),
        tables.rows(unknown.order_by(unknown.events.desc(), "name", "channel").limit(50)),
    )


class _Parts:
    """The published tables of the map, each read once."""

    def __init__(
        self, tables: Tables, definition: JourneyDefinition, as_of: date, voices: Voices
    ) -> None:
        self._voices = voices
        self._reach = _by(tables, "touchpoint_reach", "touchpoint")
        self._stages = _by(tables, "stage_reach", "stage")
        self._contacts, self._complaints = _contacts(tables, definition, as_of)
        self._weeks = _weeks(tables, as_of)
        self._stakes = _stakes(tables)
        self._sentiment = _sentiment(tables, definition, as_of)

    def touchpoint(self, touchpoint: Touchpoint) -> Measures:
        name = touchpoint.name
        felt = self._voices.touchpoints.get(name, Felt({}, {}, {}))
        return self._measures(self._reach.get(name, {}), [name], felt)

    def stage(self, stage: str, definition: JourneyDefinition) -> Measures:
        names = [each.name for each in definition.touchpoints if each.stage == stage]
        felt = _summed([self._voices.touchpoints.get(name, Felt({}, {}, {})) for name in names])
        return self._measures(self._stages.get(stage, {}), names, felt)

    def _measures(self, reach: Row, names: Sequence[str], felt: Felt) -> Measures:
        def of(name: str) -> int:
            return int(reach.get(name) or 0)

        contacts = [self._contacts[name] for name in names if name in self._contacts]

        def sum_of(name: str) -> int:
            return sum(int(row[name]) for row in contacts)

        said = [self._sentiment[name] for name in names if name in self._sentiment]
        n = sum(int(row["n"]) for row in said)
        mean = sum(float(row["mean"]) * int(row["n"]) for row in said) / n if n else 0.0
        weeks = [self._weeks[name] for name in names if name in self._weeks]
        return Measures(
            steps=of("steps"),
            customers=of("customers"),
            customers_before=of("customers_before"),
            onward=Share(of("onward"), of("followed")),
            onward_days=reach.get("onward_days"),
            lost=Share(of("lost"), of("customers")),
            repeats=Share(of("repeats"), of("steps")),
            kept=Share(of("kept"), of("promised")),
            delivered=Share(of("delivered"), of("designed")),
            felt=felt,
            complaints=sum(self._complaints.get(name, 0) for name in names),
            contacts=Share(sum_of("again"), sum_of("judged")),
            asked_twice=Share(
                sum_of("elsewhere") + of("asked_again"), sum_of("judged") + of("asked")
            ),
            first_contact=Share(sum_of("solved_at_once"), sum_of("matters")),
            sentiment={"mean": mean, "n": n} if n else None,
            stakes=[stake for name in names for stake in self._stakes.get(name, ())],
            weeks=[sum(week) for week in zip(*weeks, strict=True)],
        )


def _by(tables: Tables, name: str, key: str) -> dict[str, Row]:
    return {row[key]: row for row in tables.rows(tables.table(name))}


def _contacts(
    tables: Tables, definition: JourneyDefinition, as_of: date
) -> tuple[dict[str, Row], dict[str, int]]:
    """What became of the contacts at each touchpoint, and the complaints that each led to."""
    t = tables.table("journey_contacts")
    t = t.filter(t.on > months_before(as_of, definition.months), t.on <= as_of)
    at = t.filter(t.touchpoint.notnull(), t.judged)
    counts = at.group_by("touchpoint").agg(
        judged=at.count().cast("int64"),
        again=count_if(at.again),
        elsewhere=count_if(at.elsewhere),
        matters=count_if(at["first"]),
        solved_at_once=count_if(at.solved_at_once),
    )
    led = t.filter(t.complaint).mutate(led=t.after.fill_null(t.touchpoint))
    led = led.group_by("led").agg(complaints=led.count().cast("int64"))
    return (
        {row["touchpoint"]: row for row in tables.rows(counts)},
        {row["led"]: row["complaints"] for row in tables.rows(led) if row["led"]},
    )


def _weeks(tables: Tables, as_of: date) -> dict[str, list[int]]:
    """Steps of the last weeks at each touchpoint, the oldest first."""
    t = tables.table("touchpoint_days")
    t = t.filter(t.on > as_of - timedelta(days=7 * _WEEKS), t.on <= as_of)
    t = t.group_by("touchpoint", "on").agg(steps=t.steps.sum().cast("int64"))
    out: dict[str, list[int]] = {}
    for row in tables.rows(t):
        week = _WEEKS - 1 - (as_of - row["on"]).days // 7
        out.setdefault(row["touchpoint"], [0] * _WEEKS)[week] += row["steps"]
    return out


def _stakes(tables: Tables) -> dict[str, list[Stake]]:
    if not tables.has("touchpoint_stake"):
        return {}
    out: dict[str, list[Stake]] = {}
    for row in tables.rows(tables.table("touchpoint_stake")):
        amount, low, high = (
            None if row.get(name) is None else float(row[name])
            for name in ("stake_amount", "stake_low_amount", "stake_high_amount")
        )
        affected = int(row.get("affected_12m") or 0)
        made = Stake(row["kind"], affected, amount, low, high, row)
        out.setdefault(row["touchpoint"], []).append(made)
    return out


def _sentiment(
    tables: Tables, definition: JourneyDefinition, as_of: date
) -> dict[str, dict[str, Any]]:
    """The mean sentiment of the words about each touchpoint, by what answers call it."""
    if not tables.has("feedback_texts"):
        return {}
    t = tables.table("feedback_texts")
    t = t.filter(
        t.on > months_before(as_of, definition.months), t.on <= as_of, t.sentiment.notnull(),
        t.subject == "own", ~t.metric.isin(AT_LENGTH),
    )  # fmt: skip
    t = t.group_by("touchpoint").agg(n=t.count().cast("int64"), mean=t.sentiment.mean())
    called = definition.called()
    out: dict[str, dict[str, Any]] = {}
    for row in tables.rows(t):
        touchpoint = called.get((row["touchpoint"] or "").lower())
        if touchpoint is None:
            continue
        held = out.get(touchpoint.name, {"n": 0, "mean": 0.0})
        n = held["n"] + row["n"]
        mean = (held["mean"] * held["n"] + row["mean"] * row["n"]) / n
        out[touchpoint.name] = {"n": n, "mean": mean}
    return out


def _summed(parts: Sequence[Felt]) -> Felt:
    """What was felt at several touchpoints together."""

    def added(maps: Sequence[Mapping[str, Feeling]]) -> dict[str, Feeling]:
        out: dict[str, Feeling] = {}
        for told in maps:
            for metric in METRICS:
                if metric in told:
                    out[metric] = out[metric] + told[metric] if metric in out else told[metric]
        return out

    channels = {channel for part in parts for channel in part.channels}
    return Felt(
        added([part.now for part in parts]),
        added([part.before for part in parts]),
        {c: added([p.channels[c] for p in parts if c in p.channels]) for c in channels},
    )
