"""The desk in a real browser: a build watched to its end, a job cancelled, a draft published."""

import shutil
import socket
import threading
from pathlib import Path

import pytest
import uvicorn

from tests.app.desk.brands import DESK, VALUE
from valence.app.desk.building import BuildParams, ask_for_build
from valence.app.house import WholeHouse
from valence.app.serve import application
from valence.core.settings import load

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium at /usr/bin/chromium"),
]
TIERS = "/definitions/value_tiers/value_tiers"
PAGES = ("/", "/builds", "/builds/plan", "/builds/tables/value_tiers", "/jobs", TIERS)


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=str(CHROMIUM))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def served(built_folder, tmp_path_factory):
    """Serve a copy of the brand, with or without its worker; gives the house and the address."""
    running = []

    def serve(*, with_worker):
        folder = tmp_path_factory.mktemp("served") / "brand"
        shutil.copytree(built_folder, folder)
        house = WholeHouse(load(folder), (VALUE, DESK))
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        app = application(house, with_worker=with_worker)
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        running.append((server, thread, house))
        return house, f"http://127.0.0.1:{listening.getsockname()[1]}"

    yield serve
    for server, thread, house in running:
        server.should_exit = True
        thread.join(10)
        house.close()


@pytest.fixture(scope="module")
def idle(served):
    return served(with_worker=False)


@pytest.fixture
def visit(chromium):
    contexts = []

    def opened(address, theme="light", locale="en-GB", width=1440, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            locale=locale,
            color_scheme=theme,
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                page.complaints.append(said.text) if said.type in ("error", "warning") else None
            ),
        )
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()


def serious(page):
    from axe_playwright_python.sync_playwright import Axe

    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
    options = {"runOnly": tags, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [
        (fault["id"], [node["html"][:160] for node in fault["nodes"]])
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(
    ("theme", "locale", "width"), [("light", "en-GB", 1440), ("dark", "zh-CN", 390)]
)
def test_no_page_has_a_serious_fault_or_is_wider_than_the_screen(visit, idle, theme, locale, width):
    _house, address = idle
    page = visit(address, theme, locale, width)
    for path in PAGES:
        page.goto(address + path)
        page.wait_for_function(
            "[...document.querySelectorAll('[data-options]')].every(e => e.dataset.drawn)"
        )
        assert serious(page) == [], path
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wider <= 0, path
    assert page.complaints == []


def test_a_build_is_started_watched_to_its_end_and_its_result_opened(visit, served):
    _house, address = served(with_worker=True)
    page = visit(f"{address}/builds")
    page.get_by_text("Another day, another engine").click()
    page.get_by_label("Make everything anew").check()
    page.get_by_role("button", name="Start a build").click()
    page.locator(".v-doing-done").wait_for(timeout=60_000)
    page.get_by_role("link", name="See the result").click()
    assert "9 of 9 marts were made" in page.locator(".v-answer").inner_text()
    assert page.complaints == []


def test_a_job_that_waits_is_cancelled_and_tried_again(visit, idle):
    house, address = idle
    job = house.store.transact(
        lambda unit: ask_for_build(house, unit, BuildParams(), actor="local")
    )
    page = visit(f"{address}/jobs")
    page.get_by_role("link", name="Bring all figures up to date").first.click()
    page.get_by_role("button", name="Cancel").click()
    assert page.url == f"{address}/jobs/{job.id}"
    page.locator(".v-doing-cancelled").wait_for()
    page.get_by_role("button", name="Try again").click()
    page.locator(".v-doing-queued").wait_for()


def test_a_definition_is_edited_mended_and_published(visit, idle):
    _house, address = idle
    page = visit(address + TIERS)
    text = page.get_by_label("Text (YAML)")
    text.fill(text.input_value().replace("share: '0.15'", "shar: '0.15'"))
    page.get_by_role("button", name="Save as draft").click()
    faults = page.get_by_role("alert")
    assert "line 5" in faults.inner_text()
    assert "shar: '0.15'" in text.input_value()
    text.fill(text.input_value().replace("shar:", "share:").replace("name: top", "name: best"))
    page.get_by_role("button", name="Save as draft").click()
    page.get_by_role("button", name="Publish").click()
    assert "Version 1 holds since" in page.locator(".v-answer").inner_text()
    assert serious(page) == []


def test_without_script_a_build_can_be_asked_for(visit, idle):
    _house, address = idle
    page = visit(f"{address}/builds", java_script_enabled=False)
    page.get_by_role("button", name="Start a build").click()
    page.locator(".v-doing-queued").wait_for()
    assert page.locator("table caption").first.inner_text() == "What is made from what?"
