"""Rows of canonical feedback that are made here, not imported: brought to the lake, each once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from valence.kit.opened import OpenBrand
from valence.lake.workbench import literal

if TYPE_CHECKING:
    import pyarrow as pa

WAIT = 10.0  # seconds for somebody else's lease
Row = dict[str, Any]
_TEXTS = ("feedback_id", "metric", "touchpoint", "subject", "scale", "text", "language",
          "order_id", "channel", "store", "source", "id_type", "id_key")  # fmt: skip


def merge_feedback(house: OpenBrand, rows: Sequence[Row], what: str) -> None:
    """Bring rows to the lake; those that are there already are the same rows afterwards.

    Parameters
    ----------
    house
        The brand.
    rows
        By the names of canonical feedback; `answered_at` and `answered_on` are always there.
    what
        They are, for whoever waits for the lake meanwhile.

    Raises
    ------
    BusyError
        If an import or a build holds the lake.
    """
    with house.lake.writing(what, wait=WAIT) as writer:
        writer.bench.register("_made_feedback", _arrow(rows))
        writer.merge("feedback", "SELECT * FROM _made_feedback")
        writer.commit()


def remove_feedback(house: OpenBrand, source: str, prefix: str, what: str) -> None:
    """Take rows of a source out of the lake: those whose `feedback_id` begins with a text.

    Raises
    ------
    BusyError
        If an import or a build holds the lake.
    """
    begins = f"source = {literal(source)} AND starts_with(feedback_id, {literal(prefix)})"
    with house.lake.writing(what, wait=WAIT) as writer:
        writer.table_of("feedback")
        writer.remove("feedback", f"SELECT source, feedback_id FROM feedback WHERE {begins}")
        writer.commit()


def _arrow(rows: Sequence[Row]) -> pa.Table:
    import pyarrow as pa  # noqa: PLC0415 - the page that is answered needs none

    def column(name: str) -> list[Any]:
        return [row.get(name) or None for row in rows]

    made: dict[str, Any] = {name: pa.array(column(name), pa.string()) for name in _TEXTS}
    made["score"] = pa.array([row.get("score") for row in rows], pa.float64())
    made["answered_at"] = pa.array(
        [row["answered_at"] for row in rows], pa.timestamp("us", tz="UTC")
    )
    made["answered_on"] = pa.array([row["answered_on"] for row in rows], pa.date32())
    return pa.table(made)
