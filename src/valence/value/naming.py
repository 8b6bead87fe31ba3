"""Names of customers for a terminal: the number that a source knows them by, never a bare id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from valence.people import entries as stored
from valence.people.keys import Keyring
from valence.people.masking import masked
from valence.people.redirects import current_customers, trees
from valence.people.rows import ids_of
from valence.people.subjects import Subjects
from valence.people.tables import vault_entries
from valence.store import Store

NUMBERS = ("user_id", "external_id")
_PREFERRED = (*NUMBERS, "loyalty_no", "email", "phone")


def names_of(store: Store, keyring: Keyring, ids: Iterable[str]) -> dict[str, str]:
    """Return what each customer is called: masked name, number; else the end of the id."""
    texts = list(dict.fromkeys(ids))
    known = {text: one for text in texts if (one := _uuid(text))}
    facts = _facts(store, keyring, known) if known else {}
    return {text: called(facts.get(text, {})) or handle(text) for text in texts}


def called(facts: Mapping[str, str]) -> str:
    """Return what a customer with these entries of the vault is called; empty if nothing is."""
    number = next((kind for kind in _PREFERRED if kind in facts), "")
    return " ".join(shown(kind, facts[kind]) for kind in ("name", number) if kind in facts)


def shown(kind: str, value: str) -> str:
    """Return a value as it stands on a screen: a source's number plain, all else masked."""
    if "@" in value:
        return masked("email", value)
    return value if kind in NUMBERS else masked(kind, value)


def handle(customer_id: str) -> str:
    """Return the end of an id: enough to tell rows apart."""
    return f"…{customer_id[-6:]}" if len(customer_id) > 12 else customer_id


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _facts(store: Store, keyring: Keyring, known: Mapping[str, UUID]) -> dict[str, dict[str, str]]:
    """Return kind and value of the vault's entries of some customers; read in one go."""
    found: dict[UUID, dict[str, str]] = {}
    with store.reading() as view:
        current = current_customers(view, known.values())
        family = trees(view, [one.hex for one in current.values()])
        rows = stored.where(view, vault_entries.c.customer_id, ids_of(sorted(family)))
        seals = Subjects(keyring).seals(view, {row["customer_id"] for row in rows})
        whose = stored.belongs(view, rows)
    for row in rows:
        seal, owner = seals.get(row["customer_id"]), whose[row["entry_id"]]
        if seal is not None and owner is not None:
            place = stored.place(row["customer_id"].bytes, row["kind"], row["id_key"], row["blind"])
            value = seal.opened(row["sealed"], *place).decode()
            found.setdefault(owner, {}).setdefault(row["kind"], value)
    return {text: found.get(current[one], {}) for text, one in known.items()}
