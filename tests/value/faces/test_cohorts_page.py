"""The page of cohorts: which stayed longest, how sure, and what is not told yet."""

import re

from tests.value.faces.brands import fill, literal_lines
from tests.value.faces.fixtures import client


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
