"""The page of Kano in words and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from valence.core.intervals import sure
from valence.core.messages import Message, message
from valence.experience.groups_words import GROUP, chance_said, group_name
from valence.experience.kano import Kano
from valence.experience.kano_answers import KanoFound, Wave, differing
from valence.experience.research_view import item, listed
from valence.experience.traits import OF_CUSTOMER
from valence.kit.ask import Asked
from valence.kit.charts import Chart, DataTable, too_little
from valence.kit.format import Formats
from valence.kit.page import NOT_ENOUGH, Answer, How, Tab, Words
from valence.kit.quadrants import Dot, Scale, quadrants

ASKED = message("Which features are taken for granted, and which delight?")
SEGMENTS_ASKED = message("Is a feature something else to other customers?")
DRIFT_ASKED = message("What moved since the wave before?")
CATEGORY: Mapping[str, Message] = {
    "M": message("must-be"),
    "O": message("performance"),
    "A": message("attractive"),
    "I": message("indifferent"),
    "R": message("reverse"),
    "Q": message("questionable"),
}


def tabs(ask: Asked, by: str) -> list[Tab]:
    """Return what customers can be told apart by, each with its address."""
    return [Tab(GROUP[name], ask.here(by=name, segment=None), name == by) for name in OF_CUSTOMER]


def segment_tabs(
    ask: Asked, segments: Mapping[str, object], by: str, current: str, fmt: Formats
) -> list[Tab]:
    """Return all customers and each segment of them, each with its address."""
    everybody = Tab(message("All customers"), ask.here(segment=None), not current)
    return [everybody] + [
        Tab(group_name(by, name, fmt), ask.here(by=by, segment=name), name == current)
        for name in segments
    ]


def answer(found: KanoFound, fmt: Formats) -> Answer:
    """Return what must be there, what delights, and what has become expected."""
    known = {name: kano for name, kano in found.features.items() if kano.enough}
    if not known:
        return Answer(NOT_ENOUGH)
    must = [name for name, kano in known.items() if kano.category == "M"]
    delight = [name for name, kano in known.items() if kano.category == "A"]
    aged = [name for name, moved in found.moved.items() if moved.enough and moved.became_basic]
    core: Words = (
        message("Must be there: {names}.", names=listed(must, fmt))
        if must
        else message("No feature is a must.")
    )
    rest: Words = (
        message("What delighted and is now expected: {names}.", names=listed(aged, fmt))
        if aged
        else message("What delights: {names}.", names=listed(delight, fmt))
        if delight
        else ""
    )
    return Answer(core, rest=rest)


def picture(found: KanoFound, fmt: Formats) -> Chart:
    """Return the features by what they add and what their lack costs."""
    title = message("What does each feature add, and what does its lack cost?")
    dots = []
    for name, kano in found.features.items():
        better, worse = kano.better(), kano.worse()
        if not kano.enough or better is None or worse is None:
            continue
        main = kano.category in ("M", "O", "A")
        dots.append(Dot(item(name, fmt), abs(worse[0]), better[0], main=main))
    if not dots:
        return too_little("kano", title, NOT_ENOUGH)
    made = quadrants(
        fmt, "kano", title, dots,
        x=Scale(message("Lack dissatisfies (size of Worse)"), "percent", 0.0, 1.0, 0.5),
        y=Scale(message("Presence satisfies (Better)"), "percent", 0.0, 1.0, 0.5),
        corners=(CATEGORY["A"], CATEGORY["O"], CATEGORY["I"], CATEGORY["M"]),
        name=message("Feature"),
    )  # fmt: skip
    return made.answering(
        message("The table has the intervals: a feature near a line may belong to either side.")
    )


def table(found: KanoFound, fmt: Formats) -> DataTable:
    """Return every feature with its counts, strengths, Better and Worse with intervals."""
    headers: tuple[tuple[Words, str], ...] = (
        (message("Feature"), "text"),
        (message("By Kano"), "text"),
        (message("People"), "int"),
        (message("Better"), "text"),
        (message("Worse"), "text"),
        (message("Total strength"), "percent"),
        (message("Category strength"), "percent"),
        (message("Clear by Fong's test"), "bool"),
    )
    rows = [
        [item(told["item"], fmt), _category(told["category"], fmt), told["n"],
         _three(told, "better", fmt), _three(told, "worse", fmt), told["total_strength"],
         told["category_strength"], told["clear"]]
        for told in found.told()
    ]  # fmt: skip
    return DataTable("features", headers, rows, absent=NOT_ENOUGH)


def _category(category: str | None, fmt: Formats) -> str | None:
    return None if category is None else fmt.language.worded(CATEGORY[category])


def _three(told: Mapping[str, Any], name: str, fmt: Formats) -> str | None:
    if told[name] is None:
        return None
    return (
        f"{fmt.percent(told[name])} "
        f"({fmt.interval(told[f'{name}_low'], told[f'{name}_high'], 'percent')})"
    )


def segments_table(
    segments: Mapping[str, Mapping[str, Kano]], by: str, fmt: Formats
) -> DataTable | None:
    """Return the category of each feature in each segment; None where no segment is known."""
    if not segments:
        return None
    headers: list[tuple[Words, str]] = [(message("Feature"), "text")]
    headers += [(group_name(by, name, fmt), "text") for name in segments]
    names = sorted({name for features in segments.values() for name in features})

    def cell(kano: Kano | None) -> str | None:
        if kano is None:
            return None
        if not kano.enough:
            return fmt.language.worded(message("too few: {n}", n=fmt.integer(kano.n)))
        named = {"category": str(_category(kano.category, fmt)), "n": fmt.integer(kano.n)}
        said = message("{category}, n = {n}", **named)
        return fmt.language.worded(said if kano.clear else message("{category}?, n = {n}", **named))

    rows = [
        [item(name, fmt), *(cell(features.get(name)) for features in segments.values())]
        for name in names
    ]
    return DataTable("kano-segments", tuple(headers), rows)


def segments_said(segments: Mapping[str, Mapping[str, Kano]], by: str, fmt: Formats) -> Message:
    """Return where segments differ, in a sentence."""
    found = differing(segments)
    if not found:
        return message(
            "No feature is clearly one thing to some and another to others. A question mark: the "
            "first category leads by no more than chance may."
        )
    name, of = next(iter(found.items()))
    return message(
        "{feature} is {these}. A question mark: the first category leads by no more than chance "
        "may.",
        feature=item(name, fmt),
        these=fmt.listed(
            f"{_category(category, fmt)} ({group_name(by, segment, fmt)})"
            for segment, category in of.items()
        ),
    )


def drift_table(found: KanoFound, fmt: Formats) -> DataTable | None:
    """Return how each feature moved between the two waves; None without a wave before."""
    headers: tuple[tuple[Words, str], ...] = (
        (message("Feature"), "text"),
        (message("Before"), "text"),
        (message("Now"), "text"),
        (message("Change of Better"), "text"),
        (message("Change of Worse"), "text"),
        (message("Reading"), "text"),
    )
    rows: list[list[Any]] = [
        [
            item(told["item"], fmt),
            f"{_category(told['before'], fmt)}, n = {fmt.integer(told['n_before'])}",
            f"{_category(told['category'], fmt)}, n = {fmt.integer(told['n'])}",
            _moved(told["better_change"], told["better_probability"], fmt),
            _moved(told["worse_change"], told["worse_probability"], fmt),
            fmt.language.worded(_reading(told)),
        ]
        for told in found.told()
        if told["before"] is not None
    ]
    return DataTable("kano-drift", headers, rows) if rows else None


def drift_said(found: KanoFound, fmt: Formats) -> Message:
    """Return when the two waves were, and of how many people."""
    first, second = (_wave(wave, fmt) for wave in found.waves[-2:])
    return message(
        "{before}, against {now}. Better grows where presence satisfies more, Worse where lack "
        "costs more.",
        before=first, now=second,
    )  # fmt: skip


def _wave(wave: Wave, fmt: Formats) -> Message:
    return message(
        "{first} to {last}, {n} people", first=fmt.day(wave.first), last=fmt.day(wave.last),
        n=fmt.integer(wave.people),
    )  # fmt: skip


def _moved(change: float, probability: float | None, fmt: Formats) -> str:
    return ", ".join(filter(None, (fmt.points(change), chance_said(probability))))


def _reading(told: Mapping[str, Any]) -> Message:
    if told["became_basic"]:
        return message("delight became expected")
    if told["before"] != told["category"]:
        return message("another category")
    apart = any(sure(told[f"{name}_probability"]) for name in ("better", "worse"))
    return message("moved within its category") if apart else message("no more than chance")


def how(built: Words) -> How:
    """Return how features are placed."""
    return How(
        message(
            "Each person says how it is if the feature is there and if it is not; the two answers "
            "give one of six categories by Kano's table. The category is what most people gave; "
            "of two named as often must-be counts before performance, attractive, indifferent. "
            "Better = (A + O) / (A + O + M + I), Worse = −(O + M) / (A + O + M + I), with "
            "Wilson's 90 % intervals. Fong's test tells whether the first category leads the "
            "second by more than chance. A feature became expected where Better fell or Worse "
            "grew by more than chance and its category moved towards must-be."
        ),
        source=message("Kano et al. 1984; Berger et al. 1993; Fong 1996"),
        inputs=("answers",),
        built=built,
    )
