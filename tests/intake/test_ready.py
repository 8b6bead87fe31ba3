"""Exports as they come, of Square and 淘宝/天猫: the headers are those that their users publish."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from valence.people.keys import Keyring
from valence.people.vault import Vault

READY = Path(__file__).parent / "ready"
ORDER = ("order_id", "kind", "net_amount", "returned_amount", "lines")


@pytest.fixture
def tea_shop(shop_of):
    made = shop_of('country = "CN"\n')
    made.bring("fx.csv", "day,from,to,rate\n2024-01-01,CNY,GBP,0.1\n")
    return made


def names(shop, text):
    vault = Vault(shop.store, Keyring.of(shop.brand))
    return {e.value for e in vault.search(text, masked=False) if e.kind == "name"}


def test_squares_items_have_their_moment_discount_refund_and_customer(shop):
    [told] = shop.take(READY / "square_items.csv").files
    assert (told.mapping, told.origin, told.accounted) == ("square-items", "ready", 3)
    assert told.totals.customers == 1
    assert shop.rows("orders", *ORDER) == [
        ("T1", "sale", Decimal(27), Decimal(0), 2),
        ("T2", "return", Decimal(-9), Decimal(9), 1),
    ]
    assert ("T1", datetime(2024, 3, 5, 10, 2, 11, tzinfo=UTC)) in shop.rows(
        "orders", "order_id", "ordered_at"
    )
    assert names(shop, "lee") == {"Ann Lee"}


def test_of_squares_two_reports_lines_count_once_and_the_other_adds_what_is_missing(shop):
    for first, second in (("items", "transactions"), ("transactions", "items")):
        shop.take(READY / f"square_{first}.csv")
        shop.take(READY / f"square_{second}.csv")
        assert [(one, amount) for one, _, amount, *_ in shop.rows("orders", *ORDER)] == [
            ("T1", Decimal(27)),
            ("T2", Decimal(-9)),
            ("T3", Decimal(12)),
        ]


def test_taobaos_orders_are_in_yuan_with_refunds_and_without_what_was_not_paid(tea_shop):
    [told] = tea_shop.take(READY / "taobao_orders.csv").files
    assert (told.mapping, told.quarantined, told.totals.customers) == ("taobao-orders", 0, 2)
    assert told.totals.cancelled_as == {"交易关闭": 1, "等待买家付款": 1}
    assert tea_shop.rows("orders", "order_id", "kind", "original_amount", "returned_amount") == [
        ("1001", "sale", Decimal(88), Decimal("0.8")),
        ("1002", "cancelled", Decimal(50), Decimal(0)),
        ("1003", "cancelled", Decimal(30), Decimal(0)),
    ]
    assert tea_shop.rows("orders", "ordered_at")[0] == (
        datetime(2024, 3, 5, 2, 11, 12, tzinfo=UTC),
    )
    assert names(tea_shop, "王小明") == {"王小明"}


def test_taobaos_items_are_lines_of_these_orders_whose_amount_stands(tea_shop):
    tea_shop.take(READY / "taobao_orders.csv")
    [told] = tea_shop.take(READY / "taobao_items.csv").files
    assert (told.mapping, told.new, told.quarantined) == ("taobao-items", 2, 0)
    assert tea_shop.rows("orders", "order_id", "original_amount", "lines")[0] == (
        "1001", Decimal(88), 1,
    )  # fmt: skip
    assert ("GT-1", 2.0) in tea_shop.rows("order_lines", "product_id", "quantity")


def test_taobaos_sub_orders_leave_out_the_line_that_was_closed(tea_shop):
    [told] = tea_shop.take(READY / "taobao_sub_orders.csv").files
    assert (told.mapping, told.new, told.quarantined) == ("taobao-sub-orders", 2, 0)
    assert tea_shop.rows("orders", "order_id", "original_amount", "returned_amount") == [
        ("2001", Decimal(88), Decimal("0.8")),
    ]
