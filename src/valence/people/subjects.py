"""Subject keys: one for each customer in the vault, wrapped by a key from the master key.

Destroying a subject's key makes everything sealed with it unreadable, wherever it was copied to.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa

from valence.core.clock import now
from valence.core.errors import SettingsError
from valence.people.keys import Keyring
from valence.people.rows import CHUNK, chunks, insert
from valence.people.sealing import Seal
from valence.people.tables import vault_subjects
from valence.store import Store, Unit, View

_BYTES = 32
_REWRAPPED_AT_ONCE = 2_000


class Subjects:
    """The keys of the vault's customers."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._wraps = {
            generation: Seal(keyring.wrapping_key(generation))
            for generation in range(1, keyring.generation + 1)
        }

    def seals(self, view: View, ids: Iterable[UUID]) -> dict[UUID, Seal | None]:
        """Return the seal of each customer that has one; None where it was destroyed."""
        found: dict[UUID, Seal | None] = {}
        for chunk in chunks(list(ids), CHUNK):
            query = sa.select(vault_subjects).where(vault_subjects.c.customer_id.in_(chunk))
            for row in view.rows(query):
                key = self._unwrapped(row)
                found[row["customer_id"]] = None if key is None else Seal(key)
        return found

    def create(self, unit: Unit, ids: Sequence[UUID]) -> dict[UUID, Seal]:
        """Make and store fresh keys."""
        generation, random = self._keyring.generation, os.urandom(_BYTES * len(ids))
        keys = [random[i : i + _BYTES] for i in range(0, len(random), _BYTES)]
        insert(
            unit,
            vault_subjects,
            {
                "customer_id": [one.hex for one in ids],
                "wrapped_key": [
                    self._wrapped(one, key, generation) for one, key in zip(ids, keys, strict=True)
                ],
                "generation": [generation] * len(ids),
            },
        )
        return {one: Seal(key) for one, key in zip(ids, keys, strict=True)}

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
                {
                    "who": row["customer_id"],
                    "key": self._wrapped(row["customer_id"], self._unwrapped(row) or b"", newest),
                }
                for row in rows
            ]
            if fresh:
                unit.execute(
                    sa.update(vault_subjects)
                    .where(subject.customer_id == sa.bindparam("who"))
                    .values(wrapped_key=sa.bindparam("key"), generation=newest),
                    fresh,
                )
            return len(fresh)

    def _wrapped(self, customer: UUID, key: bytes, generation: int) -> bytes:
        return self._wraps[generation].sealed(key, b"subject", customer.bytes)

    def _unwrapped(self, row: sa.RowMapping) -> bytes | None:
        if row["wrapped_key"] is None:
            return None
        wrap = self._wraps.get(row["generation"])
        if wrap is None:
            raise SettingsError(
                "The contact vault needs secret {needed} of the master key, which has {given}. "
                "Bring back the whole of data/master.key or of the environment variable.",
                needed=row["generation"],
                given=self._keyring.generation,
            )
        return wrap.opened(row["wrapped_key"], b"subject", row["customer_id"].bytes)
