"""The page of cohorts: which stayed longest, how sure, and what is not told yet."""

import re
from datetime import date

import pytest
from tests.value.faces.brands import fill, literal_lines
from tests.value.faces.fixtures import client

from valence.kit.format import Formats
from valence.kit.languages import language
from valence.value.cohort_answers import Cohorts, cohort_answers
from valence.value.cohort_view import figures, value_lines
from valence.value.staying_view import longest

ENGLISH = Formats(language("en"), "GBP")


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_it_says_which_cohort_stayed_longest_with_its_interval(retail):
    said = text_of(client(retail).get("/cohorts"))
    best = client(retail).get("/api/v1/cohorts").json()["staying"][0]
    mean = f"{best['active_months']:.2f} of the {best['horizon_months']} months"
    assert mean in said
    assert "95 % interval" in said
    assert "The data begin in that month" in said


def test_a_month_that_was_not_over_is_marked(retail):
    page = client(retail).get("/cohorts").text
    assert re.search(r"\d+\*", page)
    assert "The month was not over" in page


def test_each_share_carries_its_interval_and_n(retail):
    page = client(retail).get("/cohorts").text
    assert re.search(r'title="Dec 2010, 1 months after: [\d.]+[^"]+ of \d+ customers"', page)


def test_where_no_cohort_is_old_enough_none_is_named(few):
    said = text_of(client(few).get("/cohorts"))
    assert "No cohort can be compared yet." in said
    assert "too young" in said


def test_more_than_a_year_is_folded_and_can_be_unfolded(shop):
    days = [f"{2022 + m // 12}-{m % 12 + 1:02d}-05 10:00" for m in range(30)]
    fill(shop, literal_lines([(f"o{n}", "tea", 1, day, 9, str(n)) for n, day in enumerate(days)]))
    shop.build()
    web = client(shop)
    folded, whole = web.get("/cohorts").text, web.get("/cohorts?months=all").text
    assert "Show all cohorts and months" in folded
    assert "Show all cohorts and months" not in whole
    assert len(re.findall('scope="row"', whole)) > len(re.findall('scope="row"', folded))


def test_at_most_five_cohorts_are_drawn_and_the_table_has_all(retail):
    """Twenty-two lines were a tangle."""
    found = cohort_answers(retail.lake.reader())
    chart = value_lines(found, ENGLISH)
    assert len(chart.option["series"]) <= 5
    complete = sum(sum(row["complete"] for row in rows) > 1 for rows in found.months.values())
    assert len(chart.table.headers) == 1 + complete


def test_the_best_the_least_and_the_newest_are_drawn():
    days = [date(2025, month, 1) for month in range(1, 9)]
    worth = [90, 10, 30, 50, 20, 40, 60, 5]  # after 6 months; the first holds customers of before
    months = {
        day: [{**_month(day, n, 10, 10), "cumulative_value_per_customer": value} for n in range(7)]
        for day, value in zip(days, worth, strict=True)
    }
    staying = [_stay(day, 1.0, 0.9, 1.1) for day in days[:7]]  # the last: too few customers
    chart = value_lines(Cohorts(date(2026, 3, 10), staying, months, days[0]), ENGLISH)
    names = [line["name"] for line in chart.option["series"]]
    assert names == ["Jul 2025", "Apr 2025", "Feb 2025", "Aug 2025"]
    assert len(chart.table.headers) == 9
    assert "Drawn are" in str(chart.answer)


def test_value_grown_is_told_of_the_same_customers_at_both_ages(retail):
    """From 141 to 138: the first was of all cohorts, the second of the old ones."""
    found = cohort_answers(retail.lake.reader())
    first, last = found.pooled(0, old=6), found.pooled(6)
    assert first.customers == last.customers
    assert found.pooled(0).customers > first.customers
    assert ENGLISH.money_short(first.value_per_customer) in str(value_lines(found, ENGLISH).answer)


@pytest.mark.parametrize(
    ("late", "before", "said"),
    [((30, 100), (28, 100), "about the same"), ((60, 100), (28, 100), "+32")],
    ids=["noise", "a change"],
)
def test_an_arrow_stands_for_a_change_beyond_its_interval(late, before, said):
    days = [date(2025, month, 1) for month in range(1, 9)]
    shares = [(0, 100), before, before, before, late, late, late, (0, 100)]
    months = {
        day: [_month(day, n, bought, of) for n, bought in ((0, of), (1, active))]
        for day, (active, of) in zip(days, shares, strict=True)
    }
    months[days[-1]][1]["complete"] = False
    found = Cohorts(date(2025, 9, 10), [], months, days[0])
    change = figures(found, ENGLISH)[0].change
    assert change.said.startswith(said)
    assert (change.rose is None) == (said == "about the same")


def _month(day, n, active, of):
    value = {"cumulative_value_amount": 10.0, "complete": True}
    return {"cohort_month": day, "months_since": n, "customers": of, "active": active, **value}


def _stay(month, mean, low, high, customers=100):
    return {
        "cohort_month": month, "customers": customers, "horizon_months": 6, "compared": True,
        "not_compared": None, "active_months": mean, "active_months_low": low,
        "active_months_high": high,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(0, 2.2, 2.1, 2.3), (1, 1.5, 1.4, 1.6), (2, 1.2, 1.1, 1.3)], "1.50 (1.40–1.60)."),
        ([(0, 2.2, 2.1, 2.3), (1, 1.5, 1.4, 1.6), (2, 1.4, 1.3, 1.5)], "too close to Mar 2025"),
        ([(1, 2.2, 2.1, 2.3), (2, 1.5, 1.4, 1.6)], "clearly more than the next, Mar 2025"),
        ([(1, 2.2, 2.1, 2.3), (2, 2.1, 2.0, 2.2)], "too close to tell them apart"),
        ([(0, 2.2, 2.1, 2.3)], "no later cohort can be compared yet"),
        ([(1, 0.03, 0.0298, 0.0302), (2, 0.02, 0.0198, 0.0202)], "0.0200 (0.0198–0.0202)"),
        ([(1, 0.03, 0.01, 0.05), (2, 0.01, 0.002, 0.018)], "0.010 (0.002–0.018)"),
        ([(1, 0.03, 0.01, 0.05), (2, 0.0, 0.0, 0.0)], "too close to tell them apart: 0.00 (–)"),
    ],
    ids=["cut", "cut and close", "clear", "close", "cut alone", "narrow", "near zero", "zero"],
)
def test_how_sure_it_is_which_stayed_longest_is_said(rows, said):
    staying = [_stay(date(2025, 1 + at, 1), *rest) for at, *rest in rows]
    found = Cohorts(date(2026, 1, 1), staying, {}, date(2025, 1, 5))
    assert said in str(longest(found, ENGLISH).rest)
