"""What is told of the designed journey beside the walked one: plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import ibis.expr.types as ir

from valence.core.errors import BadInputError, did_you_mean
from valence.core.intervals import MINIMUM
from valence.journey.definition import DesignedStep, JourneyDefinition, Touchpoint
from valence.journey.designed.walks import designed_walks
from valence.journey.feelings import Feeling, Felt, voices_of
from valence.journey.map_answers import Share
from valence.lake.reading import Tables

Row = Mapping[str, Any]
MART = "designed_journey"
# What a target shows: kept or missed by more than chance, too close to say, or too few to say.
Verdict = Literal["kept", "missed", "close", "few"]
Kind = Literal["share", "time", "feeling", "detour"]


@dataclass(frozen=True, slots=True)
class Detour:
    """A touchpoint that customers went to instead of the designed one; empty: to none in time."""

    touchpoint: str
    customers: int
    came: int  # of these, who came to the designed one in time all the same


@dataclass(frozen=True, slots=True)
class Onward:
    """How customers go from one designed step to the next."""

    followed: int  # customers who came to the step long enough ago
    straight: int  # whose next touchpoint was the designed one
    came: Share  # who came there in time, whatever lies between
    in_time: Share  # of these, who took no longer than designed
    median_seconds: float | None
    detours: Sequence[Detour]  # the most frequent first

    @property
    def told(self) -> bool:
        """Whether enough have been followed to say how they go on."""
        return self.followed >= MINIMUM

    @property
    def by_detour(self) -> int:
        """Customers who came, but not straight."""
        return self.came.hits - self.straight

    @property
    def stopped(self) -> int:
        """Customers who went nowhere else in time."""
        return sum(each.customers for each in self.detours if not each.touchpoint)

    @property
    def elsewhere(self) -> int:
        """Customers who went elsewhere and did not come in time."""
        return self.followed - self.came.hits - self.stopped


@dataclass(frozen=True, slots=True)
class Place:
    """One designed step, as it is walked."""

    number: int
    designed: DesignedStep
    touchpoint: Touchpoint
    customers: int
    felt: Felt
    delivered: Share
    onward: Onward | None  # None: the last

    @property
    def feeling(self) -> Feeling | None:
        """What was felt here: by the question of the target, else by the one most answered."""
        if self.designed.metric:
            return self.felt.now.get(self.designed.metric)
        return self.felt.main

    @property
    def verdicts(self) -> dict[Kind, Verdict]:
        """What each target that is set shows."""
        out: dict[Kind, Verdict] = {}
        on, said = self.onward, self.designed
        if on is not None and said.onward_share is not None:
            out["share"] = _verdict(on.came.interval, said.onward_share)
        if on is not None and said.onward_hours is not None:
            out["time"] = _verdict(on.in_time.interval, 0.5)
        if said.score is not None:
            felt = self.feeling
            interval = felt.interval if felt is not None and felt.enough else None
            out["feeling"] = _verdict(interval, said.score)
        return out


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the walked way leaves the designed one, and how many customers are concerned."""

    kind: Kind
    place: Place
    customers: float
    detour: Detour | None = None


@dataclass(frozen=True, slots=True)
class Undesigned:
    """A touchpoint that is walked, and not designed."""

    touchpoint: Touchpoint
    customers: int
    felt: Felt


@dataclass(frozen=True, slots=True)
class Designed:
    """The designed journey beside the walked one."""

    definition: JourneyDefinition
    as_of: date
    places: Sequence[Place]
    undesigned: Sequence[Undesigned]  # the most walked first

    def after(self, place: Place) -> Place:
        """Return the step designed after one that is not the last."""
        return self.places[place.number]

    @property
    def targets(self) -> Sequence[Verdict]:
        """What each target of all steps shows."""
        return [verdict for place in self.places for verdict in place.verdicts.values()]

    @property
    def judged(self) -> bool:
        """Whether from any step enough customers have been followed to say how they go on."""
        return any(each.onward and each.onward.told for each in self.places)

    @property
    def largest(self) -> Departure | None:
        """The missed target that most customers are concerned by; else the largest detour."""
        missed = [
            Departure(kind, place, _concerned(kind, place))
            for place in self.places
            for kind, verdict in place.verdicts.items()
            if verdict == "missed"
        ]
        detours = [
            Departure("detour", place, each.customers, each)
            for place in self.places
            if place.onward is not None and place.onward.told
            for each in place.onward.detours
        ]
        return max(missed or detours, key=lambda each: each.customers, default=None)

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        largest = self.largest
        return {
            "steps": [_told(place) for place in self.places],
            "undesigned": [
                {"touchpoint": each.touchpoint.name, "stage": each.touchpoint.stage,
                 "customers": each.customers}
                for each in self.undesigned
            ],
            "largest": None if largest is None else {
                "kind": largest.kind,
                "step": largest.place.number,
                "touchpoint": largest.place.touchpoint.name,
                "customers": round(largest.customers),
                "went_to": None if largest.detour is None else largest.detour.touchpoint,
            },
        }  # fmt: skip


