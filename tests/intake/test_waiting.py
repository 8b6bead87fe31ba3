"""Waiting lines: they land by themselves in the import that brings their orders."""

from decimal import Decimal

from tests.intake.test_importing import HEAD, in_quarantine, told

from valence.intake.mapping import read_mapping

ITEMS = "order_id,sku,quantity,price\n"
ORDERS = "order_id,order date,customer id\n"
HEADER_ONLY = """
name: heads
kind: orders
columns: {order_id: order_id, ordered_at: order date}
identifiers: {user_id: customer id}
"""


def amounts(shop):
    return shop.rows("orders", "order_id", "net_amount", "lines", "incomplete")


def test_lines_land_with_their_orders_and_the_summary_says_so(shop):
    first = shop.bring("l.csv", ITEMS + "1,A,1,5\n1,B,2,3\n2,A,1,5\n")
    assert (first.new, first.quarantined) == (0, 3)
    got = shop.bring("o.csv", HEAD + "1,2024-03-05,7,11\n")
    assert [(one.file, one.again, one.read, one.new) for one in got.files] == [
        ("o.csv", "", 1, 1),
        ("l.csv", "waited", 2, 2),
    ]
    assert "2 rows of l.csv landed that waited in quarantine for this." in told(got)
    assert amounts(shop) == [("1", Decimal(11), 2, False)]
    assert [row[:2] for row in in_quarantine(shop)] == [("l.csv", 4)]


def test_a_waiting_line_with_another_fault_is_held_at_its_place_with_its_new_reason(shop):
    """On the day of the import there was a rate, on the day of the order there was none."""
    shop.bring("fx.csv", "day,from,to,rate\n2024-05-01,EUR,GBP,0.8\n")
    shop.bring("l.csv", "order_id,sku,quantity,price,currency\n1,A,1,5,GBP\n1,B,1,5,EUR\n")
    got = shop.bring("o.csv", HEAD + "1,2024-03-05,7,11\n")
    assert "1 row of l.csv landed that waited in quarantine for this." in told(got)
    assert "1 row of l.csv that waited stays in quarantine." in told(got)
    assert [row[:4] for row in in_quarantine(shop)] == [("l.csv", 3, "currency", "EUR")]
    assert amounts(shop) == [("1", Decimal(11), 1, True)]


def test_lines_wait_on_in_other_namespaces(shop):
    shop.bring("l.csv", ITEMS + "1,A,1,5\n")
    text = HEADER_ONLY.replace("kind: orders", "kind: orders\nnamespace: outlet")
    shop.bring(
        "o.csv", ORDERS + "1,2024-03-05,7\n", mapping=read_mapping(text, where="outlet.yaml")
    )
    assert len(in_quarantine(shop)) == 1


def test_what_waited_is_in_the_log_and_the_same_file_again_changes_nothing(shop):
    items = ITEMS + "1,A,1,5\n"
    shop.bring("l.csv", items)
    got = shop.bring("o.csv", HEAD + "1,2024-03-05,7,5\n")
    assert shop.rows("imports", "file_name", "kind") == [
        ("l.csv", "order_lines"),
        ("l.csv", "order_lines"),
        ("o.csv", "orders"),
    ]
    assert (got.read, got.new) == (2, 2)
    again = shop.bring("again.csv", items + "\n")
    assert (again.new, again.unchanged) == (0, 1)
    assert amounts(shop) == [("1", Decimal(5), 1, False)]


def test_rows_without_a_rate_land_with_the_rates(shop):
    text = HEAD.replace("amount", "amount,currency")
    rows = "1,2024-03-05,7,10,EUR\n2,2024-03-05,7,10,USD\n3,2024-03-05,7,4,GBP\n"
    shop.bring("o.csv", text + rows)
    assert len(in_quarantine(shop)) == 2
    got = shop.bring("fx.csv", "day,from,to,rate\n2024-03-01,EUR,GBP,0.8\n")
    assert "1 row of o.csv landed that waited in quarantine for this." in told(got)
    assert "1 row of o.csv that waited stays in quarantine." in told(got)
    found = shop.rows("orders", "order_id", "net_amount")
    assert sorted(found) == [("1", Decimal(8)), ("3", Decimal(4))]
    assert [row[:4] for row in in_quarantine(shop)] == [("o.csv", 3, "currency", "USD")]
