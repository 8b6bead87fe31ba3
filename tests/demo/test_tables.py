"""What the observed files hold, and that they agree with the truth."""

from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal

import pytest


def _lines(brand):
    """Both systems' lines under common names."""
    for row in brand.observed["shop_orders"].to_pylist():
        yield {
            "file": "shop_orders", "id": row["order_id"], "at": row["order_time"],
            "product": row["product_id"], "quantity": row["quantity"], "price": row["unit_price"],
            "discount": row["discount"], "cost": row["cost"], "refund_of": row["refund_of"],
            "channel": row["channel"], "coupon": row["coupon"],
        }  # fmt: skip
    for row in brand.observed["store_orders"].to_pylist():
        yield {
            "file": "store_orders", "id": row["Receipt No"], "at": row["Date"],
            "product": row["SKU"], "quantity": row["Qty"], "price": row["Unit Price"],
            "discount": row["Markdown"], "cost": row["Cost"], "refund_of": row["Original Receipt"],
            "channel": "store", "coupon": None,
        }  # fmt: skip


@pytest.fixture(scope="module")
def lines(brand):
    return list(_lines(brand))


@pytest.fixture(scope="module")
def person_of(brand):
    return {(r["file"], r["order_id"]): r["person"] for r in brand.truth["orders"].to_pylist()}


def _net(line):
    return line["quantity"] * line["price"] - line["discount"]


def test_a_return_is_a_negative_line_of_an_earlier_sale_by_the_same_person(lines, person_of):
    sold = {}
    for line in lines:
        if line["refund_of"] is None:
            sold.setdefault((line["file"], line["id"]), []).append(line)
    for line in lines:
        if line["refund_of"] is None:
            assert line["quantity"] > 0
            continue
        sale = sold[line["file"], line["refund_of"]]
        assert line["quantity"] < 0
        assert line["at"] > sale[0]["at"]
        assert any(s["product"] == line["product"] for s in sale)
        assert person_of[line["file"], line["id"]] == person_of[line["file"], line["refund_of"]]


def test_no_more_comes_back_than_was_sold_or_paid(lines):
    balance, money = Counter(), defaultdict(Decimal)
    for line in lines:
        key = (line["file"], line["refund_of"] or line["id"], line["product"])
        balance[key] += line["quantity"]
        money[key] += _net(line)
    assert min(balance.values()) >= 0
    assert min(money.values()) >= 0


def test_between_six_and_ten_percent_of_sales_come_back(lines):
    sold = sum(_net(line) for line in lines if line["quantity"] > 0)
    back = -sum(_net(line) for line in lines if line["quantity"] < 0)
    assert 0.06 < back / sold < 0.10


def test_the_best_five_percent_carry_a_third_to_three_fifths_of_value(lines, person_of):
    value = Counter()
    for line in lines:
        value[person_of[line["file"], line["id"]]] += _net(line)
    best = sorted(value.values(), reverse=True)
    assert 0.33 < sum(best[: len(best) // 20]) / sum(best) < 0.6


def test_each_order_has_one_time_and_one_customer(lines):
    at = defaultdict(set)
    for line in lines:
        at[line["file"], line["id"]].add(line["at"])
    assert {len(times) for times in at.values()} == {1}


def test_rows_come_in_order_of_time(brand):
    for file, column in (("shop_orders", "order_time"), ("store_orders", "Date")):
        times = brand.observed[file][column].to_pylist()
        assert times == sorted(times)


def test_a_person_buys_only_where_an_account_or_card_allows(brand):
    orders = brand.observed["shop_orders"].to_pylist()
    assert all(
        (row["user_id"] or "U")[0] == {"shop": "U", "app": "A"}[row["channel"]] for row in orders
    )
    guests = [row for row in orders if row["user_id"] is None]
    assert guests
    assert all(row["email"] or row["phone"] for row in guests)


def test_some_store_orders_name_nobody_and_the_truth_knows_them(brand, person_of):
    rows = brand.observed["store_orders"].to_pylist()
    nobody = {r["Receipt No"] for r in rows if r["Loyalty No"] is None and r["Mobile"] is None}
    assert 0.12 < len(nobody) / len({r["Receipt No"] for r in rows}) < 0.3
    assert all(("store_orders", receipt) in person_of for receipt in nobody)


def test_stores_are_closed_at_night_and_nobody_orders_in_the_hour_that_clocks_change(lines):
    hours = defaultdict(set)
    for line in lines:
        hours[line["channel"]].add(line["at"].hour)
    assert hours["store"] <= set(range(10, 22))
    assert not (hours["shop"] | hours["app"]) & {1, 2, 3, 4, 5}


def test_singles_day_coupons_are_used_around_singles_day_only(lines):
    days = {
        line["at"].date() for line in lines if line["coupon"] == "1111" and line["quantity"] > 0
    }
    assert days
    assert all((day.month, day.day) in {(11, 9), (11, 10), (11, 11)} for day in days)


def test_a_first_order_holds_the_first_product(brand, lines, person_of):
    first = brand.truth["persons"]["first_product"].to_pylist()
    opening = {}
    for line in lines:
        who = person_of[line["file"], line["id"]]
        if line["quantity"] > 0:
            key = (line["at"].date(), line["file"], line["id"])
            opening.setdefault(who, defaultdict(set))[key].add(line["product"])
    day_of = {who: min(key[0] for key in orders) for who, orders in opening.items()}
    for who, orders in opening.items():  # a second order may follow on the same day
        baskets = [goods for key, goods in orders.items() if key[0] == day_of[who]]
        assert any(first[who] in goods for goods in baskets)


def test_who_only_signed_up_has_a_record_and_no_order(brand, person_of):
    buys = brand.truth["persons"]["buys"].to_pylist()
    buyers = set(person_of.values())
    assert buyers == {who for who, yes in enumerate(buys) if yes}
    recorded = set(brand.truth["records"]["person"].to_pylist())
    assert recorded - buyers


def test_future_orders_follow_the_end_and_sum_to_the_realised_margin(brand):
    orders = brand.truth["future_orders"].to_pylist()
    after = datetime.combine(brand.end, datetime.max.time())
    assert all(row["ordered_at"] > after for row in orders)
    total = Counter()
    for row in orders:
        total[row["person"]] += row["final_margin"]
    realised = brand.truth["persons"]["realised_margin_12m"].to_pylist()
    assert all(realised[who] == pytest.approx(float(margin)) for who, margin in total.items())


def test_chinese_words_can_be_asked_for():
    from valence.demo.simulate import simulate
    from valence.demo.world import World

    got = simulate(50, 3, world=World(language="zh"))
    assert not any(
        name.isascii() for name in got.observed["shop_orders"]["product_name"].to_pylist()
    )
    assert "上海" in got.observed["customers"]["city"].to_pylist()
