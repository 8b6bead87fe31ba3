"""After a build charts are judged: one alert, seen and closed; late answers change nothing."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.experience.loop import define, house_of, land, weeks
from tests.value.faces.fixtures import client
from typer.testing import CliRunner

from valence.core import clock
from valence.core.errors import ConflictError
from valence.core.ids import new_id
from valence.experience.alerts import book
from valence.experience.alerts.judging import judge
from valence.experience.commands import experience

FIRST = date(2025, 1, 6)  # the orders end on Monday, 31 March: twelve whole weeks
GOOD = [10.0] * 8 + [7.0] * 8 + [3.0] * 4  # NPS 20
BAD = [10.0] * 2 + [7.0] * 4 + [3.0] * 14  # NPS −60
RULE = {"name": "nps", "usual_periods": 8, "grace_days": 1, "weight": 0.4, "calm_periods": 2}


@pytest.fixture
def house(tmp_path):
    house = house_of(tmp_path / "brand")
    define(house, "alerts", {"rules": [RULE]})
    yield house
    house.close()


def built(house, *scores, prefix="w"):
    land(house, feedback=weeks(list(scores), first=FIRST, prefix=prefix))
    house.build()
    return still_open(house)


def still_open(house):
    with house.store.reading() as view:
        return book.open_alerts(view)


def test_a_fall_fires_one_alert_that_later_builds_leave_open(house):
    (one,) = built(house, *[GOOD] * 9, BAD, BAD, BAD)
    assert (one.rule, one.entity, one.why) == ("nps", "delivery", "limit")
    assert one.began_on == FIRST + timedelta(days=7 * 9)
    assert one.score == pytest.approx(-0.6)
    house.build()
    assert judge(house) == 0
    assert [each.alert_id for each in still_open(house)] == [one.alert_id]


def test_what_came_and_went_before_anybody_watched_is_no_news(house):
    assert built(house, *[GOOD] * 8, BAD, *[GOOD] * 3) == []


def test_a_week_that_is_not_over_fires_nothing_and_is_not_called_judged(house):
    assert built(house, *[GOOD] * 12, BAD) == []  # of 31 March on
    page = client(house).get("/experience/alerts").text
    (table,) = re.findall(r'<table[^>]*id="watched-body".*?</table>', page, re.DOTALL)
    assert ">20.00<" in table  # of the week before; with this one it would be −12


def test_late_answers_fire_nothing_and_silence_nothing(house):
    assert built(house, *[GOOD] * 12) == []
    late = [[], [], [], [], [], [], [], [], [0.0] * 60]  # for week 8, which was judged
    assert built(house, *late, prefix="late") == []


def test_late_answers_silence_nothing(house):
    (one,) = built(house, *[GOOD] * 9, BAD, BAD, BAD)
    late = [[], [], [], [], [], [], [], [], [], [10.0] * 90, [10.0] * 90, [10.0] * 90]
    assert [each.alert_id for each in built(house, *late, prefix="late")] == [one.alert_id]


def test_a_rule_that_goes_takes_its_alerts_along(house):
    built(house, *[GOOD] * 9, BAD, BAD, BAD)
    define(house, "alerts", {"rules": []})
    judge(house)
    assert still_open(house) == []
    with house.store.reading() as view:
        assert [one.closed_why for one in book.closed_alerts(view)] == ["rule"]


def test_an_alert_of_what_is_gone_closes_and_what_comes_back_fires_anew(house):
    """A touchpoint that was given up had an alert for ever: no period came to clear it."""
    assert len(built(house, *[GOOD] * 9, BAD, BAD)) == 1
    define(house, "alerts", {"rules": [{**RULE, "calm_periods": 1}]})
    for _ in range(2):  # one week has passed in which nothing was said
        judge(house)
        assert still_open(house) == []
    with house.store.reading() as view:
        assert [one.closed_why for one in book.closed_alerts(view)] == ["gone"]
    define(house, "alerts", {"rules": [RULE]})
    (again,) = built(house, *[[]] * 11, BAD, prefix="back")
    assert again.began_on == FIRST + timedelta(days=7 * 11)


FACTS = {
    "rule": "nps", "entity": "shop", "metric": "nps", "by_column": "touchpoint", "period": "week",
    "began_on": FIRST, "why": "limit", "score": -0.5, "smoothed": 0.1, "low": 0.15, "centre": 0.2,
    "n": 40,
}  # fmt: skip
T0 = datetime(2025, 4, 1, 9, tzinfo=UTC)


def test_one_open_alert_of_a_rule_and_entity_on_both_stores(store):
    def fire(**facts):
        return store.transact(lambda unit: book.fire(unit, {**FACTS, **facts}, at=T0))

    assert [fire(), fire(), fire(entity="app")] == [True, False, True]
    with store.reading() as view:
        one = next(each for each in book.open_alerts(view) if each.entity == "shop")
    ann = {"actor": "ann", "at": T0}
    store.transact(lambda unit: book.acknowledge(unit, one.alert_id, **ann, note="the courier"))
    store.transact(lambda unit: book.acknowledge(unit, one.alert_id, actor="bo", at=T0))
    done = store.transact(lambda unit: book.close(unit, one.alert_id, **ann, note="is gone"))
    assert (done.acknowledged_by, done.closed_by, done.closed_why) == ("ann", "ann", "hand")
    assert done.note == "the courier\nis gone"
    assert fire()
    with pytest.raises(ConflictError, match="closed already"), store.writing() as unit:
        book.close(unit, one.alert_id, **ann)
    with store.reading() as view:
        day = book.digest(view, T0.date(), UTC)
    assert (len(day.fired), len(day.closed), len(day.acknowledged)) == (3, 1, 1)
    assert len(day.open) == 2


def test_closed_by_hand_it_fires_again_only_after_it_was_back(house):
    (one,) = built(house, *[GOOD] * 9, BAD, BAD)
    house.store.transact(lambda unit: book.close(unit, one.alert_id, actor="ann", at=clock.now()))
    assert built(house, *[[]] * 11, BAD, prefix="more") == []  # still out: known already


def test_it_is_seen_and_closed_on_the_page_by_api_and_by_command(house):
    (one,) = built(house, *[GOOD] * 9, BAD, BAD, BAD)
    web = client(house)
    page = web.get("/experience/alerts")
    assert page.status_code == 200, page.text
    assert "1 alert is open." in page.text
    assert "How does it go at Delivery?" in page.text
    web.post(f"/experience/alerts/{one.alert_id}", data={"seen": "1", "note": "<i>hm</i>"})
    assert "&lt;i&gt;hm&lt;/i&gt;" in web.get("/experience/alerts").text
    (chart,) = web.get("/api/v1/experience/alerts/charts?rule=nps").json()["items"]
    assert chart["usual"] == pytest.approx(20)
    assert [point["calls"] for point in chart["points"]] == [None, "limit", "limit", "limit"]
    run = CliRunner()
    words = ["alerts", "--json", "--brand", str(house.brand.root)]
    found = json.loads(run.invoke(experience.app, words).stdout)
    assert found["open"][0]["acknowledged_by"] == "local"
    closed = web.post(f"/api/v1/experience/alerts/{one.alert_id}/close", json={"note": "fixed"})
    assert closed.json()["closed_why"] == "hand"
    assert still_open(house) == []
    again = web.post(f"/api/v1/experience/alerts/{one.alert_id}/close", json={})
    assert again.status_code == 409
    assert web.post(f"/api/v1/experience/alerts/{new_id()}/close", json={}).status_code == 404
    assert web.get("/api/v1/experience/alerts/charts?rule=npss").status_code == 404


def test_with_nothing_to_watch_the_page_says_so(tmp_path):
    house = house_of(tmp_path / "empty")
    land(house)
    house.build()
    page = client(house).get("/experience/alerts")
    assert page.status_code == 200
    assert "Nothing is watched" in page.text
    house.close()
