import re

import pytest

from tests.app.desk.brands import empty_brand
from tests.app.desk.conftest import client
from valence.app.desk.building import BuildParams, ask_for_build, subscribers
from valence.jobs import Worker
from valence.store import Event
from valence.store.delivery import OutboxWorker, Subscriber


def shown(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


@pytest.fixture
def web(bare):
    return client(bare)


def asked(house, **params):
    return house.store.transact(
        lambda unit: ask_for_build(house, unit, BuildParams(**params), actor="local")
    )


def test_without_work_the_page_says_what_will_stand_there(web):
    page = shown(web.get("/jobs"))
    assert "Nothing has been asked for yet." in page
    assert "work that takes longer than a page" in page


def test_jobs_are_counted_and_listed_by_state(bare, web):
    asked(bare)
    assert "0 running and 1 waiting." in shown(web.get("/jobs"))
    assert "Bring all figures up to date" in shown(web.get("/jobs?state=queued"))
    assert "There is no job of this kind." in shown(web.get("/jobs?state=failed"))


def test_an_unknown_state_is_refused_with_the_near_name(web):
    page = web.get("/jobs?state=fialed")
    assert page.status_code == 422
    assert "Did you mean &#39;failed&#39;?" in page.text


def test_a_failed_job_says_why_and_can_be_tried_again(bare, web):
    job = asked(bare)
    Worker(bare.store, bare.job_kinds).run_once()
    page = shown(web.get(f"/jobs/{job.id}"))
    assert "Why it failed There are no orders to build from." in page
    assert "1 job has failed and can be tried again." in shown(web.get("/jobs"))
    again = web.post(f"/jobs/{job.id}/retry", follow_redirects=False)
    assert again.headers["location"] == f"/jobs/{job.id}"
    assert web.get(f"/api/v1/jobs/{job.id}").json()["state"] == "queued"


def test_cancelling_leads_back_to_the_page_it_was_asked_from(bare, web):
    job = asked(bare)
    came = {"referer": "http://127.0.0.1/builds?x=1"}
    answer = web.post(f"/jobs/{job.id}/cancel", headers=came, follow_redirects=False)
    assert answer.headers["location"] == "/builds?x=1"
    elsewhere = {"referer": "http://evil.example/builds"}
    answer = web.post(f"/jobs/{job.id}/cancel", headers=elsewhere, follow_redirects=False)
    assert answer.headers["location"] == f"/jobs/{job.id}"
    assert "cancelled" in shown(web.get(f"/jobs/{job.id}"))


def test_a_job_that_is_not_there_is_a_404_in_words(web):
    unknown = "0192f0c1-0000-7000-8000-000000000000"
    page = web.get(f"/jobs/{unknown}")
    assert page.status_code == 404
    assert "It may have been removed with other old ones." in page.text
    assert web.get("/jobs/nonsense").status_code == 422


def test_jobs_are_paged_by_the_api_and_on_the_page(bare, web):
    ids = [str(asked(bare, whole=bool(n % 2)).id) for n in range(55)]
    found, cursor = [], ""
    while cursor is not None:
        page = web.get("/api/v1/jobs", params={"limit": 20, "cursor": cursor}).json()
        found, cursor = found + [job["id"] for job in page["items"]], page["next"]
    assert found == ids[::-1]
    [older] = re.findall(r'href="(/jobs\?before=[^"]+)"', web.get("/jobs").text)
    assert web.get(older).text.count('<th scope="row"><a href="/jobs/') == 5


def test_a_dead_event_is_shown_with_its_error_and_replayed(bare, web):
    taken = []

    def deliver(events):
        if not taken:
            taken.append("refused")
            raise ValueError("the ledger is shut")
        taken.extend(event.name for event in events)

    subscriber = Subscriber("ledger", deliver, max_attempts=1)
    with bare.store.writing() as unit:
        unit.emit(Event("shop.ordered", "order:1"))
    worker = OutboxWorker(bare.store, [subscriber])
    worker.run_once()
    page = shown(web.get("/jobs"))
    assert "ValueError: the ledger is shut" in page
    dead = web.get("/api/v1/outbox").json()
    assert dead["subscribers"][0]["dead"] == 1
    position = dead["dead"][0]["position"]
    web.post("/jobs/outbox/replay", data={"subscriber": "ledger", "position": str(position)})
    worker.run_once()
    assert taken == ["refused", "shop.ordered"]
    assert (
        web.post("/api/v1/outbox/replay", json={"subscriber": "ledger", "position": 9})
        .json()["detail"]
        .startswith("The subscriber 'ledger' has no dead event at position 9")
    )


def test_a_subscriber_that_asks_for_a_kind_of_job_is_called_as_the_job(bare, web):
    """It was shown as `house.build`."""
    OutboxWorker(bare.store, subscribers(bare)).run_once()
    page = web.get("/jobs").text
    assert '<th scope="row">Bring all figures up to date</th>' in page
    assert "house.build" not in page


def test_long_and_hostile_texts_stay_text(tmp_path):
    house = empty_brand(tmp_path / "odd")
    web = client(house)
    with house.store.writing() as unit:
        unit.emit(Event("x.y", "<script>alert(1)</script>" + "界" * 500))

    def refuse(events):
        raise ValueError("<img src=x onerror=alert(1)>")

    OutboxWorker(house.store, [Subscriber("s", refuse, max_attempts=1)]).run_once()
    page = web.get("/jobs").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    house.close()
