"""The commands of value: the three questions, from a terminal and from --json."""

import json

import pytest
from typer.testing import CliRunner

from valence.core.errors import BadInputError, NotFoundError
from valence.value.commands import value

runner = CliRunner()


def said(house, *words, wrong=None):
    result = runner.invoke(value.app, [*words, "--brand", str(house.brand.root)])
    if wrong is not None:
        assert isinstance(result.exception, wrong), result.output
        return str(result.exception)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def told(house, *words):
    result = runner.invoke(value.app, [*words, "--json", "--brand", str(house.brand.root)])
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def test_who_are_the_five_percent_and_how_much_do_they_carry(retail):
    found = told(retail, "tiers", "--limit", "100")
    assert found["top_customers"] == len(found["customers"]) == found["total"]
    assert found["tiers"][0]["value_share"] == found["top_value_share"]
    assert found["customers"][0]["name"].isdigit()
    printed = said(retail, "tiers", "--limit", "2")
    carried = f"{found['top_value_share'] * 100:.1f} % of the customers' value"
    assert carried in printed.replace("\u202f", " ")
    assert found["customers"][0]["customer_id"] not in printed


def test_what_did_customer_12748_buy_and_when(retail):
    found = told(retail, "customer", "12748", "--limit", "1")
    assert found["facts"]["orders"] == 210
    assert found["order_rows"] == 224
    order = found["orders"][0]
    assert (order["order_id"], order["ordered_on"]) == ("581580", "2011-12-09")
    assert order["lines"][0]["description"]
    printed = said(retail, "customer", "12748", "--limit", "1")
    assert "2011-12-09" in printed
    assert "581580" in printed
    assert "A. L. 12748" in printed


def test_an_order_is_one_line_unless_its_lines_are_asked_for(retail):
    """300 lines ran past for a customer of ten orders."""
    order = told(retail, "customer", "12748", "--limit", "1")["orders"][0]
    short = said(retail, "customer", "12748", "--limit", "1")
    whole = said(retail, "customer", "12748", "--limit", "1", "--lines")
    lines = len(order["lines"])
    assert f"and {lines - 1} more" in short
    assert "add --lines" in short
    assert whole.count("\n") - short.count("\n") >= lines - 2


def test_most_bought_is_what_remains_after_returns(few):
    most = told(few, "customer", "1")["most_bought"]
    assert [(row["product"], row["orders"], row["units"], row["amount"]) for row in most] == [
        ("The tea", 2, 8.0, "80.0000"),
        ("The cup", 1, 1.0, "5.5000"),
    ]
    assert "Most bought" in said(few, "customer", "1")
    assert told(few, "customer", "4")["most_bought"] == []


def test_which_cohort_stayed_longest(retail):
    found = told(retail, "cohorts")
    assert found["answer"].startswith("The cohort of Dec 2010 stayed longest")
    assert found["note"].startswith("The data begin in that month")
    printed = said(retail, "cohorts")
    assert "stayed longest" in printed
    assert "*" in printed


def test_the_answer_on_cohorts_is_that_of_the_page(retail):
    """The cautions stood on the page only."""
    from tests.value.faces.fixtures import client
    from tests.value.faces.test_cohorts_page import text_of

    page, found = text_of(client(retail).get("/cohorts")), told(retail, "cohorts")
    answer, _, inner = found["answer"].partition(" (")
    told_here = f"{answer}. ({inner} {found['note']}"
    assert " ".join(told_here.split()) in page


def test_months_that_are_not_shown_are_named_with_how_to_see_them(retail):
    some, every = said(retail, "cohorts"), said(retail, "cohorts", "--all")
    assert "Left out here: the months +7, +8, +10, +11." in some
    assert "--all" in some
    assert "┃ +7" in every
    assert "Left out" not in every


def test_shares_below_one_percent_are_not_printed_as_zero():
    from datetime import date

    from valence.value.cohort_report import retention_rows

    def month(n, share):
        first = date(2025, 1, 1)
        told = {"customers": 2_000, "retention_share": share, "complete": True}
        return {"cohort_month": first, "months_since": n, **told}

    rows = [month(0, 1.0), month(1, 0.003), month(2, 0.00001), month(3, 0.0)]
    [row] = retention_rows(rows, 24)
    assert (row["+1"], row["+2"], row["+3"]) == ("0.30", "<0.01", "0")


def test_customers_are_listed_by_a_rule_and_sorted(few):
    found = told(few, "customers", "--where", "orders > 0", "--sort", "-value_amount")
    values = [float(row["value_amount"]) for row in found["customers"]]
    assert (found["total"], values) == (4, sorted(values, reverse=True))
    assert found["customers"][0]["name"] in said(few, "customers", "--limit", "1")
    sentence = said(few, "customers", "--sort", "vale_amount", wrong=BadInputError)
    assert "Did you mean 'value_amount'" in sentence


def test_value_per_customer_leaves_out_what_names_nobody(few):
    printed = " ".join(said(few, "summary").split())
    assert "of known customers │ £57.50" in printed
    assert "without a customer │ £30.00" in printed
    assert "value of each │ £14.38" in printed  # 57.5 / 4 who bought
    assert "no full year before" in printed
    assert "No full year before to compare with: the orders begin on 2025-01-10" in printed


def test_summary_names_the_basis_and_the_day(few):
    found = told(few, "summary")
    assert (found["as_of"], found["computed"], found["currency"]) == (
        "2025-03-31",
        "last build",
        "GBP",
    )
    assert found["value_basis"] == "net_revenue"
    assert "net revenue" in said(few, "summary")


def test_another_day_is_computed_now_and_tells_what_was_known_then(few):
    then = told(few, "summary", "--as-of", "2025-02-28")
    assert (then["computed"], then["customers"], then["orders"]) == ("now", 3, 3)
    customer = told(few, "customer", "1", "--as-of", "2025-02-28")
    assert customer["facts"]["value_amount"] == "25.5000"
    assert [order["order_id"] for order in customer["orders"]] == ["a1"]


def test_computed_now_for_the_day_of_the_build_is_what_the_build_published(few, shop):
    from tests.value.faces.brands import fill, literal_lines
    from tests.value.faces.fixtures import FEW, OTHERS, PEOPLE

    fill(shop, literal_lines(FEW), PEOPLE, OTHERS)  # the same rows, not built
    live = told(shop, "tiers", "--as-of", "2025-03-31")
    assert live["computed"] == "now"
    assert live["tiers"] == told(few, "tiers")["tiers"]


def test_rfm_lists_customers_by_rule(retail):
    found = told(retail, "rfm", "--where", 'segment == "champions"', "--limit", "3")
    assert {row["segment"] for row in found["customers"]} == {"champions"}
    assert len(found["customers"]) == 3


def test_an_unknown_customer_is_said_in_words(few):
    assert "No customer is known by that" in said(few, "customer", "99", wrong=NotFoundError)


def test_before_the_first_build_the_next_step_is_named(bare):
    assert "valence build" in said(bare, "summary", wrong=NotFoundError)


def test_a_day_before_all_orders_is_refused(few):
    sentence = said(few, "summary", "--as-of", "2020-01-01", wrong=BadInputError)
    assert "the first is of 2025-01-10" in sentence


@pytest.mark.parametrize("verb", ["summary", "rfm", "tiers", "cohorts", "customers", "customer"])
def test_every_command_has_an_example_in_its_help(verb):
    assert "Example" in runner.invoke(value.app, [verb, "--help"]).output
