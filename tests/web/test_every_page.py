"""Every page, full and empty: readable by everybody, in both languages, themes and widths."""

import importlib.util
import sys
from pathlib import Path

import pytest
from tests.browsing import PAIRS, clean, served

from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.app.serve import application

pytestmark = pytest.mark.browser
SCRIPT = Path(__file__).parents[2] / "scripts/screenshots.py"
_spec = importlib.util.spec_from_file_location("screenshots", SCRIPT)
script = importlib.util.module_from_spec(_spec)
sys.modules["screenshots"] = script  # its dataclass looks itself up
_spec.loader.exec_module(script)

EMPTY = ("overview", "customers", "worth", "cohorts", "quarantine", "builds", "plan", "jobs")


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """Where a brand is served in which nothing has happened yet."""
    root = tmp_path_factory.mktemp("bare") / "brand"
    house = WholeHouse(make_folder(root, name="Blossom", currency="GBP", timezone="Europe/London"))
    with served(application(house)) as at:
        yield at
    house.close()


@pytest.mark.parametrize("lang", PAIRS)
def test_no_page_has_a_serious_fault_or_is_wider_than_the_screen(visit, address, lang):
    page = visit("/health", lang=lang)
    for name, shot in script.SHOTS.items():
        assert script.reach(page, address, shot) == shot.status, name
        clean(page, PAIRS[lang])
    assert page.complaints == []


@pytest.mark.parametrize("lang", PAIRS)
def test_no_empty_page_has_one_either_and_each_says_what_will_appear(visit, bare, lang):
    page = visit(f"{bare}/health", lang=lang)
    for name in EMPTY:
        assert script.reach(page, bare, script.SHOTS[name]) == 200, name
        assert page.locator(".empty-title, .v-too-little").first.is_visible(), name
        clean(page, PAIRS[lang])
    assert page.complaints == []
