"""Statuses: what was called off, given back, or is a return is not counted as a sale."""

from decimal import Decimal

from valence.intake.mapping import read_mapping
from valence.lake.lake import Lake

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


LINES = "order_id,line_id,order date,email,sku,quantity,amount,status,refund,cost\n"
FLAGS = read_mapping(
    "name: shop-lines\nkind: order_lines\ncolumns: {order_id: order_id, line_id: line_id, "
    "ordered_at: order date, product_id: sku, quantity: quantity, net_amount: amount, "
    "status: status, returned_amount: refund, cost_amount: cost}\nidentifiers: {email: email}\n",
    where="lines.yaml",
)
ORDER = ("order_id", "kind", "net_amount", "returned_amount", "cost_amount", "units", "lines")
LINE = ("line_key", "net_amount", "returned_amount", "cost_amount", "quantity", "cancelled")


def line(order, number, amount, status, refund="", cost=""):
    sku = "ABC"[number - 1]
    return f"{order},{number},2024-03-01,a@example.org,{sku},1,{amount},{status},{refund},{cost}\n"


def bring_lines(shop, *files, columns=FLAGS):
    return [
        shop.bring(f"{at}.csv", LINES + text, mapping=columns).files[0]
        for at, text in enumerate(files)
    ]


def test_a_later_file_with_the_cancelled_line_only_leaves_the_other_lines_sold(shop):
    sold = line(1003, 1, 50, "shipped") + line(1003, 2, 30, "shipped")
    bring_lines(shop, sold, line(1003, 2, 30, "cancelled"))
    assert shop.built("order_facts", *FACTS, "units") == [(*sale("1003", 50), 1.0)]


def test_of_a_cancelled_and_a_sold_line_the_sold_one_counts_whichever_file_came_first(shop_of):
    files = line(1004, 1, 30, "cancelled"), line(1004, 2, 50, "shipped")
    for brought in (files, files[::-1], ("".join(files),)):
        shop = shop_of("")
        bring_lines(shop, *brought)
        assert shop.built("order_facts", *FACTS) == [sale("1004", 50)]
        assert shop.rows("order_lines", *LINE) == [
            ("1", Decimal(0), Decimal(0), None, 0.0, True),
            ("2", Decimal(50), Decimal(0), None, 1.0, False),
        ]


def test_an_order_is_called_off_once_all_of_its_lines_are_and_bought_again_if_one_is(shop):
    one, other = line(1, 1, 50, "cancelled"), line(1, 2, 30, "void")
    bring_lines(shop, line(1, 1, 50, "paid") + line(1, 2, 30, "paid"), one, other)
    assert shop.built("order_facts", *FACTS) == [cancelled("1")]
    shop.bring("again.csv", LINES + line(1, 2, 30, "paid"), mapping=FLAGS)
    assert shop.built("order_facts", *FACTS) == [sale("1", 30)]


def test_a_later_file_with_a_refunded_line_only_gives_that_line_back(shop_of):
    files = line(1, 1, 50, "shipped"), line(1, 2, 30, "refunded")
    for brought in (files, files[::-1], (files[0] + line(1, 2, 30, "shipped"), files[1])):
        shop = shop_of("")
        bring_lines(shop, *brought)
        assert shop.built("order_facts", *FACTS) == [sale("1", 80, back=30)]


def test_an_order_whose_lines_were_refunded_one_by_one_was_all_given_back(shop_of):
    files = line(1, 1, 50, "refunded"), line(1, 2, 30, "refunded"), line(1, 3, 9, "void")
    for brought in (files, files[::-1]):
        shop = shop_of("")
        bring_lines(shop, *brought)
        assert shop.built("order_facts", *FACTS) == [sale("1", 80, back=80)]


def test_what_an_order_file_says_of_the_whole_order_stands_above_the_words_of_its_lines(shop_of):
    heads = "order_id,order date,status\n1,2024-03-01,voided\n2,2024-03-01,complete\n"
    of_heads = read_mapping(
        "name: shop-orders\nkind: orders\ncolumns: {order_id: order_id, ordered_at: order date, "
        "status: status}\n",
        where="heads.yaml",
    )
    lines = line(1, 1, 50, "shipped") + line(2, 1, 50, "cancelled")
    for first in ("heads", "lines"):
        shop = shop_of("")
        both = [("heads.csv", heads, of_heads), ("lines.csv", LINES + lines, FLAGS)]
        for name, text, mapping in both if first == "heads" else both[::-1]:
            shop.bring(name, text, mapping=mapping)
        assert shop.built("order_facts", *FACTS) == [cancelled("1"), sale("2", 0)]


def test_a_cancelled_line_costs_nothing_and_nothing_of_it_is_given_back(shop):
    [got] = bring_lines(
        shop, line(1001, 1, 50, "shipped", "", 20) + line(1001, 2, 30, "cancelled", 30, 12)
    )
    whole = ("1001", "sale", Decimal(50), Decimal(0), Decimal(20), 1.0, 2)
    assert shop.rows("orders", *ORDER) == [whole]
    facts = ("revenue_amount", "value_amount", "value_basis")
    assert shop.built("order_facts", *facts) == [(Decimal(50), Decimal(30), "margin")]
    assert not any("called off" in str(one) for one in got.warnings)
    assert (got.totals.cancelled, got.totals.cancelled_amount) == (0, Decimal(0))


def test_an_order_counts_as_called_off_in_the_summary_only_if_nothing_of_it_is_left(shop):
    text = line(1, 1, 50, "shipped") + line(1, 2, 30, "cancelled") + line(2, 1, 5, "void")
    got, again = bring_lines(shop, text, line(1, 1, 50, "void"))
    assert (got.totals.cancelled, got.totals.cancelled_amount) == (1, Decimal(5))
    assert got.totals.cancelled_as == {"void": 1}
    assert "1 order of 0.csv was called off (void 1)" in " ".join(map(str, got.warnings))
    assert (again.totals.cancelled, again.totals.cancelled_amount) == (1, Decimal(50))


def as_stored_before_lines_had_a_word(shop, *, called_off):
    """What an older version left: lines in full where their whole order was called off."""
    full = "30 AS net_amount, 30 AS original_amount, 1 AS quantity, " if called_off else ""
    with Lake.of(shop.brand).writing("an older version") as writer:
        writer.table_of("order_lines")
        writer.merge(
            "order_lines",
            "SELECT * EXCLUDE (batch_id, loaded_at, row_hash) REPLACE "
            f"({full}NULL AS cancelled, NULL AS refunded) FROM order_lines",
        )
        writer.commit()


def test_lines_of_an_older_lake_are_what_their_order_was_said_to_be(shop_of):
    off, sold = shop_of(""), shop_of("")
    bring_lines(off, line(1, 1, 30, "cancelled"))
    as_stored_before_lines_had_a_word(off, called_off=True)
    bring_lines(sold, line(1, 1, 50, "shipped") + line(1, 2, 30, "shipped"))
    as_stored_before_lines_had_a_word(sold, called_off=False)
    for at, status in enumerate(("cancelled", "shipped")):
        for shop in (off, sold):
            told = LINES + line(1, 2, 30, status)
            shop.bring(f"later{at}.csv", told, mapping=FLAGS)
        expected = [cancelled("1"), sale("1", 30)]
        assert off.built("order_facts", *FACTS) == [expected[at]]
        assert sold.built("order_facts", *FACTS) == [sale("1", 50 + 30 * at)]
    assert off.rows("order_lines", *LINE)[0] == ("1", 0, 0, None, 0.0, True)
