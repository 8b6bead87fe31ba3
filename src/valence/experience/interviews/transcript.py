"""A transcript as passages: who speaks is told by labels, and kept as a number only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from valence.core.errors import BadInputError

MOST = 5_000  # passages
LONGEST = 10_000  # characters of a passage: what the models of texts read
ASKED = "Q"  # the voice of whoever asks
ONLY = "P1"  # the voice of notes that name nobody
_LABEL = re.compile(r"^\s*(?:[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?[\])]?\s*)?"
                    r"(?P<label>[^\s:：][^:：\n]{0,39}?)\s*[:：]\s*(?P<said>.*)$")  # fmt: skip
_SHOWN = 12  # labels in doubt
_TIME = re.compile(r"[\[(]?\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b[\])]?")
_ASKERS = {
    "q", "i", "int", "interviewer", "moderator", "mod", "host", "researcher", "question",
    "主持人", "访谈员", "访谈者", "采访者", "采访员", "研究员", "问",
}  # fmt: skip
# What often stands before a colon, and is nobody.
_NOBODY = {"http", "https", "note", "notes", "ps", "注", "备注"}


@dataclass(frozen=True, slots=True)
class Passage:
    """What one voice says at a stretch."""

    number: int  # from 1 on
    voice: str  # P1, P2, … in the order in which they first speak; Q: whoever asks
    text: str

    @property
    def asked(self) -> bool:
        """Whether it is the interviewer's."""
        return self.voice == ASKED


@dataclass(frozen=True, slots=True)
class Transcript:
    """All passages, in their order."""

    passages: tuple[Passage, ...]

    @property
    def said(self) -> tuple[Passage, ...]:
        """The passages of participants."""
        return tuple(each for each in self.passages if not each.asked)

    @property
    def voices(self) -> int:
        """How many participants speak."""
        return len({each.voice for each in self.said})


def read_transcript(
    text: str, *, askers: Collection[str] = (), speakers: Collection[str] = ()
) -> Transcript:
    """Return the passages of a transcript or of notes.

    A line that begins with a name and a colon begins a turn; an empty line ends a passage. Names
    are those that begin two lines or more, besides those of who asks. Where there are none, each
    paragraph is a passage of one voice. Time marks are left out, and names are not kept: what may
    be a name and stands but once has to be settled by `speakers`.

    Parameters
    ----------
    text
        The transcript.
    askers
        Names of who asks, besides the usual ones (Interviewer, Moderator, Q, 主持人, 问…).
    speakers
        Names of all who speak, besides who asks; a dash if nobody is named. Whatever else stands
        before a colon then is words.

    Raises
    ------
    BadInputError
        If nobody says anything, who speaks is in doubt, or there are more than `MOST` passages or
        too long ones.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    asking = {each.strip().casefold() for each in (*_ASKERS, *askers)}
    names = asking | {each.strip().casefold() for each in speakers}
    if not speakers:
        names |= _repeated(lines, asking)
    voices: dict[str, str] = {}
    made: list[Passage] = []
    voice, held = ONLY, list[str]()

    def end() -> None:
        said = " ".join(" ".join(held).split())
        held.clear()
        if said:
            made.append(Passage(len(made) + 1, voice, said))

    for line in lines:
        found = _LABEL.match(line)
        label = found["label"].strip().casefold() if found else ""
        if found and label in names:
            end()
            voice = ASKED if label in asking else voices.setdefault(label, f"P{len(voices) + 1}")
            held.append(_TIME.sub(" ", found["said"]))
        elif line.strip():
            held.append(_TIME.sub(" ", line))
        else:
            end()
    end()
    return _checked(Transcript(tuple(made)))


def _repeated(lines: list[str], asking: Collection[str]) -> set[str]:
    """Return the labels that come again: names. One that comes once may be a name or a word."""
    labels = [found["label"].strip() for line in lines if (found := _LABEL.match(line))]
    times = Counter(label.casefold() for label in labels)
    once = [each for each in labels if times[each.casefold()] == 1 and _may_be_name(each)]
    if doubtful := [each for each in once if each.casefold() not in asking]:
        raise BadInputError(
            "Each of these stands once before a colon, and may be a name: {labels}. Say who speaks "
            "(names, or a dash if nobody is named); all else before a colon then is words.",
            labels=", ".join(doubtful[:_SHOWN]) + (" …" if len(doubtful) > _SHOWN else ""),
        )
    return {label for label, n in times.items() if n > 1 and label not in _NOBODY}


def _may_be_name(label: str) -> bool:
    """Whether a label may be a name: a word, a few in capitals, or a few signs of Chinese."""
    words = label.split()
    if label.casefold() in _NOBODY or not label[0].isalpha():
        return False
    if label[0] > "\u2e80":
        return len(label) <= 6
    return len(words) == 1 or (len(words) <= 3 and all(word[0].isupper() for word in words))


def _checked(found: Transcript) -> Transcript:
    if not found.said:
        raise BadInputError("Nobody says anything in this transcript: it has no words.")
    if len(found.passages) > MOST:
        raise BadInputError(
            "The transcript has {n} passages, and {most} is the most. Give it in parts.",
            n=len(found.passages),
            most=MOST,
        )
    for each in found.passages:
        if len(each.text) > LONGEST:
            raise BadInputError(
                "Passage {n} has {length} characters, and {most} is the most. Put an empty line "
                "where a new thought begins.",
                n=each.number,
                length=len(each.text),
                most=LONGEST,
            )
    return found


def decoded(raw: bytes) -> str:
    """Return the text of a file: UTF-8, UTF-16 with its mark, or GB 18030.

    Raises
    ------
    BadInputError
        If it is no plain text.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadInputError(
        "This is no plain text. Save the transcript as text (.txt, UTF-8), then give it again."
    )
