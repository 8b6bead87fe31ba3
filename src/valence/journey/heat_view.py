"""Heat maps of touchpoints by week, channel or segment, and what is used much and felt badly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from valence.core.messages import Message, message
from valence.journey.feelings import METRICS
from valence.journey.heat import heat_by
from valence.journey.map_answers import JourneyMap
from valence.journey.map_view import href_of
from valence.journey.words import METRICS as METRIC_WORDS
from valence.journey.words import points
from valence.kit.ask import Asked
from valence.kit.charts import Cell, Chart, too_little
from valence.kit.codes import CHANNELS, SEGMENTS, TOUCHPOINTS, named
from valence.kit.format import Formats
from valence.kit.grids import grid
from valence.kit.page import NOT_ENOUGH, Tab, Words
from valence.kit.quadrants import Dot, Scale, quadrants
from valence.lake.reading import Tables

BY: Mapping[str, Message] = {
    "week": message("By week"),
    "channel": message("By channel"),
    "segment": message("By segment"),
}
_MOST = 12  # columns that can be read


def tabs(ask: Asked, by: str) -> list[Tab]:
    """Return the choice of what touchpoints are held against."""
    return [Tab(title, ask.here(heat=name), name == by) for name, title in BY.items()]


def heat(found: JourneyMap, tables: Tables, by: str, fmt: Formats) -> Chart:
    """Return the touchpoints against weeks, channels or segments."""
    if by == "week":
        return _weeks(found, fmt)
    told = heat_by(tables, found, by)
    title = (
        message("Through which channels do they come?")
        if by == "channel"
        else message("Which segments come there?")
    )
    return _grid(found, told, title, by, fmt)


def _weeks(found: JourneyMap, fmt: Formats) -> Chart:
    title = message("Where does traffic change from week to week?")
    shown = [place for place in found.places if any(place.measures.weeks)]
    if not shown:
        return too_little("heat", title, message("Nobody took a step in the last weeks."))
    weeks = len(shown[0].measures.weeks)
    names = [fmt.language.worded(message("{n} w", n=weeks - 1 - at)) for at in range(weeks)]
    cells = [
        [
            Cell(steps, message("{n} steps", n=fmt.integer(steps)), href_of(place.touchpoint.name))
            for steps in place.measures.weeks
        ]
        for place in shown
    ]
    rows = [named(TOUCHPOINTS, place.touchpoint.name, fmt) for place in shown]
    made = grid(
        fmt, "heat", title, rows, names, cells, unit="count", row_name=message("Touchpoint"),
        column_name=message("Weeks before the last"), size="l",
    )  # fmt: skip
    return made.answering(
        message("Steps of customers, week by week; the last week is on the right.")
    )


def _grid(
    found: JourneyMap, told: Sequence[Mapping[str, Any]], title: Message, by: str, fmt: Formats
) -> Chart:
    total: dict[str, int] = {}
    held: dict[tuple[str, str], int] = {}
    for row in told:
        name = row["name"] or ""
        total[name] = total.get(name, 0) + row["n"]
        held[row["touchpoint"], name] = row["n"]
    names = sorted(total, key=lambda name: -total[name])[:_MOST]
    shown = [p for p in found.places if any((p.touchpoint.name, n) in held for n in names)]
    if not shown:
        return too_little("heat", title, NOT_ENOUGH)
    unsaid = fmt.language.worded(message("not said"))
    words = CHANNELS if by == "channel" else SEGMENTS
    cells = [
        [
            Cell(
                n := held.get((place.touchpoint.name, name)),
                _tip(by, n or 0, fmt),
                href_of(place.touchpoint.name),
            )
            for name in names
        ]
        for place in shown
    ]
    made = grid(
        fmt, "heat", title, [named(TOUCHPOINTS, p.touchpoint.name, fmt) for p in shown],
        [named(words, name, fmt) if name else unsaid for name in names], cells, unit="count",
        row_name=message("Touchpoint"), column_name=BY[by], size="l",
    )  # fmt: skip
    return made.answering(
        message("Steps of customers within the months of the map.")
        if by == "channel"
        else message("Customers within the months of the map, by the segment they are in now.")
    )


def _tip(by: str, n: int, fmt: Formats) -> Message:
    counted = fmt.integer(n)
    return message("{n} steps", n=counted) if by == "channel" else message(
        "{n} customers", n=counted
    )  # fmt: skip


def used_and_felt(found: JourneyMap, fmt: Formats) -> Chart:
    """Return the touchpoints by how many use them and how they feel there."""
    title = message("What is used much, and felt badly?")
    metric = next(
        (m for m in METRICS if sum(_enough(p.measures.felt.now.get(m)) for p in found.places) > 1),
        None,
    )
    if metric is None:
        return too_little("used", title, NOT_ENOUGH)
    dots, used, felt = [], [], []
    for place in found.places:
        feeling = place.measures.felt.now.get(metric)
        if feeling is None or not feeling.enough:
            continue
        people = float(max(place.measures.customers, 0))
        used.append(people)
        felt.append(feeling.score)
        dots.append((place, people, feeling.score))
    people_cut, felt_cut = sum(used) / len(used), sum(felt) / len(felt)
    made = quadrants(
        fmt, "used", title,
        [
            Dot(named(TOUCHPOINTS, place.touchpoint.name, fmt), score, people,
                worse=people >= people_cut and score < felt_cut,
                href=href_of(place.touchpoint.name))
            for place, people, score in dots
        ],
        x=_scale(METRIC_WORDS[metric], "number", felt),
        y=_scale(message("Customers"), "count", used, floor=0.0),
        corners=(message("used much, felt badly"), message("used much, felt well"),
                 message("used little, felt badly"), message("used little, felt well")),
        name=message("Touchpoint"),
    )  # fmt: skip
    return made.answering(message("Cut at the means; upper left is what to mend for most people."))


def _enough(feeling: Any) -> bool:
    return feeling is not None and feeling.enough


def _scale(name: Words, unit: Any, values: Sequence[float], floor: float | None = None) -> Scale:
    low, high = min(values), max(values)
    margin = max((high - low) * 0.2, 1.0)
    bottom = low - margin if floor is None else max(low - margin, floor)
    return Scale(name, unit, round(bottom), round(high + margin), sum(values) / len(values))


def moments(found: JourneyMap, fmt: Formats) -> list[tuple[Words, Words]]:
    """Return the peak, the low and the end that customers had, and the designed ones."""
    out: list[tuple[Words, Words]] = []
    for label, place in (
        (message("Peak, as found"), found.peak), (message("Low, as found"), found.low)
    ):  # fmt: skip
        if place is not None and (main := place.measures.felt.main) is not None:
            low, high = main.interval
            said = message(
                "{touchpoint}: {metric} {score} ({low} – {high})",
                touchpoint=named(TOUCHPOINTS, place.touchpoint.name, fmt),
                metric=named(METRIC_WORDS, main.metric, fmt),
                score=points(main.score, fmt),
                low=points(low, fmt),
                high=points(high, fmt),
            )
            out.append((label, said))
    if (last := found.end) is not None:
        out.append(
            (
                message("Where journeys end most often"),
                message(
                    "{touchpoint}: the last step of {n} customers",
                    touchpoint=named(TOUCHPOINTS, last.touchpoint.name, fmt),
                    n=fmt.integer(last.measures.lost.hits),
                ),
            )
        )
    for place in found.places:
        if place.touchpoint.designed:
            share = place.measures.delivered
            name = named(TOUCHPOINTS, place.touchpoint.name, fmt)
            label = (
                message("Designed peak: {touchpoint}", touchpoint=name)
                if place.touchpoint.designed == "peak"
                else message("Designed end: {touchpoint}", touchpoint=name)
            )
            delivered: Words = (
                message("no rule says when it was delivered")
                if not place.touchpoint.delivered
                else NOT_ENOUGH
                if share.share is None or share.interval is None
                else message(
                    "delivered in {p} ({interval}), n = {n}",
                    p=fmt.percent(share.share),
                    interval=fmt.interval(*share.interval, "percent"),
                    n=fmt.integer(share.n),
                )
            )
            out.append((label, delivered))
    return out
