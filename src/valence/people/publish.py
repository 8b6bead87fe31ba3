"""Publishing: the identifier map as a table of the lake, and which customers changed by it.

Each row's `row_hash` begins with the revision of the map that last changed the row, so the lake
itself says up to which revision it is published: a lost commit or a restored lake needs no repair.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from valence.people.decisions import current_revision
from valence.people.mapped import scope_names
from valence.people.redirects import roots, trees
from valence.people.rows import CHUNK, Query, among, batches, chunks, hex_of, ids_of
from valence.people.tables import identifiers, merge_decision_customers, merge_decisions
from valence.store import Store, View

TABLE = "identifier_map"
_DIGITS = 16  # of the revision at the head of row_hash

_ROWS: Query = sa.select(
    identifiers.c.id_key, hex_of(identifiers.c.customer_id), identifiers.c.scope_id
)
_SCHEMA = pa.schema({"id_key": pa.string(), "customer": pa.string(), "scope": pa.int64()})


class Bench(Protocol):
    """Where the lake prepares rows; see `valence.lake.workbench`."""

    def sql(self, text: str) -> None:
        """Run a statement."""

    def rows(self, text: str) -> Sequence[tuple[Any, ...]]:
        """Run a query and return its rows."""

    def register(self, name: str, data: pa.Table) -> None:
        """Make an Arrow table readable as a relation."""


class MapWriter(Protocol):
    """What publishing needs of the lake's writer; see `valence.lake.writer`."""

    @property
    def bench(self) -> Bench:
        """Where rows are prepared."""

    def table_of(self, name: str) -> None:
        """Make a view of what is published, under the table's name."""

    def merge(self, name: str, select: str) -> object:
        """Merge rows by key."""

    def touch_customers(self, select: str) -> None:
        """Mark identifiers whose customer changed, with the customers before and after."""


@dataclass(frozen=True, slots=True)
class Published:
    """What became different in the lake."""

    revision: int
    identifiers: int  # new, or of another customer than before
    customers: int  # who gained or lost an identifier


def publish_map(writer: MapWriter, store: Store) -> Published:
    """Bring the lake's identifier map to the store's present state; visible with the commit.

    Only what changed since the published revision is read and written. The rows whose customer
    changed are handed to `touch_customers`, with the customer before and the one after, so that
    the next build makes both anew. A shared identifier has no customer.
    """
    bench = writer.bench
    writer.table_of(TABLE)
    since = _published(bench)
    with store.reading() as view:
        revision = current_revision(view)
        if revision == since:
            return Published(revision, 0, 0)
        bench.sql(
            "CREATE OR REPLACE TEMP TABLE _people_changed (id_key VARCHAR, customer_id VARCHAR, "
            "id_type VARCHAR, source VARCHAR)"
        )
        # A batch at a time: the map of five million customers would fill the memory.
        for rows in _changed(view, since if since < revision else 0):
            bench.register("_people_batch", _current(view, rows))
            bench.sql("INSERT INTO _people_changed SELECT * FROM _people_batch")
    bench.sql(
        "CREATE OR REPLACE TEMP TABLE _people_moved AS SELECT n.*, o.customer_id AS before "
        f"FROM _people_changed n LEFT JOIN {TABLE} o USING (id_key) "
        "WHERE o.id_key IS NULL OR o.customer_id IS DISTINCT FROM n.customer_id"
    )
    stamp = f"'{revision:0{_DIGITS}}'"
    writer.merge(
        TABLE,
        "SELECT id_key, customer_id, id_type, source, "
        f"{stamp} || coalesce(customer_id, '') AS row_hash FROM _people_moved",
    )
    both = (
        "SELECT id_key, before AS customer_id FROM _people_moved WHERE before IS NOT NULL "
        "UNION ALL SELECT id_key, customer_id FROM _people_moved WHERE customer_id IS NOT NULL"
    )
    writer.touch_customers(both)
    moved = bench.rows("SELECT count(*) FROM _people_moved")[0][0]
    touched = bench.rows(f"SELECT count(DISTINCT customer_id) FROM ({both})")[0][0]
    bench.sql("DROP TABLE _people_moved")
    bench.sql("DROP TABLE _people_changed")
    return Published(revision, int(moved), int(touched))


def changed_customers(store: Store, since: int) -> set[str]:
    """Return the customers, before redirects, whose identifiers changed after a revision."""
    with store.reading() as view:
        own = sa.select(hex_of(identifiers.c.customer_id)).where(
            identifiers.c.revision > since, identifiers.c.customer_id.is_not(None)
        )
        return set(view.scalars(own.distinct())) | _moved_customers(view, since)


def _published(bench: Bench) -> int:
    (last,) = bench.rows(f"SELECT max(left(row_hash, {_DIGITS})) FROM {TABLE}")[0]
    return int(last or 0)


def _changed(view: View, since: int) -> Iterator[pa.RecordBatch]:
    """Yield what changed after a revision, in batches."""
    if since == 0:
        yield from batches(view, _ROWS, _SCHEMA)
        return
    yield from batches(view, _ROWS.where(identifiers.c.revision > since), _SCHEMA)
    older = _ROWS.where(identifiers.c.revision <= since)
    for moved in chunks(ids_of(sorted(_moved_customers(view, since))), CHUNK):
        of_moved = older.where(among(view, identifiers.c.customer_id, moved))
        yield from batches(view, of_moved, _SCHEMA)


def _moved_customers(view: View, since: int) -> set[str]:
    """Return who stands for another customer since: the losers of decisions, and theirs."""
    part, decision = merge_decision_customers.c, merge_decisions.c
    losers = (
        sa.select(hex_of(part.customer_id))
        .join(merge_decisions, decision.decision_id == part.decision_id)
        .where(decision.revision > since, part.survives.is_(False))
        .distinct()
    )
    return trees(view, view.scalars(losers))


def _current(view: View, rows: pa.RecordBatch) -> pa.Table:
    """Return rows as the lake has them: the customer by redirects, the names of the scope."""
    owners = pc.unique(rows["customer"]).drop_null()
    root = roots(view, owners.to_pylist())
    at = pc.index_in(rows["customer"], value_set=owners)
    customer = _written(pa.array(root.values(), pa.string())).take(at)
    scopes = scope_names(view)
    place = pc.index_in(rows["scope"], value_set=pa.array(scopes, pa.int64()))
    return pa.table(
        {
            "id_key": rows["id_key"],
            "customer_id": customer,
            "id_type": pa.array([kind for kind, _ in scopes.values()], pa.string()).take(place),
            "source": pa.array([source for _, source in scopes.values()], pa.string()).take(place),
        }
    )


def _written(hexes: pa.Array) -> pa.Array:
    """Return ids as they are usually written, with hyphens."""
    cuts = (0, 8, 12, 16, 20, 32)
    parts = [pc.utf8_slice_codeunits(hexes, a, b) for a, b in pairwise(cuts)]
    return pc.binary_join_element_wise(*parts, "-")
