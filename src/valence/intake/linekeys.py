"""Line keys: by what a line of an order is known to be the same line when it comes again."""

from __future__ import annotations

from valence.intake.mapping import FileMapping
from valence.intake.shares import make_in_shares
from valence.lake.workbench import Workbench

_CONTENT = ("product_id", "description", "quantity", "unit_price", "_net")


def content_sql(mapping: FileMapping) -> str:
    """Return SQL for what makes a line the same: the source's id, else the hash of its content."""
    if "line_id" in mapping.columns:
        return "'i:' || line_id"
    told = ", ".join(f"coalesce({name}::VARCHAR, '')" for name in _CONTENT)
    return f"left(md5(concat_ws(chr(31), {told})), 16)"


def leave_out(bench: Workbench, rows: str) -> int:
    """Take rows out of `_line_rows`; `rows` is SQL of their `_row`. Return how many went."""
    [[gone]] = bench.rows(f"INSERT INTO _left_out {rows}")
    bench.sql(
        "CREATE OR REPLACE TEMP VIEW _line_rows AS FROM _all_line_rows ANTI JOIN _left_out "
        "USING (_row)"
    )
    return int(gone)


def number_lines(bench: Workbench, mapping: FileMapping) -> int:
    """Number identical lines of an order: true duplicates are several lines, each with its key.

    Only the few that repeat are numbered; a window over a million rows costs a second. Return how
    many rows were left out as the source says that another row is the same line.
    """
    make_in_shares(
        bench,
        "_repeated",
        "SELECT count(*) // 4 FROM _line_rows",  # a line is a few numbers only
        lambda some: (
            "SELECT hash(order_id, _line) AS hashed FROM _line_rows "
            f"WHERE {some} GROUP BY hashed HAVING count(*) > 1"
        ),
    )
    again = "_line_rows WHERE hash(order_id, _line) IN (FROM _repeated)"
    bench.sql("CREATE OR REPLACE TEMP TABLE _numbers (_row BIGINT, n BIGINT)")
    if "line_id" in mapping.columns:
        # The source says that it is one line: the last row that tells of it counts.
        before = f"SELECT _row FROM {again} QUALIFY row_number() OVER (PARTITION BY order_id, "
        return leave_out(bench, before + "_line ORDER BY _row DESC) > 1")
    bench.sql(
        f"INSERT INTO _numbers SELECT _row, row_number() OVER (PARTITION BY order_id, _line "
        f"ORDER BY ordered_at, _row) AS n FROM {again} QUALIFY n > 1"
    )
    return 0
