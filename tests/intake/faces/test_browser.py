"""A person at the browser: upload, mapping, confirm, progress, result, quarantine, mend, replay."""

from __future__ import annotations

import threading

import pytest
from tests.browsing import PAIRS, clean, served
from tests.intake.faces.conftest import BROKEN, TWO_AMOUNTS

from valence.app.serve import application
from valence.jobs.worker import Worker

pytestmark = pytest.mark.browser


@pytest.fixture
def address(house):
    """The served house with a worker of intake, without the builds."""
    stop = threading.Event()
    kinds = [kind for kind in house.job_kinds if kind.name.startswith("intake.")]
    worker = Worker(house.store, kinds)
    working = threading.Thread(
        target=worker.run_forever, args=(stop,), kwargs={"idle_seconds": 0.1}
    )
    working.start()
    with served(application(house)) as at:
        yield at
    stop.set()
    working.join(10)


@pytest.fixture
def page(visit):
    return visit("/imports")


def test_from_the_file_to_the_result_and_a_mended_row(page, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(BROKEN, "utf-8")
    clean(page, PAIRS["en"])
    page.set_input_files("#files", path)
    page.click("text=Send and look at them")
    page.wait_for_url("**/imports/new/*/0")
    assert "2 of the first 5 rows would land" in page.text_content("#mapping")
    clean(page, PAIRS["en"])
    page.select_option("#f-column-3", "")
    page.wait_for_selector("text=3 of 4 columns are imported")
    page.select_option("#f-column-3", "columns.gross_amount")
    page.wait_for_selector("th:has-text('Amount with tax')")
    page.select_option("#f-column-3", "columns.net_amount")
    page.wait_for_selector("text=2 of the first 5 rows would land")
    page.click("text=Confirm and import")
    page.wait_for_selector("text=5 rows read: 2 new, 0 updated, 0 unchanged.")
    page.wait_for_selector("#months[data-drawn]")
    clean(page, PAIRS["en"])
    page.click("text=Mend the rows in quarantine")
    page.wait_for_selector("text=3 rows are held back.")
    clean(page, PAIRS["en"])
    page.click("a[href='/quarantine/1'] >> nth=0")
    page.fill("#cell-3", "20.50")
    clean(page, PAIRS["en"])
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
