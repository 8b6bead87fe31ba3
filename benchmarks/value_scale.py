"""RFM, tiers and cohorts of 1 M customers: ours, hand-written SQL and pandas, in the same run.

All read the same files, join the identifier map by id_key, use two threads and write their whole
answer. In pandas, reading and joining counts for each of the three, as it does for the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd

from benchmarks.build_scale import CUSTOMERS, LINES, data
from benchmarks.report import WORK, Row
from valence.demo.scale import END
from valence.lake.canonical import CANONICAL
from valence.lake.columns import IBIS
from valence.lake.internal import IDENTIFIER_MAP
from valence.value import cohorts, order_facts, rfm, tier_summary

ROUNDS = 3
_FACTS = f"""
f AS (
  SELECT i.customer_id, o.ordered_on, o.kind, o.net_amount - o.cost_amount AS value
  FROM orders o JOIN identifier_map i USING (id_key)
  WHERE o.ordered_on <= DATE '{END}'
)"""
HAND = {
    "RFM": f"""
WITH {_FACTS}, r AS (
  SELECT customer_id, DATE '{END}' - max(ordered_on) FILTER (kind = 'sale') AS recency,
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


def check() -> Sequence[Row]:
    """Time the three questions, each contestant's best of some rounds taken in turns."""
    folder = data()
    con = duckdb.connect()
    con.execute("SET threads = 2; SET preserve_insertion_order = false; SET TimeZone = 'UTC'")
    con.execute(f"SET memory_limit = '4GB'; SET temp_directory = '{WORK / 'spill'}'")
    expressions = ours(canonical(con, folder))
    pandas = with_pandas(folder)
    rows = []
    for name, expression in expressions.items():
        text = ibis.to_sql(expression, dialect="duckdb", pretty=False)
        by_hand, own = _in_turns(
            lambda name=name: con.execute(f"CREATE OR REPLACE TEMP TABLE h AS {HAND[name]}"),
            lambda text=text: con.execute(f"CREATE OR REPLACE TEMP TABLE o AS {text}"),
        )
        ratio, other = own / by_hand, pandas[name] / own
        what = f"{name} of {LINES / 1e6:.0f} M lines, {CUSTOMERS / 1e6:.0f} M customers"
        rows += [
            Row(f"{what}: ours / hand-written query", "at most 1.5 ×",
                f"{own:.2f} s / {by_hand:.2f} s = {ratio:.2f} ×", ratio <= 1.5),
            Row(f"{what}: pandas / ours", "ahead of pandas",
                f"{pandas[name]:.2f} s / {own:.2f} s = {other:.1f} ×", other > 1),
        ]  # fmt: skip
    return rows


def canonical(con: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, ir.Table]:
    """The canonical tables as the builder hands them in: with customer_id joined by id_key."""
    tables = {}
    for name in ("orders", "identifier_map"):
        con.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM '{folder / name}.parquet'")
        columns = CANONICAL[name].columns if name in CANONICAL else IDENTIFIER_MAP.columns
        tables[name] = ibis.table({c.name: IBIS[c.kind] for c in columns}, name=name)
    known = tables.pop("identifier_map").select("id_key", "customer_id")
    orders = tables["orders"]
    return {"orders": orders.left_join(known, "id_key").drop("id_key_right")}


def ours(tables: dict[str, ir.Table]) -> dict[str, ir.Table]:
    """The same three answers by the public functions."""
    facts = order_facts(tables["orders"], as_of=END)
    by_customer = facts.filter(facts.customer_id.notnull())
    by_customer = by_customer.group_by("customer_id").agg(value_amount=facts.value_amount.sum())
    return {
        "RFM": rfm(tables["orders"], as_of=END),
        "tiers": tier_summary(by_customer),
        "cohorts": cohorts(tables["orders"], as_of=END),
    }


def _in_turns(*contestants: Callable[[], object]) -> list[float]:
    """Best of some rounds of each, in seconds."""
    best = [float("inf")] * len(contestants)
    for _ in range(ROUNDS):
        for place, work in enumerate(contestants):
            started = time.perf_counter()
            work()
            best[place] = min(best[place], time.perf_counter() - started)
    return best


def with_pandas(folder: Path) -> dict[str, float]:
    """The plain pandas way, best of some rounds; reading and joining counts for each question."""
    contest = {"RFM": _pandas_rfm, "tiers": _pandas_tiers, "cohorts": _pandas_cohorts}
    (read,) = _in_turns(lambda: _read(folder))
    t = _read(folder)
    return {name: read + _in_turns(lambda w=work: w(t))[0] for name, work in contest.items()}


def _read(folder: Path) -> pd.DataFrame:
    names = ["id_key", "ordered_on", "kind", "net_amount", "cost_amount"]
    orders = pd.read_parquet(folder / "orders.parquet", columns=names)
    known = pd.read_parquet(folder / "identifier_map.parquet", columns=["id_key", "customer_id"])
    t = orders.merge(known, on="id_key")
    t["ordered_on"] = pd.to_datetime(t.ordered_on)
    t = t[t.ordered_on <= pd.Timestamp(date.isoformat(END))]
    t["value"] = t.net_amount.astype(float) - t.cost_amount.astype(float)
    return t


def _pandas_rfm(t: pd.DataFrame) -> pd.DataFrame:
    sales = t[t.kind == "sale"].groupby("customer_id").ordered_on.agg(["max", "size"])
    sales["monetary"] = t.groupby("customer_id").value.sum()
    sales["recency"] = (pd.Timestamp(date.isoformat(END)) - sales["max"]).dt.days
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
