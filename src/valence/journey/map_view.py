"""The journey map in words and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from valence.core.intervals import MINIMUM
from valence.core.messages import Message, message
from valence.journey.definition import JourneyDefinition
from valence.journey.feelings import Feeling
from valence.journey.map_answers import JourneyMap, Measures, Place, Row, Share
from valence.journey.paths.journeys import MOST_STEPS
from valence.journey.stake.view import title_of
from valence.journey.words import KINDS, points
from valence.journey.words import METRICS as METRIC_WORDS
from valence.kit.charts import Bar, Chart, DataTable, bars, too_little
from valence.kit.codes import CHANNELS, STAGES, TOUCHPOINTS, named
from valence.kit.format import Formats
from valence.kit.page import Answer, Change, Figure, How, Step, Words

ASKED = message("Which touchpoint costs us most, and what do customers say there?")
_DEEP = ((12.0, 3), (6.0, 2), (0.0, 1))  # points away from the brand's score, and the shade


@dataclass(frozen=True, slots=True)
class CellOf:
    """A touchpoint on the map: at most two lines under its name, and a shade for how it feels."""

    name: str
    href: str
    lines: Sequence[Words]
    shade: str  # a class: better-1 to better-3, worse-1 to worse-3, or none
    moment: bool


def href_of(name: str) -> str:
    """Return the address of a touchpoint's page."""
    return f"/journey/touchpoints/{quote(name, safe='')}"


def answer(found: JourneyMap, fmt: Formats) -> Answer:
    """Return what costs most, or feels worst, in a sentence."""
    first = next(iter(found.fix_first()), None)
    if first is not None and (stake := first.measures.stake) is not None:
        name = named(TOUCHPOINTS, first.touchpoint.name, fmt)
        return Answer(
            message(
                "{touchpoint} puts {amount} of next year's value at stake",
                touchpoint=name,
                amount=fmt.money_short(stake.amount),
            ),
            message("90 % interval {interval}",
                    interval=fmt.interval(stake.low, stake.high, "money_short")),
            message("{n} times customers met it within a year: {kind}.",
                    n=fmt.integer(stake.affected), kind=_kind(stake.kind, fmt)),
        )  # fmt: skip
    if first is not None and (main := first.measures.felt.main) is not None:
        low, high = main.interval
        return Answer(
            message(
                "{n} customers are likely to have felt bad at {touchpoint}: {metric} {score}",
                n=fmt.integer(round(first.measures.unhappy)),
                touchpoint=named(TOUCHPOINTS, first.touchpoint.name, fmt),
                metric=named(METRIC_WORDS, main.metric, fmt),
                score=points(main.score, fmt),
            ),
            message("90 % interval {low} – {high}, n = {n}", low=points(low, fmt),
                    high=points(high, fmt), n=fmt.integer(main.n)),
            _off_the_map(found, fmt),
        )  # fmt: skip
    worst = _worst_felt(found)
    if worst is not None:
        place, main = worst
        low, high = main.interval
        return Answer(
            message(
                "It feels worst at {touchpoint}: {metric} {score}",
                touchpoint=named(TOUCHPOINTS, place.touchpoint.name, fmt),
                metric=named(METRIC_WORDS, main.metric, fmt),
                score=points(main.score, fmt),
            ),
            message("90 % interval {low} – {high}, n = {n}", low=points(low, fmt),
                    high=points(high, fmt), n=fmt.integer(main.n)),
            _off_the_map(found, fmt),
        )  # fmt: skip
    steps = sum(place.measures.steps for place in found.places)
    before = max((place.measures.customers_before for place in found.places), default=0)
    if not steps and before:
        return Answer(
            message("Nobody took a step in the last {months} months.",
                    months=found.definition.months),
            rest=message("In the {months} before, customers did: a larger `months` of the journey "
                         "looks further back.", months=found.definition.months),
        )  # fmt: skip
    return Answer(
        message("Customers took {n} steps in {months} months; nobody was asked how they felt.",
                n=fmt.integer(steps), months=found.definition.months)
    )  # fmt: skip


