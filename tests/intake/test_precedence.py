"""Precedence: of two sources of one shop the more trusted one counts, whichever came first."""

from datetime import date
from decimal import Decimal

import pytest
from tests.intake.test_importing import told

from valence.core.errors import BadInputError
from valence.intake.mapping import mapping_yaml, read_mapping
from valence.intake.precedence import Precedence, Teller

SHOP = """
name: shop-lines
kind: order_lines
source: shop
precedence: [shop, events]
columns: {order_id: order, ordered_at: at, status: status, product_id: sku, quantity: qty,
  unit_price: price, line_id: line}
identifiers: {user_id: customer}
"""
EVENTS = """
name: completed
kind: orders
source: events
columns: {order_id: order, ordered_at: at, status: status, channel: channel, net_amount: total}
identifiers: {email: mail}
"""
EVENT_LINES = """
name: completed-lines
kind: order_lines
source: events
columns: {order_id: order, ordered_at: at, product_id: sku, quantity: qty, unit_price: price}
identifiers: {email: mail}
"""
SHOP_FILE = (
    "order,at,status,sku,qty,price,line,customer\n"
    "1,2024-03-05 10:00,paid,A,2,5,1,7\n1,2024-03-05 10:00,paid,B,1,3,2,7\n"
    "2,2024-03-06 09:00,,A,1,5,1,\n"
)
EVENTS_FILE = (
    "order,at,status,channel,total,mail\n"
    "1,2024-03-05 10:04,completed,app,99,anna@example.org\n"
    "2,2024-03-06 09:02,completed,app,99,ben@example.org\n"
    "3,2024-03-07 12:00,completed,web,4,cleo@example.org\n"
)
EVENT_LINES_FILE = (
    "order,at,sku,qty,price,mail\n1,2024-03-05 10:04,A,2,5.50,anna@example.org\n"
    "3,2024-03-07 12:00,C,1,4,cleo@example.org\n"
)
FILES = {
    "shop.csv": (SHOP_FILE, SHOP),
    "completed.csv": (EVENTS_FILE, EVENTS),
    "items.csv": (EVENT_LINES_FILE, EVENT_LINES),
}


def mapping(text, **more):
    return read_mapping(text, where="test").model_copy(update=more)


def bring(shop, name, **more):
    content, form = FILES[name]
    return shop.bring(name, content, mapping=mapping(form, **more))


def canonical(shop):
    orders = shop.rows(
        "orders", "order_id", "ordered_at", "ordered_on", "kind", "status", "channel", "currency",
        "original_amount", "net_amount", "returned_amount", "units", "lines", "source", "id_type",
    )  # fmt: skip
    lines = shop.rows(
        "order_lines", "order_id", "line_key", "ordered_at", "product_id", "quantity",
        "net_amount", "source", "id_type",
    )  # fmt: skip
    return orders, lines


def test_the_order_of_the_files_does_not_matter(shop_of):
    found = []
    names = list(FILES)
    for turn in range(len(names)):
        shop = shop_of("")
        for name in names[turn:] + names[:turn]:
            bring(shop, name)
        found.append(canonical(shop))
    assert all(one == found[0] for one in found)


def test_the_field_of_the_more_trusted_source_counts_and_what_it_leaves_empty_is_filled(shop):
    for name in ("shop.csv", "completed.csv"):
        bring(shop, name)
    assert shop.rows(
        "orders", "order_id", "status", "channel", "net_amount", "source", "id_type"
    ) == [
        ("1", "paid", "app", Decimal(13), "shop", "user_id"),
        ("2", "completed", "app", Decimal(5), "events", "email"),
        ("3", "completed", "web", Decimal(4), "events", "email"),
    ]


def test_lines_of_an_order_come_from_one_source_only(shop):
    bring(shop, "items.csv")
    got = bring(shop, "shop.csv")
    columns = ("order_id", "product_id", "net_amount", "source")
    expected = [
        ("1", "A", Decimal(10), "shop"),
        ("1", "B", Decimal(3), "shop"),
        ("2", "A", Decimal(5), "shop"),
        ("3", "C", Decimal(4), "events"),
    ]
    assert shop.rows("order_lines", *columns) == expected
    assert "1 line of a less trusted source gave way to those of shop.csv." in told(got)
    again = bring(shop, "items.csv", title="once more")
    assert shop.rows("order_lines", *columns) == expected
    assert (again.read, again.unchanged, again.files[0].outranked) == (2, 1, 1)
    assert "1 line of items.csv was left out: a more trusted source tells it." in told(again)


