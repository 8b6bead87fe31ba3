"""What the pages, routes and command of interviews tell: plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from valence.core.clock import now
from valence.core.errors import NotFoundError
from valence.core.ids import id_of as known_id
from valence.core.messages import message
from valence.definitions import definition_at
from valence.definitions.reading import in_force
from valence.experience.interviews import book
from valence.experience.interviews.book import SOURCE, About, Code, Interview
from valence.experience.interviews.suggested import Suggestion, suggested
from valence.experience.interviews.transcript import Transcript
from valence.experience.mystery.agreement import Agreement, fleiss
from valence.experience.text.definition import THEMES_KIND, ThemesDefinition
from valence.kit.codes import TOUCHPOINTS
from valence.kit.opened import OpenBrand
from valence.lake.reading import Tables
from valence.people.lookup import find_customer
from valence.store import View


@dataclass(frozen=True, slots=True)
class Said:
    """One passage, what was said of it, and what the model of texts would say."""

    feedback_id: str
    number: int
    voice: str
    text: str
    codes: Sequence[Code] = ()
    suggestion: Suggestion | None = None  # of participants' passages only

    @property
    def asked(self) -> bool:
        """Whether it is the interviewer's."""
        return self.suggestion is None

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "feedback_id": self.feedback_id,
            "number": self.number,
            "voice": self.voice,
            "text": self.text,
            "suggested": None if self.suggestion is None else asdict(self.suggestion),
            "codes": [code_told(each) for each in self.codes],
        }


@dataclass(frozen=True, slots=True)
class Opened:
    """One interview with its passages, and whether its coders agree."""

    one: Interview
    passages: Sequence[Said]
    agreement: Agreement | None  # None: no passage was coded by two

    @property
    def coders(self) -> list[str]:
        """Everybody who coded."""
        return sorted({code.coder for each in self.passages for code in each.codes})

    @property
    def coded(self) -> int:
        """Passages with a code."""
        return sum(bool(each.codes) for each in self.passages)

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            **interview_told(self.one, self.coded, self.coders),
            "agreement": None if self.agreement is None
            else {**asdict(self.agreement), "enough": self.agreement.enough},
            "items": [each.told() for each in self.passages],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """One interview on the list."""

    one: Interview
    coded: int
    coders: Sequence[str]

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        return interview_told(self.one, self.coded, self.coders)


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme as coded by hand, over all interviews."""

    theme: str
    passages: int
    interviews: int
    voices: int
    good: int
    bad: int
    coders: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage that was coded, with its words."""

    code: Code
    title: str
    held_on: date
    voice: str
    text: str

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        own = {"title": self.title, "held_on": self.held_on, "voice": self.voice, "text": self.text}
        return {**code_told(self.code), **own}


def interview_told(one: Interview, coded: int, coders: Sequence[str]) -> dict[str, Any]:
    """Return an interview as plain values."""
    return {
        **{name: value for name, value in asdict(one).items() if name != "prefix"},
        "interview_id": str(one.interview_id),
        "coded": coded,
        "coders": list(coders),
    }


def code_told(one: Code) -> dict[str, Any]:
    """Return a code as plain values."""
    return {**asdict(one), "code_id": str(one.code_id), "interview_id": str(one.interview_id)}


def bring_in(
    house: OpenBrand, tables: Tables, found: Transcript, about: About, *, customer: str, actor: str
) -> Interview:
    """Keep a transcript of a touchpoint that there is, and of the customer that a text names.

    Raises
    ------
    NotFoundError, BadInputError, ConflictError, BusyError
        If a name is not known, and as `book.bring_in`.
    """
    with house.store.reading() as view:
        book.check_place(about.touchpoint, places(view, tables))
    who = key_of(house, tables, customer)
    return book.bring_in(house, found, replace(about, who=who), actor=actor)


def listed(view: View) -> list[Listed]:
    """Return all interviews with how far they are coded, the newest first."""
    by: dict[UUID, list[Code]] = defaultdict(list)
    for each in book.codes_of(view):
        by[each.interview_id].append(each)
    return [
        Listed(
            one,
            len({code.feedback_id for code in by[one.interview_id]}),
            sorted({code.coder for code in by[one.interview_id]}),
        )
        for one in book.all_interviews(view)
    ]


def opened(house: OpenBrand, tables: Tables, text: str) -> Opened:
    """Return one interview by its id, with passages, codes and suggestions.

    Raises
    ------
    NotFoundError
        If there is none of that id, or its words are gone.
    """
    with house.store.reading() as view:
        one = book.interview(view, id_of(text))
        codes = book.codes_of(view, interview_id=one.interview_id)
        definition, _ = in_force(view, THEMES_KIND, ThemesDefinition, now())
        known = places(view, tables)
    words = _words(tables, f"{one.prefix}:")
    by: dict[str, list[Code]] = defaultdict(list)
    for each in codes:
        by[each.feedback_id].append(each)
    said = [row for row in words if not row["feedback_id"].endswith(":Q")]
    guesses = suggested(tables, [row["text"] for row in said], definition, known)
    guess = dict(zip([row["feedback_id"] for row in said], guesses, strict=True))
    passages = []
    for row in words:
        _, number, voice = row["feedback_id"].split(":")
        name = row["feedback_id"]
        passages.append(Said(name, int(number), voice, row["text"], by[name], guess.get(name)))
    return Opened(one, passages, agreement_of(codes))


def _words(tables: Tables, prefix: str) -> list[dict[str, Any]]:
    if not tables.has("feedback"):
        return []
    t = tables.table("feedback")
    t = t.filter(t.source == SOURCE, t.feedback_id.startswith(prefix))
    return tables.rows(t.select("feedback_id", "text").order_by("feedback_id"))


