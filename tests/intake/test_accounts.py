"""Every row that was read is in one count, and customers are people."""

from __future__ import annotations

import pytest

from valence.intake.mapping import read_mapping

ORDERS = "order_id,date,email,amount\n1,2024-03-01,a@x.org,5\n"
LINES = "version: 1\nname: l\nkind: order_lines\ncolumns: {order_id: o, line_id: l, "
LINES += "ordered_at: d, net_amount: a}\nidentifiers: {email: e}\n"
FILES = {
    "customers": ("user_id,email,phone\nK1,a@x.org,\nK1,b@x.org,\n,,\n,n/a,\n", 1, 1, 2, 0),
    "products": ("sku,product name\nS1,Tea\nS1,Green tea\nS2,Cup\n", 2, 1, 0, 0),
    "orders": (ORDERS + "1,2024-03-01,a@x.org,6\n2,soon,a@x.org,7\n", 1, 1, 0, 1),
    "spend": (
        "day,channel,campaign,cost,clicks\n2024-03-01,m,c,5,1\n2024-03-01,m,c,6,1\n", 1, 1, 0, 0,
    ),
    "rates": ("day,from,to,rate\n2024-03-01,USD,GBP,0.8\n2024-03-01,usd,gbp,0.7\n", 1, 1, 0, 0),
    "reviews": (
        "review id,date,rating\nr1,2024-03-01,4\nr1,2024-03-01,5\nr2,soon,7\n", 1, 1, 0, 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_each_row_is_in_one_count(shop, name):
    """156 of the 12,751 rows of Olist's customers were in none."""
    text, new, repeated, unnamed, held = FILES[name]
    [told] = shop.bring(f"{name}.csv", text).files
    counts = (told.new, told.repeated, told.unnamed, told.quarantined)
    assert counts == (new, repeated, unnamed, held)
    assert told.accounted == told.read
    [again] = shop.bring(f"{name}.csv", text + "\n").files  # blank lines are no rows
    assert (again.new, again.unchanged, again.accounted) == (0, new, again.read)


def test_a_line_that_comes_twice_under_its_id_counts_once(shop):
    mapping = read_mapping(LINES, where="m")
    text = (
        "o,l,d,a,e\n1,1,2024-03-01,5,a@x.org\n1,1,2024-03-01,6,a@x.org\n1,2,2024-03-01,7,a@x.org\n"
    )
    [told] = shop.bring("l.csv", text, mapping=mapping).files
    assert (told.new, told.repeated, told.accounted) == (2, 1, 3)
    assert "1 row of l.csv tells again what a later row tells" in " ".join(map(str, told.warnings))


def test_lines_of_a_less_trusted_source_are_in_the_count_of_those_left_out(shop):
    mapping = LINES + "namespace: s\nsource: {}\nprecedence: [till, site]\n"
    text = "o,l,d,a,e\n1,1,2024-03-01,5,a@x.org\n"
    for source in ("till", "site"):
        form = read_mapping(mapping.replace("{}\n", f"{source}\n"), where="m")
        [told] = shop.bring(f"{source}.csv", text, mapping=form).files
    assert (told.new, told.outranked, told.accounted) == (0, 1, 1)


def test_customers_are_people_however_many_numbers_name_them(shop):
    """Orders that know their customer by a number of each order counted as many customers."""
    people = (
        "version: 1\nname: p\nkind: customers\nidentifiers: {user_id: person, external_id: id}\n"
    )
    orders = (
        "version: 1\nname: o\nkind: orders\ncolumns: {order_id: o, ordered_at: d, net_amount: a}\n"
        "identifiers: {external_id: id}\n"
    )
    first = "o,d,a,id\n1,2024-03-01,5,x\n2,2024-03-02,6,y\n3,2024-03-03,7,z\n"
    [alone] = shop.bring("o.csv", first, mapping=read_mapping(orders, where="o")).files
    assert alone.totals.customers == 3  # nobody has said yet that x and y are one
    known = "person,id\nP1,x\nP1,y\nP2,z\n"
    [told] = shop.bring("p.csv", known, mapping=read_mapping(people, where="p")).files
    assert (told.new, told.repeated, told.totals.customers) == (2, 1, 2)
    [later] = shop.bring(
        "o2.csv", first + "4,2024-03-04,8,z\n", mapping=read_mapping(orders, where="o")
    ).files
    assert (later.totals.orders, later.totals.customers) == (4, 2)


def test_a_customer_of_two_identifiers_of_one_file_is_one(shop):
    text = (
        "order_id,date,user_id,email,amount\n1,2024-03-01,K1,a@x.org,5\n2,2024-03-02,,a@x.org,5\n"
    )
    [told] = shop.bring("o.csv", text).files
    assert told.totals.customers == 1
