"""Shopify's export: the header of an order stands on its first line only; refunds and discounts."""

from decimal import Decimal

HEAD = (
    "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,"
    "Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,"
    "Billing Name,Shipping Country,Refunded Amount,Source\n"
)
ROWS = (
    "#1001,anna@example.org,paid,,GBP,25.00,5,0,30.00,SPRING,5.00,2024-03-05 10:11:12 +0000,2,Tea,"
    "10.00,T1,Anna Li,GB,0.00,web\n"
    "#1001,anna@example.org,,,,,,,,,,2024-03-05 10:11:12 +0000,1,Cup,10.00,C1,,,,\n"
    "#1002,ben@example.org,partially_refunded,,GBP,20,0,0,20,,0.00,2024-03-06 23:30:00 -0500,2,Cup,"
    "10.00,C1,Ben Ito,US,10.00,pos\n"
)


def test_orders_have_all_their_lines_their_discount_and_their_refund(shop):
    got = shop.bring("shopify.csv", HEAD + ROWS)
    assert (got.read, got.quarantined, got.files[0].mapping) == (3, 0, "shopify-orders")
    columns = ("order_id", "net_amount", "discount_amount", "returned_amount", "lines", "channel")
    assert shop.rows("orders", *columns) == [
        ("#1001", Decimal(25), Decimal(5), Decimal(0), 2, "web"),
        ("#1002", Decimal(20), Decimal(0), Decimal(10), 1, "pos"),
    ]


def test_a_refund_is_taken_off_once(shop):
    shop.bring("shopify.csv", HEAD + ROWS)
    columns = ("order_id", "gross_amount", "returned_amount", "revenue_amount")
    assert shop.built("order_facts", *columns) == [
        ("#1001", Decimal(25), Decimal(0), Decimal(25)),
        ("#1002", Decimal(20), Decimal(10), Decimal(10)),
    ]


CANCELLED = HEAD.replace("Paid at", "Cancelled at") + (
    "#1,anna@example.org,paid,,GBP,10,0,0,10,,0,2024-03-05 10:11:12 +0000,1,Tea,10,T1,Anna Li,GB,0,"
    "web\n"
    "#3,ben@example.org,voided,,GBP,50,0,0,50,,0,2024-03-05 10:11:12 +0000,1,Tea,50,T1,Ben Ito,GB,"
    "0,web\n"
    "#4,anna@example.org,paid,2024-03-06 10:00:00 +0000,GBP,50,0,0,50,,0,2024-03-05 10:11:12 +0000,"
    "1,Tea,30,T1,Anna Li,GB,0,web\n"
    "#4,anna@example.org,,,,,,,,,,2024-03-05 10:11:12 +0000,1,Cup,20,C1,,,,\n"
    "#5,anna@example.org,refunded,,GBP,40,5,5,50,,0,2024-03-05 10:11:12 +0000,1,Tea,40,T1,Anna Li,"
    "GB,50,web\n"
)


def test_voided_and_cancelled_orders_are_no_purchases_and_a_full_refund_leaves_nothing(shop):
    got = shop.bring("shopify.csv", CANCELLED)
    columns = ("order_id", "kind", "gross_amount", "returned_amount", "revenue_amount")
    assert shop.built("order_facts", *columns) == [
        ("#1", "sale", Decimal(10), Decimal(0), Decimal(10)),
        ("#3", "cancelled", Decimal(0), Decimal(0), Decimal(0)),
        ("#4", "cancelled", Decimal(0), Decimal(0), Decimal(0)),
        ("#5", "sale", Decimal(40), Decimal(40), Decimal(0)),
    ]
    totals = got.files[0].totals
    assert (totals.orders, totals.cancelled, totals.cancelled_amount) == (4, 2, Decimal(100))
    said = " ".join(map(str, got.files[0].warnings))
    assert "2 orders of shopify.csv were called off (voided 1)" in said


def test_an_order_that_is_cancelled_by_a_later_export_is_no_purchase_any_more(shop):
    shop.bring("a.csv", CANCELLED)
    shop.bring(
        "b.csv", CANCELLED.replace("#1,anna@example.org,paid,", "#1,anna@example.org,voided,")
    )
    kinds = dict(shop.rows("orders", "order_id", "kind"))
    assert kinds == {"#1": "cancelled", "#3": "cancelled", "#4": "cancelled", "#5": "sale"}


def test_every_line_stands_in_the_month_of_its_order(shop):
    got = shop.bring("shopify.csv", HEAD + ROWS).files[0]
    assert [(m.month, m.rows, m.amount) for m in got.months] == [("2024-03", 3, got.totals.amount)]


def test_an_offset_decides_the_business_day_and_every_line_names_the_customer(shop):
    shop.bring("shopify.csv", HEAD + ROWS)
    days = shop.rows("orders", "order_id", "ordered_on")
    assert [str(day) for _, day in days] == ["2024-03-05", "2024-03-07"]
    assert {kind for (kind,) in shop.rows("order_lines", "id_type")} == {"email"}


def test_the_same_export_again_changes_nothing(shop):
    shop.bring("a.csv", HEAD + ROWS)
    again = shop.bring("b.csv", HEAD + ROWS + "\n")
    assert (again.new, again.updated, again.unchanged) == (0, 0, 3)
    assert again.files[0].orders_updated == 0
