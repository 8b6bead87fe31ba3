"""After a build follow-ups are opened, once; they go round the loop on page, API and command."""

import json
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from tests.experience.loop import complaint, define, feedback, house_of, land
from tests.value.faces.fixtures import client, customer_id
from typer.testing import CliRunner

from valence.core import clock
from valence.experience.commands import experience
from valence.experience.followups.answers import loop_of
from valence.experience.followups.listing import Wanted
from valence.experience.followups.opening import open_due
from valence.experience.followups.tables import follow_ups

ROWS = (
    ("f1", "1", "nps", 2.0, "2025-03-28", "delivery", "It came <b>late</b>, 迟到了"),
    ("f2", "2", "nps", 9.0, "2025-03-28", "delivery", "Lovely"),
    ("f3", "3", "csat", 1.0, "2025-03-28", "shop", ""),
    ("f4", "3", "nps", 1.0, "2025-01-05", "shop", "long ago"),
    ("f5", None, "nps", 0.0, "2025-03-30", "app", "who am I"),
    ("f6", "2", "nps", 12.0, "2025-03-30", "app", ""),
)


@pytest.fixture
def house(tmp_path):
    house = house_of(tmp_path / "brand")
    land(house, feedback=feedback(*ROWS), contacts=complaint("k1", "2", "2025-03-29"))
    yield house
    house.close()


def rows(house):
    with house.store.reading() as view:
        return view.rows(sa.select(follow_ups).order_by(follow_ups.c.row_id))


def test_a_build_opens_what_is_due_and_the_next_one_nothing_again(house):
    house.build()
    found = rows(house)
    assert [(row["row_id"], row["reason"], row["matter"]) for row in found] == [
        ("f1", "score", "nps"), ("f3", "score", "csat"), ("f5", "score", "nps"),
        ("k1", "complaint", "delivery"),
    ]  # fmt: skip
    assert str(found[0]["customer_id"]) == customer_id(house, "1")
    assert found[2]["customer_id"] is None
    assert open_due(house) == 0
    house.build()
    assert len(rows(house)) == 4


def test_who_lands_later_is_followed_up_after_the_next_build(house):
    house.build()
    late = ("f7", "2", "nps", 3.0, "2025-03-31", "shop", "")
    land(house, feedback=feedback(late))
    assert len(rows(house)) == 4  # not built yet
    house.build()
    assert len(rows(house)) == 5


def test_what_is_set_opens_and_owns_them(house):
    friday = datetime(2025, 4, 4, 15, tzinfo=UTC)  # 16:00 in London: two hours are left
    with clock.frozen(friday):
        define(
            house, "follow_up",
            {
                "metrics": ["csat"], "complaints": False, "nameless": False, "days_back": 100,
                "themes": [{"name": "late", "words": ["late", "迟到"]}],
                "owners": [{"by": "touchpoint", "named": "Delivery", "owner": "Di"}],
                "hours_to_sort": 4, "hours_to_solve": 8, "clock": "business",
            },
        )  # fmt: skip
        house.build()
    found = rows(house)
    assert [(row["row_id"], row["reason"], row["owner"]) for row in found] == [
        ("f1", "theme", "Di"), ("f3", "score", "customer care"),
    ]  # fmt: skip
    assert found[0]["sort_due_at"] == datetime(2025, 4, 7, 10, tzinfo=UTC)
    assert found[0]["solve_due_at"] == datetime(2025, 4, 7, 14, tzinfo=UTC)
    assert found[0]["definition_version"] == 1


