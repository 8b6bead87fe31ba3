"""Houses to look at: a slice of a real shop, a few literal rows, and one without a build."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from tests.browsing import served
from tests.built import built_once
from tests.value.faces.brands import (
    SAMPLE,
    SHOP,
    brand_house,
    fill,
    house_of,
    literal_lines,
    retail_lines,
)

from valence.app.house import WholeHouse
from valence.app.serve import application

LONG = "Bartholomew " * 40 + "of the Very Long Name"
PEOPLE = {
    "1": {"name": "Ada Lovelace", "email": "ada@example.co.uk", "phone": "+44 20 7946 0123"},
    "2": {"name": "😀 Smiley O'Neill"},
    "3": {"name": LONG},
    "4": {"name": "שלום עליכם"},
    "5": {"name": "林晓梅"},
}
FEW = (
    # invoice, product, quantity, placed, price, customer
    ("a1", "tea", 2, "2025-01-10 09:30", 10.00, "1"),
    ("a1", "cup", 1, "2025-01-10 09:30", 5.50, "1"),
    ("a2", "tea", 10, "2025-03-15 12:00", 10.00, "1"),
    ("Ca3", "tea", -4, "2025-03-20 12:00", 10.00, "1"),
    ("b1", "<b>&bold</b>", 1, "2025-02-01 08:00", 30.00, "2"),
    ("c1", "cup", 4, "2025-02-03 08:00", 5.50, "3"),
    ("Cd1", "pot", -1, "2025-03-01 08:00", 80.00, "4"),
    ("e1", "free", 1, "2025-03-31 08:00", 0.00, "5"),
    ("x1", "tea", 3, "2025-03-31 18:00", 10.00, None),
)
# What else happened to customer 1.
OTHERS = {
    "contacts": """SELECT 'desk' AS source, 't1' AS contact_id, 'case 7' AS case_id,
        TIMESTAMPTZ '2025-03-16 10:00:00+00' AS opened_at, DATE '2025-03-16' AS opened_on,
        'phone' AS channel, 'late delivery' AS category, true AS complaint,
        'It came late' AS text, 'user_id' AS id_type, id_key FROM keys WHERE value = '1'""",
    "feedback": """SELECT 'survey' AS source, 'f1' AS feedback_id,
        TIMESTAMPTZ '2025-03-17 10:00:00+00' AS answered_at, DATE '2025-03-17' AS answered_on,
        'nps' AS metric, 9.0 AS score, '0-10' AS scale, 'delivery' AS touchpoint,
        'user_id' AS id_type, id_key FROM keys WHERE value = '1'""",
    "messages": """SELECT 'mail' AS source, 'm1' AS message_id, 'email' AS channel,
        'spring' AS campaign, TIMESTAMPTZ '2025-03-01 10:00:00+00' AS sent_at,
        DATE '2025-03-01' AS sent_on, TIMESTAMPTZ '2025-03-01 11:00:00+00' AS opened_at,
        'user_id' AS id_type, id_key FROM keys WHERE value = '1'""",
    "events": """SELECT 'site' AS source, 'v1' AS event_id, 'login' AS name,
        TIMESTAMPTZ '2025-03-02 10:00:00+00' AS occurred_at, DATE '2025-03-02' AS occurred_on,
        'web' AS channel, 'user_id' AS id_type, id_key FROM keys WHERE value = '1'""",
}
# About 27,000 lines: a sixteenth of the customers with 12748 among them, and lines of nobody.
SLICE = '("Customer ID" % 16 = 12 OR ("Customer ID" IS NULL AND substr("Invoice", -2) = \'07\'))'


@pytest.fixture(scope="session")
def retail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeHouse]:
    """A built slice of the bundled sample: 274 customers of a real shop."""

    def make(folder: Path) -> WholeHouse:
        house = brand_house(folder)
        fill(house, retail_lines(SAMPLE, invoices=SLICE), {"12748": PEOPLE["1"]})
        house.build()
        return house

    house = house_of(built_once(tmp_path_factory, "retail", make))
    yield house
    house.close()


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeHouse]:
    """Five customers and nine lines, with all that names and amounts can be."""

    def make(folder: Path) -> WholeHouse:
        house = brand_house(folder)
        fill(house, literal_lines(FEW), PEOPLE, OTHERS)
        house.build()
        return house

    house = house_of(built_once(tmp_path_factory, "few", make))
    yield house
    house.close()


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[WholeHouse]:
    """A brand folder in which nothing has happened yet."""
    house = brand_house(tmp_path / "bare")
    yield house
    house.close()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[WholeHouse]:
    """An empty brand folder to be filled by a test."""
    house = brand_house(tmp_path / "shop")
    yield house
    house.close()


def client(house: WholeHouse, *, lang: str = "en") -> TestClient:
    """Return a client that reads the pages in a language."""
    return TestClient(
        application(house), base_url="http://127.0.0.1", headers={"accept-language": lang}
    )


def customer_id(house: WholeHouse, number: str) -> str:
    """Return the id of the customer whom the shop knows by a number."""
    from valence.people.lookup import find_customer

    return str(find_customer(house.store, house.keyring, f"user_id@{SHOP}:{number}"))


@pytest.fixture(scope="session")
def address(retail: WholeHouse) -> Iterator[str]:
    """Where the slice of the shop is served for a browser."""
    with served(application(retail)) as at:
        yield at
