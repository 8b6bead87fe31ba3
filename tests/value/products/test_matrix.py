"""The product matrix: what is counted of a product, and which kind it is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from valence.demo.simulate import simulate
from valence.value import (
    MatrixDefinition,
    line_facts,
    product_matrix,
    product_sales,
    value_tiers,
)

DAY = date(2025, 6, 30)
MONEY = pa.decimal128(18, 4)
LINES = pa.schema(
    [("customer_id", pa.string()), ("ordered_on", pa.date32()), ("product_id", pa.string()),
     ("quantity", pa.float64()), ("net_amount", MONEY), ("cost_amount", MONEY),
     ("namespace", pa.string()), ("order_id", pa.string()), ("description", pa.string())]
)  # fmt: skip
CUSTOMERS = {
    "customer_id": "string", "first_order_on": "date", "purchase_days": "int64", "tier": "string",
}  # fmt: skip
PEOPLE = ibis.memtable(
    [("a", date(2025, 1, 1), 3, "top"), ("b", date(2025, 2, 1), 1, "base")], schema=CUSTOMERS
)


def lines(*rows):
    """Lines from (customer, day, product, quantity, net, cost, order, description)."""
    made = [
        (who, date.fromisoformat(day), product, float(quantity), Decimal(net),
         None if cost is None else Decimal(cost), "shop", order, said)
        for who, day, product, quantity, net, cost, order, said in rows
    ]  # fmt: skip
    return ibis.memtable(pa.table(list(zip(*made, strict=True)), schema=LINES))


SOLD = lines(
    ("a", "2025-01-01", "tea", 2, 20, 5, "o1", "Green tea"),
    ("a", "2025-03-01", "tea", 1, 10, None, "o2", "Green tea"),
    ("b", "2025-02-01", "tea", 1, 10, None, "o3", "Green tea"),
    (None, "2025-02-02", "tea", 1, 10, None, "o4", "wrongly marked"),
    ("a", "2025-03-05", "tea", -1, -10, None, "o5", "Green tea"),
    ("b", "2025-02-01", "cup", 1, 7, None, "o3", "Cup"),
    ("b", "2025-02-01", None, 1, 99, None, "o3", "of no product"),
    ("b", "2024-06-30", "old", 1, 99, None, "o0", "before the window"),
    ("b", "2025-07-01", "later", 1, 99, None, "o9", "after the day"),
)


def test_a_product_is_counted_by_lines_and_by_whom_they_went_to(rows):
    found = {row["product_id"]: row for row in rows(product_sales(SOLD, PEOPLE, as_of=DAY))}
    assert set(found) == {"tea", "cup"}
    tea = found["tea"]
    counts = [tea[f"{name}sales"] for name in ("", "named_", "first_", "repeat_", "top_")]
    assert counts == [4, 3, 2, 2, 2]
    assert (tea["units"], tea["sold_amount"], tea["revenue_amount"]) == (4.0, 50, 40)
    assert tea["value_amount"] == 20 - 5 + 10 + 10 + 10 - 10
    assert tea["name"] == "Green tea"


def test_lines_of_cancelled_orders_and_corrections_are_left_out_and_margins_taken(rows):
    kinds = {"order_id": ["o1", "o2", "o3"], "kind": ["cancelled", "adjustment", "sale"]}
    orders = ibis.memtable({**kinds, "namespace": ["shop"] * 3})
    facts = line_facts(SOLD, orders=orders, margin_rate=Decimal("0.5"), leave_out=("cup",))
    (tea,) = rows(product_sales(facts, PEOPLE, as_of=DAY))
    assert (tea["sales"], tea["value_amount"]) == (2, Decimal("5.0000"))  # 10 + 10 − 10, halved


def test_the_catalogue_names_products_before_their_lines(rows):
    catalogue = ibis.memtable(
        {"namespace": ["shop"], "product_id": ["tea"], "name": ["Sencha"], "category": ["Tea"]}
    )
    found = {r["product_id"]: r for r in rows(product_sales(SOLD, PEOPLE, as_of=DAY,
                                                            products=catalogue))}  # fmt: skip
    assert (found["tea"]["name"], found["tea"]["category"]) == ("Sencha", "Tea")
    assert (found["cup"]["name"], found["cup"]["category"]) == ("Cup", None)


SALES = {
    "namespace": "string", "product_id": "string", "category": "string", "sales": "int64",
    "named_sales": "int64", "first_sales": "int64", "repeat_sales": "int64", "top_sales": "int64",
    "units": "float64", "sold_units": "float64", "sold_amount": "decimal(18, 4)",
    "revenue_amount": "decimal(18, 4)", "value_amount": "decimal(18, 4)",
}  # fmt: skip


def sales(*products):
    """Products from (id, category, sales, first, repeat, top, price, value a unit)."""
    made = [
        ("shop", name, category, n, n, first, repeat, top, float(n), float(n),
         Decimal(n * price), Decimal(n * price), Decimal(n * value))
        for name, category, n, first, repeat, top, price, value in products
    ]  # fmt: skip
    return ibis.memtable(made, schema=SALES)


SHELF = sales(
    ("star", "tea", 400, 40, 300, 80, 20, 10),
    ("lure", "tea", 400, 240, 120, 20, 8, 1),
    ("jewel", "tea", 60, 6, 50, 30, 90, 15),
    ("plain 1", "tea", 200, 40, 120, 20, 15, 5),
    ("plain 2", "tea", 200, 40, 120, 20, 15, 5),
    ("rare", "tea", 3, 3, 0, 3, 500, 400),
)


def kinds_of(rows, **settings):
    made = product_matrix(SHELF, definition=MatrixDefinition(**settings))
    return {row["product_id"]: row["kind"] for row in rows(made)}


def test_star_traffic_and_image_products_are_told_by_their_rules(rows):
    assert kinds_of(rows) == {
        "star": "star", "lure": "traffic", "jewel": "image", "plain 1": "other",
        "plain 2": "other", "rare": "few",
    }  # fmt: skip


def test_thresholds_are_the_users(rows):
    assert kinds_of(rows, star_value_share=Decimal("0.2"))["jewel"] == "image"
    assert kinds_of(rows, star_value_share=Decimal("0.9"))["jewel"] == "star"
    assert kinds_of(rows, traffic_lift=Decimal(9))["lure"] == "other"
    assert kinds_of(rows, image_price=Decimal(50))["jewel"] == "other"
    assert kinds_of(rows, minimum_sales=1)["rare"] == "star"


def test_shares_and_lifts_are_of_all_products_and_indexes_of_the_middle_one(rows):
    found = {row["product_id"]: row for row in rows(product_matrix(SHELF))}
    assert sum(row["value_share"] for row in found.values()) == pytest.approx(1)
    lure, whole = found["lure"], (40 + 240 + 6 + 40 + 40 + 3) / 1263
    assert lure["first_share"] == pytest.approx(0.6)
    assert lure["first_lift"] == pytest.approx(0.6 / whole)
    assert found["plain 1"]["price_index"] == 1
    assert lure["unit_value_index"] == pytest.approx(0.2)
    assert sorted(row["value_rank"] for row in found.values()) == [1, 2, 3, 4, 5, 6]


def test_odd_products_are_judged_without_a_fault(rows):
    """Given back only, given away, and a category too small to have a middle."""
    odd = sales(
        ("free", "tea", 100, 50, 50, 10, 0, 0),
        ("loss", "cup", 100, 50, 50, 10, 5, -2),
        ("none", None, 0, 0, 0, 0, 5, 1),
    )
    found = {row["product_id"]: row for row in rows(product_matrix(odd))}
    assert found["none"]["kind"] == "few"
    assert found["none"]["unit_price"] is None
    assert found["free"]["margin_share"] is None
    assert all(row["value_share"] is None for row in found.values())
    assert {found["free"]["kind"], found["loss"]["kind"]} <= {"traffic", "other"}


def test_it_finds_the_products_that_the_simulated_brand_made_so(duck, rows):
    made = simulate(customers=5000, seed=3)
    t = ibis.memtable(made.observed["shop_orders"]).filter(ibis._.email.notnull())
    lines = t.select(
        "product_id",
        "quantity",
        customer_id=t.email,
        ordered_on=t.order_time.cast("date"),
        net_amount=(t.quantity * t.unit_price - t.discount).cast("decimal(18, 4)"),
        cost_amount=t.cost.cast("decimal(18, 4)"),
    )
    lines = duck.create_table("demo_lines", line_facts(lines), overwrite=True)
    people = lines.group_by("customer_id").agg(
        first_order_on=lines.ordered_on.min(where=lines.sold),
        purchase_days=lines.ordered_on.nunique(where=lines.sold),
        value_amount=lines.value_amount.sum().cast("decimal(18, 4)"),
    )
    matrix = product_matrix(product_sales(lines, value_tiers(people), as_of=made.end))
    played = ibis.memtable(made.truth["products"].select(["product_id", "flavour"]))
    judged = matrix.filter(matrix.kind != "few").join(played, "product_id")
    pairs = [(row["flavour"], row["kind"]) for row in rows(judged)]

    def share(kind, flavour):
        called = [truly for truly, said in pairs if said == kind]
        return called.count(flavour) / len(called), called.count(flavour)

    precise, found = share("traffic", "traffic")
    assert (precise > 0.9, found > 7) == (True, True)
    of_all = sum(truly == "star" for truly, _ in pairs) / len(pairs)
    assert share("star", "star")[0] > 1.5 * of_all