def test_it_goes_round_the_loop_on_the_pages(house):
    house.build()
    web = client(house)
    page = web.get("/experience/follow-ups").text
    assert "Too few to tell whether follow-ups help" in page
    assert "4 follow-ups are to do." in page
    assert "It came &lt;b&gt;late&lt;/b&gt;" in page  # as text
    one = str(rows(house)[0]["follow_up_id"])
    at = f"/experience/follow-ups/{one}"
    assert "What comes next" in web.get(at).text
    refused = web.post(at, data={"state": "solved", "reason": "kept what was typed"})
    assert refused.status_code == 422
    assert "Say what was done" in refused.text
    assert "kept what was typed" in refused.text
    web.post(at, data={"take": "1"})
    done = web.post(at, data={"state": "solved", "done": "Sent again", "told": "on"})
    assert done.status_code == 200
    assert "Sent again" in done.text
    assert "the customer was told" in done.text
    web.post(at, data={"state": "closed"})
    web.post(at, data={"state": "reopened", "reason": "Never came"})
    row = rows(house)[0]
    assert (row["state"], row["owner"], row["reopened"]) == ("reopened", "local", 1)
    assert "Mine (1)" in web.get("/experience/follow-ups?which=mine").text
    assert web.get("/experience/follow-ups/nobody").status_code == 404


def test_overdue_ones_come_first_and_are_said_to_be(house):
    with clock.frozen(datetime(2025, 4, 1, 8, tzinfo=UTC)):
        house.build()
    web = client(house)
    assert "overdue since" in web.get("/experience/follow-ups?which=overdue").text


def test_the_part_of_a_customer_page_holds_theirs_only(house):
    house.build()
    web = client(house)
    panel = web.get(f"/experience/customers/{customer_id(house, '3')}").text
    assert "Satisfaction 1" in panel
    assert panel.count("<li") == 1
    assert web.get(f"/experience/customers/{customer_id(house, '4')}").text == ""
    assert web.get("/experience/customers/nobody").text == ""


def test_by_api_a_key_moves_it_once(house):
    house.build()
    web = client(house)
    found = web.get("/api/v1/experience/follow-ups?reason=complaint").json()
    assert [item["words"] for item in found["items"]] == ["It never came"]
    one = found["items"][0]["follow_up_id"]
    at, key = f"/api/v1/experience/follow-ups/{one}", {"Idempotency-Key": "k"}
    for _ in range(2):
        answer = web.post(at, json={"state": "answered", "done": "Called"}, headers=key)
        assert answer.status_code == 200, answer.text
    assert [change["state"] for change in answer.json()["changes"]] == ["open", "answered"]
    assert web.post(at, json={"state": "reopened", "reason": "x"}).status_code == 409
    assert web.post(at, json={}).status_code == 422


def test_by_command_it_is_listed_and_solved(house):
    house.build()
    run = CliRunner()
    brand = ["--brand", str(house.brand.root)]

    def told(*words):
        done = run.invoke(experience.app, [*words, *brand, "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    found = told("follow-ups")
    assert found["total"] == 4
    assert found["figures"]["solved_in_time"]["enough"] is False
    one = found["items"][0]["follow_up_id"]
    solved = told("follow-up", one, "--state", "solved", "--done", "Paid back", "--told")
    assert solved["state"] == "solved"
    assert [change["state"] for change in solved["changes"]] == ["open", "solved"]


def test_who_bought_again_after_it_was_solved_is_recovered(house):
    with clock.frozen(datetime(2025, 3, 29, 8, tzinfo=UTC)):
        house.build()
    one = next(row for row in rows(house) if row["row_id"] == "f3")
    with house.store.writing() as unit:
        unit.execute(
            sa.update(follow_ups)
            .where(follow_ups.c.follow_up_id == one["follow_up_id"])
            .values(state="solved", solved_at=datetime(2025, 3, 29, 9, tzinfo=UTC))
        )
    better = ("f9", "3", "csat", 4.0, "2025-03-31", "shop", "")
    land(house, feedback=feedback(better))
    house.build()
    with clock.frozen(datetime(2025, 4, 2, tzinfo=UTC)):
        found = loop_of(house, house.readers(), Wanted())
    assert (found.recovery.customers.n, found.recovery.customers.hits) == (1, 1)
    assert (found.recovery.bought, found.recovery.better) == (0, 1)