def _off_the_map(found: JourneyMap, fmt: Formats) -> Words:
    """Say that many answers are about what is no touchpoint yet, where it may well be worse."""
    unknown = sum(found.unknown_answers.values())
    known = sum(each.n for place in found.places for each in place.measures.felt.now.values())
    if unknown * 4 < known:
        return ""
    return message(
        "{n} answers are about what is not on the map yet, and are not counted here: see below.",
        n=fmt.integer(unknown),
    )


def _worst_felt(found: JourneyMap) -> tuple[Place, Feeling] | None:
    asked = [
        (place, main)
        for place in found.places
        if (main := place.measures.felt.main) is not None and main.enough
    ]
    return min(asked, key=lambda pair: found.apart(pair[1]), default=None)


def figures(found: JourneyMap, fmt: Formats) -> list[Figure]:
    """Return the stake of the worst touchpoint, who passed, the brand's score, the standard."""
    first = next(iter(found.fix_first()), None)
    stake = None if first is None else first.measures.stake
    brand = found.brand.main
    kept = Share(
        sum(place.measures.kept.hits for place in found.places),
        sum(place.measures.kept.n for place in found.places),
    )
    out = [
        Figure(
            message("At stake at the worst touchpoint"),
            None if stake is None else fmt.money_short(stake.amount),
            note="" if stake is None or first is None else message(
                "{interval} · {touchpoint}",
                interval=fmt.interval(stake.low, stake.high, "money_short"),
                touchpoint=named(TOUCHPOINTS, first.touchpoint.name, fmt),
            ),
            href="/journey/stake",
        ),
        Figure(
            message("Steps of customers"),
            fmt.short(sum(place.measures.steps for place in found.places)),
            note=message("in {n} months", n=found.definition.months),
            href="/journey/paths",
        ),
    ]  # fmt: skip
    if brand is not None:
        out.append(_brand(found, brand, fmt))
    interval = kept.interval
    out.append(
        Figure(
            message("Service standard kept"),
            None if kept.share is None else fmt.percent(kept.share),
            note=""
            if interval is None
            else message("{interval}, n = {n}", interval=fmt.interval(*interval, "percent"),
                         n=fmt.integer(kept.n)),
            absent=message("no standard is set"),
        )
    )  # fmt: skip
    return out


def _brand(found: JourneyMap, brand: Feeling, fmt: Formats) -> Figure:
    low, high = brand.interval
    moved = found.brand.moved(brand.metric)
    return Figure(
        METRIC_WORDS[brand.metric],
        points(brand.score, fmt) if brand.enough else None,
        note=message("{low} – {high}, n = {n}", low=points(low, fmt), high=points(high, fmt),
                     n=fmt.integer(brand.n)) if brand.enough else "",
        change=None if moved is None else Change(
            points(abs(moved), fmt), moved > 0, moved > 0,
            message("against the {months} months before", months=found.definition.months),
        ),
        href=f"/experience?metric={brand.metric}",
    )  # fmt: skip


def columns(found: JourneyMap, fmt: Formats) -> list[tuple[str, list[CellOf]]]:
    """Return the stages with the touchpoints of each, as the map shows them."""
    return [
        (named(STAGES, stage, fmt), [_cell(place, found, fmt) for place in found.of_stage(stage)])
        for stage in found.definition.stages
    ]


