"""RFM, tiers and cohorts of a million customers: ours, hand-written SQL, pandas, in one run.

    python benchmarks/value_scale.py FOLDER [--customers 1000000] [--no-pandas] [--no-build]

The tables are made in FOLDER if they are not there. All contestants read the same files, join the
identifier map by id_key, use two threads and write their whole answer.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd
from value_data import make

from valence.lake.canonical import CANONICAL
from valence.lake.columns import IBIS
from valence.lake.internal import IDENTIFIER_MAP
from valence.lake.marts import BuildContext
from valence.lake.plan import in_order
from valence.value import cohorts, order_facts, rfm, tier_summary
from valence.value.marts import MARTS

AS_OF = date(2024, 12, 29)
_FACTS = """
f AS (
  SELECT i.customer_id, o.ordered_on, o.kind, o.net_amount - o.cost_amount AS value
  FROM orders o JOIN identifier_map i USING (id_key)
  WHERE o.ordered_on <= DATE '2024-12-29'
)"""
HAND = {
    "RFM": f"""
WITH {_FACTS}, r AS (
  SELECT customer_id, DATE '2024-12-29' - max(ordered_on) FILTER (kind = 'sale') AS recency,
    count(*) FILTER (kind = 'sale') AS frequency, sum(value) AS monetary
  FROM f GROUP BY customer_id HAVING frequency > 0
)
SELECT *, ntile(5) OVER (ORDER BY recency DESC) AS r, ntile(5) OVER (ORDER BY frequency) AS f,
  ntile(5) OVER (ORDER BY monetary) AS m
FROM r""",
    "tiers": f"""
WITH {_FACTS}, c AS (SELECT customer_id, sum(value) AS value FROM f GROUP BY customer_id),
t AS (
  SELECT value, row_number() OVER (ORDER BY value DESC, customer_id) / count(*) OVER () AS place
  FROM c
)
SELECT CASE WHEN place <= 0.05 THEN 'top' WHEN place <= 0.2 THEN 'middle' ELSE 'base' END AS tier,
  count(*) AS customers, sum(value) AS value, min(value) AS least, max(value) AS most
FROM t GROUP BY tier""",
    "cohorts": f"""
WITH {_FACTS}, m AS (
  SELECT customer_id, year(ordered_on) * 12 + month(ordered_on) AS month,
    count(*) FILTER (kind = 'sale') AS orders, sum(value) AS value
  FROM f GROUP BY ALL
), c AS (SELECT customer_id, min(month) AS cohort FROM m WHERE orders > 0 GROUP BY customer_id)
SELECT cohort, month - cohort AS k, count(*) FILTER (orders > 0) AS active, sum(orders) AS orders,
  sum(value) AS value
