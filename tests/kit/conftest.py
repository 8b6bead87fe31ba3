"""The demonstration house: a capability with every part of the kit, over a small real database."""

import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import ibis
import pyarrow as pa
import pytest
from fastapi.testclient import TestClient

from valence.app.web import create_app
from valence.core.messages import message
from valence.core.settings import Brand, BrandTable, Settings
from valence.kit.capability import Capability, NavItem

sys.path.insert(0, str(Path(__file__).parent))

DEMO = Capability(
    "demo",
    message("Value"),
    pages="kit_demo.pages:pages",
    api="kit_demo.pages:api",
    templates="kit_demo",
    nav=(
        NavItem("know", message("Customers"), "/demo/customers", "demo:read"),
        NavItem("measure", message("Value"), "/demo", "demo:read"),
        NavItem("decide", message("Type"), "/demo/form", "demo:read"),
        NavItem("act", message("Light"), "/demo/light", "demo:read"),
        NavItem("prove", message("Source"), "/demo/prove", "demo:read"),
        NavItem("house", message("Last build"), "/demo/builds", "demo:read"),
    ),
)


class SmallLake:
    """A reader over in-memory tables: the calls of the lake's reader that the kit makes."""

    def __init__(self, **tables):
        self.engine = ibis.duckdb.connect()
        for name, table in tables.items():
            self.engine.create_table(name, table)

    def table(self, name):
        found = self.engine.table(name)
        return ibis.table(found.schema(), name=name)

    def rows(self, expression):
        return self.engine.to_pyarrow(expression).to_pylist()

    def batches(self, expression, size=50_000):
        yield from self.engine.to_pyarrow_batches(expression, chunk_size=size)


def customers(count=137):
    """Customers with equal worths, missing values, zero, negatives and names that bite."""
    names = ["=1+2", "李 *", "A" * 500, 'Zoë, "Z"', "שלום", "😀 Emoji", "-5 apples", "Ann"]
    rows = [
        {
            "customer_id": f"c{i:05d}",
            "name": names[i % len(names)],
            "worth": None if i % 10 == 0 else Decimal((i * 7919) % 40 - 5) * Decimal("1000.25"),
            "orders": i % 9,
            "active": None if i % 11 == 0 else (i % 100) / 99,
            "bond": ("strong", "weak", "none")[i % 3],
            "last_order_on": None if i % 13 == 0 else date(2026, 10, 31) - timedelta(days=i),
        }
        for i in range(count)
    ]
    schema = pa.schema(
        [
            ("customer_id", pa.string()),
            ("name", pa.string()),
            ("worth", pa.decimal128(18, 4)),
            ("orders", pa.int64()),
            ("active", pa.float64()),
            ("bond", pa.string()),
            ("last_order_on", pa.date32()),
        ]
    )
    return pa.Table.from_pylist(rows, schema=schema)


@pytest.fixture(scope="session")
def small_lake():
    return SmallLake(customers=customers())


@pytest.fixture(scope="session")
def app(small_lake, tmp_path_factory):
    settings = Settings(brand=BrandTable(name="Blossom & Bay", currency="CNY"))
    return create_app(
        Brand(tmp_path_factory.mktemp("brand"), settings),
        [DEMO],
        read=lambda: small_lake,
        as_of=lambda _: date(2026, 10, 31),
        pseudo=True,
    )


@pytest.fixture
def web(app):
    return TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
