"""A person at the browser: upload, mapping, confirm, progress, result, quarantine, mend, replay."""

from __future__ import annotations

import itertools
import socket
import threading
from pathlib import Path

import pytest
import uvicorn
from tests.intake.faces.conftest import BROKEN, TWO_AMOUNTS

from valence.app.serve import application
from valence.jobs.worker import Worker

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium at /usr/bin/chromium"),
]


@pytest.fixture
def address(house):
    """The served house with a worker of intake, without the builds."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application(house), log_level="critical"))
    stop = threading.Event()
    kinds = [kind for kind in house.job_kinds if kind.name.startswith("intake.")]
    worker = Worker(house.store, kinds)
    threads = [
        threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True),
        threading.Thread(target=worker.run_forever, args=(stop,), kwargs={"idle_seconds": 0.1}),
    ]
    for thread in threads:
        thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    stop.set()
    for thread in threads:
        thread.join(10)


@pytest.fixture
def page(address):
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=str(CHROMIUM))
        opened = browser.new_page(
            viewport={"width": 1440, "height": 900}, locale="en-GB", reduced_motion="reduce"
        )
        opened.complaints = []
        opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.on(
            "console",
            lambda said: (
                opened.complaints.append(said.text) if said.type in ("error", "warning") else None
            ),
        )
        opened.set_default_timeout(15_000)
        opened.goto(address + "/imports")
        yield opened
        browser.close()


def clean(page):
    """No serious fault for axe, nothing wider than the page: light and dark, wide and narrow."""
    from axe_playwright_python.sync_playwright import Axe

    options = {
        "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
        "resultTypes": ["violations"],
    }
    for theme, width in itertools.product(("light", "dark"), (1440, 390)):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page, options=options).response["violations"]
        serious = [
            (fault["id"], [node["html"][:100] for node in fault["nodes"]])
            for fault in found
            if fault["impact"] in ("serious", "critical")
        ]
        assert serious == [], (page.url, theme, width)
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wider <= 0, (page.url, theme, width)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})


def test_from_the_file_to_the_result_and_a_mended_row(page, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(BROKEN, "utf-8")
    clean(page)
    page.set_input_files("#files", path)
    page.click("text=Send and look at them")
    page.wait_for_url("**/imports/new/*/0")
    assert "2 of the first 5 rows would land" in page.text_content("#mapping")
    clean(page)
    page.select_option("#f-column-3", "")
    page.wait_for_selector("text=3 of 4 columns are imported")
    page.select_option("#f-column-3", "columns.gross_amount")
    page.wait_for_selector("th:has-text('Amount with tax')")
    page.select_option("#f-column-3", "columns.net_amount")
    page.wait_for_selector("text=2 of the first 5 rows would land")
    page.click("text=Confirm and import")
    page.wait_for_selector("text=5 rows read: 2 new, 0 updated, 0 unchanged.")
    page.wait_for_selector("#months[data-drawn]")
    clean(page)
    page.click("text=Mend the rows in quarantine")
    page.wait_for_selector("text=3 rows are held back.")
    clean(page)
    page.click("a[href='/quarantine/1'] >> nth=0")
    page.fill("#cell-3", "20.50")
    clean(page)
    page.click("text=Import this row again")
    page.wait_for_selector("text=1 row landed and left the quarantine.")
    page.goto(page.url.split("/imports")[0] + "/quarantine")
    assert "2 rows are held back." in page.text_content("main")
    assert page.complaints == []


def test_a_question_is_asked_and_the_answer_moves_the_column(page, tmp_path):
    path = tmp_path / "two.csv"
    path.write_text(TWO_AMOUNTS, "utf-8")
    page.set_input_files("#files", path)
    page.click("text=Send and look at them")
    page.wait_for_url("**/imports/new/*/0")
    page.check("input[name='answer-net_amount'][value='Total']")
    page.wait_for_selector(
        "#f-column-3 option[selected][value='columns.net_amount']", state="attached"
    )
    assert page.input_value("#f-column-4") == ""
    assert page.is_checked("input[name='answer-net_amount'][value='Total']")
    page.check("input[name='answer-date:Order Date'][value='mdy']")
    page.wait_for_selector("text=4 Mar 2024")
    page.click("text=Confirm and import")
    page.wait_for_selector("text=3 rows read: 3 new")
    assert page.complaints == []


def test_files_too_large_are_refused_before_they_are_sent(page, tmp_path):
    path = tmp_path / "big.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 1000)
    page.evaluate("document.getElementById('upload-form').dataset.limit = '100'")
    page.set_input_files("#files", path)
    assert page.is_visible("#upload-fault")
    page.click("text=Send and look at them")
    assert page.url.endswith("/imports")
