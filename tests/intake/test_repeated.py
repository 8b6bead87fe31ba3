"""Repeated: what a line says of its whole order counts once."""

from decimal import Decimal

HEAD = "order number,order date,email,sku,qty,price,refund amount,discount amount\n"
COLUMNS = ("order_id", "net_amount", "discount_amount", "returned_amount")


def told(got):
    return " ".join(map(str, got.files[0].warnings))


def test_a_refund_and_a_discount_that_all_lines_repeat_are_those_of_the_order(shop):
    shop.bring(
        "o.csv",
        HEAD + "1,2024-03-01,a@x.org,A,1,10,6,3\n1,2024-03-01,a@x.org,B,2,10,6,3\n"
        "2,2024-03-01,b@x.org,A,1,10,5,2\n2,2024-03-01,b@x.org,B,1,10,5,2\n"
        "3,2024-03-01,b@x.org,B,1,10,0,0\n",
    )
    assert shop.rows("orders", *COLUMNS)[:2] == [
        ("1", Decimal(27), Decimal(3), Decimal(6)),
        ("2", Decimal(18), Decimal(2), Decimal(5)),
    ]


def test_a_refund_that_differs_by_line_is_that_of_the_line(shop):
    shop.bring(
        "o.csv",
        HEAD + "1,2024-03-01,a@x.org,A,1,10,6,0\n1,2024-03-01,a@x.org,B,2,10,0,0\n",
    )
    assert shop.rows("orders", *COLUMNS) == [("1", Decimal(30), Decimal(0), Decimal(6))]


def test_an_amount_that_all_lines_repeat_is_warned_of(shop):
    got = shop.bring(
        "o.csv",
        "order number,order date,email,sku,qty,total\n1,2024-03-01,a@x.org,A,1,30\n"
        "1,2024-03-01,a@x.org,B,1,30\n2,2024-03-01,a@x.org,A,1,9\n2,2024-03-01,a@x.org,B,1,9\n",
    )
    assert "Mind: 'total' of o.csv is the same on all lines of each order." in told(got)


def test_order_numbers_that_come_again_with_other_products_are_lines(shop):
    got = shop.bring(
        "o.csv",
        "order number,order date,email,sku,amount\n1,2024-03-01,a@x.org,A,30\n"
        "1,2024-03-01,a@x.org,B,20\n2,2024-03-01,a@x.org,A,9\n",
    )
    assert got.files[0].kind == "order_lines"
    assert shop.rows("orders", "order_id", "net_amount") == [("1", Decimal(50)), ("2", Decimal(9))]


def test_whole_orders_that_come_again_with_other_amounts_are_warned_of(shop):
    head = "order number,order date,email,amount\n"
    got = shop.bring("o.csv", head + "1,2024-03-01,a@x.org,30\n1,2024-03-01,a@x.org,20\n")
    assert "Mind: order numbers come more than once in o.csv" in told(got)


def test_an_amount_that_is_not_price_times_quantity_is_warned_of(shop):
    head = "order number,order date,email,sku,qty,price,amount paid\n"
    got = shop.bring("o.csv", head + "1,2024-03-01,a@x.org,A,2,10,18\n")
    assert "amounts of o.csv are taken as price × quantity, and 'amount paid' says" in told(got)
    same = shop.bring("p.csv", head + "2,2024-03-01,a@x.org,A,2,10,20.00\n")
    assert "price × quantity" not in told(same)
