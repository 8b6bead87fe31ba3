"""Subject keys: one for each customer in the vault, wrapped by a key from the master key.

Destroying a subject's key makes everything sealed with it unreadable, wherever it was copied to.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from uuid import UUID

import pyarrow as pa
import sqlalchemy as sa

from valence.core.clock import now
from valence.core.errors import SettingsError
from valence.people.keys import Keyring
from valence.people.rows import Query, asked, fetch_where, hex_of, insert
from valence.people.sealing import Seal
from valence.people.tables import vault_subjects
from valence.store import Store, Unit, View

_BYTES = 32
_REWRAPPED_AT_ONCE = 2_000
_WRAPPED: Query = sa.select(
    hex_of(vault_subjects.c.customer_id), vault_subjects.c.wrapped_key, vault_subjects.c.generation
)
_SCHEMA = pa.schema({"customer": pa.string(), "wrapped": pa.binary(), "generation": pa.int64()})


class Subjects:
    """The keys of the vault's customers."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._wraps = {
            generation: Seal(keyring.wrapping_key(generation))
            for generation in range(1, keyring.generation + 1)
        }

    def seals(self, view: View, hexes: Iterable[str]) -> dict[str, Seal | None]:
        """Return the seal of each customer that has one; None where it was destroyed.

        Customers are hexadecimal digits: ids as objects would take longer than their keys.
        """
        rows = fetch_where(
            view, _WRAPPED, vault_subjects.c.customer_id, asked(view, hexes), _SCHEMA
        )
        found: dict[str, Seal | None] = {}
        for who, *wrapped in zip(*(column.to_pylist() for column in rows.columns), strict=True):
            key = self._unwrapped(bytes.fromhex(who), *wrapped)
            found[who] = None if key is None else Seal(key)
        return found

    def create(self, unit: Unit, hexes: Sequence[str]) -> dict[str, Seal]:
        """Make and store fresh keys."""
        generation, random = self._keyring.generation, os.urandom(_BYTES * len(hexes))
        keys = [random[i : i + _BYTES] for i in range(0, len(random), _BYTES)]
        insert(
            unit,
            vault_subjects,
            {
                "customer_id": hexes,
                "wrapped_key": [
                    self._wrapped(bytes.fromhex(one), key, generation)
                    for one, key in zip(hexes, keys, strict=True)
                ],
                "generation": [generation] * len(hexes),
            },
        )
        return {one: Seal(key) for one, key in zip(hexes, keys, strict=True)}

    def destroy(self, unit: Unit, ids: Sequence[UUID]) -> None:
        """Destroy the keys for good; who has none yet gets none any more."""
        values = {"wrapped_key": None, "shredded_at": now(), "generation": 0}
        column = vault_subjects.c.customer_id
        known = set(unit.scalars(sa.select(column).where(column.in_(ids))))
        unit.execute(sa.update(vault_subjects).where(column.in_(ids)).values(**values))
        missing = [{"customer_id": one, **values} for one in ids if one not in known]
        if missing:
            unit.execute(sa.insert(vault_subjects), missing)

    def rewrap(self, store: Store) -> int:
        """Wrap every key with the newest secret; return how many were not yet.

        Some at a time, so that others get their turn; it can be stopped and run again.
        """
        done = 0
        while some := self._rewrap_some(store):
            done += some
        return done

    def _rewrap_some(self, store: Store) -> int:
        newest, subject = self._keyring.generation, vault_subjects.c
        stale = subject.wrapped_key.is_not(None) & (subject.generation < newest)
        with store.writing() as unit:
            query = sa.select(vault_subjects).where(stale).limit(_REWRAPPED_AT_ONCE)
            rows = unit.rows(query.with_for_update())
            fresh = [
                {"who": row["customer_id"], "key": self._rewrapped(row, newest)} for row in rows
            ]
            if fresh:
                unit.execute(
                    sa.update(vault_subjects)
                    .where(subject.customer_id == sa.bindparam("who"))
                    .values(wrapped_key=sa.bindparam("key"), generation=newest),
                    fresh,
                )
            return len(fresh)

    def _rewrapped(self, row: sa.RowMapping, generation: int) -> bytes:
        customer = row["customer_id"].bytes
        key = self._unwrapped(customer, row["wrapped_key"], row["generation"])
        return self._wrapped(customer, key or b"", generation)

    def _wrapped(self, customer: bytes, key: bytes, generation: int) -> bytes:
        return self._wraps[generation].sealed(key, b"subject", customer)

    def _unwrapped(self, customer: bytes, wrapped: bytes | None, generation: int) -> bytes | None:
        if wrapped is None:
            return None
        wrap = self._wraps.get(generation)
        if wrap is None:
            raise SettingsError(
                "The contact vault needs secret {needed} of the master key, which has {given}. "
                "Bring back the whole of data/master.key or of the environment variable.",
                needed=generation,
                given=self._keyring.generation,
            )
        return wrap.opened(wrapped, b"subject", customer)
