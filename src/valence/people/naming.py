"""Naming: what the labels of many customers are made of, read and opened without all the rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pyarrow as pa
import sqlalchemy as sa

from valence.people.entries import place
from valence.people.labels import PREFERRED
from valence.people.redirects import roots, trees
from valence.people.rows import Query, asked, fetch_where, hex_of
from valence.people.sealing import Seal
from valence.people.subjects import Subjects
from valence.people.tables import identifiers, vault_entries
from valence.store import View

_ENTRIES: Query = (
    sa.select(
        vault_entries.c.entry_id,
        hex_of(vault_entries.c.customer_id),
        vault_entries.c.kind,
        vault_entries.c.id_key,
        vault_entries.c.blind,
        vault_entries.c.sealed,
        identifiers.c.id_key,
        hex_of(identifiers.c.customer_id),
    )
    .outerjoin(identifiers, identifiers.c.id_key == vault_entries.c.id_key)
    .where(vault_entries.c.kind.in_(("name", *PREFERRED)))
)


class _Row(NamedTuple):
    number: int
    subject: str  # whose key seals it
    kind: str
    id_key: str | None
    blind: str
    sealed: bytes
    identifier: str | None  # the identifier it came under, if the map knows it
    owner: str | None  # of that identifier: somebody else by now, or nobody if many share it

    @property
    def holder(self) -> str | None:
        return self.owner if self.identifier else self.subject


_SCHEMA = pa.schema(
    [
        ("number", pa.int64()),
        *((name, pa.string()) for name in ("subject", "kind", "id_key", "blind")),
        ("sealed", pa.binary()),
        *((name, pa.string()) for name in ("identifier", "owner")),
    ]
)


def named(view: View, subjects: Subjects, hexes: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """Return kind and value of what a label tells of each customer, ids as hexadecimal digits.

    A name where there is one, and the first of the preferred identifiers; nothing else is opened,
    for that is what takes the time: a table of a million customers is exported with their labels.
    """
    current = roots(view, list(hexes))
    family = asked(view, sorted(trees(view, current.values())))
    found = fetch_where(view, _ENTRIES, vault_entries.c.customer_id, family, _SCHEMA)
    rows = [_Row(*row) for row in zip(*(c.to_pylist() for c in found.columns), strict=True)]
    seals = subjects.seals(view, {row.subject for row in rows})
    holders = roots(view, list({row.holder for row in rows if row.holder}))
    known: dict[str, dict[str, _Row]] = {}
    for row in rows:
        if row.holder and seals.get(row.subject):
            of_kind = known.setdefault(holders[row.holder], {})
            if row.kind not in of_kind or row.number < of_kind[row.kind].number:
                of_kind[row.kind] = row  # the oldest
    told = {}
    for one, root in current.items():
        of_kind = known.get(root, {})
        number = next((kind for kind in PREFERRED if kind in of_kind), "")
        chosen = [of_kind[kind] for kind in ("name", number) if kind in of_kind]
        told[one] = [(row.kind, _opened(row, seals[row.subject])) for row in chosen]
    return told


def _opened(row: _Row, seal: Seal | None) -> str:
    where = place(bytes.fromhex(row.subject), row.kind, row.id_key, row.blind)
    return seal.opened(row.sealed, *where).decode() if seal else ""
