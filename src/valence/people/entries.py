"""Rows of the contact vault, sealed as they are: found, filtered, removed; never opened here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from valence.people.mapped import joined_text, known_identifiers
from valence.people.redirects import current_customer, current_customers, trees
from valence.people.rows import CHUNK, Query, among, chunks, fetch, fetch_where, few, hex_of, ids_of
from valence.people.tables import identifiers, vault_entries, vault_tokens
from valence.store import Unit, View

CANDIDATES = 200  # names read at a time while searching

READY = pa.schema(
    {
        "kind": pa.string(),
        "value": pa.string(),  # in normal form
        "id_key": pa.string(),  # the identifier it came under, or null
        "customer": pa.string(),  # hexadecimal digits
        "blind": pa.string(),
    }
)
_PAIRS: Query = sa.select(vault_entries.c.blind, hex_of(vault_entries.c.customer_id))
_PAIRS_SCHEMA = pa.schema({"blind": pa.string(), "customer": pa.string()})


def place(customer: bytes, kind: str, id_key: str | None, blind: str) -> tuple[bytes, ...]:
    """Return what a sealed value is bound to."""
    return b"entry", customer, kind.encode(), (id_key or "").encode(), blind.encode()


def with_owners(view: View, ready: pa.Table) -> pa.Table:
    """Give entries without a customer that of their identifier; drop those of nobody."""
    if pc.any(ready["customer"].is_null()).as_py():
        keys = pc.unique(ready["id_key"]).drop_null()
        known = known_identifiers(view, keys)
        owner = known.customers.take(pc.index_in(ready["id_key"], value_set=keys).combine_chunks())
        customer = pc.coalesce(pc.replace_substring(ready["customer"], "-", ""), owner)
        ready = ready.set_column(3, "customer", customer)
    else:
        plain = pc.replace_substring(ready["customer"], "-", "")
        ready = ready.set_column(3, "customer", plain)
    return ready.filter(pc.is_valid(ready["customer"]))


def not_there(view: View, ready: pa.Table) -> pa.Table:
    """Return the entries that the vault does not hold yet, each once."""
    once = ready.group_by(["blind", "customer"], use_threads=False).aggregate(
        [("kind", "min"), ("value", "min"), ("id_key", "min")]
    )
    once = once.rename_columns(["blind", "customer", "kind", "value", "id_key"])
    stored = (
        fetch(view, _PAIRS, _PAIRS_SCHEMA)
        if few(view, vault_entries, once.num_rows)
        else fetch_where(
            view, _PAIRS, vault_entries.c.blind, once["blind"].to_pylist(), _PAIRS_SCHEMA
        )
    )
    known = joined_text(stored["blind"], stored["customer"]).combine_chunks()
    there = pc.is_in(joined_text(once["blind"], once["customer"]), value_set=known)
    return once.filter(pc.invert(there)).select(READY.names).sort_by("customer")


def owners(ready: pa.Table) -> list[str]:
    """Return the customers of entries, each once, as hexadecimal digits."""
    found: list[str] = pc.unique(ready["customer"]).to_pylist()
    return found


def where(
    view: View, column: sa.ColumnElement[Any], values: Sequence[Any], kind: str = ""
) -> list[sa.RowMapping]:
    """Return the rows whose column has one of these values, oldest first."""
    found: list[sa.RowMapping] = []
    for chunk in chunks(values, CHUNK):
        query = sa.select(vault_entries).where(among(view, column, chunk))
        query = query.where(vault_entries.c.kind == kind) if kind else query
        found += view.rows(query)
    return sorted(found, key=lambda row: int(row["entry_id"]))


def of_customer(view: View, customer_id: UUID) -> list[sa.RowMapping]:
    """Return the rows that belong to a customer now, with all who were merged into them."""
    root = current_customer(view, customer_id)
    family = ids_of(sorted(trees(view, [root.hex])))
    keys = view.scalars(
        sa.select(identifiers.c.id_key).where(identifiers.c.customer_id.in_(family))
    )
    found = {
        row["entry_id"]: row
        for row in (
            *where(view, vault_entries.c.customer_id, family),
            *where(view, vault_entries.c.id_key, keys),
        )
    }
    whose = belongs(view, list(found.values()))
    return [row for number, row in sorted(found.items()) if whose[number] == root]


def belongs(view: View, rows: Sequence[sa.RowMapping]) -> dict[int, UUID | None]:
    """Return for each entry whose it is now: that of its identifier, else of its subject.

    An identifier may have moved to somebody else since, or turned out to be shared: then nobody's.
    """
    keys = sorted({row["id_key"] for row in rows if row["id_key"]})
    owner: dict[str, UUID | None] = {}
    for chunk in chunks(keys, CHUNK):
        query = sa.select(identifiers.c.id_key, identifiers.c.customer_id)
        found = view.rows(query.where(among(view, identifiers.c.id_key, chunk)))
        owner |= {row["id_key"]: row["customer_id"] for row in found}
    holder = {row["entry_id"]: owner.get(row["id_key"], row["customer_id"]) for row in rows}
    current = current_customers(view, {who for who in holder.values() if who})
    return {number: current[who] if who else None for number, who in holder.items()}


def candidates(numbers: Sequence[int], after: int) -> sa.Select[int]:
    """Return a query for the next entries that have all of these tokens, by number."""
    first = vault_tokens.alias()
    query = sa.select(first.c.entry_id).where(first.c.token == numbers[0], first.c.entry_id > after)
    for number in numbers[1:]:
        other = vault_tokens.alias()
        query = query.where(
            sa.exists().where(other.c.token == number, other.c.entry_id == first.c.entry_id)
        )
    return query.order_by(first.c.entry_id).limit(CANDIDATES)


def delete(unit: Unit, numbers: Sequence[int]) -> None:
    """Remove entries and their tokens."""
    for chunk in chunks(numbers, CHUNK):
        unit.execute(sa.delete(vault_tokens).where(vault_tokens.c.entry_id.in_(chunk)))
        unit.execute(sa.delete(vault_entries).where(vault_entries.c.entry_id.in_(chunk)))
