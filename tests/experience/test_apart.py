"""What answers are told apart by: the store of their order, the agent before, the stage."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import ibis
import pytest
from tests.experience.held import WHO, Held, answer, answers, contacts, customers, table

from valence.core.errors import BadInputError
from valence.core.intervals import wilson
from valence.experience.apart import checked, told_apart
from valence.experience.scores_answers import scores_of, subjects_of
from valence.journey.columns import NAMES
from valence.journey.marts import MARTS
from valence.lake.marts import BuildContext

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
CONTEXT = BuildContext(date(2025, 3, 31), "EUR", None, {})


@pytest.fixture(
    params=["duck", pytest.param("on_spark", marks=[pytest.mark.spark, pytest.mark.long])]
)
def con(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def names():
    """What the usual journey calls its touchpoints."""
    mart = next(mart for mart in MARTS if mart.name == "touchpoint_names")
    return table(NAMES, [r for batch in mart.score({}, CONTEXT, iter) for r in batch.to_pylist()])


def groups(held, by):
    found = held.rows(told_apart(held, held.table("answers"), by))
    return {row["feedback_id"]: row["name"] for row in found}


def test_an_answer_is_about_the_store_that_it_names_else_that_of_its_order(con):
    stores = ibis.memtable(
        {"order_id": ["o1", "o2"], "customer_id": ["c1", "c2"], "store": ["Soho", "Leeds"]}
    )
    held = Held(con, order_facts=stores, answers=answers(
        answer(1, "nps", 1.0, order_id="o1"), answer(2, "nps", 1.0, order_id="o2", store="Bath"),
        answer(3, "nps", 1.0, order_id="o1"),
    ))  # fmt: skip
    assert groups(held, "store") == {"f1": "Soho", "f2": "Bath", "f3": None}


def test_an_answer_about_a_contact_is_about_who_answered_the_last_one_before_it(con, names):
    def met(number, agent, days):
        return {
            "contact_id": f"{number}{days}", "id_key": f"k{number}", "agent": agent,
            "opened_at": NOON - timedelta(days=days),
        }  # fmt: skip

    held = Held(
        con,
        touchpoint_names=names,
        identifier_map=table(WHO, [
            {"id_key": f"k{n}", "customer_id": f"c{n}"} for n in (1, 2, 3, 4)
        ]),
        contacts=contacts(
            met(1, "Ann", 9), met(1, "Cid", 2), met(1, "Bob", 2), met(1, "Eve", -1),
            met(2, "Ann", 31), met(3, "Ann", 1), met(4, "Ann", 1),
        ),
        answers=answers(
            answer(1, "ces", 1.0, touchpoint="Service Contact"),
            answer(2, "ces", 1.0, touchpoint="service contact"),
            answer(3, "ces", 1.0, touchpoint="checkout"),
            answer(4, "ces", 1.0, touchpoint="service contact", agent="Zoe"),
        ),
    )  # fmt: skip
    assert groups(held, "agent") == {"f1": "Bob", "f2": None, "f3": None, "f4": "Zoe"}


def test_a_stage_is_that_of_the_touchpoint_by_any_name_that_answers_give_it(con, names):
    held = Held(con, touchpoint_names=names, answers=answers(
        answer(1, "nps", 1.0, touchpoint="Delivery"), answer(2, "nps", 1.0, touchpoint="moon"),
    ))  # fmt: skip
    assert groups(held, "stage") == {"f1": "use", "f2": None}


def test_without_a_journey_or_orders_nothing_is_known_of_them(duck):
    held = Held(duck, answers=answers(answer(1, "nps", 1.0)), customers=customers())
    assert [groups(held, by)["f1"] for by in ("stage", "agent", "store", "rung")] == [None] * 4


def test_what_answers_cannot_be_told_apart_by_is_named():
    with pytest.raises(BadInputError, match=r"apart by 'stor'. Did you mean 'store'"):
        checked("stor")


def held_of(con, *rows, known):
    return Held(con, answers=answers(*rows), customers=customers(*known))


def told(con, *, weigh="", alike=False, by="channel"):
    """Top customers answer often and gladly; there are few of them."""
    rows = [answer(n, "nps", 1.0, channel="app", source="big") for n in range(40)]
    rows += [answer(40 + n, "nps", 0.1, channel="web", source="big") for n in range(10)]
    rows += [answer(50 + n, "nps", 0.1, channel="app", source="small") for n in range(12)]
    rows += [answer(900, "nps", 0.1, channel="web", source="big")]
    known = [(f"c{n}", "top" if n < 40 else "base", "web") for n in range(62)]
    known += [(f"x{n}", "base", "web") for n in range(338)]
    return scores_of(
        held_of(con, *rows, known=known), "nps", until=date(2025, 3, 31), by=by, weigh=weigh,
        surveys_alike=alike,
    )  # fmt: skip


def test_answers_stand_for_all_customers_where_so_asked(duck):
    plain, weighed = told(duck), told(duck, weigh="tier")
    assert plain.weighed is None
    assert plain.all.score == pytest.approx(100 * (40 - 23) / 63)
    assert weighed.all.score == pytest.approx(100 * (0.1 - 0.9))  # 40 of 400 customers are top
    assert weighed.weighed.left_out == 1  # nobody knows who 900 is
    assert weighed.weighed.plain.score == plain.all.score
    loud = weighed.weighed.loudest
    assert (loud.stratum, loud.answers, loud.customers) == ("top", 40 / 62, 0.1)
    app = next(group for group in weighed.groups if group.name == "app")
    assert (app.n, app.score) == (52, pytest.approx(-80.0))


def test_a_group_that_is_a_trait_stands_for_its_own_customers(duck):
    found = told(duck, weigh="main_channel", by="tier")
    assert {one.name: one.score for one in found.groups} == {"top": 100.0, "base": -100.0}


def test_surveys_count_alike_where_so_asked(duck):
    found = told(duck, alike=True)
    assert found.surveys == ["big", "small"]
    assert found.all.score == pytest.approx((100 * (40 - 11) / 51 - 100) / 2)


def test_a_few_answers_of_a_stratum_do_not_stand_for_many_alone(duck):
    rows = [answer(n, "nps", 1.0) for n in range(30)] + [answer(30, "nps", 0.0)]
    known = [(f"c{n}", "top", "web") for n in range(30)] + [("c30", "middle", "web")]
    known += [(f"x{n}", "middle", "web") for n in range(69)]
    found = scores_of(
        held_of(duck, *rows, known=known), "nps", until=date(2025, 3, 31), weigh="tier"
    )
    assert found.all.score == pytest.approx(100 * 29 / 31)  # one answer stood for 70 customers
    assert found.all.n == 31


def test_weighing_by_what_customers_do_not_have_is_refused(duck):
    with pytest.raises(BadInputError, match=r"apart by 'teir'. Did you mean 'tier'"):
        told(duck, weigh="teir")


def test_a_month_is_held_against_the_one_before_it(duck):
    rows = [answer(100 + n, "nps", 0.7, on=date(2024, 3, 9)) for n in range(30)]
    rows += [answer(200 + n, "nps", 0.7, on=date(2024, 4, 9)) for n in range(30)]
    rows += [answer(n, "nps", 0.0, on=date(2024, 12, 9)) for n in range(30)]
    rows += [answer(30 + n, "nps", 1.0, on=date(2025, 1, 9)) for n in range(30)]
    rows += [answer(60 + n, "nps", 1.0) for n in range(30)]
    held = held_of(duck, *rows, known=[])
    found = scores_of(held, "nps", until=date(2025, 3, 31), by="month")
    assert [(told.name, told.score) for told in found.groups] == [
        ("2024-04", 0), ("2024-12", -100), ("2025-01", 100), ("2025-03", 100),
    ]  # fmt: skip
    # The first is held against the month before the period; there was no November, no February.
    assert [told.before is None for told in found.groups] == [False, True, False, True]
    assert found.groups[2].moved.difference == 200
    assert found.groups[2].moved.significant()


def test_weighted_shares_have_wilsons_interval_and_sides_that_fit_the_score(duck):
    """All are satisfied: of 30 weighted answers that is not sure to the last percent."""
    rows = [answer(n, "csat", 1.0) for n in range(30)]
    known = [(f"c{n}", "top" if n < 15 else "base", "web") for n in range(30)]
    found = satisfied(duck, rows, known)
    assert found.all.score == 100
    assert found.all.low == pytest.approx(100 * wilson(30, 30, 0.9)[0])
    assert found.weighed.loudest is None  # half of the answers, half of the customers
    rows = [answer(n, "csat", 1.0 if n < 20 else 0.0) for n in range(40)]
    known = [(f"c{n}", "top" if n < 20 else "base", "web") for n in range(40)]
    known += [(f"x{n}", "base", "web") for n in range(60)]
    told = satisfied(duck, rows, known).all.told()
    assert (told["good"], told["score"], told["good_share"], told["bad_share"]) == (
        20,
        20,
        0.2,
        0.8,
    )


def test_customers_of_whom_the_trait_is_not_said_stand_for_their_like(duck):
    rows = [answer(n, "csat", 1.0 if n < 20 else 0.0) for n in range(40)]
    rows += [answer(99, "csat", 0.0)]  # of nobody who is known
    known = [(f"c{n}", "top" if n < 20 else None, "web") for n in range(40)]
    found = satisfied(duck, rows, known + [(f"x{n}", None, "web") for n in range(160)])
    assert found.all.score == pytest.approx(10)  # 180 of 200 customers
    assert found.weighed.left_out == 1
    assert found.weighed.loudest.stratum == "top"


def satisfied(duck, rows, known):
    held = held_of(duck, *rows, known=known)
    return scores_of(held, "csat", until=date(2025, 3, 31), weigh="tier")


@pytest.mark.parametrize(("since", "until"), [(date(1, 1, 1), None), (None, date(1, 1, 1)),
                                              (None, date(9999, 12, 31))])  # fmt: skip
def test_days_without_a_period_before_them_are_refused(duck, since, until):
    held = held_of(duck, known=[])
    with pytest.raises(BadInputError, match=r"is out of reach\. Give a day from 1900-01-01"):
        scores_of(held, "nps", since=since, until=until or date(2025, 3, 31))


def test_answers_about_a_competitor_are_told_by_their_name(duck):
    held = held_of(duck, answer(1, "nps", 1.0), answer(2, "nps", 0.0, subject="mingya"), known=[])
    found = scores_of(held, "nps", until=date(2025, 3, 31), subject="Mingya")
    assert (found.subject, found.all.n, found.all.score) == ("mingya", 1, -100)
    assert subjects_of(held, "nps") == ["own", "mingya"]
