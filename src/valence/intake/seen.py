"""Quarantined rows opened for somebody to see: each time is noted in the audit trail."""

from __future__ import annotations

from collections.abc import Iterator

from valence.intake import held, quarantine
from valence.intake.held import Which
from valence.people.keys import Keyring
from valence.store import Store
from valence.trust.actor import Actor
from valence.trust.audit import record

OPENED = "intake:open"
EXPORTED = "intake:export"


def row_seen(store: Store, keyring: Keyring, actor: Actor, row_id: int) -> quarantine.Row:
    """Return one row in quarantine with its values, and note who saw it.

    It is noted before anything is shown: what cannot be noted is not shown.

    Raises
    ------
    NotFoundError
        If there is none of that number.
    """
    with store.reading() as view:
        row = quarantine.show(view, keyring, row_id)
    where = {"file": row.file, "line": row.line}
    store.transact(lambda unit: record(unit, actor, OPENED, f"quarantine:{row_id}", detail=where))
    return row


def rows_seen(store: Store, keyring: Keyring, actor: Actor, which: Which) -> Iterator[str]:
    """Return rows as CSV, as `held.as_csv` yields them, and note who took how many."""
    with store.reading() as view:
        n = held.count(view, which)
    asked = {"file": which.file, "reason": which.reason, "column": which.column}
    detail = {name: value for name, value in asked.items() if value} | {"rows": n}
    store.transact(lambda unit: record(unit, actor, EXPORTED, "quarantine", detail=detail))
    return held.as_csv(store, keyring, which)
