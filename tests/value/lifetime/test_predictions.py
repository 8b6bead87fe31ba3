"""Predictions: stored when made, never made again, scored when their time has come."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd
import pytest

from valence.lake.columns import IBIS
from valence.lake.marts import BuildContext
from valence.value.facts import customer_facts
from valence.value.lifetime.marts import LIFETIME_MARTS
from valence.value.lifetime.predictions import PREDICTION_MARTS
from valence.value.orders import order_facts

FIRST, LATER = date(2024, 12, 31), date(2025, 4, 1)
MARTS = {mart.name: mart for mart in (*LIFETIME_MARTS, *PREDICTION_MARTS)}


@pytest.fixture(scope="module")
def orders(duck):
    draw = np.random.default_rng(5)
    rows = []
    for customer in range(300):
        rate, day = draw.gamma(1.0, 1 / 40), date(2024, 1, 1) + timedelta(int(draw.integers(200)))
        while day <= LATER:
            rows.append((f"{customer:036x}", day, float(draw.integers(5, 100))))
            if draw.random() < 0.05:
                break
            day += timedelta(1 + int(draw.exponential(1 / rate)))
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_on", "net_amount"])
    schema = {"customer_id": "string", "ordered_on": "date", "net_amount": "decimal(18, 4)"}
    return duck.create_table(
        "predicted_orders", ibis.memtable(frame, schema=schema), overwrite=True
    )


def made(duck, orders, as_of, **before):
    facts = order_facts(orders, as_of=as_of)
    tables = {"order_facts": facts, "customer_facts": customer_facts(facts, as_of=as_of), **before}
    context, found = BuildContext(as_of, "EUR", None, {}), {}
    for name in ("value_model", "predictions", "prediction_scores"):
        mart = MARTS[name]
        wanted = {column.name: IBIS[column.kind] for column in mart.columns}
        inputs = {each: tables[each] for each in (*mart.inputs, name) if each in tables}
        if mart.score is None:
            t = mart.compute(inputs, context).order_by("made_on", "months")
            found[name] = duck.to_pyarrow(t).to_pylist()
            continue
        batches = mart.score(inputs, context, duck.to_pyarrow_batches)
        if batches is not None:
            rows = [row for batch in batches for row in batch.to_pylist()]
            table = ibis.memtable(pd.DataFrame(rows, columns=list(wanted)).astype(object).where(
                pd.notna, None), schema=wanted)  # fmt: skip
            tables[name] = duck.create_table(f"{name}_{as_of:%Y%m}", table, overwrite=True)
    found.update(model=tables["value_model"], predictions=tables["predictions"])
    return found


def test_a_prediction_stands_as_it_was_made_and_is_scored_when_its_time_has_come(duck, orders):
    then = made(duck, orders, FIRST)
    waiting = then["prediction_scores"]
    assert [(row["months"], row["value_came_amount"]) for row in waiting] == [
        (3, None), (6, None), (12, None)
    ]  # fmt: skip
    kept = duck.to_pyarrow(then["predictions"]).to_pandas()
    assert set(kept.months) == {3, 6, 12}
    assert kept.groupby("months").purchases.sum().is_monotonic_increasing

    again = made(duck, orders, FIRST, value_model=then["model"], predictions=then["predictions"])
    assert duck.execute(again["predictions"].count()) == len(kept), "one fit, one prediction"

    now = made(duck, orders, LATER, value_model=then["model"], predictions=then["predictions"])
    both = duck.to_pyarrow(now["predictions"]).to_pandas()
    assert set(both.made_on) == {FIRST, LATER}
    same = both[both.made_on == FIRST].sort_values(["months", "customer_id"])
    assert list(same.value_amount) == list(kept.sort_values(["months", "customer_id"]).value_amount)
    (score,) = [row for row in now["prediction_scores"] if row["covered_share"] is not None]
    assert len(now["prediction_scores"]) == 6
    assert (score["made_on"], score["months"]) == (FIRST, 3)
    assert score["customers"] == len(kept) / 3
    assert score["purchases_told"] == pytest.approx(score["purchases_came"], rel=0.25)
    assert 0.8 <= score["covered_share"] <= 1
