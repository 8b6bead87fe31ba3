"""What the map holds of many identifiers at once: their customers, links and scopes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from numpy.typing import NDArray

from valence.people.batches import remember
from valence.people.components import Numbers
from valence.people.rows import Query, fetch, fetch_where, few, hex_of, insert
from valence.people.tables import identifier_links, identifier_scopes, identifiers
from valence.store import Unit, View

Flags = NDArray[np.bool_]

_KNOWN: Query = sa.select(
    identifiers.c.id_key,
    hex_of(identifiers.c.customer_id),
    identifiers.c.user_ids,
    identifiers.c.scope_id,
)
_KNOWN_SCHEMA = pa.schema(
    [
        ("id_key", pa.string()),
        ("customer", pa.string()),
        ("users", pa.int64()),
        ("scope", pa.int64()),
    ]
)
_LINKS: Query = sa.select(identifier_links.c.id_key, identifier_links.c.link_key)
LINKS_SCHEMA = pa.schema([("id_key", pa.string()), ("link_key", pa.string())])


@dataclass(frozen=True, slots=True)
class Known:
    """What the map holds, in the order of the identifiers asked for."""

    found: Flags
    customers: pa.Array  # hexadecimal digits, before redirects; null where not found or shared
    user_ids: Numbers  # 0 where not found
    scopes: Numbers  # -1 where not found

    @property
    def owned(self) -> Flags:
        """Those that have a customer."""
        return flags(self.customers.is_valid())


def known_identifiers(view: View, keys: pa.Array) -> Known:
    """Return what the map holds of these identifiers."""
    rows = (
        fetch(view, _KNOWN, _KNOWN_SCHEMA)
        if few(view, identifiers, len(keys))
        else fetch_where(view, _KNOWN, identifiers.c.id_key, keys.to_pylist(), _KNOWN_SCHEMA)
    )
    at = pc.index_in(keys, value_set=rows["id_key"].combine_chunks())
    return Known(
        found=flags(at.is_valid()),
        customers=rows["customer"].combine_chunks().take(at),
        user_ids=numbers(rows["users"].combine_chunks().take(at), missing=0),
        scopes=numbers(rows["scope"].combine_chunks().take(at), missing=-1),
    )


def links_from(view: View, keys: pa.Array) -> pa.Table:
    """Return the stored links whose lesser end is among these, and perhaps others."""
    if few(view, identifier_links, len(keys)):
        return fetch(view, _LINKS, LINKS_SCHEMA)
    return fetch_where(view, _LINKS, identifier_links.c.id_key, keys.to_pylist(), LINKS_SCHEMA)


def add_links(unit: Unit, lesser: pa.Array, greater: pa.Array, revision: int) -> None:
    """Store links that are not stored yet."""
    ordered = pa.table({"id_key": lesser, "link_key": greater}).sort_by(
        [("id_key", "ascending"), ("link_key", "ascending")]
    )
    columns = {name: ordered[name].to_pylist() for name in ordered.column_names}
    insert(unit, identifier_links, {**columns, "revision": [revision] * len(ordered)})


def add_user_ids(unit: Unit, keys: pa.Array, known: Known, users: Numbers) -> None:
    """Store for known identifiers how many user ids they were seen together with by now."""
    more = np.flatnonzero(known.found & (users > known.user_ids))
    statement = (
        sa.update(identifiers)
        .where(identifiers.c.id_key == sa.bindparam("key"))
        .values(user_ids=sa.bindparam("users"))
    )
    changed = keys.take(pa.array(more)).to_pylist()
    if changed:
        remember(unit, identifiers, changed)
        counts = users[more].tolist()
        unit.execute(
            statement,
            [{"key": k, "users": count} for k, count in zip(changed, counts, strict=True)],
        )


def scope_names(view: View) -> dict[int, tuple[str, str]]:
    """Return (id_type, source) of each scope."""
    rows = view.rows(sa.select(identifier_scopes))
    return {row["scope_id"]: (row["id_type"], row["source"]) for row in rows}


def scope_ids(unit: Unit, id_types: pa.Array, sources: pa.Array) -> Numbers:
    """Return the number of each (id_type, source); those not met before get one."""
    numbered = {names: scope for scope, names in scope_names(unit).items()}
    asked = pa.table({"id_type": id_types, "source": sources})
    pairs = asked.group_by(["id_type", "source"]).aggregate([]).to_pylist()
    missing = sorted({(p["id_type"], p["source"]) for p in pairs} - numbered.keys())
    numbered |= {names: scope for scope, names in enumerate(missing, start=len(numbered) + 1)}
    if missing:
        rows = [
            {"scope_id": numbered[names], "id_type": names[0], "source": names[1]}
            for names in missing
        ]
        unit.execute(sa.insert(identifier_scopes), rows)
    together = pa.array([f"{kind}\0{source}" for kind, source in numbered])
    at = pc.index_in(joined_text(id_types, sources), value_set=together)
    return np.array(list(numbered.values()), dtype=np.int64)[numbers(at)]


def joined_text(first: pa.Array, second: pa.Array) -> pa.Array:
    """Return pairs as one text each, to be compared as a whole."""
    return pc.binary_join_element_wise(first, second, "\0")


def flags(values: pa.Array) -> Flags:
    """Return a boolean column without nulls as NumPy."""
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.bool_)


def numbers(values: pa.Array, missing: int = -1) -> Numbers:
    """Return an integer column as NumPy."""
    return np.asarray(pc.fill_null(values, missing).to_numpy(zero_copy_only=False), np.int64)
