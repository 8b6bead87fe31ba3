"""The page of paths: kinds of journeys, and what differs between groups or periods."""

from __future__ import annotations

from collections.abc import Sequence

from valence.core.intervals import MINIMUM
from valence.core.messages import Message, message
from valence.journey.paths.answers import Changes
from valence.journey.paths.difference import Shift
from valence.journey.paths.similar import Kind, Kinds, Mark
from valence.journey.paths.view import LISTED
from valence.journey.paths.words import pair, touchpoint, way
from valence.kit.charts import DataTable
from valence.kit.format import Formats
from valence.kit.languages import by_number
from valence.kit.page import Answer, How, Words

# -- kinds ---------------------------------------------------------------------------------------


def kinds_answer(found: Kinds, fmt: Formats) -> Answer:
    """Return how many kinds of journeys there are, and how sharply they are divided."""
    if found.why == "few":
        return Answer(
            message(
                "Not enough data: {n} journeys, too few to divide.", n=fmt.integer(found.journeys)
            )
        )
    if found.why == "alike":
        return Answer(
            message("The journeys are too alike, or too mixed, to be divided into kinds.")
        )
    first = found.kinds[0]
    core = message(
        "The journeys are of {k} kinds; the largest has {share} of them: {way}.",
        k=len(found.kinds), share=fmt.percent(first.share), way=way(first.path, fmt),
    )  # fmt: skip
    sure = "" if found.silhouette is None else message(
        "silhouette {value}, from −1 to 1", value=fmt.number(found.silhouette, 2)
    )  # fmt: skip
    return Answer(core, sure)


def kinds_table(found: Kinds, fmt: Formats) -> DataTable:
    """Return the kinds with what sets each apart."""
    headers: tuple[tuple[Words, str], ...] = (
        (message("The way in its middle"), "text"),
        (message("Journeys"), "int"),
        (message("Share"), "percent"),
        (message("Steps a journey"), "float"),
        (message("More than elsewhere"), "text"),
        (message("Less than elsewhere"), "text"),
    )
    return DataTable("kinds", headers, [_kind(kind, fmt) for kind in found.kinds])


def _kind(kind: Kind, fmt: Formats) -> list[object]:
    return [
        way(kind.path, fmt), kind.journeys, kind.share, round(kind.steps, 1),
        _marks(kind.more, fmt), _marks(kind.less, fmt),
    ]  # fmt: skip


def _marks(marks: Sequence[Mark], fmt: Formats) -> str:
    said = message("{name} {share} (elsewhere {other})")
    return "; ".join(
        fmt.language.worded(
            said.text, name=touchpoint(mark.touchpoint, fmt), share=fmt.percent(mark.share, 0),
            other=fmt.percent(mark.elsewhere, 0),
        )
        for mark in marks
    )  # fmt: skip


def kinds_how(built: Words) -> How:
    """Return how kinds are made."""
    return How(
        message(
            "Journeys are compared by which touchpoints stand in them how often and by which "
            "follows which; those that are near each other are one kind, around a journey that "
            "customers really went. How many kinds there are is what divides them best. Shares "
            "say in how many of its journeys a touchpoint stands, and in how many of all others."
        ),
        source=message(
            "k-medoids (Kaufman & Rousseeuw 1990), silhouette (Rousseeuw 1987); the 1,500 most "
            "frequent ways"
        ),
        inputs=("journey_steps",),
        built=built,
        note=message("The same journeys give the same kinds: nothing is drawn by chance."),
    )


# -- differences ---------------------------------------------------------------------------------


def changes_answer(found: Changes, fmt: Formats) -> Answer:
    """Return what differs most and is more than chance."""
    if min(found.customers_one, found.customers_two) < MINIMUM:
        return Answer(
            message(
                "Not enough data: {one} customers against {two}; each needs {n}.",
                one=fmt.integer(found.customers_one), two=fmt.integer(found.customers_two),
                n=MINIMUM,
            )
        )  # fmt: skip
    sure = [shift for shift in found.edges if shift.sure]
    if not sure:
        return Answer(message("Nothing differs by more than chance would bring."))
    best = sure[0]
    assert best.difference is not None  # noqa: S101 - it is sure
    told = {
        "way": _named(best, fmt), "points": fmt.points(abs(best.difference)).lstrip("+"),
        "two": fmt.percent(best.share_two), "one": fmt.percent(best.share_one),
    }  # fmt: skip
    core = (
        message("{way} is taken by {points} more: {two} of customers, against {one}.", **told)
        if best.difference > 0
        else message("{way} is taken by {points} fewer: {two} of customers, against {one}.", **told)
    )
    interval = message("95 % interval of the difference {low} to {high}",
                       low=fmt.points(best.low), high=fmt.points(best.high))  # fmt: skip
    rest = by_number(
        len(sure),
        message("1 step differs by more than chance."),
        message("{n} steps differ by more than chance.", n=len(sure)),
    )
    return Answer(core, interval, rest)


def changes_said(found: Changes, fmt: Formats) -> Message:
    """Return which two are compared."""
    one, two = fmt.integer(found.customers_one), fmt.integer(found.customers_two)
    if found.by == "segment":
        return message("{two} customers of the rule against {one} others.", two=two, one=one)
    return message(
        "The last {days} days ({two} customers) against the {days} before ({one}).",
        days=found.days, two=two, one=one,
    )  # fmt: skip


def _named(shift: Shift, fmt: Formats) -> str:
    key = shift.key
    if isinstance(key, tuple) and len(key) == 2 and None in key:
        return pair(key[0], key[1], fmt)
    return way([str(part) for part in key], fmt) if isinstance(key, tuple) else str(key)


def changes_table(
    table_id: str, found: Changes, rows: Sequence[Shift], fmt: Formats, *, most: int = LISTED
) -> DataTable:
    """Return what differs, the largest difference first."""
    one, two = (
        (message("Others"), message("Of the rule"))
        if found.by == "segment"
        else (message("Before"), message("Now"))
    )
    headers: tuple[tuple[Words, str], ...] = (
        (message("Way"), "text"),
        (one, "percent"),
        (two, "percent"),
        (message("Difference"), "text"),
        (message("From"), "text"),
        (message("To"), "text"),
        (message("More than chance"), "bool"),
        (message("Counts"), "text"),
    )
    cells = [
        [
            _named(s, fmt), s.share_one, s.share_two, _points(s.difference, fmt),
            _points(s.low, fmt), _points(s.high, fmt), s.sure if s.p is not None else None,
            f"{fmt.integer(s.one)} / {fmt.integer(s.two)}",
        ]
        for s in rows[:most]
    ]  # fmt: skip
    return DataTable(table_id, headers, cells, absent=message("not enough data"))


def _points(share: float | None, fmt: Formats) -> str | None:
    return None if share is None else fmt.points(share)


def changes_how(built: Words) -> How:
    """Return how differences are computed."""
    return How(
        message(
            "For each step from one touchpoint to the next, the share of customers who took it at "
            "least once; for each way, the share of journeys. The interval is of the difference. "
            "As many are tested at once, a difference counts as more than chance only where, of "
            "all that are named so, at most 5 % are expected to be chance."
        ),
        source=message("Newcombe (1998), method 10; Benjamini & Hochberg (1995)"),
        inputs=("journey_steps", "customers"),
        built=built,
        note=message(
            "Who is in both periods is counted in both: intervals are then too wide rather than "
            "too narrow. A difference between segments is no proof that the segment caused it."
        ),
    )
