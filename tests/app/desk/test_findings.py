from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.app.desk.brands import AS_OF
from valence.app.desk.findings import _MOVED, as_rows, findings, told
from valence.app.desk.numbers import numbers
from valence.app.desk.overview import figures
from valence.core.rules import compile_rule
from valence.kit.filters import catalog
from valence.kit.format import Formats
from valence.kit.languages import language

ENGLISH = Formats(language("en"), "GBP")


@pytest.fixture(scope="module")
def reader(looking):
    return looking.app.state.house.read()


def test_five_findings_come_with_their_figure_n_and_next_step_most_money_first(reader):
    found = findings(reader, ENGLISH)
    assert [one.key for one in found] == ["carried", "moved", "returned", "overdue", "stayed"]
    assert all(one.figure and one.n > 0 and one.href.startswith("/") for one in found)
    amounts = [one.amount or 0 for one in found]
    assert amounts == sorted(amounts, reverse=True)


def test_who_carries_the_value_agrees_with_the_customers(reader):
    [first] = [one for one in findings(reader, ENGLISH) if one.key == "carried"]
    customers = reader.table("customers")
    rows = reader.rows(customers.select("value_amount"))
    values = sorted((row["value_amount"] for row in rows), reverse=True)
    share = float(sum(values[:12]) / sum(values))  # 5 % of 240
    assert first.n == 12
    assert first.figure == ENGLISH.percent(share)


def test_the_parts_of_the_movement_sum_to_the_change_of_value(reader):
    found = numbers(reader)
    row = found.summary
    change = row["value_12m_amount"] - row["value_prior_12m_amount"]
    assert sum(one.amount for one in found.moved) == pytest.approx(float(change))


def test_the_months_sum_to_all_value_and_the_last_one_ends_on_the_day(reader):
    found = numbers(reader)
    assert (found.as_of, found.months[0].first, found.months[-1].first) == (
        AS_OF,
        date(2024, 11, 1),
        date(2026, 10, 1),
    )
    assert sum(m.value for m in found.months) == pytest.approx(float(found.summary["value_amount"]))
    assert sum(m.orders for m in found.months) == found.summary["orders"]


def test_every_rule_that_a_finding_leads_to_can_be_used_on_the_customers(reader):
    table = reader.table("customers")
    rules = [rule for _, _, rule in _MOVED.values()]
    for one in findings(reader, ENGLISH):
        rules += parse_qs(urlsplit(one.href).query).get("where", [])
    assert len(rules) > 7
    for rule in rules:
        kept = compile_rule(rule, catalog(table)).filter(table, as_of=AS_OF)
        reader.rows(kept.aggregate(n=kept.count()))


def test_the_rule_of_the_silent_ones_finds_as_many_as_the_finding_says(reader):
    found = numbers(reader).overdue
    table = reader.table("customers")
    kept = compile_rule(found.rule, catalog(table)).filter(table, as_of=AS_OF)
    assert reader.rows(kept.aggregate(n=kept.count())) == [{"n": found.customers}]


def test_on_a_terminal_each_finding_is_a_row_of_words(reader):
    rows = as_rows(findings(reader, ENGLISH), ENGLISH)
    assert list(rows[0]) == ["finding", "figure", "n", "what next"]
    assert rows[0]["finding"].startswith("The best 5\u202f% of customers carry 4")
    assert rows[0]["what next"].endswith("(/customers)")


def test_before_the_first_build_nothing_is_found(bare):
    assert findings(bare.readers(), ENGLISH) == []


def test_a_young_brand_is_not_compared_with_a_year_that_is_not_known(reader):
    known = numbers(reader)
    summary = {**known.summary, "repeat_share": 0.5}
    young = replace(known, two_years=False, moved=(), summary=summary)
    keys = [one.key for one in told(young, ENGLISH)]
    assert "moved" not in keys
    assert "repeated" in keys
    assert young.change("value") is None
    everybody = replace(young, summary={**summary, "repeat_share": 1.0})
    assert "repeated" not in [one.key for one in told(everybody, ENGLISH)]


def test_a_brand_of_a_few_customers_is_told_no_share_of_them(reader):
    """Of four customers "the best 5 %" were said to carry 81.8 %: one of them, a quarter."""
    found = numbers(reader)
    few = replace(
        found,
        summary={**found.summary, "buyers": 29},
        months=[replace(month, orders=1) for month in found.months],
    )
    keys = [one.key for one in told(few, ENGLISH)]
    assert not {"carried", "returned", "repeated"} & set(keys)
    [given_back] = [one for one in figures(few, ENGLISH) if "given back" in str(one.label)]
    assert given_back.value is None


def test_the_share_that_the_best_carry_is_of_what_customers_brought(reader):
    """Orders that name nobody are part of all value, and in no customer's share."""
    [first] = [one for one in findings(reader, ENGLISH) if one.key == "carried"]
    assert "of what all customers brought" in str(first.said)
