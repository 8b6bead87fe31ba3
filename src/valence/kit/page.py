"""Parts of a page as values: the answer, figures, how it is computed, what next, and states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from valence.core.messages import Message, message

NOT_ENOUGH = message("not enough data")
Words = Message | str  # a message is worded for the reader, a text is shown as it is (data)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer in a sentence: its core in bold, its interval in grey, what follows."""

    core: Words
    interval: Words = ""
    rest: Words = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A comparison with the last period: drawn as a triangle up or down, and said in words."""

    said: str  # formatted, as by `Formats.change`
    rose: bool | None  # None: unchanged
    good: bool | None = None  # whether that is good; None: neither
    against: Words = ""  # "vs September"


@dataclass(frozen=True, slots=True)
class Figure:
    """One of at most four figures: what it is, how much, compared with what, how sure."""

    label: Words
    value: str | None  # formatted; None shows an en dash and `absent`
    note: Words = ""  # the interval, or n
    change: Change | None = None
    spark: Sequence[float | None] = ()
    absent: Words = NOT_ENOUGH
    href: str = ""  # the customers behind it, or the page that tells more


@dataclass(frozen=True, slots=True)
class How:
    """How a number is computed: what opens beside it."""

    definition: Words
    formula: Words = ""
    source: Words = ""  # paper, standard or house rule
    inputs: Sequence[str] = ()  # names of tables and marts
    built: Words = ""  # the last build: its as_of, when, the version of the code
    note: Words = ""
    links: Sequence[tuple[Words, str]] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What next: one action. One that cannot be taken yet says why in `unless`."""

    label: Words
    href: str
    why: Words = ""
    unless: Words = ""


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing here yet: what will appear, what is missing, and the step that brings it."""

    will: Words
    missing: Words
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way back."""

    label: Words
    href: str


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of a page; each has its own address."""

    label: Words
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Doing:
    """Work that goes on: where it stands and where to look again."""

    label: Words
    share: float | None  # 0 to 1; None where the whole is not known
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    poll: str = ""  # address of the fragment, asked for again while it runs
    cancel: str = ""  # address that a POST cancels it by
    detail: Words = ""
    then: str = ""  # address of the result

    @property
    def over(self) -> bool:
        """Whether nothing more will change."""
        return self.state in ("done", "failed", "cancelled")


def spark_points(values: Sequence[float | None], width: int = 96, height: int = 24) -> str:
    """Return the points of an SVG polyline; missing values are passed over, a flat line is mid."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    step, span = width / (len(values) - 1), (high - low) or 1.0
    floor = (height - 4) / 2 if high == low else 0.0
    return " ".join(
        f"{i * step:.1f},{height - 2 - floor - (value - low) / span * (height - 4):.1f}"
        for i, value in enumerate(values)
        if value is not None
    )
