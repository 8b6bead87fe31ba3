"""Labels: what a customer is called on a screen, without an id that nobody can say aloud."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from valence.people import entries as stored
from valence.people.confirm import check_key
from valence.people.keys import Keyring
from valence.people.masking import masked
from valence.people.redirects import current_customers, trees
from valence.people.rows import ids_of
from valence.people.subjects import Subjects
from valence.people.tables import vault_entries
from valence.store import Store, View

# A number that a source gave tells nobody how to reach the customer; all else is masked.
NUMBERS = ("user_id", "external_id")
_PREFERRED = (*NUMBERS, "loyalty_no", "email", "phone")


@dataclass(frozen=True, slots=True)
class Label:
    """A customer's name, masked, and the number that a source knows them by; either may lack."""

    name: str = ""
    number: str = ""
    handle: str = ""  # the end of the id: always there, never chosen where better is known

    def __str__(self) -> str:
        return " ".join(part for part in (self.name, self.number) if part) or self.handle


def shown(kind: str, value: str) -> str:
    """Return a value of the vault as it stands on a screen: numbers plain, all else masked."""
    plain = kind in NUMBERS and "@" not in value
    return value if plain else masked("email" if "@" in value else kind, value)


def handle(customer_id: str) -> str:
    """Return the end of an id: enough to tell the rows of a page apart."""
    return f"…{customer_id[-6:]}" if len(customer_id) > 12 else customer_id


def labels(store: Store, keyring: Keyring, ids: Iterable[str]) -> dict[str, Label]:
    """Return a label for each customer id of a page of rows; read in one go."""
    texts = list(dict.fromkeys(ids))
    known = {text: one for text in texts if (one := as_uuid(text))}
    found: dict[UUID, list[tuple[str, str]]] = {}
    if known:
        with store.reading() as view:
            check_key(view, keyring)
            current = current_customers(view, known.values())
            opened = _opened(view, keyring, sorted(set(current.values())))
        found = {one: opened.get(now, []) for one, now in current.items()}
    return {
        text: label(text, found.get(known[text], []) if text in known else []) for text in texts
    }


def label(customer_id: str, entries: Sequence[tuple[str, str]]) -> Label:
    """Return the label of a customer of whom these kinds and values are known."""
    by_kind: dict[str, str] = {}
    for kind, value in entries:
        by_kind.setdefault(kind, value)
    name = by_kind.get("name", "")
    number = next((by_kind[kind] for kind in _PREFERRED if kind in by_kind), "")
    kind = next((kind for kind in _PREFERRED if kind in by_kind), "")
    return Label(
        shown("name", name) if name else "",
        shown(kind, number) if number else "",
        handle(customer_id),
    )


def as_uuid(text: str) -> UUID | None:
    """Return the id of a text; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _opened(
    view: View, keyring: Keyring, ids: Sequence[UUID]
) -> Mapping[UUID, list[tuple[str, str]]]:
    """Return kinds and values of the vault's entries by the customer they belong to now."""
    family = ids_of(sorted(trees(view, [one.hex for one in ids])))
    rows = stored.where(view, vault_entries.c.customer_id, family)
    seals = Subjects(keyring).seals(view, {row["customer_id"] for row in rows})
    whose = stored.belongs(view, rows)
    found: dict[UUID, list[tuple[str, str]]] = {}
    for row in rows:
        seal, owner = seals.get(row["customer_id"]), whose[row["entry_id"]]
        if seal is None or owner is None or row["kind"] == "address":
            continue
        place = stored.place(row["customer_id"].bytes, row["kind"], row["id_key"], row["blind"])
        value = seal.opened(row["sealed"], *place).decode()
        found.setdefault(owner, []).append((row["kind"], value))
    return found