def _cell(place: Place, found: JourneyMap, fmt: Formats) -> CellOf:
    measures, touchpoint = place.measures, place.touchpoint
    main = measures.felt.main
    lines: list[Words] = [
        message("{n} customers", n=fmt.short(measures.customers))
        if measures.customers
        else message("nobody yet")
        if main is None
        else message("{n} answers", n=fmt.integer(main.n))
    ]
    mood = measures.sentiment
    if main is None and mood is not None and mood["n"] >= MINIMUM:
        lines.append(message("mood of words {mood}", mood=fmt.cell(mood["mean"], "float")))
    elif main is None:
        lines.append(message("no voice yet"))
    elif not main.enough:
        lines.append(message("{n} answers: too few", n=fmt.integer(main.n)))
    else:
        said = f"{named(METRIC_WORDS, main.metric, fmt)} {points(main.score, fmt)}"
        why = _why(measures, fmt)
        lines.append(f"{said} · {why}" if why else said)
    return CellOf(
        named(TOUCHPOINTS, touchpoint.name, fmt),
        href_of(touchpoint.name),
        lines,
        _shade(main, found),
        touchpoint.moment_of_truth,
    )


def _why(measures: Measures, fmt: Formats) -> str:
    """The one thing that most tells why, in two or three words."""
    kept, again = measures.kept.share, measures.contacts.share
    if kept is not None and kept < 0.9:
        return fmt.language.worded(message("standard kept {p}", p=fmt.percent(kept)))
    if again is not None and again > 0.1:
        return fmt.language.worded(message("{p} come again", p=fmt.percent(again)))
    return ""


def _shade(feeling: Feeling | None, found: JourneyMap) -> str:
    if feeling is None or not feeling.enough:
        return ""
    away = found.apart(feeling)
    step = next(step for edge, step in _DEEP if abs(away) >= edge)
    return f"v-felt-{'worse' if away < 0 else 'better'}-{step}"


def stakes(found: JourneyMap, fmt: Formats) -> Chart:
    """Return what is at stake at each touchpoint, the most first."""
    title = message("Where is most value at stake?")
    rows = [
        Bar(
            title_of(place.touchpoint.name, stake.kind, fmt),
            stake.amount, stake.low, stake.high, main=stake.sure,
            worse=stake.sure, href=href_of(place.touchpoint.name),
        )
        for place in found.places
        for stake in place.measures.stakes
        if stake.amount is not None
    ]  # fmt: skip
    if not rows:
        return too_little(
            "stakes",
            title,
            message(
                "Not enough data: it takes bad experiences at least twelve months old, and what "
                "their customers bought since."
            ),
        )
    made = bars(
        fmt, "stakes", title, rows, unit="money", name=message("Touchpoint"),
        value_name=message("At stake, twelve months"),
    )  # fmt: skip
    return made.answering(
        message("Adjusted association, not yet proven by an experiment; stakes do not add up.")
    )


def first_table(found: JourneyMap, fmt: Formats) -> DataTable:
    """Return what to fix first: stake, who is affected, and who answers for it."""
    rows, links = [], []
    for place in found.fix_first()[:8]:
        stake, touchpoint = place.measures.stake, place.touchpoint
        rows.append([
            named(TOUCHPOINTS, touchpoint.name, fmt),
            None if stake is None else stake.amount,
            round(place.measures.unhappy) if place.measures.unhappy else None,
            touchpoint.owner or None,
        ])  # fmt: skip
        links.append(href_of(touchpoint.name))
    headers: tuple[tuple[Words, str], ...] = (
        (message("Touchpoint"), "text"),
        (message("At stake"), "money"),
        (message("Likely to feel bad"), "int"),
        (message("Owner"), "text"),
    )
    return DataTable("first", headers, rows, links=links)


def _kind(kind: str, fmt: Formats) -> str:
    return named(KINDS, kind, fmt)


def unknown_table(found: JourneyMap, fmt: Formats) -> DataTable | None:
    """Return what no touchpoint takes: events by name, and what answers are about."""
    rows: list[list[object]] = [
        [row["name"], named(CHANNELS, row["channel"], fmt), row["events"]]
        for row in found.unrecognised
    ]
    about = sorted(found.unknown_answers.items(), key=lambda pair: -pair[1])
    rows += [
        [name, fmt.language.worded(message("answers about it")), n] for name, n in about
    ]  # fmt: skip
    headers: tuple[tuple[Words, str], ...] = (
        (message("Name"), "text"),
        (message("Channel"), "text"),
        (message("Rows"), "int"),
    )
    return DataTable("unknown", headers, rows) if rows else None


