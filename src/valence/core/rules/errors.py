"""What is wrong with a rule: every fault with its place, its sentence, and what to type instead."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from valence.core.errors import BadInputError
from valence.core.messages import Message, message


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: characters `start` up to (not with) `end` of the rule, counted from 0.

    `replacement`, where there is one, is what should stand there instead.
    """

    message: Message
    start: int
    end: int
    replacement: str | None = None


class RefusedError(Exception):
    """A piece of a rule makes no sense; whoever knows its place turns this into a Fault."""

    def __init__(self, why: Message, replacement: str | None = None) -> None:
        self.why = why
        self.replacement = replacement
        super().__init__(str(why))


class RuleError(BadInputError):
    """A rule cannot be used: all its faults, in the order of the text."""

    def __init__(self, source: str, faults: Iterable[Fault]) -> None:
        self.source = source
        # A value in the middle of 1 < x < 5 is met twice, so its fault comes twice.
        once = {(fault.start, fault.end, str(fault.message)): fault for fault in faults}
        self.faults = tuple(once[place] for place in sorted(once))
        sentences = [self._placed(fault) for fault in self.faults]
        combined = sentences[0]
        for sentence in sentences[1:]:
            combined = message("{first}\n{second}", first=combined, second=sentence)
        super().__init__(combined)

    @property
    def line(self) -> int:
        """Line of the first fault, from 1."""
        return _position(self.source, self.faults[0].start)[0]

    @property
    def column(self) -> int:
        """Column of the first fault, from 1, in characters."""
        return _position(self.source, self.faults[0].start)[1]

    @property
    def span(self) -> tuple[int, int]:
        """First character of the first fault and the one after its last, from 0."""
        return self.faults[0].start, self.faults[0].end

    @property
    def corrected(self) -> str | None:
        """The rule with every replacement made, where each fault has one; else nothing."""
        text, upto = self.source, len(self.source)
        for fault in reversed(self.faults):
            if fault.replacement is None or fault.end > upto:
                return None
            text = text[: fault.start] + fault.replacement + text[fault.end :]
            upto = fault.start
        return text

    def render(self, gettext: Callable[[str], str] = str) -> str:
        """Return each faulty line with carets under the fault and the sentence below it."""
        return "\n".join(
            f"{_marked(self.source, fault)}\n{self._placed(fault).worded(gettext)}"
            for fault in self.faults
        )

    def _placed(self, fault: Fault) -> Message:
        line, column = _position(self.source, fault.start)
        return message(
            "Line {line}, column {column}: {fault}", line=line, column=column, fault=fault.message
        )


def _position(source: str, offset: int) -> tuple[int, int]:
    before = source[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _marked(source: str, fault: Fault) -> str:
    begin = source.rfind("\n", 0, fault.start) + 1
    stop = source.find("\n", begin)
    line = source[begin : stop if stop >= 0 else len(source)]
    shown = "".join(c if c.isprintable() else " " for c in line)
    at = fault.start - begin
    until = min(fault.end - begin, len(line))
    carets = "^" * max(1, _width(shown[at:until]))
    return f"{shown}\n{' ' * _width(shown[:at])}{carets}"


def _width(text: str) -> int:
    """Count the columns of a terminal: Chinese characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
