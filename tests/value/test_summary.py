from datetime import date
from decimal import Decimal

import pytest

from valence.value import summary

DAY = date(2025, 1, 31)


@pytest.fixture
def year(rows, orders):
    def in_one_row(*given):
        (got,) = rows(summary(orders(given), as_of=DAY))
        return got

    return in_one_row


def test_value_per_customer_of_a_year_is_of_known_customers_on_both_sides(year):
    got = year(
        ("a", "2024-03-01", "100"),
        ("b", "2024-04-01", "60"),
        ("b", "2024-05-01", "-10"),
        (None, "2024-06-01", "1000"),
        ("a", "2023-06-01", "40"),
        (None, "2023-06-01", "7"),
        ("z", "2022-12-31", "500"),
    )
    assert (got["value_12m_amount"], got["named_value_12m_amount"]) == (1150, 150)
    assert (got["value_prior_12m_amount"], got["named_value_prior_12m_amount"]) == (47, 40)
    assert (got["customers_12m"], got["customers_prior_12m"]) == (2, 1)


def test_without_known_customers_their_value_is_nothing(year):
    got = year((None, "2024-06-01", "1000"))
    assert (got["named_value_12m_amount"], got["customers_12m"]) == (Decimal(0), 0)
