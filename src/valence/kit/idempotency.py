"""`Idempotency-Key`: a request that a client sends twice has its effect once.

The key is kept in the transaction of the effect itself, so either both are there or neither.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Protocol

import sqlalchemy as sa
from fastapi import Header

from valence.core import clock
from valence.core.errors import BadInputError, ConflictError
from valence.store.store import Unit
from valence.store.tables import idempotency_keys

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        description="Any text of your own; the same key has its effect once.",
    ),
]


class Keys(Protocol):
    """Remembers what was answered under a key."""

    def answer(self, unit: Unit, scope: str, key: str) -> tuple[str, Any] | None:
        """Return the hash of the request and the answer kept under the key, if there is one."""

    def keep(self, unit: Unit, scope: str, key: str, request_hash: str, answer: Any) -> None:
        """Keep an answer under a key."""


class StoreKeys:
    """Keys in the store, in the unit of work of the effect."""

    def answer(self, unit: Unit, scope: str, key: str) -> tuple[str, Any] | None:
        """Return the hash of the request and the answer; others with the key wait for this unit."""
        unit.lock(f"idempotency:{scope}:{key}")
        columns = idempotency_keys.c
        found = unit.row(
            sa.select(columns.request_hash, columns.answer).where(
                columns.scope == scope, columns.key == key
            )
        )
        return None if found is None else (str(found["request_hash"]), found["answer"])

    def keep(self, unit: Unit, scope: str, key: str, request_hash: str, answer: Any) -> None:
        """Keep an answer under a key."""
        unit.execute(
            sa.insert(idempotency_keys),
            {
                "scope": scope,
                "key": key,
                "request_hash": request_hash,
                "answer": answer,
                "kept_at": clock.now(),
            },
        )


def request_hash(body: Mapping[str, Any]) -> str:
    """Return a hash of what is asked for, whatever the order of its fields."""
    plain = json.dumps(body, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def once(
    keys: Keys,
    unit: Unit,
    key: str | None,
    *,
    scope: str,
    body: Mapping[str, Any],
    work: Callable[[Unit], Any],
) -> Any:
    """Return what `work` returns (JSON), or what it returned when the key first came.

    Parameters
    ----------
    key
        The client's key; without one `work` is done each time.
    scope
        Who asks for what, such as `local POST /api/v1/points`: keys of others are not met.
    body
        What is asked for.

    Raises
    ------
    ConflictError
        If the key came before with another body.
    """
    if key is None:
        return work(unit)
    if not key.strip():
        raise BadInputError("The Idempotency-Key is empty: send a text of your own, or none.")
    asked = request_hash(body)
    if (kept := keys.answer(unit, scope, key)) is not None:
        before, answer = kept
        if before != asked:
            raise ConflictError(
                "The Idempotency-Key {key!r} was used before for another request. "
                "Send this one under a new key.",
                key=key,
            )
        return answer
    done = work(unit)
    keys.keep(unit, scope, key, asked, done)
    return done
