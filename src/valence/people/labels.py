"""Labels: what a customer is called on a screen, without an id that nobody can say aloud."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from valence.people.masking import masked

# A number that a source gave tells nobody how to reach the customer; all else is masked.
NUMBERS = ("user_id", "external_id")
# Around a name that is written from right to left, so that the number stays behind it.
_FIRST, _LAST = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
PREFERRED = (*NUMBERS, "loyalty_no", "email", "phone")


@dataclass(frozen=True, slots=True)
class Label:
    """A customer's name, masked, and the number that a source knows them by; either may lack."""

    name: str = ""
    number: str = ""
    handle: str = ""  # the end of the id: always there, never chosen where better is known
    whole: bool = False  # whether the number stands there unmasked

    def __str__(self) -> str:
        name = f"{_FIRST}{self.name}{_LAST}" if is_right_to_left(self.name) else self.name
        return " ".join(part for part in (name, self.number) if part) or self.handle

    @property
    def source_number(self) -> str:
        """The number as the source has it, by which its own rows are found again; else nothing."""
        return self.number if self.whole else ""


def label(customer_id: str, entries: Sequence[tuple[str, str]]) -> Label:
    """Return the label of a customer of whom these kinds and values are known."""
    by_kind: dict[str, str] = {}
    for kind, value in entries:
        by_kind.setdefault(kind, value)
    kind = next((kind for kind in PREFERRED if kind in by_kind), "")
    number = shown(kind, by_kind[kind]) if kind else ""
    return Label(
        shown("name", by_kind["name"]) if by_kind.get("name") else "",
        number,
        handle(customer_id),
        whole=bool(kind) and number == by_kind[kind],
    )


def shown(kind: str, value: str) -> str:
    """Return a value of the vault as it stands on a screen: numbers plain, all else masked."""
    if "@" in value:
        return masked("email", value)
    return value if kind in NUMBERS else masked(kind, value)


def is_right_to_left(text: str) -> bool:
    """Whether a text holds letters that are written from right to left."""
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


def as_uuid(text: str) -> UUID | None:
    """Return the id of a text; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def handle(customer_id: str) -> str:
    """Return the end of an id: enough to tell the rows of a page apart."""
    return f"…{customer_id[-6:]}" if len(customer_id) > 12 else customer_id
