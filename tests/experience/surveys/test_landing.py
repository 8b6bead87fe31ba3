"""Answers become rows of canonical feedback: once, in the form that the guide describes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import pytest
from tests.experience.surveys.surveys import AFTER_DELIVERY, EVERY_KIND, invited, published

from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.core.clock import frozen
from valence.core.errors import BusyError
from valence.experience.surveys.answering import Said, give
from valence.experience.surveys.landing import feedback_rows, land
from valence.experience.surveys.pairs import gap_pairs, kano_pairs
from valence.store.delivery import OutboxWorker

DAY = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
DELIVERY = {"recommend": "3", "why": "It came late.", "easy": "2", "parcel": "broken"}


@pytest.fixture
def house(tmp_path):
    made = WholeHouse(
        make_folder(tmp_path / "b", name="b", currency="EUR", timezone="Asia/Shanghai")
    )
    yield made
    made.close()


def answered(store, survey, document, said, **more):
    """A response that was given to the end."""
    with frozen(DAY), store.writing() as unit:
        published(unit, survey, document)
        link = invited(unit, survey, **more)
    at = DAY
    for question, reply in said.items():
        form = reply if isinstance(reply, dict) else {"answer": reply}
        at += timedelta(seconds=10)
        lists = {name: [one] if isinstance(one, str) else one for name, one in form.items()}
        with frozen(at), store.writing() as unit:
            last = give(unit, link, Said(question, lists, "zh"))
    assert last.over
    return last


def test_a_score_carries_its_reason_its_touchpoint_and_the_business_day(store):
    last = answered(store, "delivery", AFTER_DELIVERY, DELIVERY, order_id="A1", id_type="email",
                    id_key="k" * 22)  # fmt: skip
    rows = list(feedback_rows(last, ZoneInfo("Asia/Shanghai")))
    response = last.response["response_id"]
    assert [(r["metric"], r["score"], r.get("text"), r["scale"]) for r in rows] == [
        ("nps", 3.0, "It came late.", "0-10"),
        ("ces", 2.0, None, "1-7"),
        ("choice", 2.0, None, "1-2"),
    ]
    assert rows[0]["feedback_id"] == f"{response}/recommend"
    assert {
        (r["touchpoint"], r["order_id"], r["language"], r["channel"], r["source"], r["id_key"],
         str(r["answered_on"]))
        for r in rows
    } == {("delivery", "A1", "zh", "email", "survey:delivery", "k" * 22, "2026-03-03")}  # fmt: skip


EVERY = {
    "sat": "5",
    "track": {"answer_functional": "1", "answer_dysfunctional": "5"},
    "staff": {"answer_expectation": "5", "answer_perception": "2"},
    "staff_weight": "4",
    "rival": "3",
    "price": {"answer_too_cheap": "1", "answer_cheap": "5", "answer_expensive": "9.5",
              "answer_too_expensive": "20"},
    "wallet": "40",
    "ways": ["store", "web"],
    "words": "<b>ok</b>",
}  # fmt: skip


def test_every_kind_of_question_has_its_rows(store):
    last = answered(store, "every", EVERY_KIND, EVERY)
    rows = list(feedback_rows(last, ZoneInfo("UTC")))
    assert [(r["metric"], r["touchpoint"], r["subject"], r.get("score")) for r in rows] == [
        ("csat", "", "own", 5.0),
        ("kano_functional", "live tracking", "own", 1.0),
        ("kano_dysfunctional", "live tracking", "own", 5.0),
        ("expectation", "staff", "own", 5.0),
        ("perception", "staff", "own", 2.0),
        ("importance", "staff", "own", 4.0),
        ("csat", "staff", "Rival", 3.0),
        ("price_too_cheap", "membership", "own", 1.0),
        ("price_cheap", "membership", "own", 5.0),
        ("price_expensive", "membership", "own", 9.5),
        ("price_too_expensive", "membership", "own", 20.0),
        ("share_of_wallet", "", "own", 40.0),
        ("choice", "", "own", 1.0),
        ("choice", "", "own", 3.0),
        ("comment", "", "own", None),
    ]
    assert rows[-1]["text"] == "<b>ok</b>"
    ids = [r["feedback_id"].partition("/")[2] for r in rows]
    assert len({*ids}) == len(ids)
    assert ids[1:3] == ["track/functional", "track/dysfunctional"]


def test_pairs_are_put_together_again_by_response(store):
    last = answered(store, "every", EVERY_KIND, EVERY)
    rows = [{**r, "score": r.get("score"), "customer_id": None}
            for r in feedback_rows(last, ZoneInfo("UTC"))]  # fmt: skip
    names = ("source", "feedback_id", "metric", "score", "touchpoint", "subject", "customer_id")
    schema = dict.fromkeys(names, "string") | {"score": "float64"}
    table = ibis.memtable([{n: row[n] for n in names} for row in rows], schema=schema)
    [kano] = kano_pairs(table).to_pyarrow().to_pylist()
    assert (kano["item"], kano["functional"], kano["dysfunctional"]) == ("live tracking", 1.0, 5.0)
    [gap] = gap_pairs(table).to_pyarrow().to_pylist()
    assert (gap["item"], gap["expectation"], gap["perception"], gap["importance"]) == (
        "staff", 5.0, 2.0, 4.0,
    )  # fmt: skip


def test_the_worker_carries_answers_to_the_lake_once(house):
    answered(house.store, "delivery", AFTER_DELIVERY, DELIVERY)
    OutboxWorker(house.store, house.subscribers).run_once()
    assert house.lake.snapshot().rows("feedback") == 3
    assert land(house) == 0
    reader = house.lake.reader()
    scores = reader.rows(reader.table("feedback").order_by("feedback_id"))
    assert {row["metric"]: row["score"] for row in scores} == {"nps": 3, "ces": 2, "choice": 2}
    reader.close()


def test_what_landed_and_was_not_marked_lands_again_as_the_same_rows(house):
    from valence.experience.surveys.tables import responses

    answered(house.store, "delivery", AFTER_DELIVERY, DELIVERY)
    assert land(house) == 1
    with house.store.writing() as unit:
        unit.execute(responses.update().values(landed_at=None))
    assert land(house) == 1
    assert house.lake.snapshot().rows("feedback") == 3


def test_answers_wait_while_somebody_else_holds_the_lake(house, monkeypatch):
    monkeypatch.setattr("valence.experience.landed.WAIT", 0.0)
    answered(house.store, "delivery", AFTER_DELIVERY, DELIVERY)
    with house.lake.writing("an import"), pytest.raises(BusyError):
        land(house)
    assert land(house) == 1
