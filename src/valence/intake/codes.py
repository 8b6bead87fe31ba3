"""Codes: texts stand as numbers while rows are grouped by their order.

An engine can send groups to scratch that hold numbers, but not those that hold texts: grouped by
what they say, the orders of a large file would not fit in memory.
"""

from __future__ import annotations

from collections.abc import Sequence

from valence.lake.workbench import Workbench, quoted


def coded(bench: Workbench, rows: str, names: Sequence[str]) -> str:
    """Return SQL of rows with a column `_<name>` for each text: its code, null where it is null.

    Codes have the order of their texts, so that the greatest code is that of the greatest text.
    """
    for name in names:
        bench.sql(
            f"CREATE OR REPLACE TEMP TABLE {_words(name)} AS SELECT word, row_number() OVER (ORDER "
            f"BY word) AS code FROM (SELECT DISTINCT {quoted(name)} AS word FROM ({rows})) "
            "WHERE word IS NOT NULL"
        )
    codes = "".join(f", {_words(name)}.code AS _{name}" for name in names)
    joins = " ".join(
        f"LEFT JOIN {_words(name)} ON {_words(name)}.word = r.{quoted(name)}" for name in names
    )
    return f"SELECT r.*{codes} FROM ({rows}) r {joins}"


def decoded(groups: str, names: Sequence[str]) -> str:
    """Return SQL of groups with the texts whose codes stand under `_<name>`, and without these."""
    codes = ", ".join(f"_{name}" for name in names)
    texts = "".join(f", {_words(name)}.word AS {quoted(name)}" for name in names)
    joins = " ".join(
        f"LEFT JOIN {_words(name)} ON {_words(name)}.code = g._{name}" for name in names
    )
    return f"SELECT g.*{f' EXCLUDE ({codes})' if codes else ''}{texts} FROM ({groups}) g {joins}"


def _words(name: str) -> str:
    return f"_words_{name}"
