"""In a browser, on a phone: a transcript is brought in, one passage is coded, and undone."""

import pytest
from tests.browsing import clean, served
from tests.experience.loop import house_of, land

from valence.app.serve import application

pytestmark = pytest.mark.browser
SAID = "Interviewer: Why did you leave?\nAnna: <b>Delivery</b> was terribly slow, I was angry."


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    house = house_of(tmp_path_factory.mktemp("interviews") / "brand")
    land(house)
    house.build()
    with served(application(house)) as at:
        yield at
    house.close()


def test_a_passage_is_coded_on_a_phone(visit):
    page = visit("/experience/interviews", width=390)
    page.get_by_role("link", name="Bring in a transcript").click()
    page.get_by_label("Title").fill("Why she left")
    page.get_by_label("Or the text itself").fill(SAID)
    page.get_by_role("button", name="Bring it in").click()
    page.get_by_text("may be a name: Anna").wait_for()
    page.get_by_label("Who speaks").fill("Anna")
    clean(page)
    page.get_by_role("button", name="Bring it in").click()
    page.get_by_text("<b>Delivery</b> was terribly slow").wait_for()
    assert page.get_by_text("suggested: Delivery").is_visible()
    page.get_by_label("Coder").fill("Bo")
    page.get_by_role("button", name="Code by this name").click()
    page.locator("#theme-p-2").select_option("service")
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("Customer service · Delivery · complaint").wait_for()
    clean(page)
    page.goto(page.url.split("/experience/")[0] + "/experience/interviews/coded?theme=service")
    assert page.get_by_text("coded by Bo").is_visible()
    clean(page)
    page.get_by_role("link", name="Why she left").click()
    page.get_by_label("Coder").fill("Bo")
    page.get_by_role("button", name="Code by this name").click()
    page.get_by_role("button", name="Undo my last code").click()
    page.get_by_text("0 of 1 passages are coded.").wait_for()
    assert page.complaints == []