FROM m JOIN c USING (customer_id) GROUP BY ALL""",
}


def canonical(con: duckdb.DuckDBPyConnection, paths: dict[str, str]) -> dict[str, ir.Table]:
    """The canonical tables as the builder hands them in: with customer_id joined by id_key."""
    tables = {}
    for name, path in paths.items():
        con.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM '{path}'")
        columns = CANONICAL[name].columns if name in CANONICAL else IDENTIFIER_MAP.columns
        tables[name] = ibis.table({c.name: IBIS[c.kind] for c in columns}, name=name)
    known = tables.pop("identifier_map").select("id_key", "customer_id")
    for name, table in tables.items():
        if CANONICAL[name].customer:
            tables[name] = table.left_join(known, "id_key").drop("id_key_right")
    return tables


def ours(tables: dict[str, ir.Table]) -> dict[str, ir.Table]:
    """The same three answers from the same files by the public functions."""
    facts = order_facts(tables["orders"], as_of=AS_OF)
    by_customer = facts.filter(facts.customer_id.notnull())
    by_customer = by_customer.group_by("customer_id").agg(value_amount=facts.value_amount.sum())
    return {
        "RFM": rfm(tables["orders"], as_of=AS_OF),
        "tiers": tier_summary(by_customer),
        "cohorts": cohorts(tables["orders"], as_of=AS_OF),
    }


def timed(work: Callable[[], object], rounds: int = 3) -> float:
    """Best of some rounds, in seconds."""
    best = float("inf")
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


def with_pandas(paths: dict[str, str]) -> dict[str, float]:
    """The plain pandas way, timed once; reading and joining counts for each, as for the others."""
    started = time.perf_counter()
    names = ["id_key", "ordered_on", "kind", "net_amount", "cost_amount"]
    orders = pd.read_parquet(paths["orders"], columns=names)
    known = pd.read_parquet(paths["identifier_map"], columns=["id_key", "customer_id"])
    t = orders.merge(known, on="id_key")
    t["ordered_on"] = pd.to_datetime(t.ordered_on)
    t = t[t.ordered_on <= pd.Timestamp(AS_OF)]
    t["value"] = t.net_amount.astype(float) - t.cost_amount.astype(float)
    read = time.perf_counter() - started
    contest = {"RFM": _pandas_rfm, "tiers": _pandas_tiers, "cohorts": _pandas_cohorts}
    return {name: read + timed(lambda w=work: w(t), rounds=1) for name, work in contest.items()}


def _pandas_rfm(t: pd.DataFrame) -> pd.DataFrame:
    sales = t[t.kind == "sale"].groupby("customer_id").ordered_on.agg(["max", "size"])
    sales["monetary"] = t.groupby("customer_id").value.sum()
    sales["recency"] = (pd.Timestamp(AS_OF) - sales["max"]).dt.days
    for column, up in (("recency", False), ("size", True), ("monetary", True)):
        rank = sales[column].rank(method="first", ascending=up)
        sales[f"{column}_score"] = pd.qcut(rank, 5, labels=False) + 1
    return sales


def _pandas_tiers(t: pd.DataFrame) -> pd.DataFrame:
    value = t.groupby("customer_id").value.sum().sort_values(ascending=False)
    place = (pd.Series(range(len(value)), value.index) + 1) / len(value)
    tier = pd.cut(place, [0, 0.05, 0.2, 1], labels=["top", "middle", "base"])
    return value.groupby(tier, observed=True).agg(["size", "sum", "min", "max"])


def _pandas_cohorts(t: pd.DataFrame) -> pd.DataFrame:
    t = t.assign(month=t.ordered_on.dt.year * 12 + t.ordered_on.dt.month, sale=t.kind == "sale")
    m = t.groupby(["customer_id", "month"]).agg(orders=("sale", "sum"), value=("value", "sum"))
    m = m.reset_index()
    m["cohort"] = m.customer_id.map(m[m.orders > 0].groupby("customer_id").month.min())
    m = m.dropna(subset=["cohort"])
    m["k"] = m.month - m.cohort
    return m.groupby(["cohort", "k"]).agg(active=("orders", "count"), value=("value", "sum"))


def build(con: duckdb.DuckDBPyConnection, tables: dict[str, ir.Table], folder: Path) -> None:
    """Every mart after its inputs, as Parquet, the way a build from nothing does it."""
    context = BuildContext(AS_OF, "EUR", None, {})
    whole = 0.0
    for mart in in_order(MARTS):
        text = ibis.to_sql(mart.compute(tables, context), dialect="duckdb", pretty=False)
        target = folder / f"mart_{mart.name}.parquet"
        order = f"ORDER BY {', '.join(mart.order_by)}" if mart.order_by else ""
        names = ", ".join(column.name for column in mart.columns)
        started = time.perf_counter()
        con.execute(
            f"COPY (SELECT {names} FROM ({text}) {order}) TO '{target}' "
            "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
        )
        took = time.perf_counter() - started
        whole += took
        con.execute(f"CREATE OR REPLACE VIEW {mart.name} AS SELECT * FROM '{target}'")
        tables[mart.name] = ibis.table({c.name: IBIS[c.kind] for c in mart.columns}, mart.name)
        print(f"| build {mart.name} | {took:.2f} s |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"| all marts | {whole:.2f} s, peak {peak:.1f} GB |")


def main() -> None:
    """Make the tables, run the contest, print a table."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("folder", type=Path)
    ask.add_argument("--customers", type=int, default=1_000_000)
    ask.add_argument("--no-pandas", action="store_true")
    ask.add_argument("--no-build", action="store_true")
    asked = ask.parse_args()
    paths = make(asked.folder, asked.customers)
    con = duckdb.connect()
    con.execute("SET threads = 2; SET preserve_insertion_order = false; SET TimeZone = 'UTC'")
    con.execute(f"SET memory_limit = '4GB'; SET temp_directory = '{asked.folder / 'spill'}'")
    tables = canonical(con, paths)
    if not asked.no_build:
        build(con, dict(tables), asked.folder)
    print("| | ours | hand-written SQL | ratio | pandas |\n|---|---|---|---|---|")
    slow = {} if asked.no_pandas else with_pandas(paths)
    for name, expression in ours(tables).items():
        text = ibis.to_sql(expression, dialect="duckdb", pretty=False)
        hand = timed(
            lambda name=name: con.execute(f"CREATE OR REPLACE TEMP TABLE h AS {HAND[name]}")
        )
        own = timed(lambda text=text: con.execute(f"CREATE OR REPLACE TEMP TABLE o AS {text}"))
        other = f"{slow[name]:.2f} s" if name in slow else "not run"
        print(f"| {name} | {own:.2f} s | {hand:.2f} s | {own / hand:.2f} | {other} |")


if __name__ == "__main__":
    main()
