"""The comparison: many random rules as columns of one select, against the rules in Python.

A longer run than the tests': `python -m tests.core.rules.compare --engine duckdb --rules 20000`.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from tests.core.rules.generate import (
    AS_OF,
    CATALOG,
    CUSTOMER,
    EVENT,
    ORDER,
    Maker,
    as_json,
)
from valence.core.rules import Expression, Type, annotate, compile_expression, compile_rule

ARROW = {
    Type.TEXT: pa.string(),
    Type.INT: pa.int64(),
    Type.DECIMAL: pa.decimal128(18, 4),
    Type.FLOAT: pa.float64(),
    Type.BOOL: pa.bool_(),
    Type.DAY: pa.date32(),
    Type.INSTANT: pa.timestamp("us", "UTC"),
}


class Data:
    """Customers and their histories, as rows for Python and as Arrow tables for an engine."""

    def __init__(self, maker: Maker, customers: int = 40) -> None:
        self.customers = [{"id": i, **maker.row(CUSTOMER)} for i in range(customers)]
        self.events, self.orders = [], []
        for rows, columns in ((self.events, EVENT), (self.orders, ORDER)):
            for i in range(-1, customers):  # -1 is no customer of the table
                count = maker.random.choice([0, 0, 1, 2, 8])
                owner = i if i % 10 else None
                rows += [{"id": owner, **maker.row(columns)} for _ in range(count)]

    def tables(self) -> dict[str, pa.Table]:
        of = (("customers", CUSTOMER), ("events", EVENT), ("orders", ORDER))
        return {name: arrow(getattr(self, name), columns) for name, columns in of}

    def histories(self, customer: int) -> dict[str, list]:
        return {
            "events": [row for row in self.events if row["id"] == customer],
            "orders": [row for row in self.orders if row["id"] == customer],
        }


def arrow(rows: list[dict], columns: dict[str, Type]) -> pa.Table:
    schema = pa.schema([("id", pa.int64()), *((n, ARROW[kind]) for n, kind in columns.items())])
    return pa.Table.from_pylist(rows, schema=schema)


def duckdb_of(tables: dict[str, pa.Table]) -> ibis.BaseBackend:
    con = ibis.duckdb.connect()
    for name, table in tables.items():
        con.create_table(name, table)
    return con


def spark_of(session, tables: dict[str, pa.Table], folder: Path) -> ibis.BaseBackend:
    for name, table in tables.items():
        path = folder / f"{name}.parquet"
        pq.write_table(table, path)
        session.read.parquet(str(path)).createOrReplaceTempView(name)
    return ibis.pyspark.connect(session)


def compiled(maker: Maker, count: int) -> dict[str, Expression]:
    """Make rules, and one expression of any type for each four of them."""
    made: dict[str, Expression] = {}
    for i in range(count):
        if i % 5:
            made[f"r{i}"] = compile_rule(maker.rule(), CATALOG)
        else:
            made[f"r{i}"] = compile_expression(maker.expression(), CATALOG)
    return made


def differences(con, data: Data, rules: dict[str, Expression]) -> list[str]:
    """Return where the engine and Python answer differently, one line each."""
    found = annotate(
        con.table("customers"),
        rules,
        as_of=AS_OF,
        histories={"events": con.table("events"), "orders": con.table("orders")},
        key="id",
    )
    answers = {row["id"]: row for row in rows_of(con, found)}
    assert sorted(answers) == [row["id"] for row in data.customers]
    wrong: dict[str, str] = {}  # one customer of each rule is enough to see
    for row in data.customers:
        histories = data.histories(row["id"]) if row["id"] % 10 else {"events": [], "orders": []}
        for name, rule in rules.items():
            here = rule.value(row, as_of=AS_OF, histories=histories)
            there = answers[row["id"]][name]
            if not same(here, there):
                shown = {k: v for k, v in row.items() if k in rule.names}
                told = f"{rule.text}\n  Python {here!r}, engine {there!r}, {as_json(shown)}"
                wrong.setdefault(name, told)
    return list(wrong.values())


def rows_of(con, table) -> list[dict]:
    if con.name != "pyspark":
        return con.to_pyarrow(table).to_pylist()
    # Not by to_pyarrow: it goes through pandas, where whole numbers with gaps become floats.
    return con.raw_sql(con.compile(table)).toArrow().to_pylist()


def same(here: object, there: object) -> bool:
    if isinstance(there, datetime):
        there = there.astimezone(UTC) if there.tzinfo else there.replace(tzinfo=UTC)
    if isinstance(there, float) and math.isnan(there):
        return False  # an engine must never let one out
    return here == there and (here is None or isinstance(there, type(here)))


def run(con, data: Data, maker: Maker, *, rules: int, batch: int) -> list[str]:
    wrong: list[str] = []
    for start in range(0, rules, batch):
        wrong += differences(con, data, compiled(maker, min(batch, rules - start)))
    return wrong


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["duckdb", "spark"], default="duckdb")
    parser.add_argument("--rules", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    args = parser.parse_args(argv)
    print(f"seed {args.seed}, {args.rules} rules on {args.engine}", flush=True)
    maker = Maker(args.seed)
    data = Data(maker)
    with tempfile.TemporaryDirectory() as folder:
        if args.engine == "spark":
            from valence.lake.engines import spark_session

            con = spark_of(spark_session(), data.tables(), Path(folder))
        else:
            con = duckdb_of(data.tables())
        wrong = run(con, data, maker, rules=args.rules, batch=50)
    print("\n".join(wrong[:50]))
    print(f"{len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
