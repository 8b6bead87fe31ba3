"""What all browser tests share: one browser, pages in a mode, a served application, checks."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
WAIT = 30_000  # ms; by `expect`, since the policy of the pages lets no polled expression run
THEMES, WIDTHS = ("light", "dark"), (1440, 390)
CORNERS = (("light", 1440), ("dark", 390))
MORE_OF_THE_SAME = "tbody tr:nth-child(n + 8), main > section:nth-of-type(n + 10)"
# Both themes, both widths, both languages, in as few looks as that takes; axe is slow.
PAIRS = {"en": (("light", 1440),), "zh": (("dark", 390),)}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser."""
    if not CHROMIUM.exists():
        pytest.skip(f"needs Chromium at {CHROMIUM}")
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=str(CHROMIUM))
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Open a page in a mode; complaints of the browser are collected in `page.complaints`.

    A path is one of the test's fixture `address`; a whole address is taken as it is.
    """
    contexts = []

    def opened(path, theme="light", lang="en", width=1440, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            locale=LOCALES[lang],
            color_scheme=theme,
            reduced_motion="reduce",  # colours half way to the other theme have no contrast
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda said: page.complaints.extend(_complaint(said)))
        page.goto(path if path.startswith("http") else request.getfixturevalue("address") + path)
        return page

    yield opened
    for context in contexts:
        context.close()


def _complaint(said: Any) -> list[str]:
    # A page that is refused on purpose is no fault of the page.
    refused = "status of 4" in said.text
    return [said.text] if said.type in ("error", "warning") and not refused else []


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Serve an application on a free port; gives its address."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()  # who comes before the server is up waits, and is not refused
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def drawn(page: Any, *charts: str) -> None:
    """Wait until these charts are drawn; all there are, if none is named."""
    for chart in charts:
        page.locator(f"#{chart}[data-drawn] svg path").first.wait_for(state="attached")
    expect(page.locator("[data-options]:not([data-drawn])")).to_have_count(0, timeout=WAIT)


def serious(page: Any) -> list[object]:
    """Return the serious faults that axe finds by WCAG A and AA.

    Of a long table the first rows are looked at, of a long page the first sections: the others
    are of the same making, and contrast is what takes the time.
    """
    from axe_playwright_python.base import AXE_FILE_PATH

    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_FILE_PATH.read_text())
    options = {
        "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
        "resultTypes": ["violations"],
        "elementRef": False,
    }
    found = page.evaluate(
        "([where, options]) => axe.run(where, options).then(found => found.violations)",
        [{"exclude": [[MORE_OF_THE_SAME]]}, options],
    )
    return [
        (fault["id"], [node["html"][:160] for node in fault["nodes"]])
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


def overflow(page: Any) -> int:
    """Return by how much the page is wider than the screen, once it and its charts stand still."""
    page.wait_for_load_state("domcontentloaded")  # after a click the next page may just begin
    for _ in range(40):
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wider <= 0:
            break
        page.wait_for_timeout(50)  # charts follow the width a moment later
    return wider


def in_mode(page: Any, theme: str, width: int) -> None:
    """Show the page in a theme and a width."""
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("new Promise(drawn => setTimeout(drawn, 150))")  # charts follow the width


def clean(page: Any, modes: Iterable[tuple[str, int]] = CORNERS) -> None:
    """No serious fault for axe in these modes, and nothing wider than the screen in any width."""
    modes = tuple(modes)
    for theme, width in modes:
        in_mode(page, theme, width)
        assert overflow(page) <= 0, (page.url, width)
        assert serious(page) == [], (page.url, theme, width)
    for width in {*WIDTHS} - {width for _, width in modes}:
        in_mode(page, modes[0][0], width)
        assert overflow(page) <= 0, (page.url, width)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})
