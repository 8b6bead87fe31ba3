"""The writer: keyed merges into canonical tables that become visible together, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from valence.core import clock, ids
from valence.lake.canonical import CANONICAL, LINEAGE, CanonicalTable
from valence.lake.delta import PartFile, rows_in
from valence.lake.head import TableState, publish
from valence.lake.internal import INTERNAL, TOUCHED
from valence.lake.lake import Lake
from valence.lake.workbench import SQL_TYPE, Workbench, literal, quoted, select_files

COPY = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
COMPACT_AT = 24  # parts of one table from which on a merge folds the small ones together


@dataclass(frozen=True, slots=True)
class Counts:
    """What a merge did to the rows of one table."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.new + other.new, self.updated + other.updated, self.unchanged + other.unchanged
        )


class Writer:
    """Holds the lake's lease; everything it does is published by one `commit()`."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.snapshot = lake.snapshot()
        self.batch_id = str(ids.new_id())
        self.loaded_at = clock.now()
        self.sequence = self.snapshot.head.sequence + 1
        self.bench = Workbench(lake.scratch, memory=lake.memory, threads=lake.threads)
        self._tables = dict(self.snapshot.head.tables)
        self._files: dict[str, list[PartFile]] = {}
        self._passed: set[str] = set()  # files of earlier passes of the merge at work
        self._parts = 0
        self._incoming_is = "TABLE"
        self._compared: list[str] = []
        self.bench.sql(
            "CREATE TABLE _touched (table_name VARCHAR, id_key VARCHAR, customer_id VARCHAR, "
            "day DATE)"
        )

    def table_of(self, name: str) -> None:
        """Make view `name` over a table as this writer sees it, its own changes included."""
        files = [file.path for file in self._present(name)]
        self.bench.view(name, files, self.lake.columns(name))

    def merge(
        self, name: str, select: str, *, stored: bool = False, distinct: bool = False
    ) -> Counts:
        """Merge rows by the table's key: new rows land, changed ones replace, equal ones stay.

        Parameters
        ----------
        name
            A canonical or internal table.
        select
            SQL that gives its columns by name; missing ones are null, `batch_id` and `loaded_at`
            are filled here, `row_hash` too unless given: then it alone says whether a row changed.
        stored
            The SQL only picks from a table of the workbench, so that reading it several times costs
            less than keeping its answer.
        distinct
            No key comes twice by the way in which the rows were made, so nobody needs to look.

        Raises
        ------
        ValueError
            If the rows hold one key twice: the caller has to decide which row counts.
        """
        return self.merge_in_passes(name, [select], stored=stored, distinct=distinct)

    def merge_in_passes(
        self, name: str, selects: Sequence[str], *, stored: bool = False, distinct: bool = False
    ) -> Counts:
        """Merge rows pass after pass, each within less memory than all of them would take.

        As `merge` of all rows at once; no key of one pass may come in another.
        """
        counts = Counts()
        try:
            for select in selects:
                counts += self._pass(name, select, stored=stored, distinct=distinct)
        finally:
            self._passed.clear()
        return counts

    def _pass(self, name: str, select: str, *, stored: bool, distinct: bool) -> Counts:
        table = self._declared(name)
        self._take_in(table, select, stored=stored)
        if not distinct:
            self._refuse_repeated(table)
        first = not self._before(name)
        counts = Counts() if first else self._counted(table)
        if first:
            self.bench.sql("CREATE TEMP VIEW _changed AS FROM _incoming")
        if first or counts.new or counts.updated:
            written = self._copy_changed(table)
            counts = Counts(new=written.rows) if first else counts
            self._keep(table, written, replaced=bool(counts.updated))
        self.bench.sql("DROP VIEW _changed")
        self.bench.sql("DROP TABLE IF EXISTS _classified")
        self.bench.sql(f"DROP {self._incoming_is} _incoming")
        return counts

    def _before(self, name: str) -> list[PartFile]:
        """The files of a table but for those of earlier passes."""
        return [file for file in self._present(name) if file.path not in self._passed]

    def remove(self, name: str, select: str) -> int:
        """Take rows out of a table; return how many went.

        `select` gives the keys of rows that are in the table.
        """
        table = self._declared(name)
        if not self._present(name):
            return 0
        self.bench.sql(f"CREATE OR REPLACE TEMP VIEW _old AS {self._select_with_part(table)}")
        self.bench.sql(
            "CREATE TEMP TABLE _changed AS SELECT k.*, o._part, 'updated' AS _change FROM "
            f"({select}) k JOIN _old o ON {_same(table.key, 'o', 'k')}"
        )
        gone = int(self.bench.rows("SELECT count(*) FROM _changed")[0][0])
        if gone:
            self._mark(table, [self._replaced_rows(table)])
            parts = [row[0] for row in self.bench.rows("SELECT DISTINCT _part FROM _changed")]
            files = [self._without_replaced(table, part) for part in parts]
            self._commit_files(name, [f for f in files if f.rows], replacing=parts)
        self.bench.sql("DROP TABLE _changed")
        return gone

    def replace(self, name: str, select: str) -> int:
        """Make the whole table anew from SQL; return its rows. Nothing is marked as touched."""
        table = self._declared(name)
        file = self._copy(table, select, part=self.batch_id)
        self._commit_files(name, [file] if file.rows else [], replacing=None)
        return file.rows

    def touch_customers(self, select: str) -> None:
        """Mark identifiers whose customer changed.

        `select` gives `id_key` and `customer_id`, a row for the customer before and one after.
        """
        self.bench.sql(
            "INSERT INTO _touched SELECT 'identifier_map', id_key, customer_id, NULL "
            f"FROM ({select})"
        )

    def commit(self) -> None:
        """Publish everything done so far, at once."""
        self._write_touched()
        head = replace(
            self.snapshot.head,
            tables=self._tables,
            sequence=self.sequence,
            last_batch=self.batch_id,
            currency=self.lake.currency or self.snapshot.head.currency,
            zone=self.lake.zone or self.snapshot.head.zone,
        )
        publish(self.lake.path, head)
        self.snapshot = self.lake.snapshot()
        self.sequence = self.snapshot.head.sequence + 1
        self.batch_id = str(ids.new_id())

    def close(self) -> None:
        """Let go of the workbench; what was not committed is never seen."""
        self.bench.close()

    def _declared(self, name: str) -> CanonicalTable:
        table = CANONICAL.get(name) or INTERNAL.get(name)
        if table is None:
            raise ValueError(f"{name!r} is not a canonical table; marts are written by a build")
        return table

    def _present(self, name: str) -> list[PartFile]:
        if name not in self._files:
            state = self._tables.get(name)
            table = self.lake.table(name)
            self._files[name] = [] if state is None else table.files(state.version)
        return self._files[name]

    def _take_in(self, table: CanonicalTable, select: str, *, stored: bool) -> None:
        self.bench.sql(f"CREATE OR REPLACE TEMP VIEW _given AS {select}")
        given = {row[0] for row in self.bench.rows("DESCRIBE _given")}
        if unknown := given - {c.name for c in table.columns}:
            raise ValueError(f"{table.name} has no columns {sorted(unknown)}")
        content = [c for c in table.columns if c not in LINEAGE]
        cast = [
            f"{quoted(c.name) if c.name in given else 'NULL'}::{SQL_TYPE[c.kind]} AS "
            f"{quoted(c.name)}"
            for c in content
        ]
        told = ", ".join(quoted(c.name) for c in content if c.name in given)
        self._compared = ["row_hash"] if "row_hash" in given else [c.name for c in content]
        row_hash = "row_hash" if "row_hash" in given else f"to_hex(hash({told}))"
        # Only rows that are compared with others need to be kept for the comparison.
        self._incoming_is = "VIEW" if stored and not self._before(table.name) else "TABLE"
        self.bench.sql(
            f"CREATE TEMP {self._incoming_is} _incoming AS SELECT {', '.join(cast)}, "
            f"{row_hash} AS row_hash FROM _given"
        )

    def _counted(self, table: CanonicalTable) -> Counts:
        """Compare what came in with what is there; view `_changed` is what has to be written."""
        on, same = _same(table.key, "i", "o"), _same(self._compared, "i", "o")
        self.bench.sql(f"CREATE OR REPLACE TEMP VIEW _old AS {self._select_with_part(table)}")
        self.bench.sql(
            "CREATE TEMP TABLE _classified AS SELECT CASE WHEN o._part IS NULL THEN 'new' "
            f"WHEN {same} THEN 'unchanged' ELSE 'updated' END AS _change, "
            f"i.rowid AS _row, o._part AS _part FROM _incoming i LEFT JOIN _old o ON {on}"
        )
        self.bench.sql(
            "CREATE TEMP VIEW _changed AS SELECT i.*, c._change FROM _incoming i "
            "JOIN _classified c ON c._row = i.rowid WHERE c._change <> 'unchanged'"
        )
        found = dict(self.bench.rows("SELECT _change, count(*) FROM _classified GROUP BY ALL"))
        return Counts(found.get("new", 0), found.get("updated", 0), found.get("unchanged", 0))

    def _refuse_repeated(self, table: CanonicalTable) -> None:
        keys = ", ".join(quoted(key) for key in table.key)
        distinct, rows = self.bench.rows(
            f"SELECT (SELECT count(*) FROM (SELECT DISTINCT {keys} FROM _incoming)), "
            "(SELECT count(*) FROM _incoming)"
        )[0]
        if distinct != rows:
            raise ValueError(f"rows for {table.name} hold a key ({keys}) more than once")

    def _select_with_part(self, table: CanonicalTable) -> str:
        return " UNION ALL ".join(
            f"SELECT *, {literal(file.part)} AS _part "
            f"FROM ({select_files([file.path], table.columns)})"
            for file in self._before(table.name)
        )

    def _replaced_rows(self, table: CanonicalTable) -> str:
        """SQL of the rows that go, as they were."""
        return (
            "SELECT o.* FROM _old o SEMI JOIN (FROM _changed WHERE _change = 'updated') n "
            f"ON {_same(table.key, 'o', 'n')}"
        )

    def _mark(self, table: CanonicalTable, sources: Sequence[str]) -> None:
        """Mark the customers and days of rows that come, change or go."""
        if table.name in INTERNAL:
            return  # no mart reads one; for the identifier map people says who changed
        key = "id_key" if any(c.name == "id_key" for c in table.columns) else "NULL"
        day = table.day or "NULL"
        for source in sources:
            self.bench.sql(
                f"INSERT INTO _touched SELECT DISTINCT {literal(table.name)}, {key}, NULL, NULL "
                f"FROM ({source}) WHERE {key} IS NOT NULL"
            )
            self.bench.sql(
                f"INSERT INTO _touched SELECT DISTINCT {literal(table.name)}, NULL, NULL, {day} "
                f"FROM ({source})"
            )

    def _copy_changed(self, table: CanonicalTable) -> PartFile:
        """Write what is new or changed, so that it is computed once and can be read from there."""
        names = ", ".join(
            quoted(c.name) for c in table.columns if c.name not in {"batch_id", "loaded_at"}
        )
        stamped = (
            f"{literal(self.batch_id)} AS batch_id, "
            f"TIMESTAMPTZ {literal(self.loaded_at.isoformat())} AS loaded_at"
        )
        select = f"SELECT {names}, {stamped} FROM _changed"
        return self._copy(table, select, part=self._fresh_part())

    def _fresh_part(self) -> str:
        """A name for a part that no file has: what is replaced later goes by this name."""
        self._parts += 1
        return f"{self.batch_id}-{self._parts}"

    def _keep(self, table: CanonicalTable, written: PartFile, *, replaced: bool) -> None:
        """Add what was written to the table, and mark what it touches."""
        if not written.rows:
            Path(written.path).unlink()
            return
        gone = [self._replaced_rows(table)] if replaced else []
        self._mark(table, [f"FROM read_parquet({literal(written.path)})", *gone])
        replacing: list[str] = []
        if replaced:
            parts = "SELECT DISTINCT _part FROM _classified WHERE _change = 'updated'"
            replacing = [row[0] for row in self.bench.rows(parts)]
        rest = [self._without_replaced(table, part) for part in replacing]
        rest = [file for file in rest if file.rows]
        stay = [file for file in self._present(table.name) if file.part not in replacing]
        if len(stay) + len(rest) >= COMPACT_AT:
            small = sorted((*stay, *rest), key=lambda file: file.rows)[: COMPACT_AT // 2]
            written = self._folded(table, [*small, written])
            replacing += [file.part for file in small if file in stay]
            rest = [file for file in rest if file not in small]
        else:
            self._passed.add(written.path)
        self._commit_files(table.name, [written, *rest], replacing=replacing)

    def _without_replaced(self, table: CanonicalTable, part: str) -> PartFile:
        return self._copy(
            table,
            "SELECT o.* FROM _old o ANTI JOIN (FROM _changed WHERE _change = 'updated') n "
            f"ON {_same(table.key, 'o', 'n')} WHERE o._part = {literal(part)}",
            part=part,
        )

    def _folded(self, table: CanonicalTable, files: Sequence[PartFile]) -> PartFile:
        """Write some files as one."""
        select = select_files([file.path for file in files], table.columns)
        return self._copy(table, select, part=self._fresh_part())

    def _copy(self, table: CanonicalTable, select: str, *, part: str) -> PartFile:
        path = self.lake.table(table.name).fresh_path()
        names = ", ".join(quoted(c.name) for c in table.columns)
        # Kept in order, rows would wait in memory for those before them; nobody asks for it.
        self.bench.sql("SET preserve_insertion_order = false")
        self.bench.sql(f"COPY (SELECT {names} FROM ({select})) TO {literal(str(path))} {COPY}")
        self.bench.sql("SET preserve_insertion_order = true")
        return PartFile(str(path), part, rows_in(path))

    def _commit_files(
        self, name: str, files: list[PartFile], *, replacing: list[str] | None
    ) -> None:
        state = self._tables.get(name)
        version = self.lake.table(name).commit(
            files, replacing=replacing, at=-1 if state is None else state.version
        )
        self._files[name] = self.lake.table(name).files(version)
        self._tables[name] = TableState(version, sum(file.rows for file in self._files[name]))

    def _write_touched(self) -> None:
        if not self.bench.rows("SELECT 1 FROM _touched LIMIT 1"):
            return
        stamp = (
            f"{literal(self.batch_id)} AS batch_id, "
            f"TIMESTAMPTZ {literal(self.loaded_at.isoformat())} AS loaded_at, NULL AS row_hash"
        )
        file = self._copy(
            TOUCHED,
            f"SELECT {self.sequence} AS sequence, *, {stamp} FROM (SELECT DISTINCT * FROM "
            "_touched)",
            part=self.batch_id,
        )
        self._commit_files(TOUCHED.name, [file], replacing=[])
        self.bench.sql("DELETE FROM _touched")


def _same(columns: Sequence[str], left: str, right: str) -> str:
    return " AND ".join(
        f"{left}.{quoted(name)} IS NOT DISTINCT FROM {right}.{quoted(name)}" for name in columns
    )
