import shlex
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.app.desk.brands import AS_OF
from valence.app.desk.findings import as_rows, as_values, findings, told
from valence.app.desk.numbers import numbers
from valence.app.desk.overview import figures
from valence.core.rules import compile_rule
from valence.kit.filters import catalog
from valence.kit.format import Formats
from valence.kit.languages import language
from valence.lake.build import Ask
from valence.value.bridge_answers import BARS, rule_of

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
    assert float(found.bridge.closing - found.bridge.opening) == pytest.approx(float(change))


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
    rules = [rule_of(move, date(2025, 10, 31)) for move in BARS]
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
    assert rows[0]["finding"].startswith("The best 5\u202f% of customers carry £99.3\xa0K, 40")
    [stayed] = [row["finding"] for row in rows if "stayed longest" in row["finding"]]
    assert stayed.endswith("Feb 2025, is too close to tell them apart: 4.47 (4.15–4.79).")


def test_for_a_program_each_finding_is_a_number_with_its_unit_and_a_rule(reader):
    """`valence demo --json` gave the figures as text only."""
    found = {one["key"]: one for one in as_values(findings(reader, ENGLISH), ENGLISH)}
    assert found["carried"]["value"] == pytest.approx(0.4, abs=0.1)
    assert (found["carried"]["unit"], found["moved"]["unit"]) == ("share", "money")
    assert (found["stayed"]["unit"], found["returned"]["n_of"]) == ("months", "orders")
    assert found["moved"]["currency"] == "GBP"
    words = shlex.split(found["overdue"]["command"])
    assert words[:4] == ["valence", "value", "customers", "--where"]
    assert words[4] == found["overdue"]["where"]


def test_what_is_given_back_in_12_months_is_counted_to_the_day(house):
    """It took whole months of the calendar, up to 30 days less than the figure beside it."""
    house.build(Ask(date(2026, 10, 12)))
    reader = house.readers()
    facts = reader.table("order_facts")
    year = facts.filter(
        facts.ordered_on > date(2025, 10, 12), facts.ordered_on <= date(2026, 10, 12)
    )
    row = reader.one(year.agg(gross=year.gross_amount.sum(), back=year.returned_amount.sum()))
    share = float(row["back"] / row["gross"])
    [finding] = [one for one in findings(reader, ENGLISH) if one.key == "returned"]
    assert finding.value == pytest.approx(share)
    [figure] = [f for f in figures(numbers(reader), ENGLISH) if "given back" in str(f.label)]
    assert figure.value == finding.figure == ENGLISH.percent(share)


def test_before_the_first_build_nothing_is_found(bare):
    assert findings(bare.readers(), ENGLISH) == []


def test_a_young_brand_is_not_compared_with_a_year_that_is_not_known(reader):
    known = numbers(reader)
    summary = {**known.summary, "repeat_share": 0.5}
    years = replace(known.years, comparable=False)
    young = replace(known, years=years, bridge=None, summary=summary)
    keys = [one.key for one in told(young, ENGLISH)]
    assert "moved" not in keys
    assert "repeated" in keys
    assert all(one.change is None for one in figures(young, ENGLISH))
    everybody = replace(young, summary={**summary, "repeat_share": 1.0})
    assert "repeated" not in [one.key for one in told(everybody, ENGLISH)]


def test_a_brand_of_a_few_customers_is_told_no_share_of_them(reader):
    """Of four customers "the best 5 %" were said to carry 81.8 %: one of them, a quarter."""
    found = numbers(reader)
    few = replace(
        found,
        summary={**found.summary, "buyers": 29},
        years=replace(found.years, orders=12),
    )
    keys = [one.key for one in told(few, ENGLISH)]
    assert not {"carried", "returned", "repeated"} & set(keys)
    [given_back] = [one for one in figures(few, ENGLISH) if "given back" in str(one.label)]
    assert given_back.value is None


def test_the_share_that_the_best_carry_is_of_what_customers_brought(reader):
    """Orders that name nobody are part of all value, and in no customer's share."""
    [first] = [one for one in findings(reader, ENGLISH) if one.key == "carried"]
    assert "of what all customers brought" in str(first.said)
