"""Screenshots of every page of a brand that is served, in two widths, themes and languages.

    valence demo --folder /tmp/brand --no-serve
    (cd /tmp/brand && valence serve --port 8123) &
    python scripts/screenshots.py http://127.0.0.1:8123 /tmp/shots --only worth --mode en-light-1440

Writes one PNG a page and mode, the whole page high, and says which pages complained in the console,
are wider than the screen, or answered an error that was not meant.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
MODES = [
    f"{lang}-{theme}-{width}"
    for lang, theme, width in itertools.product(LOCALES, ("light", "dark"), (1440, 390))
]


@dataclass(frozen=True)
class Shot:
    """One page: where to begin, what to follow from there, what to open before the picture."""

    path: str
    follow: str = ""  # selector of a link on that page that leads to the page meant
    open: str = ""  # selector of what is clicked before the picture is taken
    status: int = 200


SHOTS = {
    "overview": Shot("/"),
    "customers": Shot("/customers"),
    "customers-rule": Shot("/customers?where=orders+%3E+3+and+days_since_order+%3E+90"),
    "customers-none": Shot("/customers?where=orders+%3E+1000000"),
    "customers-faulty": Shot('/customers?where=teir+%3D%3D+"top"', status=422),
    "customers-columns": Shot("/customers", open="details.v-pop:has(input[name=show]) summary"),
    "customer": Shot("/customers", follow="#table-customers-body tbody th a"),
    "customer-orders": Shot(
        "/customers", follow="#table-customers-body tbody th a, #timeline a[href$='/orders']"
    ),
    "customer-products": Shot(
        "/customers",
        follow="#table-customers-body tbody th a, #main .v-tabs a[href$='/products']",
    ),
    "order": Shot(
        "/customers",
        follow="#table-customers-body tbody th a, #timeline .lines a[href*='/orders/']",
    ),
    "journey": Shot("/journey"),
    "designed": Shot("/journey/designed"),
    "designed-gone": Shot("/journey/designed", follow="#way .v-way-on a"),
    "touchpoint": Shot("/journey", follow="#main .v-touch a"),
    "experience": Shot("/experience"),
    "experience-csat": Shot("/experience?metric=csat&by=channel"),
    "experience-weighed": Shot("/experience?by=stage&weigh=tier"),
    "kano": Shot("/experience/kano"),
    "gap": Shot("/experience/gap"),
    "drivers": Shot("/experience/drivers"),
    "perceived": Shot("/experience/perceived"),
    "gap-derived": Shot("/experience/gap?importance=derived"),
    "layers": Shot("/experience/layers"),
    "brand": Shot("/experience/brand"),
    "follow-ups": Shot("/experience/follow-ups"),
    "alerts": Shot("/experience/alerts"),
    "silent": Shot("/experience/silent"),
    "mystery": Shot("/experience/mystery"),
    "worth": Shot("/value"),
    "worth-how": Shot("/value", open=".v-how summary"),
    "model": Shot("/value/model"),
    "predictions": Shot("/value/model/predictions"),
    "ladder": Shot("/value/ladder"),
    "bond": Shot("/value/bond"),
    "bridge": Shot("/value/bridge"),
    "groups": Shot("/value/groups"),
    "equity": Shot("/value/equity"),
    "stars": Shot("/value/stars"),
    "products": Shot("/products"),
    "product": Shot("/products", follow="#table-products-body tbody th a"),
    "entry": Shot("/products/entry"),
    "cohorts": Shot("/cohorts"),
    "imports": Shot("/imports"),
    "import": Shot("/imports", follow="main table a[href^='/imports/']"),
    "quarantine": Shot("/quarantine"),
    "quarantine-row": Shot("/quarantine", follow="main table a[href^='/quarantine/']"),
    "definitions": Shot("/definitions"),
    "definition": Shot("/definitions", follow="main table tbody a"),
    "version": Shot("/definitions/rfm/rfm", follow="a[href*='/versions/']"),
    "builds": Shot("/builds"),
    "build": Shot("/builds", follow="a[href^='/builds/runs/']"),
    "plan": Shot("/builds/plan"),
    "table": Shot("/builds/tables/customers"),
    "table-lake": Shot("/builds/tables/order_lines"),
    "jobs": Shot("/jobs"),
    "job": Shot("/jobs", follow="main a[href^='/jobs/']"),
    "api": Shot("/api"),
    "missing": Shot("/nothing", status=404),
    "missing-customer": Shot("/customers/nobody", status=404),
}


def contexts(browser: Browser, modes: list[str]) -> Iterator[tuple[str, Page]]:
    """Give a page to look at in each mode."""
    for mode in modes:
        lang, theme, width = mode.split("-")
        context = browser.new_context(
            viewport={"width": int(width), "height": 900},
            locale=LOCALES[lang],
            color_scheme=theme,  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        yield mode, context.new_page()
        context.close()


def reach(page: Page, address: str, shot: Shot) -> int | None:
    """Open the page that is meant; return its status, or None where no link leads to it."""
    answer = page.goto(address + shot.path)
    for selector in filter(None, shot.follow.split(", #")):
        links = page.locator(selector if selector[0] in "#am" else f"#{selector}")
        if not links.count():
            return None
        answer = page.goto(address + str(links.first.get_attribute("href")))
    if shot.open and page.locator(shot.open).count():  # an empty page has nothing to open
        page.locator(shot.open).first.click()
    expect(page.locator("[data-options]:not([data-drawn])")).to_have_count(0, timeout=30_000)
    return answer.status if answer else None


def take(page: Page, address: str, name: str, shot: Shot, target: Path) -> list[str]:
    """Take one picture; return what is wrong with the page."""
    faults: list[str] = []
    listen: Any = lambda said: (  # noqa: E731 - removed again below
        faults.append(said.text)
        if said.type in ("error", "warning") and "status of 4" not in said.text
        else None
    )
    page.on("console", listen)
    status = reach(page, address, shot)
    page.remove_listener("console", listen)
    if status is None:
        return [f"no link leads to {name}"]
    page.screenshot(path=target, full_page=True)
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    faults += [f"{wider} px wider than the screen"] if wider > 0 else []
    return faults + ([f"status {status}"] if status != shot.status else [])


def main() -> None:
    """Take the pictures that are asked for."""
    said = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    said.add_argument("address", help="such as http://127.0.0.1:8000")
    said.add_argument("folder", type=Path, help="where the pictures go")
    said.add_argument("--only", nargs="*", choices=SHOTS, default=list(SHOTS), metavar="PAGE")
    said.add_argument("--mode", nargs="*", choices=MODES, default=MODES)
    asked = said.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=str(CHROMIUM))
        for mode, page in contexts(browser, asked.mode):
            for name in asked.only:
                target = asked.folder / f"{name}-{mode}.png"
                for fault in take(page, asked.address.rstrip("/"), name, SHOTS[name], target):
                    print(f"{target.name}: {fault}")
        browser.close()


if __name__ == "__main__":
    main()
