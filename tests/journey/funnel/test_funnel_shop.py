"""The funnel of a real shop's log, equal to the slow way customer by customer."""

from __future__ import annotations

from datetime import UTC

import duckdb
import ibis
import pyarrow as pa
import pytest
from tests.journey.funnel.slow import DAY, slow_chains

from valence.journey.columns import STEPS
from valence.journey.funnel import FunnelDefinition
from valence.journey.funnel.chains import chains
from valence.lake.columns import arrow_schema

STEPS_ASKED = [{"touchpoint": name} for name in ("catalog", "cart", "delivery_choice",
                                                 "payment_done")]  # fmt: skip


@pytest.fixture(scope="module")
def log(shared_data):
    """A third of the customers: trying all chains of all takes a minute."""
    path = shared_data / "simple_shop" / "simple_shop_events.parquet"
    found = duckdb.sql(
        f"SELECT user_id, event, timestamp, row_number() OVER () AS nth FROM '{path}' "
        "WHERE hash(user_id) % 3 = 0"
    ).fetchall()
    return [
        {
            "customer_id": str(who), "at": at.replace(tzinfo=UTC), "on": at.date(),
            "touchpoint": event, "stage": "buy", "channel": "web", "source": "events",
            "row_key": f"{nth:08}", "standard_kept": None,
        }
        for who, event, at, nth in found
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("order", "hours", "exclusions"),
    [
        ("ordered", 1.0, ()),
        ("ordered", 168.0, ({"touchpoint": "main", "after": 2},)),
        ("strict", 24.0, ()),
        ("any", 2.0, ()),
    ],
)
def test_the_shops_funnel_is_that_of_the_slow_way(duck, log, order, hours, exclusions):
    definition = FunnelDefinition(
        name="shop", steps=STEPS_ASKED, order=order, window_hours=hours, exclusions=exclusions
    )
    table = ibis.memtable(pa.Table.from_pylist(log, schema=arrow_schema(STEPS)))
    got = duck.to_pyarrow(chains(table, definition=definition, as_of=DAY)).to_pylist()
    assert {each["customer_id"]: each for each in got} == slow_chains(log, definition)
