"""Delta tables whose Parquet files an engine writes itself.

Rows go from the engine to disk without passing through Python, within the engine's bound of
memory; `deltalake` is asked for what it is best at: the transaction log. Every table is partitioned
by `part`, a name for a group of files that are replaced together; the column stands in the log and
not in the files.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Schema
from deltalake.exceptions import TableNotFoundError
from deltalake.transaction import AddAction, create_table_with_add_actions

from valence.core import clock, ids
from valence.lake.columns import Column, arrow_schema, declared_from
from valence.lake.workbench import footer

KEEP_HOURS = 24 * 7  # replaced files stay this long for readers that pinned an older head


@dataclass(frozen=True, slots=True)
class PartFile:
    """One Parquet file of a table: where it lies, the part it belongs to, how many rows."""

    path: str
    part: str
    rows: int


class Table:
    """One Delta table in the lake's folder."""

    def __init__(self, lake: Path, name: str, columns: Sequence[Column]) -> None:
        self.name = name
        self.columns = tuple(columns)
        self.folder = lake / "tables" / name
        self._opened: DeltaTable | None = None  # the version that was looked at last

    def version(self) -> int:
        """The newest version in the log, published or not; -1 if there is no table yet."""
        table = self._open()
        return -1 if table is None else int(table.version())

    def files(self, version: int) -> list[PartFile]:
        """The files that make up a version."""
        table = self._open(version)
        if table is None:
            return []
        actions = pa.table(table.get_add_actions(flatten=True))
        rows = actions.select(["path", "partition.part", "num_records"]).to_pylist()
        return sorted(
            (
                PartFile(str(self.folder / r["path"]), r["partition.part"], r["num_records"])
                for r in rows
            ),
            key=lambda file: (file.part, file.path),
        )

    def written_columns(self) -> tuple[Column, ...]:
        """The columns as the log has them; none if there is no table yet."""
        table = self._open()
        if table is None:
            return ()
        schema = pa.schema(table.schema().to_arrow())
        return declared_from(schema.remove(schema.get_field_index("part")))

    def state(self, version: int) -> str:
        """What the commit of a version says it was made from (see `commit`)."""
        table = self._open(version)
        history = table.history(1) if table is not None else []
        return str(history[0].get("valence.state", "")) if history else ""

    def fresh_path(self) -> Path:
        """A path in the table's folder that no file has."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f"{ids.new_id()}.parquet"

    def adopt(self, path: Path, part: str) -> PartFile:
        """Move a Parquet file from elsewhere into the table's folder."""
        target = self.fresh_path()
        shutil.move(path, target)
        return PartFile(str(target), part, rows_in(target))

    def commit(
        self,
        files: Iterable[PartFile],
        *,
        replacing: Sequence[str] | None = (),
        at: int,
        state: str = "",
    ) -> int:
        """Commit new files as one version on top of version `at`.

        Parameters
        ----------
        files
            Files to add; they lie in the table's folder.
        replacing
            Parts whose present files go; None for all of them.
        at
            The published version this builds on. Commits beyond it are leftovers of a crash and
            are rolled back first.
        state
            Kept with the commit, so that a later run knows what the version was made from.

        Returns
        -------
        int
            The new version.
        """
        actions = [_add_action(file) for file in files]
        table = self._open()
        properties = CommitProperties(custom_metadata={"valence.state": state})
        if table is None:
            create_table_with_add_actions(
                str(self.folder),
                schema=self._schema(),
                add_actions=actions,
                partition_by=["part"],
                commit_properties=properties,
            )
            return self.version()
        if at < 0:
            replacing = None
        elif table.version() != at:
            table.restore(at)
            table.update_incremental()
        self._widen(table)
        filters = None if replacing is None else [("part", "in", list(replacing))]
        table.create_write_transaction(
            actions,
            mode="append" if replacing is not None and not replacing else "overwrite",
            schema=table.schema(),
            partition_by=["part"],
            partition_filters=filters if replacing else None,
            commit_properties=properties,
        )
        table.update_incremental()
        return int(table.version())

    def vacuum(self, *, keep_hours: int = KEEP_HOURS) -> int:
        """Remove files that no version of the last `keep_hours` needs; return how many."""
        table = self._open()
        if table is None:
            return 0
        gone = table.vacuum(
            retention_hours=keep_hours, dry_run=False, enforce_retention_duration=False, full=True
        )
        return len(gone)

    def _open(self, version: int | None = None) -> DeltaTable | None:
        if version is not None and version < 0:
            return None
        if version is None or self._opened is None or self._opened.version() != version:
            try:
                self._opened = DeltaTable(str(self.folder), version=version)
            except TableNotFoundError:
                return None
        return self._opened

    def _widen(self, table: DeltaTable) -> None:
        """Tell the log of columns that were declared after the table was made."""
        known = {field.name for field in table.schema().fields}
        fresh = [field for field in self._schema().fields if field.name not in known]
        if fresh:
            table.alter.add_columns(fresh)

    def _schema(self) -> Schema:
        schema = arrow_schema(self.columns)
        return Schema.from_arrow(schema.append(pa.field("part", pa.string())))


def _add_action(file: PartFile) -> AddAction:
    path = Path(file.path)
    with path.open("rb") as content:
        os.fsync(content.fileno())
    return AddAction(
        path=path.name,
        size=path.stat().st_size,
        partition_values={"part": file.part},
        modification_time=int(clock.now().timestamp() * 1000),
        data_change=True,
        stats=json.dumps({"numRecords": file.rows}),
    )


def rows_in(path: Path) -> int:
    """Return the number of rows of a Parquet file, from its footer."""
    return footer(str(path)).rows
