"""Languages of the screens: gettext catalogues, and which one a reader gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po

from valence.core.messages import Message, message

CATALOGUES = Path(__file__).parent / "locale"
COOKIE = "valence_language"
PSEUDO = "xx"


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the screens; the English sentence is the message id."""

    code: str  # as in settings and in the cookie
    tag: str  # BCP 47, for the `lang` attribute
    name: str  # in itself, for the switch
    locale: Locale
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)

    def gettext(self, text: str) -> str:
        """Return the translation of `text`, or `text` where there is none."""
        if self.code == PSEUDO:
            return f"⟦{text}⟧" if text else text
        return self.texts.get(text, text)

    def worded(self, text: str | Message, /, **values: object) -> str:
        """Return a message, or an English sentence with its values, in this language."""
        said = text if isinstance(text, Message) else Message(text, values)
        return said.worded(self.gettext)


@cache
def catalogue(code: str) -> Mapping[str, str]:
    """Return English → translation of one catalogue; fuzzy and empty entries are left out."""
    path = CATALOGUES / f"{code}.po"
    if not path.is_file():
        return {}
    with path.open("rb") as opened:
        entries = read_po(opened, locale=None)
    return {
        str(entry.id): str(entry.string)
        for entry in entries
        if entry.id and entry.string and not entry.fuzzy
    }


@cache
def language(code: str) -> Language:
    """Return the language of that code: en, zh, or xx (every wording in ⟦brackets⟧, for tests)."""
    if code == "zh":
        chinese = Locale("zh", script="Hans", territory="CN")
        return Language("zh", "zh-CN", "简体中文", chinese, catalogue("zh"))
    if code == PSEUDO:
        return Language(PSEUDO, "en-XA", "Pseudo", Locale("en"))
    return Language("en", "en", "English", Locale("en"))


OFFERED = ("en", "zh")


def chosen(cookie: str | None, accept: str | None, default: str, *, pseudo: bool = False) -> str:
    """Return the language code for a reader: their choice, their browser's, then the brand's."""
    known = (*OFFERED, PSEUDO) if pseudo else OFFERED
    if cookie in known:
        return str(cookie)
    for tag in _by_weight(accept or ""):
        if (primary := tag.split("-")[0].lower()) in OFFERED:
            return primary
    return default


def _by_weight(accept: str) -> Iterable[str]:
    """Language tags of an Accept-Language header, most wanted first (RFC 9110, 12.5.4)."""
    weighed = []
    for place, part in enumerate(accept.split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            wanted = float(weight) if weight else 1.0
        except ValueError:
            continue
        if tag and wanted > 0:
            weighed.append((-wanted, place, tag))
    return [tag for _, _, tag in sorted(weighed)]


def by_number(number: int, one: Message, many: Message) -> Message:
    """Return `one` for exactly 1 and `many` otherwise: enough for English and Chinese."""
    return one if number == 1 else many


def next_months(months: int) -> Message:
    """Return the time ahead that a forecast covers."""
    return by_number(months, message("next month"), message("next {n} months", n=months))