def designed_of(
    tables: Tables, definition: JourneyDefinition, as_of: date | None
) -> Designed | None:
    """Return the designed journey as it is walked; None before the first build."""
    if as_of is None or not tables.has(MART) or not tables.has("touchpoint_reach"):
        return None
    felt = voices_of(tables, definition, as_of).touchpoints
    reach = {row["touchpoint"]: row for row in tables.rows(tables.table("touchpoint_reach"))}
    onward: dict[int, list[Row]] = {}
    for row in tables.rows(tables.table(MART)):
        onward.setdefault(row["step"], []).append(row)
    nobody = Felt({}, {}, {})
    last = len(definition.designed)
    places = [
        Place(
            number,
            step,
            definition.named(step.touchpoint),
            _of(reach, step.touchpoint, "customers"),
            felt.get(step.touchpoint, nobody),
            Share(
                _of(reach, step.touchpoint, "delivered"), _of(reach, step.touchpoint, "designed")
            ),
            None if number == last else _onward(onward.get(number, [])),
        )
        for number, step in enumerate(definition.designed, 1)
    ]
    way = {step.touchpoint for step in definition.designed}
    others = [
        Undesigned(touchpoint, n, felt.get(touchpoint.name, nobody))
        for touchpoint in definition.touchpoints
        if way and touchpoint.name not in way and (n := _of(reach, touchpoint.name, "customers"))
    ]
    others.sort(key=lambda each: (-each.customers, each.touchpoint.name))
    return Designed(definition, as_of, places, others)


def gone(tables: Tables, found: Designed, step: int, went_to: str) -> ir.Table:
    """Return the customers who went from a designed step to a touchpoint next; empty: to none.

    Raises
    ------
    BadInputError
        If there is no such step to go on from, or no such touchpoint.
    """
    definition = found.definition
    if not definition.designed:
        raise BadInputError(
            "No journey has been designed yet, so that nobody goes on from a step of it. Name its "
            "touchpoints in their order under `designed` of the journey, then build."
        )
    last = len(definition.designed) - 1
    if not 1 <= step <= last:
        raise BadInputError(
            "Nobody goes on from step {step}: the designed journey has the steps 1 to {last} to go "
            "on from.",
            step=step, last=last,
        )  # fmt: skip
    names = [each.name for each in definition.touchpoints]
    if went_to and went_to not in names:
        raise BadInputError(
            "The journey has no touchpoint {name!r}. {fix}",
            name=went_to, fix=did_you_mean(went_to, names),
        )  # fmt: skip
    t = designed_walks(tables.table("journey_steps"), as_of=found.as_of, definition=definition)
    t = t.filter(t.step == step, t.went_to == went_to)
    return t.select("customer_id", "first_at", came=t.seconds.notnull(), hours=t.seconds / 3600.0)


def _of(reach: Mapping[str, Row], name: str, column: str) -> int:
    return int(reach.get(name, {}).get(column) or 0)


def _onward(rows: Sequence[Row]) -> Onward:
    followed = sum(row["customers"] for row in rows)
    came = sum(row["came"] for row in rows)
    detours = [
        Detour(row["went_to"], row["customers"], row["came"])
        for row in rows
        if row["went_to"] != row["onto"]
    ]
    return Onward(
        followed,
        sum(row["customers"] for row in rows if row["went_to"] == row["onto"]),
        Share(came, followed),
        Share(sum(row["in_time"] for row in rows), came),
        next((row["median_seconds"] for row in rows), None),
        sorted(detours, key=lambda each: (-each.customers, each.touchpoint)),
    )


def _verdict(interval: tuple[float, float] | None, target: float) -> Verdict:
    if interval is None:
        return "few"
    low, high = interval
    return "missed" if high < target else "kept" if low >= target else "close"


def _concerned(kind: Kind, place: Place) -> float:
    """How many customers fewer than designed went on, were in time, or felt well."""
    on, said, felt = place.onward, place.designed, place.feeling
    if kind == "share" and on is not None and said.onward_share is not None:
        return said.onward_share * on.followed - on.came.hits
    if kind == "time" and on is not None:
        return 0.5 * on.in_time.n - on.in_time.hits
    if felt is None or said.score is None:
        return 0.0
    # Points of NPS run over twice as many: one customer more who promotes and does not detract.
    points = (said.score - felt.score) / (200.0 if felt.metric == "nps" else 100.0)
    return points * max(place.customers, felt.n)


def _told(place: Place) -> dict[str, Any]:
    on, said, felt = place.onward, place.designed, place.feeling
    return {
        "step": place.number,
        "touchpoint": place.touchpoint.name,
        "stage": place.touchpoint.stage,
        "moment": place.touchpoint.designed or None,
        "moment_delivered": place.delivered.told(),
        "customers": place.customers,
        "felt": None if felt is None else felt.told(),
        "designed_metric": said.metric or None,
        "designed_score": said.score,
        "designed_share": said.onward_share,
        "designed_hours": said.onward_hours,
        "onward": None if on is None else {
            "customers": on.followed,
            "came": on.came.told(),
            "straight": on.straight,
            "by_detour": on.by_detour,
            "elsewhere": on.elsewhere,
            "nowhere": on.stopped,
            "median_hours": None if on.median_seconds is None else on.median_seconds / 3600.0,
            "in_time": None if said.onward_hours is None else on.in_time.told(),
            "instead": [
                {"touchpoint": each.touchpoint or None, "customers": each.customers,
                 "came_all_the_same": each.came}
                for each in on.detours
            ],
        },
        "verdicts": dict(place.verdicts),
    }  # fmt: skip
