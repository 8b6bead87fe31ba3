"""In a browser: a follow-up goes round the loop on a phone, and an alert is seen and closed."""

import pytest
from tests.browsing import clean, drawn, served
from tests.experience.alerts.test_judging import BAD, FIRST, GOOD, RULE
from tests.experience.loop import complaint, define, house_of, land, weeks

from valence.app.serve import application

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    house = house_of(tmp_path_factory.mktemp("loop") / "brand")
    define(house, "alerts", {"rules": [RULE]})
    define(house, "follow_up", {"metrics": []})
    scores = [*[GOOD] * 9, BAD, BAD, BAD]
    land(
        house,
        feedback=weeks(scores, first=FIRST),
        contacts=complaint("k1", "2", "2025-03-29", "It came <b>late</b>"),
    )
    house.build()
    with served(application(house)) as at:
        yield at
    house.close()


def test_a_follow_up_goes_round_the_loop_on_a_phone(visit):
    page = visit("/experience/follow-ups", width=390)
    page.get_by_role("link", name="complaint: delivery").click()
    assert page.get_by_text("It came <b>late</b>").is_visible()
    page.get_by_role("button", name="I take it").click()
    page.get_by_label("State").select_option("solved")
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("Say what was done").wait_for()
    page.get_by_label("What was done").fill("Sent again, by courier")
    page.get_by_label("The customer was told").check()
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("Sent again, by courier").wait_for()
    clean(page)
    page.goto(page.url.rsplit("/", 1)[0] + "?which=done")
    assert page.get_by_role("link", name="complaint: delivery").is_visible()
    clean(page)
    assert page.complaints == []


def test_an_alert_is_drawn_seen_and_closed(visit):
    page = visit("/experience/alerts")
    drawn(page, "chart")
    page.get_by_label("Note").fill("The courier changed")
    page.get_by_role("button", name="I have seen it").click()
    page.get_by_text("seen by local").wait_for()
    clean(page)
    page.get_by_role("button", name="Close it").click()
    page.get_by_text("closed by hand").first.wait_for()
    assert page.get_by_text("Nothing is worse than usual, more than by chance.").is_visible()
    assert page.complaints == []
