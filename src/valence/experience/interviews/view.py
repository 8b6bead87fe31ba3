"""The pages of interviews in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from valence.core.messages import Message, message
from valence.experience.interviews.answers import Listed, Opened, Quote, Said, Theme
from valence.experience.interviews.book import Code
from valence.experience.mystery.agreement import MINIMUM
from valence.experience.text.definition import ThemesDefinition
from valence.experience.text.voice_view import named as theme_named
from valence.kit.ask import Asked
from valence.kit.charts import DataTable
from valence.kit.codes import STAGES, TOUCHPOINTS, named
from valence.kit.format import Formats
from valence.kit.languages import by_number
from valence.kit.page import Answer, Figure, How, Step, Words

TITLE = message("Interviews")
ASKED = message("What did customers tell us at length, and what is it about?")
HERE = "/experience/interviews"
CODED = f"{HERE}/coded"
KIND: Mapping[str, Message] = {
    "interview": message("Interview"),
    "focus_group": message("Focus group"),
}
MOOD: Mapping[str, Message] = {
    "": message("not said"),
    "good": message("praise"),
    "bad": message("complaint"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One code of a passage."""

    code_id: str
    said: str
    tone: str
    coder: str


@dataclass(frozen=True, slots=True)
class Row:
    """One passage as the page shows it."""

    id: str  # on the page
    feedback_id: str
    voice: Words
    asked: bool
    text: str
    chips: Sequence[Chip]
    theme: str  # suggested
    touchpoint: str
    mood: str
    suggested: str


def answer(found: Sequence[Listed], fmt: Formats) -> Answer:
    """Return how many interviews there are, and how far they are coded, in a sentence."""
    passages = sum(each.one.passages for each in found)
    coded = sum(each.coded for each in found)
    core = by_number(
        len(found),
        message("1 interview is here."),
        message("{n} interviews are here.", n=fmt.integer(len(found))),
    )
    rest = message(
        "{coded} of {n} passages are coded.", coded=fmt.integer(coded), n=fmt.integer(passages)
    )
    return Answer(core, "", rest)


def table(found: Sequence[Listed], ask: Asked) -> DataTable:
    """Return all interviews: kind, day, passages, how many are coded, and by whom."""
    headers: tuple[tuple[Words, str], ...] = (
        (message("Interview"), "text"),
        (message("Kind"), "text"),
        (message("Day"), "text"),
        (message("Participants"), "int"),
        (message("Passages"), "int"),
        (message("Coded"), "int"),
        (message("Coders"), "text"),
    )
    fmt = ask.format
    rows = [
        [
            each.one.title, fmt.language.worded(KIND[each.one.kind]), fmt.day(each.one.held_on),
            each.one.voices, each.one.passages, each.coded, ", ".join(each.coders) or None,
        ]
        for each in found
    ]  # fmt: skip
    links = [f"{HERE}/{each.one.interview_id}" for each in found]
    absent = message("nobody yet")
    return DataTable("interviews", headers, rows, links=links, absent=absent)


def by_theme(found: Sequence[Theme], rules: ThemesDefinition, fmt: Formats) -> DataTable | None:
    """Return the themes as coded by hand; None where nothing is coded."""
    if not found:
        return None
    headers: tuple[tuple[Words, str], ...] = (
        (message("Theme"), "text"),
        (message("Passages"), "int"),
        (message("Praise"), "int"),
        (message("Complaints"), "int"),
        (message("People"), "int"),
        (message("Interviews"), "int"),
        (message("Coders"), "int"),
    )
    rows = [
        [
            theme_named(each.theme, rules, fmt), each.passages, each.good, each.bad, each.voices,
            each.interviews, each.coders,
        ]
        for each in found
    ]  # fmt: skip
    links = [coded_page(theme=each.theme) for each in found]
    return DataTable("hand-coded", headers, rows, links=links)


def coded_page(*, theme: str = "", touchpoint: str = "") -> str:
    """Return the address of the passages that were coded to a theme or a touchpoint."""
    asked = {"theme": theme, "touchpoint": touchpoint}
    return f"{CODED}?{urlencode({k: v for k, v in asked.items() if v})}"


def opened_answer(found: Opened, fmt: Formats) -> Answer:
    """Return how far an interview is coded, and whether its coders agree, in a sentence."""
    core = message(
        "{coded} of {n} passages are coded.",
        coded=fmt.integer(found.coded),
        n=fmt.integer(found.one.passages),
    )
    return Answer(core, "", _agreed(found, fmt))


