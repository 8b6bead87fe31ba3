"""The zone of the business day: every stored day follows when the brand's settings name another."""

from __future__ import annotations

from contextlib import closing

from valence.lake.canonical import CANONICAL, CanonicalTable
from valence.lake.internal import INTERNAL
from valence.lake.lake import Lake
from valence.lake.workbench import literal, quoted
from valence.lake.writer import Writer


def settle(lake: Lake) -> None:
    """Bring the stored days to the settings' zone, and publish them; the caller holds the lease."""
    if _moves(lake):
        with closing(Writer(lake)) as writer:
            move_days(writer)
            writer.commit()


def move_days(writer: Writer) -> bool:
    """Give every row the business day of its moment in the settings' zone; return whether any had.

    A day that came without a time of day stays that day: its moment is moved to where the day
    begins in the new zone. Such a row shows itself by a moment at midnight of the old zone, or one
    of another day there.
    """
    if not _moves(writer.lake):
        return False
    old, new = writer.snapshot.head.zone, writer.lake.zone
    for table in (*CANONICAL.values(), *INTERNAL.values()):
        days = _days(table)
        if table.name in writer.snapshot.names and days:
            writer.table_of(table.name)
            writer.replace(table.name, _moved(table, days, old, new))
    return True


def _moves(lake: Lake) -> bool:
    held = lake.snapshot().head.zone
    return bool(held and lake.zone and held != lake.zone)


def _days(table: CanonicalTable) -> dict[str, str]:
    """Columns with a business day, each with the column of its moment."""
    kinds = {column.name: column.kind for column in table.columns}
    pairs = {
        name: f"{name.removesuffix('_on')}_at" for name, kind in kinds.items() if kind == "day"
    }
    return {day: moment for day, moment in pairs.items() if kinds.get(moment) == "instant"}


def _moved(table: CanonicalTable, days: dict[str, str], old: str, new: str) -> str:
    """SQL of the rows as they are in the new zone."""
    columns = {column.name: quoted(column.name) for column in table.columns}
    for day, moment in days.items():
        local = f"({quoted(moment)} AT TIME ZONE {literal(old)})"
        only_day = f"({local}::DATE <> {quoted(day)} OR {local} = date_trunc('day', {local}))"
        begins = f"({quoted(day)}::TIMESTAMP AT TIME ZONE {literal(new)})"
        there = f"({quoted(moment)} AT TIME ZONE {literal(new)})::DATE"
        columns[moment] = f"CASE WHEN {only_day} THEN {begins} ELSE {quoted(moment)} END"
        columns[day] = f"CASE WHEN {only_day} THEN {quoted(day)} ELSE {there} END"
    listed = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in columns.items())
    return f"SELECT {listed} FROM {quoted(table.name)}"
