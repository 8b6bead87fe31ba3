"""The brand that everybody sees first: what late parcels are said to cost is what they did cost."""

from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from valence.app.demo import prepared
from valence.core.progress import silent

pytestmark = pytest.mark.long  # 20,000 customers


def test_late_parcels_cost_what_their_twins_say(tmp_path):
    house = prepared(tmp_path / "demo", customers=20_000, sample="", progress=silent)
    reader = house.lake.reader()
    t = reader.table("touchpoint_stake")
    t = t.filter(t.touchpoint == "delivery", t.kind == "standard_broken")
    (row,) = reader.rows(t)
    reader.close()
    house.close()
    assert row["verdict"] == "costs"
    assert row["stake_low_amount"] > 0 > row["naive_low_amount"]
    truth = tmp_path / "demo/data/truth"
    orders = pq.read_table(truth / "orders.parquet", columns=["file", "order_id", "ordered_at"])
    met = pq.read_table(truth / "experiences.parquet").join(orders, ["file", "order_id"])
    lost = [
        each["lost_late_12m"]
        for each in met.to_pylist()
        if each["late"]
        and each["ordered_at"].replace(tzinfo=UTC) < datetime(2025, 10, 29, tzinfo=UTC)
    ]
    assert len(lost) > 600
    cost = -sum(lost) / len(lost)
    assert row["effect_low_amount"] < cost < row["effect_high_amount"]
