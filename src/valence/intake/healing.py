"""Healing: what an import left half done between the lake and the store is put right.

The lake and the store cannot commit together. Before the lake's commit the store is told what the
import will have done; after it, what landed is shown and announced, and what did not is dropped. A
crash in between is put right by the next import, and by the worker.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import closing
from uuid import UUID

import sqlalchemy as sa

from valence.core.clock import now
from valence.core.errors import BusyError
from valence.intake import quarantine
from valence.intake.summary import FileSummary
from valence.intake.tables import unannounced
from valence.kit.opened import OpenBrand
from valence.lake.lake import Lake
from valence.lake.lease import lease
from valence.people import batches
from valence.store import Event, Store, Unit

LANDED = "intake.landed"


def note(unit: Unit, import_id: str, files: Sequence[FileSummary], *, actor: str) -> None:
    """Note what is to be announced once the import has landed."""
    payload = {
        "import_id": import_id,
        "files": [file.file for file in files],
        "new": sum(file.new for file in files),
        "updated": sum(file.updated for file in files),
        "actor": actor,
    }
    values = {"import_id": import_id, "payload": payload, "noted_at": now()}
    unit.execute(sa.insert(unannounced), values)


def heal(store: Store, landed: set[str]) -> None:
    """Finish the imports that were published, drop what others left.

    Only whoever holds the lake's lease may call this: an import at work is not published yet.
    """
    batches.settle(store, landed)
    quarantine.heal(store, landed)
    noted = _noted(store)
    announce(store, noted & landed)
    if gone := noted - landed:
        store.transact(
            lambda unit: unit.execute(
                sa.delete(unannounced).where(unannounced.c.import_id.in_(gone))
            )
        )


def announce(store: Store, landed: Collection[str]) -> None:
    """Tell the house of imports that landed, each once: figures are then built by themselves."""
    for import_id in sorted(landed):
        with store.writing() as unit:
            _announce(unit, import_id)


def announce_landed(opened: OpenBrand) -> None:
    """Announce what landed just before a crash; cheap where there is nothing to announce."""
    noted = _noted(opened.store)
    if not noted:
        return
    reader = opened.readers()
    table = reader.table("imports")
    found = reader.rows(table.filter(table.batch_id.isin(sorted(noted))).select("batch_id"))
    announce(opened.store, {row["batch_id"] for row in found})


def _announce(unit: Unit, import_id: str) -> None:
    row = unit.row(sa.select(unannounced.c.payload).where(unannounced.c.import_id == import_id))
    gone = unit.execute(sa.delete(unannounced).where(unannounced.c.import_id == import_id))
    if row is not None and gone.rowcount == 1:  # else somebody else was faster
        unit.emit(Event(LANDED, "intake", row["payload"], UUID(import_id)))


def _noted(store: Store) -> set[str]:
    with store.reading() as view:
        return set(view.scalars(sa.select(unannounced.c.import_id)))


def take_back(opened: OpenBrand) -> None:
    """Take back what a killed import did to the map; cheap where no import was killed."""
    with opened.store.reading() as view:
        if not batches.open_batch(view):
            return
    try:
        with lease(opened.lake.path, "healing"):
            heal(opened.store, landed_in(opened.lake))
    except BusyError:
        return  # an import is at work: it settled what was left before it began


def landed_in(lake: Lake) -> set[str]:
    """Return the imports that are published now."""
    with closing(lake.reader()) as reader:
        table = reader.table("imports")
        rows = reader.rows(table.select("batch_id").distinct())
        return {row["batch_id"] for row in rows} | {reader.snapshot.head.last_batch}


CHORES = (announce_landed, take_back)
