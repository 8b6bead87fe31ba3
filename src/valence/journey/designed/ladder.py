"""The designed journey as a ladder: each step as it is walked, and the way on to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from valence.core.messages import Message, message
from valence.journey.designed.answers import Designed, Kind, Onward, Place, Verdict
from valence.journey.designed.words import behind, hours_of, name_of, went_said
from valence.journey.map_view import href_of
from valence.journey.words import METRICS, points
from valence.kit.codes import STAGES, lasting, named
from valence.kit.format import Formats
from valence.kit.page import Words

VERDICTS: Mapping[Verdict, tuple[Words, str]] = {
    "kept": (message("as designed"), "good"),
    "missed": (message("missed"), "bad"),
    "close": (message("too close to say"), ""),
    "few": (message("not enough data"), ""),
}
# The parts of those who go on from a step, in the order in which a bar shows them.
KINDS: Sequence[tuple[str, Message]] = (
    ("straight", message("straight to the next")),
    ("detour", message("by a detour")),
    ("elsewhere", message("elsewhere, did not come")),
    ("nowhere", message("nowhere else")),
)
_LISTED = 3  # detours that a rung names


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is walked, beside what was designed of it."""

    said: Words
    verdict: Words = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A part of those who go on: its class, and where it lies, in percent of them all."""

    kind: str
    begins: float
    width: float


@dataclass(frozen=True, slots=True)
class Rung:
    """One designed step with how it is walked, and the way on to the next."""

    number: int
    name: str
    href: str
    stage: str
    moment: Words
    facts: Sequence[Fact]
    bands: Sequence[Band]
    target: float | None  # of those who go on, in percent
    onward: Sequence[Fact]
    instead: Sequence[tuple[str, str]]  # words, and the customers behind them


def rungs(found: Designed, fmt: Formats) -> list[Rung]:
    """Return the designed steps from the first on, each with how it is walked."""
    return [_rung(place, found, fmt) for place in found.places]


def _rung(place: Place, found: Designed, fmt: Formats) -> Rung:
    on = place.onward
    told = on is not None and on.told
    return Rung(
        place.number,
        name_of(place, fmt),
        href_of(place.touchpoint.name),
        named(STAGES, place.touchpoint.stage, fmt),
        _moment(place, fmt),
        [_reached(place, fmt), *_felt(place, fmt)],
        _bands(on) if on is not None and told else (),
        None if place.designed.onward_share is None else 100 * place.designed.onward_share,
        () if on is None else _onward(place, on, found, fmt),
        _instead(place, on, fmt) if on is not None and told else (),
    )


def _reached(place: Place, fmt: Formats) -> Fact:
    return Fact(message("{n} customers", n=fmt.integer(place.customers)))


def _moment(place: Place, fmt: Formats) -> Words:
    """Whether it was designed as the peak or the end, and in how many cases it was delivered."""
    if not place.touchpoint.designed:
        return ""
    said = message("Designed peak") if place.touchpoint.designed == "peak" else message(
        "Designed end"
    )  # fmt: skip
    if place.delivered.share is None:
        return said
    return message("{moment}, delivered in {share}", moment=fmt.language.worded(said),
                   share=fmt.percent(place.delivered.share))  # fmt: skip


def _felt(place: Place, fmt: Formats) -> list[Fact]:
    felt, target = place.feeling, place.designed.score
    verdict = _judged(place, "feeling")
    if felt is None:
        return [] if target is None else [Fact(message("nobody was asked"), *verdict)]
    name = named(METRICS, felt.metric, fmt)
    if not felt.enough:
        return [Fact(message("{metric}: {n} answers, too few", metric=name, n=felt.n), *verdict)]
    low, high = felt.interval
    said = {"metric": name, "score": points(felt.score, fmt), "low": points(low, fmt),
            "high": points(high, fmt)}  # fmt: skip
    if target is None:
        return [Fact(message("{metric} {score} ({low} – {high})", **said))]
    return [
        Fact(message("{metric} {score} ({low} – {high}), designed {target}", **said,
                     target=points(target, fmt)), *verdict)
    ]  # fmt: skip


def _bands(on: Onward) -> list[Band]:
    parts = (
        ("straight", on.straight), ("detour", on.by_detour), ("elsewhere", on.elsewhere),
        ("nowhere", on.stopped),
    )  # fmt: skip
    made, begins = [], 0.0
    for kind, n in parts:
        width = round(100.0 * n / on.followed, 2)
        made.append(Band(kind, round(begins, 2), width))
        begins += width
    return made


def _onward(place: Place, on: Onward, found: Designed, fmt: Formats) -> list[Fact]:
    """What share comes to the next step, and how soon, each beside its target."""
    interval, target = on.came.interval, place.designed.onward_share
    if interval is None:
        return [Fact(message("{n} customers followed: too few", n=fmt.integer(on.followed)))]
    said = {
        "share": fmt.percent(on.came.share), "interval": fmt.interval(*interval, "percent"),
        "n": fmt.integer(on.followed), "next": name_of(found.after(place), fmt),
    }  # fmt: skip
    facts = [
        Fact(
            message("{share} ({interval}) of {n} come to {next}", **said)
            if target is None
            else message("{share} ({interval}) of {n} come to {next}, designed {target}", **said,
                         target=fmt.percent(target)),
            *_judged(place, "share"),
        )
    ]  # fmt: skip
    if on.median_seconds is None:
        return facts
    time = lasting(on.median_seconds, fmt)
    if place.designed.onward_hours is None:
        return [*facts, Fact(message("half of them within {time}", time=time))]
    designed = message("half of them within {time}, designed {target}", time=time,
                       target=hours_of(place, fmt))  # fmt: skip
    return [*facts, Fact(designed, *_judged(place, "time"))]


def _instead(place: Place, on: Onward, fmt: Formats) -> list[tuple[str, str]]:
    return [
        (
            f"{went_said(each.touchpoint, fmt)} {fmt.percent(each.customers / on.followed)}",
            behind(place, each.touchpoint),
        )
        for each in on.detours[:_LISTED]
    ]


def _judged(place: Place, kind: Kind) -> tuple[Words, str]:
    verdict = place.verdicts.get(kind)
    return ("", "") if verdict is None else VERDICTS[verdict]