def agreement_of(codes: Sequence[Code]) -> Agreement | None:
    """Return how far coders agree on the theme of passages that two or more of them coded.

    Where a coder gave a passage several themes, the first by alphabet is taken.
    """
    themes: dict[str, dict[str, str]] = defaultdict(dict)
    for each in sorted(codes, key=lambda one: one.theme, reverse=True):
        if each.theme:
            themes[each.feedback_id][each.coder] = each.theme
    rated = [list(by.values()) for by in themes.values() if len(by) > 1]
    names = sorted({name for row in rated for name in row})
    return fleiss([[row.count(name) for name in names] for row in rated]) if rated else None


def by_theme(view: View) -> list[Theme]:
    """Return what was coded by hand over all interviews, by theme, the most passages first."""
    by: dict[str, list[Code]] = defaultdict(list)
    for each in book.codes_of(view):
        if each.theme:
            by[each.theme].append(each)
    made = [
        Theme(
            theme,
            len({code.feedback_id for code in codes}),
            len({code.interview_id for code in codes}),
            len({(code.interview_id, code.feedback_id.rsplit(":", 1)[1]) for code in codes}),
            len({code.feedback_id for code in codes if code.mood == "good"}),
            len({code.feedback_id for code in codes if code.mood == "bad"}),
            len({code.coder for code in codes}),
        )
        for theme, codes in by.items()
    ]
    return sorted(made, key=lambda one: (-one.passages, one.theme))


def quotes(
    house: OpenBrand, tables: Tables, *, theme: str = "", touchpoint: str = "", limit: int = 100
) -> list[Quote]:
    """Return the words of coded passages, the newest interview first; a passage once."""
    with house.store.reading() as view:
        codes = book.codes_of(view, theme=theme, touchpoint=touchpoint)
        held = {one.interview_id: one for one in book.all_interviews(view)}
    return _quoted(tables, _newest(codes, held)[:limit], held)


def on_the_map(house: OpenBrand, tables: Tables) -> list[Quote]:
    """Return the newest coded passage of each touchpoint, the newest interview first."""
    with house.store.reading() as view:
        codes = [code for code in book.codes_of(view) if code.touchpoint]
        held = {one.interview_id: one for one in book.all_interviews(view)}
    first = {code.touchpoint: code for code in reversed(_newest(codes, held))}
    return _quoted(tables, _newest(list(first.values()), held), held)


def _newest(codes: Sequence[Code], held: Mapping[UUID, Interview]) -> list[Code]:
    """Return the last code of each passage, those of the newest interview first."""
    once = {code.feedback_id: code for code in codes}
    order = sorted(once.values(), key=lambda one: one.feedback_id)
    return sorted(order, key=lambda one: held[one.interview_id].held_on, reverse=True)


def _quoted(tables: Tables, chosen: Sequence[Code], held: Mapping[UUID, Interview]) -> list[Quote]:
    if not chosen or not tables.has("feedback"):
        return []
    t = tables.table("feedback")
    t = t.filter(t.source == SOURCE, t.feedback_id.isin([one.feedback_id for one in chosen]))
    words = {
        row["feedback_id"]: row["text"] for row in tables.rows(t.select("feedback_id", "text"))
    }
    return [
        Quote(
            one,
            held[one.interview_id].title,
            held[one.interview_id].held_on,
            one.feedback_id.rsplit(":", 1)[1],
            words[one.feedback_id],
        )
        for one in chosen
        if one.feedback_id in words  # erased since
    ]


def places(view: View, tables: Tables) -> Mapping[str, str]:
    """Return the touchpoints of the journey with the stage of each; empty where not known."""
    version = definition_at(view, "journey", "journey", now())
    if version is not None:
        return {each["name"]: each["stage"] for each in version.document["touchpoints"]}
    usual = dict.fromkeys(TOUCHPOINTS, "")
    if not tables.has("touchpoint_reach"):
        return usual
    t = tables.table("touchpoint_reach")
    rows = tables.rows(t.select("touchpoint", "stage").order_by("stage", "touchpoint"))
    return usual | {row["touchpoint"]: row["stage"] for row in rows}


def key_of(house: OpenBrand, tables: Tables, text: str) -> tuple[str, str] | None:
    """Return an identifier of the customer that a text names; None for an empty text.

    Raises
    ------
    NotFoundError, BadInputError
        If it names nobody, or several.
    """
    if not text.strip():
        return None
    who = str(find_customer(house.store, house.keyring, text))
    t = tables.table("identifier_map")
    found = tables.one(
        t.filter(t.customer_id == who).order_by("id_type", "id_key").select("id_type", "id_key")
        .limit(1)
    )  # fmt: skip
    if found is None:
        raise NotFoundError("That customer has no identifier that was published yet: build first.")
    return found["id_type"], found["id_key"]


def id_of(text: str) -> UUID:
    """Return the id of a text, or say that there is no such interview."""
    return known_id(text, message("There is no interview {id!r}.", id=text))


def keep(house: OpenBrand, tables: Tables, said: Code, *, actor: str) -> Code:
    """Keep a code, of the themes and touchpoints that are in force.

    Raises
    ------
    NotFoundError, BadInputError
        As `book.code`.
    """
    with house.store.reading() as view:
        definition, _ = in_force(view, THEMES_KIND, ThemesDefinition, now())
        known = places(view, tables)
    themes = [one.name for one in definition.aspects]
    return house.store.transact(
        lambda unit: book.code(unit, said, themes=themes, places=known, actor=actor, at=now())
    )