def test_each_field_can_have_a_precedence_of_its_own(shop):
    fields = {"all": ("shop", "events"), "status": ("events",), "net_amount": ("events",)}
    bring(shop, "shop.csv", precedence=fields)
    bring(shop, "completed.csv")
    assert shop.rows("orders", "order_id", "status", "net_amount", "lines") == [
        ("1", "completed", Decimal(99), 2),
        ("2", "completed", Decimal(99), 1),
        ("3", "completed", Decimal(4), 0),
    ]


def test_lines_bear_the_moment_and_the_customer_of_their_order(shop):
    fields = {"all": ("shop",), "ordered_at": ("events",), "customer": ("events",)}
    bring(shop, "shop.csv", precedence=fields)
    bring(shop, "completed.csv")
    stamp = ("order_id", "ordered_at", "ordered_on", "id_type", "id_key")
    orders = shop.rows("orders", *stamp)
    assert set(shop.rows("order_lines", *stamp)) == set(orders[:2])
    assert {kind for *_, kind, _ in orders} == {"email"}


def test_without_a_precedence_the_later_file_counts_and_the_user_is_told(shop):
    bring(shop, "shop.csv", precedence={})
    got = bring(shop, "completed.csv")
    assert shop.rows("orders", "order_id", "status", "source")[0] == ("1", "completed", "events")
    assert (
        "events, shop tell of the same orders, and no precedence says which is trusted more: the "
        "file that comes last counts. Name them in the mapping, such as "
        "`precedence: [events, shop]`." in told(got)
    )


@pytest.mark.parametrize(
    ("form", "kinds"),
    [
        (SHOP, ["sale", "sale", "cancelled"]),
        (SHOP.replace("status: status, ", ""), ["cancelled"] * 3),
    ],
)
def test_that_an_order_was_called_off_counts_from_who_can_tell_its_lines_first(
    shop_of, form, kinds
):
    off = EVENTS_FILE.replace("completed", "cancelled")
    files = [("shop.csv", SHOP_FILE, form), ("off.csv", off, EVENTS)]
    for brought in (files, files[::-1]):
        shop = shop_of("")
        for name, content, own in brought:
            shop.bring(name, content, mapping=mapping(own))
        assert [kind for _, kind in shop.rows("orders", "order_id", "kind")] == kinds


def test_files_of_one_source_update_each_other(shop):
    bring(shop, "shop.csv")
    text = SHOP_FILE.replace("paid,A,2,5", "shipped,A,3,5").replace(",7\n", ",\n")
    shop.bring("later.csv", text, mapping=mapping(SHOP))
    assert shop.rows("orders", "order_id", "status", "net_amount", "id_type")[0] == (
        "1", "shipped", Decimal(18), "user_id",
    )  # fmt: skip


def test_a_precedence_that_comes_with_a_later_file_lets_earlier_files_be_read_again(shop):
    bring(shop, "items.csv")
    bring(shop, "shop.csv", precedence={})
    bring(shop, "completed.csv", precedence={"all": ("events", "shop")})
    assert {source for (source,) in shop.rows("order_lines", "source")} == {"shop", "events"}
    bring(shop, "items.csv")
    assert shop.rows("order_lines", "order_id", "net_amount", "source") == [
        ("1", Decimal(11), "events"),
        ("2", Decimal(5), "shop"),
        ("3", Decimal(4), "events"),
    ]
    assert shop.rows("orders", "order_id", "ordered_on")[0] == ("1", date(2024, 3, 5))


def test_an_unknown_field_of_a_precedence_is_refused_with_the_near_name():
    with pytest.raises(BadInputError, match=r"no field of an order\. Did you mean 'status'"):
        read_mapping(SHOP.replace("[shop, events]", "{statu: [shop]}"), where="m.yaml")


def test_a_precedence_is_written_as_it_was_read():
    for told_as in ("[shop, events]", "{all: [shop], status: [events, shop]}"):
        text = SHOP.replace("[shop, events]", told_as)
        read = read_mapping(text, where="m.yaml")
        assert read_mapping(mapping_yaml(read), where="again") == read


def test_what_is_said_of_a_whole_order_stands_above_its_lines():
    trusted = Precedence({"all": ("a",), "status": ("b",)})
    tellers = [Teller("b", "lines"), Teller("a", "lines"), Teller("b", "order")]
    assert trusted.ranked(tellers, "store", latest="b") == [tellers[1], tellers[2], tellers[0]]
    assert trusted.ranked(tellers, "status", latest="a") == [tellers[2], tellers[0], tellers[1]]