def cautions(found: JourneyMap, fmt: Formats) -> list[Message]:
    """Return what is odd about the rules: that take nothing or everything, or the same rows."""
    asked = [row for row in found.claims if row["rows"]]
    usual = {each.name: each.rule for each in JourneyDefinition().touchpoints}
    # A usual rule may well hold for every row: where nothing was ever returned, all are sales.
    own = {
        each.name
        for each in found.definition.touchpoints
        if each.rule and each.rule != usual.get(each.name)
    }

    def named_of(rows: list[Row]) -> str:
        return fmt.listed(named(TOUCHPOINTS, row["touchpoint"], fmt) for row in rows)

    hidden = [row for row in asked if row["held"] and not row["taken"]]
    shared = [row for row in asked if row["held"] > row["taken"] > 0]
    every = [row for row in asked if row["held"] == row["rows"] and row["touchpoint"] in own]
    nothing = [row for row in asked if not row["held"]]
    said = (
        (hidden, message(
            "Other touchpoints before them take all rows of: {names}. The first whose rule holds "
            "takes a row; change their order or their rules.", names=named_of(hidden))),
        (shared, message(
            "Touchpoints before them take some of the rows that also fit: {names} ({n} rows). A "
            "row counts once, at the first whose rule holds.", names=named_of(shared),
            n=fmt.integer(sum(row["held"] - row["taken"] for row in shared)))),
        (every, message(
            "These rules hold for every row of their table, as if there were none: {names}.",
            names=named_of(every))),
        (nothing, message("No row fits the rules of: {names}.", names=named_of(nothing))),
    )  # fmt: skip
    return [words for rows, words in said if rows]


def steps(found: JourneyMap, fmt: Formats) -> list[Step]:
    """Return what makes sense next."""
    first = next(iter(found.fix_first()), None)
    out = []
    if first is not None:
        name = named(TOUCHPOINTS, first.touchpoint.name, fmt)
        out.append(
            Step(
                message("Open {touchpoint}", touchpoint=name),
                href_of(first.touchpoint.name),
                message("who was there, and what they said"),
            )
        )
    out.append(
        Step(
            message("Complete the map"),
            "/definitions/journey/journey",
            message("stages, touchpoints, owners, standards"),
        )
    )
    return out


def how(built: Words, fmt: Formats) -> How:
    """Return how the map is made."""
    return How(
        message(
            "Each row of events, orders, feedback, contacts and messages is a step at the first "
            "touchpoint whose rule holds. Reach counts customers of the months shown. Who goes on "
            "comes to a later stage within the days set. The shade is the score against that of "
            "the whole brand for the same question; below 30 answers nothing is said. Intervals "
            "are 90 %: by p + d − (p − d)² for NPS, Wilson's for shares. That a score changed, or "
            "differs between channels, is said of what is more than chance after a correction for "
            "how many are told (Benjamini & Hochberg 1995)."
        ),
        note=message(
            "Shares count only whom, or what, days enough have passed to see. Customers with more "
            "than {most} steps are no people and left out, but for the steps by week and channel. "
            "Intervals take steps and contacts as independent: where a few customers make most of "
            "them, they are too narrow. "
            "Told or asked the same twice: of contacts, those about the same matter again, and of "
            "times that a touchpoint asked for something (its setting `asks`), those where the "
            "same was asked for again, both within the days set and through another channel.",
            most=fmt.integer(MOST_STEPS),
        ),
        inputs=("journey_steps", "touchpoint_reach", "stage_reach", "answers", "journey_contacts"),
        built=built,
        links=((message("How the table was built"), "/builds/tables/touchpoint_reach"),),
    )
