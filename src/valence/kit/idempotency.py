"""`Idempotency-Key`: a request that a client sends twice has its effect once.

The key is kept in the transaction of the effect itself, so either both are there or neither.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Header

from valence.core import clock
from valence.core.errors import BadInputError, ConflictError
from valence.store.store import Unit
from valence.store.tables import idempotency_keys as keys

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        description="Any text of your own; the same key has its effect once.",
    ),
]


def request_hash(body: Mapping[str, Any]) -> str:
    """Return a hash of what is asked for, whatever the order of its fields."""
    plain = json.dumps(body, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def once(
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
    unit
        The unit of work of the effect; others with the key wait until it is kept.
    key
        The client's key; without one `work` is done each time.
    scope
        Who asks for what, such as `local POST /api/v1/points`: keys of others are not met.
    body
        What is asked for.
    work
        Does it, in the unit.

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
    if (kept := _kept(unit, scope, key)) is None:
        done = work(unit)
        row = {"scope": scope, "key": key, "request_hash": asked, "answer": done}
        unit.execute(sa.insert(keys), {**row, "kept_at": clock.now()})
        return done
    if kept["request_hash"] != asked:
        raise ConflictError(
            "The Idempotency-Key {key!r} was used before for another request. "
            "Send this one under a new key.",
            key=key,
        )
    return kept["answer"]


def prune(unit: Unit, *, before: datetime) -> int:
    """Forget keys from before an instant; return how many. They can be used again."""
    return unit.execute(sa.delete(keys).where(keys.c.kept_at < before)).rowcount


def _kept(unit: Unit, scope: str, key: str) -> sa.RowMapping | None:
    unit.lock(f"idempotency:{scope}:{key}")
    return unit.row(sa.select(keys).where(keys.c.scope == scope, keys.c.key == key))