def _agreed(found: Opened, fmt: Formats) -> Words:
    agreed = found.agreement
    if agreed is None:
        return message("No passage was coded by two.")
    if not agreed.enough or agreed.kappa is None:
        return message(
            "Too few passages were coded by two to say whether they agree: {n}, and it takes "
            "{least}.",
            n=fmt.integer(agreed.items),
            least=MINIMUM,
        )
    return message(
        "Coders agree with κ = {kappa} ({low} to {high}, {n} passages).",
        kappa=fmt.number(agreed.kappa, 2),
        low=fmt.number(agreed.low, 2),
        high=fmt.number(agreed.high, 2),
        n=fmt.integer(agreed.items),
    )


def figures(found: Opened, fmt: Formats) -> list[Figure]:
    """Return participants, passages, coded ones, and who coded."""
    return [
        Figure(message("Participants"), fmt.integer(found.one.voices)),
        Figure(message("Passages"), fmt.integer(found.one.passages)),
        Figure(message("Coded"), fmt.integer(found.coded)),
        Figure(message("Coders"), fmt.integer(len(found.coders)), note=", ".join(found.coders[:3])),
    ]


def rows(found: Opened, rules: ThemesDefinition, fmt: Formats) -> list[Row]:
    """Return the passages with their codes and what is suggested."""
    return [_row(each, rules, fmt) for each in found.passages]


def _row(each: Said, rules: ThemesDefinition, fmt: Formats) -> Row:
    guess = each.suggestion
    parts = []
    if guess is not None:
        parts = [
            theme_named(guess.theme, rules, fmt) if guess.theme else "",
            named(TOUCHPOINTS, guess.touchpoint, fmt) if guess.touchpoint else "",
            fmt.language.worded(MOOD[guess.mood]) if guess.mood else "",
        ]
    voice: Words = (
        message("Interviewer") if each.asked else message("Participant {n}", n=each.voice[1:])
    )
    return Row(
        f"p-{each.number}",
        each.feedback_id,
        voice,
        each.asked,
        each.text,
        [chip(code, rules, fmt) for code in each.codes],
        guess.theme if guess else "",
        guess.touchpoint if guess else "",
        guess.mood if guess else "",
        " · ".join(part for part in parts if part),
    )


def chip(code: Code, rules: ThemesDefinition, fmt: Formats) -> Chip:
    """Return a code in words."""
    parts = [
        theme_named(code.theme, rules, fmt) if code.theme else "",
        named(TOUCHPOINTS, code.touchpoint, fmt) if code.touchpoint else "",
        fmt.language.worded(MOOD[code.mood]) if code.mood else "",
    ]
    return Chip(
        str(code.code_id), " · ".join(part for part in parts if part), code.mood, code.coder
    )


def themes(rules: ThemesDefinition, fmt: Formats) -> list[tuple[str, str]]:
    """Return the themes as options of a form."""
    none = fmt.language.worded(message("no theme"))
    return [("", none), *((one.name, theme_named(one.name, rules, fmt)) for one in rules.aspects)]


def places(known: Mapping[str, str], fmt: Formats) -> list[tuple[str, str]]:
    """Return the touchpoints as options of a form, each with its stage where that is known."""
    none = fmt.language.worded(message("no touchpoint"))
    made = [("", none)]
    for name, stage in known.items():
        said = named(TOUCHPOINTS, name, fmt)
        made.append((name, f"{said} ({named(STAGES, stage, fmt)})" if stage else said))
    return made


def coded_title(theme: str, touchpoint: str, rules: ThemesDefinition, fmt: Formats) -> Words:
    """Return what coded passages are about."""
    if theme:
        return theme_named(theme, rules, fmt)
    return named(TOUCHPOINTS, touchpoint, fmt) if touchpoint else TITLE


def quotes(
    found: Sequence[Quote], rules: ThemesDefinition, fmt: Formats
) -> list[dict[str, object]]:
    """Return coded passages as the pages quote them."""
    return [
        {
            "text": one.text,
            "who": message("Participant {n}", n=one.voice[1:]),
            "title": one.title,
            "day": fmt.day(one.held_on),
            "href": f"{HERE}/{one.code.interview_id}#p-{int(one.code.feedback_id.split(':')[1])}",
            "chip": chip(one.code, rules, fmt),
        }
        for one in found
    ]


def how(built: Words) -> How:
    """Return how passages are coded."""
    return How(
        message(
            "A transcript is parted into passages, what one voice says at a stretch; names are not "
            "kept. Each passage is coded by hand to a theme and a touchpoint; the models of texts "
            "only suggest. Several may code the same passage."
        ),
        source=message("Agreement of coders: Fleiss 1971, Psychological Bulletin 76"),
        inputs=("feedback",),
        built=built,
        note=message(
            "Interviews show why, not how often: whoever is interviewed was not drawn by lot."
        ),
        links=((message("Edit the aspects and their words"), "/definitions/themes/themes"),),
    )


def steps() -> list[Step]:
    """Return what makes sense next."""
    return [
        Step(message("Bring in a transcript"), f"{HERE}/new"),
        Step(message("See what all customers say"), "/experience/voice"),
    ]
