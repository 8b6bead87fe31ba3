"""How long converting takes, and how it and conversion move from week to week, in pictures."""

from __future__ import annotations

from collections.abc import Sequence

from valence.core.intervals import MINIMUM
from valence.core.messages import Message, message
from valence.journey.funnel.answers import Found, Row
from valence.journey.funnel.times import LONGEST
from valence.kit.charts import Chart, Line, lines, too_little
from valence.kit.codes import lasting
from valence.kit.columns import columns
from valence.kit.format import Formats

_SIZES: Sequence[tuple[float, Message]] = (
    (86_400.0, message("Median time, days")),
    (3_600.0, message("Median time, hours")),
    (60.0, message("Median time, minutes")),
)
_WEEK = message("Week of the first step")
_FEW = message("Fewer than two weeks with {n} customers are old enough to be judged.", n=MINIMUM)


def times(found: Found, fmt: Formats) -> Chart:
    """Return how the times to convert are spread."""
    title = message("How long does it take to convert?")
    converted = found.converted
    if converted["customers"] < MINIMUM:
        why = message("Fewer than {n} customers converted.", n=MINIMUM)
        return too_little("funnel-times", title, why)
    made = columns(
        fmt,
        "funnel-times",
        title,
        [_until(until, fmt) for until, _ in found.bins],
        [float(customers) for _, customers in found.bins],
        unit="count",
        place_name=message("Time from the first step to the last, up to"),
        value_name=message("Customers"),
    )
    return made.answering(
        message(
            "Half of them within {median}; on average {mean}.",
            median=lasting(converted["median_seconds"], fmt),
            mean=lasting(converted["mean_seconds"], fmt),
        )
    )


def _until(seconds: float, fmt: Formats) -> str:
    if seconds == LONGEST:
        return fmt.language.worded(message("longer"))
    whole = [(86400, message("{n} d")), (3600, message("{n} h")), (60, message("{n} min"))]
    for size, said in whole:
        if seconds >= size and seconds % size == 0:
            return fmt.language.worded(said.text, n=fmt.integer(seconds / size))
    return lasting(seconds, fmt)


def weeks(found: Found, fmt: Formats) -> Chart:
    """Return conversion from week to week, of those weeks whose window is over."""
    title = message("Does conversion get better?")
    over = _over(found, "entered")
    if not over:
        return too_little("funnel-weeks", title, _FEW)
    made = lines(
        fmt, "funnel-weeks", title, [row["week_on"] for row in over],
        [_drawn(over, "share", "share", "entered")],
        unit="percent", place_name=_WEEK, value_name=message("Convert"),
    )  # fmt: skip
    return made.answering(
        message("Only weeks whose time to convert is over, with {n} customers or more.", n=MINIMUM)
    )


def speed(found: Found, fmt: Formats) -> Chart:
    """Return the median time to convert from week to week, of those weeks whose window is over."""
    title = message("Does converting get faster?")
    over = _over(found, "converted")
    if not over:
        return too_little("funnel-speed", title, _FEW)
    told = [float(row["median_seconds"]) for row in over if row["converted"] >= MINIMUM]
    size, said = next((each for each in _SIZES if max(told) >= each[0] * 1.5), _SIZES[-1])
    made = lines(
        fmt, "funnel-speed", title, [row["week_on"] for row in over],
        [_drawn(over, "median_seconds", "median", "converted", size)],
        unit="number", place_name=_WEEK, value_name=said,
    )  # fmt: skip
    return made.answering(
        message(
            "Half of those who converted took {first} or less in the first of these weeks, {last} "
            "in the last. Only weeks in which {n} or more converted; the band is the 95 % "
            "interval.",
            first=lasting(told[0], fmt), last=lasting(told[-1], fmt), n=MINIMUM,
        )
    )  # fmt: skip


def _over(found: Found, of: str) -> list[Row]:
    """The weeks that are over, from the first with enough customers to the last; none of one."""
    over = [row for row in found.weeks if row["complete"]]
    enough = [place for place, row in enumerate(over) if row[of] >= MINIMUM]
    return over[enough[0] : enough[-1] + 1] if len(enough) > 1 else []


def _drawn(over: Sequence[Row], value: str, ends: str, of: str, size: float = 1.0) -> Line:
    """A line with its band, of weeks with enough customers; its values in units of a size."""

    def known(column: str) -> list[float | None]:
        return [
            None if row[column] is None or row[of] < MINIMUM else row[column] / size for row in over
        ]

    return Line("", known(value), known(f"{ends}_low"), known(f"{ends}_high"))
