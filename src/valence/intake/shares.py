"""Some orders at a time: what groups or joins orders keeps them in memory, a million in 100 MB."""

from __future__ import annotations

from collections.abc import Callable

from valence.lake.workbench import Workbench

_AT_A_TIME = 500_000  # orders


def shares_of(bench: Workbench, count: str) -> list[str]:
    """Return SQL conditions on `order_id` that share orders out; the query `count` counts them."""
    orders = bench.rows(count)[0][0]
    shares = -(-orders // _AT_A_TIME)
    if shares <= 1:
        return ["true"]
    return [f"hash(order_id) % {shares} = {share}" for share in range(shares)]


def make_in_shares(bench: Workbench, table: str, count: str, select: Callable[[str], str]) -> None:
    """Make a table of what `select` gives for each share, one after the other."""
    into = f"CREATE OR REPLACE TEMP TABLE {table} AS"
    for some in shares_of(bench, count):
        bench.sql(f"{into} {select(some)}")
        into = f"INSERT INTO {table}"
