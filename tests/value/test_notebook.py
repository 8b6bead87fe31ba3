"""In a notebook: what people have at hand is taken, and what cannot be is named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import ibis
import pandas as pd
import pyarrow as pa
import pytest

import valence as vl
from valence.core.errors import BadInputError

FRAME = pd.DataFrame(
    {
        "customer_id": ["a", "a", "b", "c"],
        "ordered_on": pd.to_datetime(
            ["2025-01-01 09:30", "2025-01-09 23:59", "2025-01-05 00:00", "2024-12-24 00:00"]
        ),
        "net_amount": [10.0, 20.5, 5.25, 7.0],
    }
)
AS_TEXT = FRAME.assign(ordered_on=FRAME.ordered_on.dt.strftime("%Y-%m-%d"))
DAY = date(2025, 1, 10)
GIVEN = {
    "a pandas DataFrame": FRAME,
    "an Arrow table": pa.Table.from_pandas(FRAME),
    "an Ibis memtable with moments": ibis.memtable(FRAME),
    "days as text": ibis.memtable(
        FRAME.assign(ordered_on=FRAME.ordered_on.dt.strftime("%Y-%m-%d"))
    ),
}
DAYS = {
    "a date": DAY,
    "text": "2025-01-10",
    "a moment": datetime(2025, 1, 10, 12, tzinfo=UTC),
    "a pandas Timestamp": pd.Timestamp("2025-01-10"),
}


def recencies(orders, as_of):
    rows = vl.value.rfm(orders, as_of=as_of).order_by("customer_id").to_pyarrow().to_pylist()
    return [(row["customer_id"], row["recency_days"], row["monetary_amount"]) for row in rows]


EXPECTED = [("a", 1, Decimal("30.5")), ("b", 5, Decimal("5.25")), ("c", 17, Decimal(7))]


@pytest.mark.parametrize("orders", GIVEN.values(), ids=GIVEN)
def test_rfm_takes_any_table_with_days_as_days_moments_or_text(orders):
    assert recencies(orders, DAY) == EXPECTED


@pytest.mark.parametrize("as_of", DAYS.values(), ids=DAYS)
def test_the_day_may_be_a_date_a_moment_or_text(as_of):
    assert recencies(FRAME, as_of) == EXPECTED


def test_every_measure_takes_a_data_frame_and_a_day_as_text():
    made = [
        vl.value.order_facts(FRAME, as_of="2025-01-10"),
        vl.value.customer_facts(FRAME, lines=FRAME, as_of="2025-01-10"),
        vl.value.customers(FRAME, as_of="2025-01-10"),
        vl.value.cohorts(FRAME, as_of="2025-01-10"),
        vl.value.summary(FRAME, as_of="2025-01-10"),
    ]
    assert [len(table.to_pyarrow()) for table in made] == [4, 3, 3, 3, 1]
    by_customer = FRAME.groupby("customer_id", as_index=False).net_amount.sum()
    by_customer = by_customer.rename(columns={"net_amount": "value_amount"})
    assert len(vl.value.tier_summary(by_customer).to_pyarrow()) == 3
    assert len(vl.value.lorenz(by_customer).to_pyarrow()) == 101


def test_what_is_no_table_or_no_day_is_named_with_what_to_do():
    with pytest.raises(BadInputError, match=r"int is no table. Give an Ibis table, such as"):
        vl.value.rfm(7, as_of=DAY)
    with pytest.raises(BadInputError, match=r"'10.1.25' is no day. Write it as year-month-day"):
        vl.value.rfm(FRAME, as_of="10.1.25")
    wrong = FRAME.rename(columns={"customer_id": "customerid"})
    with pytest.raises(BadInputError, match=r"no column 'customer_id'. Did you mean 'customerid'"):
        vl.value.rfm(wrong, as_of=DAY)


MISNAMED = FRAME.rename(columns={"customer_id": "customerid"})


@pytest.mark.parametrize(
    ("orders", "call"),
    [
        (MISNAMED, '.rename(columns={"customerid": "customer_id"})'),
        (pa.Table.from_pandas(MISNAMED), '.rename_columns({"customerid": "customer_id"})'),
        (ibis.memtable(MISNAMED), '.rename(customer_id="customerid")'),
    ],
    ids=["pandas", "Arrow", "Ibis"],
)
@pytest.mark.parametrize("measure", ["rfm", "customers", "cohorts"])
def test_a_missing_column_comes_with_the_call_that_names_it_which_then_works(measure, orders, call):
    """It told users of pandas to call `.rename(customer_id=...)`, which pandas refuses."""
    with pytest.raises(BadInputError) as refused:
        getattr(vl.value, measure)(orders, as_of=DAY)
    assert f"Give one with `{call}`." in str(refused.value)
    mended = eval(f"orders{call}")  # the very words of the hint
    assert len(getattr(vl.value, measure)(mended, as_of=DAY).to_pyarrow())
