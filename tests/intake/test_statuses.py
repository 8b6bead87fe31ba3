"""Statuses: what was called off, given back, or is a return is not counted as a sale."""

from decimal import Decimal

from valence.intake.mapping import read_mapping

FACTS = ("order_id", "kind", "gross_amount", "returned_amount", "revenue_amount")


def sale(order, amount, *, back=0):
    return order, "sale", Decimal(amount), Decimal(back), Decimal(amount - back)


def cancelled(order):
    return order, "cancelled", Decimal(0), Decimal(0), Decimal(0)


def test_orders_whose_status_says_that_they_were_called_off_are_no_purchases(shop):
    words = ("Cancelled", "canceled", "VOIDED", "payment_failed", "已取消", "交易关闭", "作废")
    got = shop.bring(
        "o.csv",
        "order_id,order date,email,amount,status\n0,2024-03-01,a@example.org,100,paid\n"
        + "".join(f"{n},2024-03-01,a@example.org,5,{word}\n" for n, word in enumerate(words, 1)),
    )
    off = [cancelled(str(n)) for n in range(1, len(words) + 1)]
    assert shop.built("order_facts", *FACTS) == [sale("0", 100), *off]
    totals = got.files[0].totals
    assert (totals.orders, totals.cancelled, totals.cancelled_amount) == (8, 7, Decimal(35))
    assert "7 orders of o.csv were called off (" in " ".join(map(str, got.files[0].warnings))


def test_which_words_mean_cancelled_can_be_said(shop):
    mapping = read_mapping(
        "name: mine\nkind: orders\ncolumns: {order_id: nr, ordered_at: day, net_amount: amount, "
        "status: state}\ncancelled: [x]\n",
        where="mine.yaml",
    )
    rows = "nr,day,amount,state\n1,2024-03-01,5,X\n2,2024-03-01,5,void\n"
    shop.bring("o.csv", rows, mapping=mapping)
    assert shop.rows("orders", "order_id", "kind") == [("1", "cancelled"), ("2", "sale")]


def test_cancelled_orders_leave_no_trace_in_what_a_customer_is_worth(shop):
    head = "order_id,order date,email,sku,quantity,price,status\n"
    shop.bring(
        "o.csv",
        f"{head}1,2024-03-01,a@example.org,A,1,10,paid\n2,2024-03-02,a@example.org,B,3,20,void\n",
    )
    columns = ("orders", "units", "value_amount", "breadth", "value_basis")
    assert shop.built("customer_facts", *columns) == [(1, 1.0, Decimal(10), 1, "net_revenue")]


def test_of_an_order_of_which_one_line_was_cancelled_the_others_count(shop):
    head = "order_id,order date,email,sku,quantity,price,status\n"
    shop.bring(
        "o.csv",
        f"{head}1,2024-03-01,a@example.org,A,1,10,paid\n1,2024-03-01,a@example.org,B,1,20,void\n",
    )
    assert shop.built("order_facts", *FACTS, "units") == [(*sale("1", 10), 1.0)]


def test_olists_cancelled_orders_are_no_purchases_though_their_items_have_prices(shop):
    orders = shop.file(
        "olist_orders_dataset.csv",
        "order_id,customer_id,order_status,order_purchase_timestamp\n"
        "o1,c1,delivered,2018-01-02 10:00:00\no2,c2,canceled,2018-01-02 11:00:00\n"
        "o3,c2,unavailable,2018-01-02 11:00:00\n",
    )
    items = shop.file(
        "olist_order_items_dataset.csv",
        "order_id,order_item_id,product_id,seller_id,price,freight_value\n"
        "o1,1,P,S,10.00,2\no2,1,Q,S,99.00,2\no3,1,Q,S,99.00,2\n",
    )
    shop.take(items, orders)
    assert shop.built("order_facts", *FACTS) == [sale("o1", 10), cancelled("o2"), cancelled("o3")]


def test_an_order_that_was_refunded_in_full_was_sold_and_given_back(shop):
    shop.bring(
        "o.csv",
        "order_id,order date,email,amount,status\n1,2024-03-01,a@example.org,30,refunded\n"
        "2,2024-03-01,a@example.org,50,已退款\n3,2024-03-01,a@example.org,70,partially refunded\n",
    )
    assert shop.built("order_facts", *FACTS) == [
        sale("1", 30, back=30),
        sale("2", 50, back=50),
        sale("3", 70),
    ]


def test_lines_that_give_back_are_taken_off_once(shop):
    shop.bring(
        "o.csv",
        "order_id,order date,email,sku,quantity,price\n1,2024-03-01,a@example.org,A,1,100\n"
        "1,2024-03-01,a@example.org,A,-1,40\n2,2024-03-01,a@example.org,A,-1,30\n",
    )
    assert shop.built("order_facts", *FACTS) == [
        sale("1", 100, back=40),
        ("2", "return", Decimal(0), Decimal(30), Decimal(-30)),
    ]
