"""People: how many customers the files of an import name, once all of its identifiers are known.

A file may know its customers by a number of each order, and only the next file says which of these
are one person; so files are counted by the map of who is who, when all of them have landed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from valence.intake.staging import Staged
from valence.intake.summary import FileSummary
from valence.lake.writer import Writer
from valence.people.publish import TABLE

_NOBODY = {"products", "spend", "fx_rates", "lookup"}


class People:
    """Keeps the identifiers that each file of an import names, to count who they are."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._named: list[str] = []  # by file: a table of its identifiers, empty for none

    def named(self, staged: Staged, keyed: str) -> None:
        """Keep the identifiers that a file's good rows (SQL `keyed`) name."""
        if staged.mapping.kind in _NOBODY:
            self.nobody()
            return
        table = f"{staged.table}_people"
        kinds = [f"SELECT id_key FROM {staged.table}_{kind}" for kind in staged.identifiers]
        # The identifiers of a file are at hand; where it has none, its orders tell.
        told = " UNION ".join(kinds) or f"SELECT id_key FROM ({keyed}) GROUP BY id_key"
        self._writer.bench.sql(f"CREATE OR REPLACE TEMP TABLE {table} AS {told}")
        self._named.append(table)

    def nobody(self) -> None:
        """Note a file that has no customers to be counted."""
        self._named.append("")

    def counted(self, files: Sequence[FileSummary]) -> list[FileSummary]:
        """Return the summaries, in the order of the files, with their customers counted."""
        self._writer.table_of(TABLE)
        return [self._counted(*one) for one in zip(files, self._named, strict=True)]

    def _counted(self, file: FileSummary, table: str) -> FileSummary:
        if not table:
            return file
        [[customers]] = self._writer.bench.rows(
            "SELECT count(customer_id) FROM (SELECT customer_id FROM "
            f"{TABLE} SEMI JOIN {table} USING (id_key) GROUP BY customer_id)"
        )
        self._writer.bench.sql(f"DROP TABLE {table}")
        return replace(file, totals=replace(file.totals, customers=int(customers)))
