"""The last twelve months against the twelve before: figures, and what chance could do to them."""

from math import sqrt

import pytest
from tests.value.faces.brands import fill, literal_lines

from valence.value.years import Moved, years

ROWS = (
    # invoice, product, quantity, placed, price, customer; the day of the figures is 2025-03-31
    ("a1", "tea", 1, "2023-05-01 10:00", 10, "1"),
    ("a2", "tea", 3, "2024-05-01 10:00", 10, "1"),
    ("b1", "tea", 1, "2023-06-01 10:00", 20, "2"),
    ("c1", "tea", 1, "2025-03-31 10:00", 50, "3"),
    ("Cc2", "tea", -1, "2025-03-31 11:00", 8, "3"),
    ("n1", "tea", 1, "2024-03-31 10:00", 7, None),  # a year before, to the day: not in it
    ("n2", "tea", 1, "2024-04-01 10:00", 90, None),
    ("z1", "tea", 1, "2023-04-01 10:00", 1, "2"),
)


@pytest.fixture
def told(shop):
    fill(shop, literal_lines(ROWS))
    shop.build()
    return years(shop.lake.reader())


def test_twelve_months_go_to_the_day_and_the_value_of_nobody_stands_apart(told):
    assert (told.value.now, told.value.before) == (162, 38)
    assert (told.named.now, told.named.before, told.nobody) == (72, 31, 90)
    assert (told.customers.now, told.customers.before) == (2, 2)
    assert (told.each.now, told.each.before) == (36, 15.5)
    assert (told.returned, told.orders, told.comparable) == (8, 3, True)
    assert told.given_back.now == pytest.approx(8 / 170)


def test_the_error_of_a_change_comes_from_the_change_of_each_customer(told):
    moved = (30 - 10, 0 - 21, 42 - 0)  # of customers 1, 2 and 3
    assert told.named.error == pytest.approx(sqrt(sum(x * x for x in moved)))
    assert told.customers.error == pytest.approx(sqrt(2))  # 2 left, 3 came
    parts = ((30 - 36) / 2 - (10 - 15.5) / 2, -(21 - 15.5) / 2, (42 - 36) / 2)
    assert told.each.error == pytest.approx(sqrt(sum(x * x for x in parts)))


def test_a_change_is_sure_beyond_its_interval_only():
    assert not Moved(110, 100, 10).sure
    assert Moved(130, 100, 10).sure
    assert Moved(130, 100, 10).interval == pytest.approx((10.4, 49.6), abs=0.01)
    assert Moved(5, 0, 1).share is None
