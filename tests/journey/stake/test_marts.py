"""The published table: what each bad experience costs, from moments that an engine holds."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import ibis
import numpy as np
import pyarrow as pa
import pytest
from tests.journey.stake.simulated import AS_OF, simulate

from valence.core.alike.compared import Rules
from valence.journey.stake.columns import STAKE_MOMENTS, TOUCHPOINT_STAKE
from valence.journey.stake.definition import STAKE_KIND
from valence.journey.stake.estimate import stake_of
from valence.journey.stake.marts import STAKE_MARTS
from valence.journey.stake.rows import DAY_ONE
from valence.lake.columns import arrow_schema
from valence.lake.marts import BuildContext

_, STAKES = STAKE_MARTS


def moment_rows(drawn, touchpoint="delivery", kind="standard_broken", count=None):
    """The rows of `stake_moments` behind simulated moments."""
    rows = slice(count)
    known = {name: pa.array(column[rows]) for name, column in drawn.columns.items()}
    n = len(known["later"])
    known |= {
        "kind": pa.repeat(kind, n), "touchpoint": pa.repeat(touchpoint, n),
        "stage": pa.repeat("use", n), "bad": pa.array(drawn.affected[rows]),
        "customer_id": pa.array(drawn.moments.customer[rows].astype(str)),
        "channel": pa.array([f"c{code}" for code in drawn.moments.channel[rows]]),
        "on": pa.array([DAY_ONE + timedelta(days=float(d)) for d in drawn.columns["on"][rows]]),
    }  # fmt: skip
    schema = arrow_schema(STAKE_MOMENTS)
    return pa.table([known[name] for name in schema.names], schema=schema)


def stakes(con, *moments, definitions=None):
    facts = pa.table({"value_basis": ["margin"]})
    inputs = {
        "stake_moments": con.create_table(
            "stake_moments", ibis.memtable(pa.concat_tables(moments)), overwrite=True
        ),
        "order_facts": con.create_table("facts_of_stake", ibis.memtable(facts), overwrite=True),
    }
    context = BuildContext(DAY_ONE + timedelta(days=AS_OF), "EUR", None, definitions or {})
    batches = list(STAKES.score(inputs, context, lambda t: con.to_pyarrow(t).to_batches()))
    if not batches:
        return []
    table = pa.Table.from_batches(batches)
    assert table.schema == arrow_schema(TOUCHPOINT_STAKE)
    return table.to_pylist()


@pytest.fixture(scope="module")
def drawn():
    return simulate(4)


def test_the_row_says_what_the_estimator_found(duck, drawn):
    (row,) = stakes(duck, moment_rows(drawn))
    found = stake_of(drawn.moments, drawn.affected, as_of=AS_OF)
    assert (row["touchpoint"], row["kind"], row["verdict"]) == (
        "delivery", "standard_broken", "costs",
    )  # fmt: skip
    # Not to the last digit: whose moments are in one fold goes by the order of the rows.
    off = found.at_stake.error
    assert float(row["stake_amount"]) == pytest.approx(-found.at_stake.value, abs=off / 2)
    assert row["stake_low_amount"] < row["stake_amount"] < row["stake_high_amount"]
    assert row["effect_amount"] < 0 < row["naive_amount"]
    assert row["affected_12m"] == (drawn.affected & ~drawn.old).sum()
    assert (row["affected"], row["controls"]) == (found.affected, found.controls)
    assert (row["value_basis"], row["confidence"], row["projected_share"]) == ("margin", 0.9, 1.0)
    assert isinstance(row["stake_amount"], Decimal)
    assert row["placebo_alarm"] is False


def test_each_touchpoint_and_kind_has_a_row_and_few_moments_no_figure(duck, drawn):
    few = moment_rows(drawn, "app", "low_score", count=60)
    rows = stakes(duck, moment_rows(drawn), few)
    assert [(r["touchpoint"], r["verdict"]) for r in rows] == [
        ("app", "too few"), ("delivery", "costs"),
    ]  # fmt: skip
    assert rows[0]["stake_amount"] is None
    assert rows[0]["minimum"] == Rules().minimum


def test_the_published_definition_says_what_it_takes(duck, drawn):
    (row,) = stakes(
        duck, moment_rows(drawn), definitions={STAKE_KIND: {"minimum": 5000, "confidence": 0.8}}
    )
    assert (row["verdict"], row["minimum"], row["confidence"]) == ("too few", 5000, 0.8)


def test_the_same_rows_give_the_same_figures_in_any_order(duck, drawn):
    table = moment_rows(drawn)
    turned = table.take(np.random.default_rng(1).permutation(len(table)))
    assert stakes(duck, table) == stakes(duck, turned)


def test_no_moment_gives_no_row(duck):
    none = pa.table([[] for _ in STAKE_MOMENTS], schema=arrow_schema(STAKE_MOMENTS))
    assert stakes(duck, none) == []
