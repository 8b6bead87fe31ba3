from datetime import date
from decimal import Decimal

import ibis
import pytest

from valence.kit.format import Formats
from valence.kit.languages import language
from valence.value import customers, summary
from valence.value.reports import summary_rows

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


def test_a_cancelled_order_makes_nobody_a_customer_and_no_day_the_last(rows, orders):
    few = [("a", "2024-03-01", "100"), ("b", "2024-04-01", "60"), (None, "2024-05-01", "1")]
    off = [("c", "2024-01-01", "70"), ("a", "2025-01-30", "30"), (None, "2025-01-31", "7")]
    t = orders([*few, *off])
    inside = t.ordered_on.between(date(2024, 2, 1), date(2024, 12, 31))
    t = t.mutate(kind=inside.ifelse(ibis.null("string"), "cancelled"))
    (got,) = rows(summary(t, as_of=DAY))
    assert got == rows(summary(orders(few), as_of=DAY))[0]
    assert (got["customers"], got["first_order_on"]) == (2, date(2024, 3, 1))
    assert got["last_order_on"] == date(2024, 5, 1)


def test_it_says_what_the_breadth_of_customers_counts(rows, orders):
    table = ibis.memtable(
        {"customer_id": ["a", "b", "c"], "breadth_of": ["products", "categories", None]}
    )
    few = orders([("a", "2024-03-01", "1"), ("b", "2024-03-01", "1"), ("c", "2024-03-01", "1")])
    facts = customers(few, as_of=DAY).drop("breadth_of").join(table, "customer_id")

    def said(*who):
        one = facts.filter(facts.customer_id.isin(who))
        return rows(summary(few, as_of=DAY, table=one))[0]["breadth_of"]

    assert [said("a"), said("b", "c"), said("a", "b"), said("c")] == [
        "products", "categories", "mixed", None,
    ]  # fmt: skip


def test_of_orders_that_were_all_cancelled_no_days_and_no_basis_are_printed(rows, orders):
    t = orders([("a", "2024-03-01", "100")]).mutate(kind=ibis.literal("cancelled"))
    (got,) = rows(summary(t, as_of=DAY))
    printed = {row["figure"]: row for row in summary_rows(got, Formats(language("en"), "GBP"))}
    assert printed["orders"][""] == "none that was not cancelled"
    assert not [row for row in printed.values() if "None" in f"{row['value']} {row['']}"]
