"""Customer equity: the worth of the base with its interval, who was won, who stayed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import sqrt

import ibis
import numpy as np
import pytest

from valence.core.intervals import wilson
from valence.kit.format import Formats
from valence.kit.languages import language
from valence.value import equity_view, payback_view
from valence.value.bond_history_view import BondHistory, over_time
from valence.value.equity_answers import Equity, Stayed, Won, equity_of
from valence.value.equity_mart import base
from valence.value.lifetime.answers import ModelCard
from valence.value.retention_worth import of_a_point, retention_worth

ENGLISH = Formats(language("en"), "GBP")
NARROW = "\N{NARROW NO-BREAK SPACE}"


def row(kind, name, value, *, customers=None, model="", chosen=False):
    return {
        "kind": kind, "name": name, "value": value, "other": None, "customers": customers,
        "model": model, "chosen": chosen, "number": 0, "said": None,
    }  # fmt: skip


def card(*rows, months=12.0):
    settings = {"discount_rate": 0.1, "horizon_months": months, "interval": 0.9}
    every = [row("setting", name, value) for name, value in settings.items()]
    return ModelCard([*every, row("model", "", 0.0, model="bg-nbd", chosen=True), *rows])


TIER = {
    "tier": "top", "customers": 400, "alive": 300.0, "worth_amount": Decimal(8000),
    "worth_half_width": 300.0, "course_book_amount": None, "value_12m_amount": Decimal(7000),
    "value_amount": Decimal(9000),
}  # fmt: skip


def equity(**changed):
    base = {**TIER, "tier": "base", "worth_amount": Decimal(2000), "worth_half_width": 400.0}
    known = {
        "tiers": [TIER, base], "won": Won(0, 0, None), "payback": [], "stayed": None,
        "retained": [], "card": card(), "yearly": 9500.0,
    }  # fmt: skip
    return Equity(**{**known, **changed})


def test_half_the_interval_of_a_sum_is_the_root_of_the_summed_squares(rows):
    schema = {"tier": "string", "orders": "int64", "alive_probability": "float64",
              "expected_purchases": "float64"}  # fmt: skip
    ends = ("worth_amount", "worth_low_amount", "worth_high_amount")
    others = ("course_book_amount", "value_12m_amount", "value_amount")
    people = ibis.memtable(
        [("top", 2, 0.9, 2.0, 10, 7, 13, 1, 1, 1), ("top", 1, 0.5, 1.0, 5, 1, 9, 1, 1, 1),
         ("base", 1, None, None, None, None, None, 1, 1, 1)],
        schema={**schema, **dict.fromkeys((*ends, *others), "float64")},
    ).cast(dict.fromkeys((*ends, *others), "decimal(18, 4)"))  # fmt: skip
    known, unknown = rows(base(people), ibis.desc("tier"))
    assert known["worth_half_width"] == pytest.approx(5)  # of 3 and 4
    assert unknown["worth_half_width"] is None


def test_the_interval_of_a_sum_holds_it_as_often_as_it_says():
    # 200 customers, each 0 or a few gammas: the sums that come lie within in about 90 of 100.
    draw = np.random.default_rng(3)
    rate, each = draw.gamma(2, 1, 200), draw.gamma(3, 5, 200)
    sums, singles = [], []
    for _ in range(2_000):
        n = draw.poisson(rate)
        got = draw.gamma(np.maximum(2 * n, 1e-9), each / 2) * (n > 0)
        sums.append(got.sum())
        singles.append(got)
    low, high = np.quantile(np.array(singles), [0.05, 0.95], axis=0)
    half = sqrt((((high - low) / 2) ** 2).sum())
    middle = np.mean(sums)
    inside = np.mean([abs(total - middle) <= half for total in sums])
    assert 0.86 < inside < 0.94


def test_the_worth_of_the_base_tells_its_interval_and_how_far_off_the_model_was():
    off = row("error", "value_bias", -0.34, model="bg-nbd", chosen=True)
    found = equity(card=card(off, months=6.0))
    said = equity_view.answer(found, ENGLISH)
    core = str(said.core).replace("\N{NO-BREAK SPACE}", " ")
    assert core.startswith("Today's customers are expected to bring £10 K in the next 6 months")
    ends = ENGLISH.interval(9_500, 10_500, "money_short")  # half: the root of 300² + 400²
    assert str(said.interval) == (
        f"90{NARROW}% interval {ends} if the model is right, 800 customers"
    )
    assert said.rest == f"On weeks held out the model foretold 34{NARROW}% less than came."
    worth = equity_view.figures(found, ENGLISH)[0]
    assert str(worth.label) == "Worth of the base, next 6 months"
    assert f"{ends} by chance" in str(worth.note)


def test_a_model_that_was_not_tested_says_so_beside_the_worth():
    assert "it could not be tested" in str(equity_view.answer(equity(), ENGLISH).rest)


def test_worth_that_nobody_knows_is_not_said_to_be_nothing():
    unknown = {**TIER, "worth_amount": None, "worth_half_width": None}
    said = equity_view.answer(equity(tiers=[unknown]), ENGLISH)
    assert str(said.core).startswith("What today's customers will bring is not known")


def test_retention_and_a_point_more_of_it_tell_interval_and_n():
    low, high = wilson(80, 100, 0.9)
    curve = retention_worth(10_000.0, 0.8, 0.1, first_year=True)
    found = equity(stayed=Stayed(0.8, 100, low, high), retained=curve)
    again = equity_view.figures(found, ENGLISH)[3]
    ends = ENGLISH.interval(low, high, "percent")
    assert str(again.note) == f"{ends}, n 100: who bought the year before"
    change, least, most = found.point
    assert (change, least, most) == (
        of_a_point(0.8, 0.1), of_a_point(low, 0.1), of_a_point(high, 0.1)
    )  # fmt: skip
    ends = ENGLISH.interval(least, most, "percent")
    said = equity_view.answer(found, ENGLISH).rest
    assert f"A point more retention would add 3.4{NARROW}% ({ends}, 100 customers)" in said


@pytest.mark.parametrize("retention", [0.2, 0.545, 0.8])
def test_a_point_more_is_what_the_curve_of_retention_has(retention):
    found = retention_worth(100.0, retention, 0.1, first_year=True)
    curve = {round(r.share - retention, 2): r for r in found}
    assert of_a_point(retention, 0.1) == pytest.approx(curve[0.01].change)
    assert curve[0.0].value > 100.0, "all years are worth more than the next one"


def test_a_point_adds_nothing_where_more_than_everybody_would_have_to_stay():
    assert of_a_point(0.995, 0.1) is None
    assert of_a_point(0.0, 0.1) == pytest.approx(0.01 / 1.09)


class Published:
    """Tables of a brand, computed by DuckDB."""

    def __init__(self, rows, **tables):
        self._rows, self._tables = rows, tables

    def has(self, name):
        return name in self._tables

    def table(self, name):
        return self._tables[name]

    def rows(self, expression):
        return self._rows(expression)

    def one(self, expression):
        return next(iter(self.rows(expression)), None)


def cohort(month, customers, value):
    """The row of the twelfth month of a cohort."""
    return {"cohort_month": month, "months_since": 11, "customers": customers, "complete": True,
            "cumulative_value_amount": Decimal(value)}  # fmt: skip


def test_customers_won_are_those_of_twelve_months_and_of_no_month_that_holds_old_ones(rows):
    days = [
        date(2023, 1, 5), date(2023, 1, 9),  # the month that the data begin in
        date(2023, 3, 1),  # one a year and more ago, though of the last twelve cohorts there are
        date(2024, 6, 30), date(2024, 7, 1), date(2025, 6, 30),
    ]  # fmt: skip
    months = [cohort(date(2023, 1, 1), 2, 2_000), cohort(date(2023, 3, 1), 1, 30)]
    summary = {"as_of": [date(2025, 6, 30)], "first_order_on": [date(2023, 1, 5)],
               "named_value_12m_amount": [Decimal(100)]}  # fmt: skip
    empty = {"channel": "string", "months_since": "int64"}
    tables = Published(
        rows,
        worth_base=ibis.memtable([TIER]),
        value_summary=ibis.memtable(summary),
        customers=ibis.memtable({"first_order_on": days}),
        cohorts=ibis.memtable(months),
        payback=ibis.memtable([], schema=empty),
    )
    found = equity_of(tables).won
    assert found == Won(customers=2, observed=1, value=30.0)
    note = equity_view.figures(equity(won=found), ENGLISH)[2].note
    assert str(note) == "£30.00 each in the first 12 months, n 1"


def channel(name, customers, cost):
    return {"channel": name, "months_since": 0, "new_customers": customers,
            "cost_amount": Decimal(cost), "cost_per_customer": cost / customers if customers
            else None, "customers": customers, "value_per_customer": 5.0 if customers else None,
            "paid_back": False}  # fmt: skip


def test_a_channel_that_won_nobody_is_named_and_drawn_nowhere():
    paid = [channel("ads", 0, 70), channel("web", 10, 100)]
    drawn = payback_view.payback(equity(payback=paid), ENGLISH)
    assert [line["name"] for line in drawn.option["series"]] == ["web"]
    assert "Nobody is known to have come through ads" in str(drawn.answer)
    assert [cells[0] for cells in drawn.table.rows] == ["ads", "web"]
    nothing = payback_view.payback(equity(payback=paid[:1]), ENGLISH)
    assert not nothing.option


def test_shares_of_strong_bonds_tell_interval_and_n():
    shares = [
        {"on": day, "name": level, "customers": n, "value": share}
        for day, n, strong in ((date(2024, 6, 30), 300, 0.1), (date(2025, 6, 30), 400, 0.12))
        for level, share in (("strong", strong), ("weak", 0.5), ("none", 0.5 - strong))
    ]
    drawn = over_time(BondHistory(shares, (), {}), ENGLISH)
    low, high = wilson(48, 400, 0.9)
    ends = ENGLISH.interval(low, high, "percent")
    said = str(drawn.answer)
    assert said.startswith(f"12{NARROW}% of customers ({ends}, n 400) had a strong bond")
    assert BondHistory(shares, (), {}).told()["history"][3]["low"] == low
