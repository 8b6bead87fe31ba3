"""A small lake with marts of each rebuild kind, with a window and with sums, to test builds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa

from valence.core.days import months_before
from valence.core.messages import message
from valence.lake.build import Ask, build
from valence.lake.columns import Column
from valence.lake.lake import Lake
from valence.lake.marts import BuildContext, Mart, Read
from valence.lake.runs import Run


def _order_days(tables: Mapping[str, ir.Table], context: BuildContext) -> ir.Table:
    orders = tables["orders"]
    return orders.select("order_id", "ordered_on", "customer_id", "net_amount")


def _spend(tables: Mapping[str, ir.Table], context: BuildContext) -> ir.Table:
    orders = tables["order_days"]
    known = orders.filter(orders.customer_id.notnull(), orders.ordered_on <= context.as_of)
    return known.group_by("customer_id").agg(
        lambda t: t.count().name("orders"), lambda t: t.net_amount.sum().name("net_amount")
    )


def _total(tables: Mapping[str, ir.Table], context: BuildContext) -> ir.Table:
    spend = tables["spend_by_customer"]
    return spend.aggregate(
        customers=spend.count(), orders=spend.orders.sum(), net_amount=spend.net_amount.sum()
    )


def _recent(tables: Mapping[str, ir.Table], context: BuildContext) -> ir.Table:
    orders, start = tables["order_days"], months_before(context.as_of, WINDOW)
    seen = orders.filter(orders.customer_id.notnull(), orders.ordered_on <= context.as_of)
    return seen.group_by("customer_id").agg(
        net_amount=seen.net_amount.sum(where=seen.ordered_on > start).fill_null(0)
    )


def _by_first_month(tables: Mapping[str, ir.Table], context: BuildContext) -> ir.Table:
    """Customers by the month of their first order: a customer whose history changes moves."""
    orders = tables["order_days"]
    known = orders.filter(orders.customer_id.notnull(), orders.ordered_on <= context.as_of)
    each = known.group_by("customer_id").agg(
        month=known.ordered_on.min().truncate("M"), net_amount=known.net_amount.sum()
    )
    return each.group_by("month").agg(customers=each.count(), net_amount=each.net_amount.sum())


def _scored(
    tables: Mapping[str, ir.Table], context: BuildContext, read: Read
) -> Iterator[pa.RecordBatch] | None:
    """A mean that is learned once, and stands until a month has passed."""
    if (before := tables.get("learned")) is not None:
        at = next(read(before.aggregate(at=before.learned_on.max()))).column("at")[0].as_py()
        if at is not None and (context.as_of - at).days < DUE:
            return None
    return _learned(tables["spend_by_customer"], context, read)


def _learned(spend: ir.Table, context: BuildContext, read: Read) -> Iterator[pa.RecordBatch]:
    first = next(read(spend.aggregate(mean=spend.net_amount.cast("float64").mean())))
    mean = first.column("mean")[0].as_py()
    for batch in read(spend.select("customer_id")):
        learned = pa.array([context.as_of] * len(batch), pa.date32())
        columns = {
            "mean": [mean] * len(batch),
            "learned_on": learned,
            "customer_id": batch.column("customer_id"),
        }
        yield pa.RecordBatch.from_pydict(columns)


DUE = 30  # days
WINDOW = 1  # month
CUSTOMER = Column("customer_id", "text", "Customer.")
AMOUNT = Column("net_amount", "amount", "Net amount.")
ORDERS = Column("orders", "int", "Orders.")
MARTS = (
    Mart(
        "total", "toy", message("Total"), (), "whole", ("spend_by_customer",),
        (Column("customers", "int", "Customers."), ORDERS, AMOUNT), _total,
    ),
    Mart(
        "spend_by_customer", "toy", message("Spend"), ("customer_id",), "customer",
        ("order_days",), (CUSTOMER, ORDERS, AMOUNT), _spend,
        order_by=("customer_id",), served=True,
    ),
    Mart(
        "recent", "toy", message("Recent spend"), ("customer_id",), "customer",
        ("order_days",), (CUSTOMER, AMOUNT), _recent, windows=(WINDOW,),
    ),
    Mart(
        "learned", "toy", message("Learned"), ("customer_id",), "whole", ("spend_by_customer",),
        (CUSTOMER, Column("learned_on", "day", "When."), Column("mean", "float", "Mean.")),
        score=_scored,
    ),
    Mart(
        "by_first_month", "toy", message("First months"), ("month",), "customer",
        ("order_days",),
        (Column("month", "day", "Month."), Column("customers", "int", "Customers."), AMOUNT),
        _by_first_month, sums=("customers", "net_amount"),
    ),
    Mart(
        "order_days", "toy", message("Orders"), ("order_id",), "day", ("orders",),
        (Column("order_id", "text", "Order."), Column("ordered_on", "day", "Day."), CUSTOMER,
         AMOUNT),
        _order_days, day="ordered_on", order_by=("customer_id", "order_id"),
    ),
)  # fmt: skip


def toy_lake(path: Path) -> Lake:
    return Lake(path, marts={mart.name: mart.columns for mart in MARTS})


def context(as_of: date) -> BuildContext:
    return BuildContext(as_of, "EUR", None, {})


def order(number: int, day: str, who: str | None, amount: str = "10") -> str:
    key = "NULL" if who is None else f"'{who}'"
    return (
        f"SELECT 'shop' AS namespace, '{number}' AS order_id, "
        f"TIMESTAMPTZ '{day} 12:00:00+00' AS ordered_at, DATE '{day}' AS ordered_on, "
        f"'file' AS source, 'user_id' AS id_type, {key} AS id_key, {amount} AS net_amount"
    )


def load(lake: Lake, *orders: str, people: Mapping[str, str] | None = None) -> None:
    """Import orders, and say which customer each identifier belongs to."""
    with lake.writing("load") as writer:
        if orders:
            writer.merge("orders", " UNION ALL ".join(orders))
        if people:
            given = " UNION ALL ".join(
                f"SELECT '{key}' AS id_key, '{customer}' AS customer_id"
                for key, customer in people.items()
            )
            writer.table_of("identifier_map")
            changed = (
                f"SELECT m.id_key, m.customer_id, g.customer_id AS now FROM identifier_map m "
                f"JOIN ({given}) g USING (id_key) WHERE m.customer_id <> g.customer_id"
            )
            writer.touch_customers(
                f"SELECT id_key, customer_id FROM ({changed}) "
                f"UNION ALL SELECT id_key, now FROM ({changed})"
            )
            writer.merge("identifier_map", given)
        writer.commit()


def built(lake: Lake, ask: Ask | None = None) -> Run:
    return build(lake, MARTS, context, ask=ask or Ask())


def rows(lake: Lake, name: str) -> list[tuple[object, ...]]:
    """A published table's rows of declared columns, sorted."""
    reader = lake.reader()
    found = reader.rows(reader.table(name).select([c.name for c in lake.columns(name)]))
    reader.close()
    return sorted((tuple(row.values()) for row in found), key=repr)
