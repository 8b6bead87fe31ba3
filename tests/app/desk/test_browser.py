"""The desk in a real browser: a build watched to its end, a job cancelled, a draft published."""

import shutil
from contextlib import ExitStack

import pytest

from tests.app.desk.brands import DESK, VALUE
from tests.browsing import serious, served
from valence.app.desk.building import BuildParams, ask_for_build
from valence.app.house import WholeHouse
from valence.app.serve import application
from valence.core.settings import load

pytestmark = pytest.mark.browser
TIERS = "/definitions/value_tiers/value_tiers"


@pytest.fixture(scope="module")
def opened(built_folder, tmp_path_factory):
    """Serve a copy of the brand, with or without its worker; gives the house and the address."""
    with ExitStack() as running:

        def serve(*, with_worker):
            folder = tmp_path_factory.mktemp("served") / "brand"
            shutil.copytree(built_folder, folder)
            house = WholeHouse(load(folder), (VALUE, DESK))
            running.callback(house.close)
            at = running.enter_context(served(application(house, with_worker=with_worker)))
            return house, at

        yield serve


@pytest.fixture(scope="module")
def idle(opened):
    return opened(with_worker=False)


def test_a_build_is_started_watched_to_its_end_and_its_result_opened(visit, opened):
    house, address = opened(with_worker=True)
    page = visit(f"{address}/builds")
    page.get_by_text("Another day, another engine").click()
    page.get_by_label("Make everything anew").check()
    page.get_by_role("button", name="Start a build").click()
    page.locator(".v-doing-done").wait_for(timeout=60_000)
    page.get_by_role("link", name="See the result").click()
    said = page.locator(".v-answer").inner_text()
    anew = [mart for mart in house.marts if not mart.keeps]
    assert said.startswith(f"{len(anew)} of {len(house.marts)} marts were made")
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
