"""What the pages of products tell, read from the published tables: plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day, months_before
from valence.lake.portable import count_if, total
from valence.lake.reader import Reader
from valence.lake.reading import Tables
from valence.value.answers import summary_of
from valence.value.products.comparison_words import ALL, CATEGORY, PRODUCT
from valence.value.products.lines import line_facts
from valence.value.products.matrix import FEW, KINDS

Row = Mapping[str, Any]
POINTS = 300  # products in the picture; the table has all
WINDOW = 12  # months that the page of one product looks back


@dataclass(frozen=True, slots=True)
class Matrix:
    """All products in short."""

    as_of: date
    basis: str | None
    kinds: Mapping[str, Row]  # of each kind: products, sales, value, shares of all, the middle
    points: Sequence[Row]  # the most valuable of each kind
    products: int
    categories: bool  # whether the category of any product is known

    @property
    def judged(self) -> int:
        """Products with enough sales."""
        return self.products - int(self.kinds[FEW]["products"])


@dataclass(frozen=True, slots=True)
class Entry:
    """Entry products, or their categories: the compared by place, and how many are not."""

    as_of: date
    fitted_on: date
    level: str
    whole: Row  # of all customers
    compared: Sequence[Row]
    not_compared: Mapping[str, int]  # why → how many
    levels: Mapping[str, int]  # level → how many are compared
    most: int  # customers that one of them won, at most

    def told(self, verdict: str) -> Sequence[Row]:
        """Those told apart from all."""
        return [row for row in self.compared if row["verdict"] == verdict]


def matrix_of(tables: Tables) -> Matrix | None:
    """Return the products in short; None before the first build."""
    if not tables.has("product_matrix") or (summary := summary_of(tables)) is None:
        return None
    t = tables.table("product_matrix")
    sums = t.group_by("kind").agg(
        products=t.count().cast("int64"),
        sales=t.sales.sum().cast("int64"),
        first_sales=t.first_sales.sum().cast("int64"),
        top_sales=t.top_sales.sum().cast("int64"),
        named_sales=t.named_sales.sum().cast("int64"),
        value_amount=total(t.value_amount),
        middle_sales=t.sales.cast("float64").median(),
        middle_price=t.unit_price.median(),
        categories=t.category.count(),
    )
    found = {row["kind"]: row for row in tables.rows(sums)}
    whole = {name: sum(row[name] for row in found.values()) for name in _SUMMED}
    kinds = {kind: _shared(found.get(kind), whole) for kind in KINDS}
    return Matrix(
        summary["as_of"],
        summary["value_basis"],
        kinds,
        _points(tables, t),
        sum(int(row["products"]) for row in kinds.values()),
        any(row["categories"] for row in found.values()),
    )


_SUMMED = ("products", "sales", "first_sales", "top_sales", "named_sales", "value_amount")
_NONE: Row = {**dict.fromkeys(_SUMMED, 0), "middle_sales": None, "middle_price": None}


def _shared(row: Row | None, whole: Row) -> dict[str, Any]:
    own: dict[str, Any] = {**_NONE, **(row or {})}
    own.pop("categories", None)
    for name in ("sales", "first_sales", "value_amount"):
        all_of_it = float(whole[name])
        share = float(own[name]) / all_of_it if all_of_it > 0 else None
        own[f"{name.removesuffix('_amount')}_share"] = share
    return own


def _points(tables: Tables, t: ir.Table) -> list[dict[str, Any]]:
    t = t.filter(t.kind != FEW, t.unit_price > 0.0)
    place = ibis.row_number().over(ibis.window(group_by="kind", order_by=t.value_rank))
    t = t.mutate(place=place)
    return tables.rows(t.order_by("place", "value_rank").drop("place").limit(POINTS))


def product_of(tables: Tables, namespace: str, product_id: str) -> dict[str, Any] | None:
    """Return one product of the matrix."""
    if not tables.has("product_matrix"):
        return None
    t = tables.table("product_matrix")
    return tables.one(t.filter(t.namespace == namespace, t.product_id == product_id))


def names_of(tables: Tables, ids: Sequence[str]) -> dict[str, str]:
    """Return the names of products by id, where they have one; with the id where several do."""
    if not ids or not tables.has("product_matrix"):
        return {}
    t = tables.table("product_matrix")
    t = t.filter(t.product_id.isin(list(ids)), t.name.notnull())
    rows = tables.rows(t.group_by("product_id").agg(name=t.name.min()))
    held = Counter(row["name"] for row in rows)

    def told(row: Row) -> str:
        """The name, which several products may bear."""
        return row["name"] if held[row["name"]] == 1 else f"{row['name']} ({row['product_id']})"

    return {row["product_id"]: told(row) for row in rows}


def _lines_of(reader: Reader, namespace: str, product_id: str, as_of: date) -> ir.Table:
    since = months_before(as_of, WINDOW)
    t = reader.table("order_lines")
    # The days let the engine pass over the files of all others.
    t = t.filter(t.product_id == product_id, t.namespace == namespace, t.ordered_on > since)
    orders = reader.table("order_facts")
    orders = orders.filter(orders.ordered_on > since)
    who = orders.select("namespace", "order_id", "customer_id")
    t = t.left_join(who, ["namespace", "order_id"])
    t = t.drop("namespace_right", "order_id_right")
    return line_facts(t, orders=orders, as_of=as_of)


def buyers_of(reader: Reader, namespace: str, product_id: str, as_of: date) -> ir.Table:
    """Return the customers who bought a product in the last twelve months."""
    t = _lines_of(reader, namespace, product_id, as_of)
    t = t.filter(t.customer_id.notnull())
    bought = t.group_by("customer_id").agg(
        times=count_if(t.sold),
        units=t.units.sum(),
        bought_amount=total(t.revenue_amount),
        bought_first_on=t.ordered_on.min(where=t.sold),
        bought_last_on=t.ordered_on.max(where=t.sold),
    )
    bought = bought.filter(bought.times > 0)
    customers = reader.table("customers")
    known = customers.select(
        "customer_id", "first_order_on", "value_amount", "value_12m_amount", "orders", "tier",
        "segment",
    )  # fmt: skip
    found = known.inner_join(bought, "customer_id")
    return found.mutate(began=found.first_order_on == found.bought_first_on)


def months_of(reader: Reader, namespace: str, product_id: str, as_of: date) -> list[dict[str, Any]]:
    """Return what a product brought month by month, the oldest first."""
    t = _lines_of(reader, namespace, product_id, as_of)
    months = t.group_by(month=t.ordered_on.truncate("M")).agg(
        sales=count_if(t.sold), revenue_amount=total(t.revenue_amount)
    )
    # A truncated day comes back from DuckDB as an instant.
    rows = reader.rows(months.order_by("month"))
    return [{**row, "month": as_day(row["month"])} for row in rows]


def entry_of(tables: Tables, level: str = "") -> Entry | None:
    """Return the comparison of entry products; None where nothing was built or nobody observed.

    Without a level, categories where two or more are compared, else products.
    """
    if not tables.has("entry_products") or (summary := summary_of(tables)) is None:
        return None
    t = tables.table("entry_products")
    whole = tables.one(t.filter(t.level == ALL))
    if whole is None:
        return None
    sums = t.filter(t.level != ALL).group_by("level").agg(n=count_if(t.compared))
    levels = {row["level"]: int(row["n"]) for row in tables.rows(sums)}
    level = level or (CATEGORY if levels.get(CATEGORY, 0) > 1 else PRODUCT)
    own = t.filter(t.level == level)
    rows = tables.rows(own.filter(own.compared).order_by("place", "name"))
    out = own.filter(~own.compared)
    why = out.group_by("not_compared").agg(n=out.count())
    left = {row["not_compared"]: int(row["n"]) for row in tables.rows(why)}
    most = (tables.one(own.agg(most=own.customers.max())) or {}).get("most") or 0
    return Entry(summary["as_of"], whole["fitted_on"], level, whole, rows, left, levels, int(most))


def entry_table(tables: Tables, level: str) -> ir.Table:
    """Return all entry products, or all categories, compared or not."""
    t = tables.table("entry_products")
    return t.filter(t.level == level).drop("level")
