"""Orders from files of orders and files of lines: each fact once, whichever file came first."""

from decimal import Decimal
from itertools import permutations

import pytest

from valence.intake.mapping import read_mapping

HEADS = "order_id,order date,customer id,status,discount\n1,2024-03-05,7,paid,2\n2,2024-03-06,8,,\n"
STATED = "order_id,order date,customer id,amount\n1,2024-03-05,7,40\n3,2024-03-07,9,6\n"
ITEMS = "order_id,order date,sku,quantity,price,cost\n1,2024-03-05,A,2,10,4\n1,2024-03-05,B,1,5,2\n"
RETURNED = "order_id,order date,sku,quantity,price\n1,2024-03-09,A,-1,10\n"
COLUMNS = (
    "order_id", "kind", "status", "original_amount", "net_amount", "discount_amount",
    "cost_amount", "returned_amount", "units", "lines", "id_type", "ordered_on",
)  # fmt: skip
MAPPINGS = {
    "heads.csv": "columns: {order_id: order_id, ordered_at: order date, status: status, "
    "discount_amount: discount}\nkind: orders\nidentifiers: {user_id: customer id}",
    "stated.csv": "columns: {order_id: order_id, ordered_at: order date, net_amount: amount}\n"
    "kind: orders\nidentifiers: {user_id: customer id}",
    "items.csv": "columns: {order_id: order_id, ordered_at: order date, product_id: sku, "
    "quantity: quantity, unit_price: price, cost_amount: cost}\nkind: order_lines",
    "returned.csv": "columns: {order_id: order_id, product_id: sku, quantity: quantity, "
    "unit_price: price}\nkind: order_lines",
}
TEXTS = {
    "heads.csv": HEADS, "stated.csv": STATED, "items.csv": ITEMS, "returned.csv": RETURNED,
}  # fmt: skip


def after(shop, names):
    for name in names:
        mapping = read_mapping(f"name: {name[:-4]}\n{MAPPINGS[name]}", where=name)
        shop.bring(name, TEXTS[name], mapping=mapping)
    return shop.rows("orders", *COLUMNS)


@pytest.mark.parametrize(
    "names",
    [("heads.csv", "items.csv"), ("stated.csv", "items.csv"), ("heads.csv", "stated.csv"),
     ("returned.csv", "heads.csv", "items.csv")],
)  # fmt: skip
def test_files_of_one_shop_may_come_in_any_order(shop_of, names):
    found = [after(shop_of(""), order) for order in permutations(names)]
    assert all(one == found[0] for one in found)


def test_a_stated_amount_stands_above_the_sum_of_lines_which_tell_cost_and_units(shop):
    first, alone = after(shop, ("items.csv", "stated.csv"))
    assert first[3:10] == (Decimal(40), Decimal(40), None, Decimal(6), 0, 3.0, 2)
    assert alone[3:10] == (Decimal(6), Decimal(6), None, None, 0, None, 0)


def test_without_a_stated_amount_the_sum_of_lines_less_the_discount_of_the_order_counts(shop):
    first, second = after(shop, ("items.csv", "heads.csv"))
    assert first[:6] == ("1", "sale", "paid", Decimal(23), Decimal(23), Decimal(2))
    assert second[:5] == ("2", "sale", None, None, None)


def test_returned_lines_of_an_order_that_came_late_stand_beside_what_it_sold(shop):
    first, _ = after(shop, ("heads.csv", "items.csv", "returned.csv"))
    assert first[4:10] == (Decimal(23), Decimal(2), None, Decimal(10), 2.0, 3)


def test_lines_of_many_orders_land_some_orders_at_a_time_and_are_the_same(shop_of, monkeypatch):
    head = "order_id,order date,customer id,sku,quantity,price\n"
    lines = [f"{n},2024-03-{n % 28 + 1:02},c{n % 5},s{n % 3},1,{n}" for n in range(1, 40)]
    lines += lines[:7]  # exact duplicates are lines of their own
    text = head + "\n".join(lines) + "\n"
    columns = ("order_id", "product_id", "line_key", "net_amount", "ordered_on")
    found = []
    for at_a_time in (1_000, 4):
        monkeypatch.setattr("valence.intake.shares._AT_A_TIME", at_a_time)
        one = shop_of("")
        landed = one.bring("lines.csv", text).files[0]
        again = one.bring("lines2.csv", text + "1,2024-03-02,c1,s9,2,3\n").files[0]
        told = [(f.new, f.updated, f.unchanged) for f in (landed, again)]
        orders = one.rows("orders", "order_id", "net_amount", "lines")
        found.append((told, one.rows("order_lines", *columns), orders))
    assert found[0] == found[1]
    assert found[0][0] == [(46, 0, 0), (1, 0, 46)]


COSTED = "order_id,order date,customer id,sku,quantity,amount,cost,status\n"
COSTS = ("order_id", "cost_amount", "known_cost_amount", "uncosted_amount")
VALUE = ("order_id", "revenue_amount", "cost_amount", "value_amount", "value_basis")


@pytest.mark.parametrize(
    ("settings", "value", "products"),
    [
        ("[value]\nmargin_rate = 0.4\n", 70, [("A", 30), ("B", 40)]),
        ("", 130, [("A", 30), ("B", 100)]),
    ],
)
def test_an_order_of_which_some_lines_have_a_cost_is_worth_what_its_lines_are(
    shop_of, settings, value, products
):
    one, other = "1,2024-03-01,7,A,1,50,20,paid\n", "1,2024-03-01,7,B,1,100,,paid\n"
    for files in ((one + other,), (other, one)):
        shop = shop_of(settings)
        for at, text in enumerate(files):
            shop.bring(f"{at}.csv", COSTED + text)
        assert shop.rows("orders", *COSTS) == [("1", None, Decimal(20), Decimal(100))]
        of_order = ("1", Decimal(150), None, Decimal(value), "mixed")
        assert shop.built("order_facts", *VALUE) == [of_order]
        found = shop.built("product_sales", "product_id", "value_amount")
        assert found == [(sku, Decimal(amount)) for sku, amount in products]


def test_the_cost_of_an_order_is_known_if_that_of_every_line_is_but_the_cancelled_ones(shop):
    shop.bring(
        "o.csv",
        COSTED + "1,2024-03-01,7,A,1,50,20,paid\n1,2024-03-01,7,B,1,100,,void\n"
        "2,2024-03-01,7,A,1,50,20,paid\n2,2024-03-01,7,C,1,9,3,paid\n"
        "3,2024-03-01,7,B,1,100,,paid\n",
    )
    assert shop.rows("orders", *COSTS) == [
        ("1", Decimal(20), None, None),
        ("2", Decimal(23), None, None),
        ("3", None, None, None),
    ]


def test_what_came_back_without_a_cost_is_taken_off_at_the_margin_rate(shop_of):
    shop = shop_of("[value]\nmargin_rate = 0.4\n")
    shop.bring("o.csv", COSTED + "1,2024-03-01,7,A,2,50,20,paid\n1,2024-03-09,7,A,-1,-25,,paid\n")
    assert shop.built("order_facts", *VALUE) == [("1", Decimal(25), None, Decimal(20), "mixed")]
    assert shop.built("product_sales", "product_id", "value_amount") == [("A", Decimal(20))]
