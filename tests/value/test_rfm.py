from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valence.value import RfmDefinition, rfm
from valence.value.segments import GRID

DAY = date(2025, 1, 10)
FEW = [
    ("ann", "2025-01-10", "100"),
    ("ann", "2024-12-01", "50"),
    ("bob", "2024-06-01", "20"),
    ("cem", "2024-01-31", "500"),
    ("cem", "2024-02-01", "-100"),
    (None, "2025-01-01", "999"),
    ("dee", "2024-03-01", "-10"),
    ("eve", "2025-01-11", "70"),
]


def of(rows, orders, data, **fields):
    table = rfm(orders(data), as_of=DAY, definition=RfmDefinition(**fields))
    return {row["customer_id"]: row for row in rows(table, "customer_id")}


def test_recency_counts_from_the_last_purchase_and_returns_lower_the_money(rows, orders):
    got = of(rows, orders, FEW)
    measures = ("recency_days", "frequency", "monetary_amount")
    assert {who: tuple(row[m] for m in measures) for who, row in got.items()} == {
        "ann": (0, 2, 150),
        "bob": (223, 1, 20),
        "cem": (345, 1, 400),
    }  # dee only returned, eve bought after the day, one order names nobody


def test_a_window_leaves_older_orders_and_their_customers_out(rows, orders):
    assert set(of(rows, orders, FEW, window_months=1)) == {"ann"}
    assert of(rows, orders, FEW, window_months=1)["ann"]["monetary_amount"] == 100


def test_the_mean_is_per_purchase_and_rounded_half_up(rows, orders):
    data = [("a", "2025-01-01", "0.0001"), ("a", "2025-01-02", "0.0002"), ("b", "2025-01-01", "9")]
    got = of(rows, orders, data, monetary="mean")
    assert got["a"]["monetary_amount"] == Decimal("0.0002")


def test_own_cuts_score_from_themselves_on(rows, orders):
    data = [
        (name, "2025-01-01", net) for name, net in zip("abc", ("9.99", "10", "20"), strict=True)
    ]
    got = of(rows, orders, data, bins=3, monetary_cuts=(Decimal(10), Decimal(20)))
    assert [row["monetary_score"] for row in got.values()] == [1, 2, 3]


def test_buying_once_is_the_least_and_a_common_day_is_in_the_middle(rows, orders):
    got = of(rows, orders, [(str(n), "2025-01-01", "10") for n in range(20)])
    assert {row["rfm"] for row in got.values()} == {"313"}


def test_one_customer_has_scores(rows, orders):
    assert of(rows, orders, [("a", "2025-01-01", "10")])["a"]["rfm"] == "313"


def test_no_orders_give_no_rows(rows, orders):
    assert of(rows, orders, []) == {}


def test_zero_and_negative_spend_are_scored_below_the_rest(rows, orders):
    data = [("a", "2025-01-01", "0"), ("b", "2025-01-01", "5"), ("c", "2025-01-01", "5")]
    got = of(rows, orders, [*data, ("c", "2025-01-02", "-50")])
    assert [row["monetary_score"] for row in got.values()] == [3, 5, 1]


@pytest.mark.parametrize(
    "fields", [{"bins": 4, "recency_cuts": (1, 2)}, {"recency_cuts": (4, 3, 2, 1)}]
)
def test_cuts_that_do_not_fit_are_refused(fields):
    with pytest.raises(ValueError, match="recency_cuts: "):
        RfmDefinition(**fields)


some = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"),
        st.dates(date(2023, 1, 1), DAY).map(str),
        st.integers(-500, 1000).map(str),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=15, deadline=None)
@given(data=some, bins=st.integers(2, 9))
def test_equal_values_score_equally_better_ones_never_lower_and_each_has_a_segment(
    rows, orders, data, bins
):
    got = list(of(rows, orders, data, bins=bins).values())
    for measure, score, sign in (
        ("recency_days", "recency_score", -1),
        ("frequency", "frequency_score", 1),
        ("monetary_amount", "monetary_score", 1),
    ):
        pairs = sorted((sign * row[measure], row[score]) for row in got)
        assert [s for _, s in pairs] == sorted(s for _, s in pairs)
        assert len(dict(pairs)) == len(set(pairs))
        assert all(1 <= s <= bins for _, s in pairs)
    known = {code for row in GRID for code in row}
    assert all(row["segment"] in known and 0 <= row["rfm_score"] <= 100 for row in got)


@settings(max_examples=10, deadline=None)
@given(data=some, factor=st.sampled_from(["0.01", "7", "1000"]), seed=st.randoms())
def test_another_currency_or_row_order_changes_no_score(rows, orders, data, factor, seed):
    other = [(who, day, str(Decimal(net) * Decimal(factor))) for who, day, net in data]
    seed.shuffle(other)
    first, second = of(rows, orders, data), of(rows, orders, other)
    assert {w: r["rfm"] for w, r in first.items()} == {w: r["rfm"] for w, r in second.items()}


def test_online_retail_agrees_with_pandas(rows, retail):
    pandas = pytest.importorskip("pandas")
    day = date(2011, 12, 9)
    got = pandas.DataFrame(rows(rfm(retail["orders"], as_of=day))).set_index("customer_id")
    frame = retail["orders"].to_pandas().dropna(subset=["customer_id"])
    sales = frame[frame.kind == "sale"].groupby("customer_id")
    # Days since, purchases, money: of customers with a purchase.
    base = pandas.DataFrame(
        {
            "recency_days": (
                pandas.Timestamp(day) - pandas.to_datetime(sales.ordered_on.max())
            ).dt.days,
            "frequency": sales.size(),
            "money": frame.groupby("customer_id").net_amount.sum(),
        }
    ).dropna()
    got = got.loc[base.index]
    assert len(got) == 4339
    assert (got.recency_days == base.recency_days).all()
    assert (got.frequency == base.frequency).all()
    assert (got.monetary_amount == base.money).all()
    n = len(base)
    middle = (base.money.astype(float).rank(method="average") - 0.5) * 5 / n
    assert (got.monetary_score == middle.astype(int) + 1).all()
    middle = ((-base.recency_days).rank(method="average") - 0.5) * 5 / n
    assert (got.recency_score == middle.astype(int) + 1).all()
    lowest = (base.frequency.rank(method="min") - 1) * 5 / n
    assert (got.frequency_score == lowest.astype(int) + 1).all()


def test_the_mean_of_millions_is_exact(rows, orders):
    """Products of two decimals of 18 digits overflowed from one million on."""
    sales = [("ann", "2025-01-01", "4449600.0001"), ("ann", "2025-01-02", "2")]
    got = of(rows, orders, sales, monetary="mean")
    assert got["ann"]["monetary_amount"] == Decimal("2224801.0001")
