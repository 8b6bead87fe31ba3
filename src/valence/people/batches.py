"""The batch at work: what an import did to the map and the vault goes again if it does not land.

The map is filled in blocks while an import runs, long before the lake shows anything of it. While
a batch is open, everything newer than its beginning is its own, and rows that it changed are kept
as they were; taking it back leaves what stood before it. Nobody else changes the map meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from valence.core.clock import now
from valence.core.errors import BusyError
from valence.people.rows import CHUNK, among, chunks
from valence.people.tables import (
    customers,
    customers_before,
    identifier_links,
    identifiers,
    identifiers_before,
    merge_decision_customers,
    merge_decisions,
    people_batches,
    people_revisions,
    vault_entries,
    vault_subjects,
    vault_tokens,
)
from valence.store import Store, Unit, View

_LOCKS = ("people", "vault")


def begin(store: Store, batch_id: str) -> None:
    """Open a batch; a second time for the same one changes nothing.

    Raises
    ------
    BusyError
        If another batch is open: whoever holds the lake's lease settles it first.
    """
    with store.writing() as unit:
        unit.lock(*_LOCKS)
        if (held := open_batch(unit)) == batch_id:
            return
        if held:
            raise BusyError("Another import is bringing identifiers. Try again when it has ended.")
        unit.execute(
            sa.insert(people_batches),
            {
                "batch_id": batch_id,
                "revision": unit.scalar(sa.select(sa.func.max(people_revisions.c.revision))) or 0,
                "entry_id": unit.scalar(sa.select(sa.func.max(vault_entries.c.entry_id))) or 0,
                "begun_at": now(),
            },
        )


def open_batch(view: View) -> str:
    """Return the batch that is open; empty if none is."""
    return str(view.scalar(sa.select(people_batches.c.batch_id)) or "")


def settle(store: Store, landed: Collection[str]) -> bool:
    """Close the open batch, and take it back unless it landed; return whether it was taken back.

    Only whoever holds the lake's lease may call this: a batch at work has not landed yet.
    """
    with store.reading() as view:
        batch = open_batch(view)
    if not batch:
        return False
    with store.writing() as unit:
        unit.lock(*_LOCKS)
        if back := batch not in landed:
            _take_back(unit)
        for table in (identifiers_before, customers_before, people_batches):
            unit.execute(sa.delete(table))
        return back


def refuse_while_open(unit: Unit) -> None:
    """Refuse a change of the map by anybody but the import at work.

    Raises
    ------
    BusyError
        If a batch is open.
    """
    if open_batch(unit):
        raise BusyError("An import is bringing identifiers. Try again when it has ended.")


def remember(unit: Unit, table: sa.Table, keys: Sequence[Any]) -> None:
    """Keep rows of `identifiers` or `customers` as they are, before they are changed.

    Outside of a batch, and for rows that the batch itself made, there is nothing to keep.
    """
    since = unit.scalar(sa.select(people_batches.c.revision))
    if since is None:
        return
    before = {identifiers: identifiers_before, customers: customers_before}[table]
    key, made = (
        (identifiers.c.id_key, identifiers.c.first_revision)
        if table is identifiers
        else (customers.c.customer_id, customers.c.revision)
    )
    kept = before.c[key.name]
    for chunk in chunks(keys, CHUNK):
        rows = sa.select(*(table.c[column.name] for column in before.c)).where(
            among(unit, key, chunk), made <= since, ~sa.exists().where(kept == key)
        )
        unit.execute(sa.insert(before).from_select(list(before.c.keys()), rows))


def _take_back(unit: Unit) -> None:
    batch = unit.rows(sa.select(people_batches))[0]
    since, entry = batch["revision"], batch["entry_id"]
    for table, before in ((identifiers, identifiers_before), (customers, customers_before)):
        key, *changed = before.c.keys()
        values = {name: before.c[name] for name in changed}
        unit.execute(sa.update(table).values(values).where(table.c[key] == before.c[key]))
    made = sa.select(merge_decisions.c.decision_id).where(merge_decisions.c.revision > since)
    fresh = sa.select(customers.c.customer_id).where(customers.c.revision > since)
    for table, condition in (
        (vault_tokens, vault_tokens.c.entry_id > entry),
        (vault_entries, vault_entries.c.entry_id > entry),
        (vault_subjects, vault_subjects.c.customer_id.in_(fresh)),
        (identifier_links, identifier_links.c.revision > since),
        (identifiers, identifiers.c.first_revision > since),
        (merge_decision_customers, merge_decision_customers.c.decision_id.in_(made)),
        (merge_decisions, merge_decisions.c.revision > since),
        (customers, customers.c.revision > since),
        (people_revisions, people_revisions.c.revision > since),
    ):
        unit.execute(sa.delete(table).where(condition))
