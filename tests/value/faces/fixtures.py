"""Houses to look at: a slice of a real shop, a few literal rows, and one without a build."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi.testclient import TestClient
from tests.value.faces.brands import (
    SAMPLE,
    SHOP,
    brand_house,
    fill,
    literal_lines,
    retail_lines,
)

from valence.app.house import WholeHouse
from valence.app.serve import application

CHROMIUM = Path("/usr/bin/chromium")
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
    house = brand_house(tmp_path_factory.mktemp("retail") / "brand")
    fill(house, retail_lines(SAMPLE, invoices=SLICE), {"12748": PEOPLE["1"]})
    house.build()
    yield house
    house.close()


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeHouse]:
    """Five customers and nine lines, with all that names and amounts can be."""
    house = brand_house(tmp_path_factory.mktemp("few") / "brand")
    fill(house, literal_lines(FEW), PEOPLE, OTHERS)
    house.build()
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
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application(retail), log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(5)


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """A browser."""
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium at /usr/bin/chromium")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=str(CHROMIUM))
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, address):
    """Open a page in a mode; complaints of the browser are collected in `page.complaints`."""
    contexts = []

    def opened(path, theme="light", lang="en", width=1440, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            locale={"en": "en-GB", "zh": "zh-CN"}[lang],
            color_scheme=theme,
            reduced_motion="reduce",  # colours half way to the other theme have no contrast
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                page.complaints.append(said.text)
                if said.type in ("error", "warning") and "status of 4" not in said.text
                else None
            ),
        )
        page.goto(address + path)
        return page

    yield opened
    for context in contexts:
        context.close()


def drawn(page, *charts: str) -> None:
    """Wait until these charts are drawn."""
    for chart in charts:
        page.locator(f"#{chart}[data-drawn] svg path").first.wait_for(state="attached")


def serious(page) -> list[object]:
    """Return the serious faults that axe finds by WCAG A and AA."""
    from axe_playwright_python.sync_playwright import Axe

    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
    options = {"runOnly": tags, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [
        (fault["id"], [node["html"][:120] for node in fault["nodes"]])
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


def overflow(page) -> int:
    """Return by how much the page is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
