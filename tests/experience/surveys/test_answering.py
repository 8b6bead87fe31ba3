"""Answering: kept question by question, counted once, whatever happens meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from tests.experience.surveys.surveys import AFTER_DELIVERY, EVERY_KIND, invited, published

from valence.core.clock import frozen
from valence.core.errors import BadInputError
from valence.experience.surveys.answering import ANSWERED, AlreadyAnsweredError, Said, give
from valence.experience.surveys.opened import SurveyOverError, opened
from valence.experience.surveys.tables import invitations, responses
from valence.outbound.links import ExpiredLinkError, ForgedLinkError, Link
from valence.store.tables import outbox_events

DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def clock():
    """Lets time pass as it does for people: ten seconds a question."""

    class Clock:
        at = DAY

        def passes(self, **span):
            self.at += timedelta(**span)

    return Clock()


@pytest.fixture
def asks(store, clock):
    """Say something by a link; ten seconds later."""

    def say(link, question, *answer, **more):
        clock.passes(seconds=more.pop("seconds", 10))
        form = more.pop("form", {"answer": list(answer)})
        with frozen(clock.at), store.writing() as unit:
            return give(unit, link, Said(question, form, more.pop("language", "en"), **more))

    return say


@pytest.fixture
def link(store, clock):
    with frozen(clock.at), store.writing() as unit:
        published(unit, "delivery", AFTER_DELIVERY)
        return invited(unit, "delivery")


def state(store):
    with store.reading() as view:
        return [(row["state"], row["held_reason"]) for row in view.rows(sa.select(responses))]


def told(store):
    with store.reading() as view:
        mine = sa.select(outbox_events).where(outbox_events.c.name == ANSWERED)
        return [row["payload"]["response_id"] for row in view.rows(mine)]


def test_a_happy_customer_is_not_asked_what_went_wrong(store, link, asks):
    assert asks(link, "recommend", "9").following.id == "easy"


def test_the_reason_is_asked_of_those_who_do_not_recommend(store, link, asks):
    assert asks(link, "recommend", "6").following.id == "why"


def test_answers_to_the_end_count_once_and_the_house_is_told_once(store, link, asks):
    for question, answer in (("recommend", "9"), ("easy", "7"), ("parcel", "fine")):
        last = asks(link, question, answer)
    assert (last.over, state(store)) == (True, [("complete", None)])
    with pytest.raises(AlreadyAnsweredError, match="answered this already"):
        asks(link, "recommend", "0")
    assert len(told(store)) == 1


def test_who_comes_back_goes_on_where_they_stopped(store, link, asks, clock):
    asks(link, "recommend", "9")
    clock.passes(days=3)
    with frozen(clock.at), store.reading() as view:
        again = opened(view, link)
    assert (again.following.id, again.replies) == ("easy", {"recommend": {"": 9}})
    assert (state(store), told(store)) == ([("partial", None)], [])


def test_an_answer_can_be_changed_until_the_end_and_takes_its_branch_away(store, link, asks):
    asks(link, "recommend", "3")
    asks(link, "why", "It came late.")
    changed = asks(link, "recommend", "10")
    assert [q.id for q in changed.asked] == ["recommend", "easy", "parcel"]


def test_two_who_press_at_once_leave_one_response(store, clock):
    with store.writing() as unit:
        published(unit, "delivery", AFTER_DELIVERY)
        link = invited(unit, "delivery")

    def press(_):
        with store.writing() as unit:
            return give(unit, link, Said("recommend", {"answer": ["9"]}, "en")).following.id

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(press, range(8))) == {"easy"}
    assert state(store) == [("partial", None)]


def test_whoever_began_keeps_the_version_that_they_saw(store, link, asks, clock):
    asks(link, "recommend", "9")
    changed = deepcopy(AFTER_DELIVERY)
    changed["questions"] = [{"id": "other", "kind": "csat"}]
    clock.passes(hours=1)
    with frozen(clock.at), store.writing() as unit:
        assert published(unit, "delivery", changed) == 2
        new = invited(unit, "delivery")
    assert asks(link, "easy", "5").following.id == "parcel"
    assert asks(link, "parcel", "broken").version == 1
    assert asks(new, "other", "4").version == 2


def test_a_page_that_was_open_before_the_change_is_answered_as_it_was_seen(
    store, link, asks, clock
):
    changed = {**AFTER_DELIVERY, "questions": [{"id": "other", "kind": "csat"}]}
    clock.passes(hours=1)
    with frozen(clock.at), store.writing() as unit:
        published(unit, "delivery", changed)
    assert asks(link, "recommend", "9", version=1).version == 1


def test_a_version_that_is_not_published_cannot_be_asked_for(store, link, asks):
    assert asks(link, "recommend", "9", version=99).version == 1


@pytest.mark.parametrize(
    ("question", "answer", "sentence"),
    [
        ("recommend", ["11"], "'11' is not on the scale. Please choose from 0 to 10"),
        ("recommend", ["-1"], "is not on the scale"),
        ("recommend", ["nine"], "is not on the scale"),
        ("recommend", ["9" * 5000], "is not on the scale"),
        ("recommend", [], "Please answer this question"),
        ("why", ["x"], "not asked any more"),
        ("nothing", ["1"], "not asked any more"),
        ("parcel", ["gone"], "'gone' is none of the answers"),
        ("parcel", ["fine", "broken"], "choose one answer only"),
    ],
)
def test_what_cannot_be_taken_is_said_and_not_kept(store, link, asks, question, answer, sentence):
    with pytest.raises(BadInputError, match=sentence):
        asks(link, question, *answer)
    assert state(store) == []


def test_open_words_are_kept_as_they_are_up_to_their_limit(store, link, asks):
    words = "<script>alert('晚了')</script> 😡 \n" + "x" * 9_900
    asks(link, "recommend", "1")
    assert asks(link, "why", words).replies["why"] == {"": words.strip()}
    with pytest.raises(BadInputError, match="10001 characters; 10000 can be kept"):
        asks(link, "why", "x" * 10_001)


def test_pairs_and_prices_are_answered_whole(store, asks, clock):
    with frozen(clock.at), store.writing() as unit:
        published(unit, "every", EVERY_KIND)
        link = invited(unit, "every")
    with pytest.raises(BadInputError, match="all parts of this question"):
        asks(link, "track", form={"answer_functional": ["1"]})
    pair = asks(link, "track", form={"answer_functional": ["1"], "answer_dysfunctional": ["5"]})
    assert pair.replies["track"] == {"functional": 1, "dysfunctional": 5}
    prices = {"too_cheap": "1", "cheap": "5,5", "expensive": "20", "too_expensive": "19"}
    with pytest.raises(BadInputError, match="have to rise"):
        asks(link, "price", form={f"answer_{k}": [v] for k, v in prices.items()})
    with pytest.raises(BadInputError, match="'too_cheap' is no price"):
        asks(link, "price", form={f"answer_{k}": [k] for k in reversed(prices)})


@pytest.mark.parametrize(
    ("seconds", "more", "reason"),
    [(0.2, {}, "quick"), (10, {"trapped": True}, "trap"), (10, {}, None)],
)
def test_answers_that_no_person_gives_are_held_back(store, link, asks, seconds, more, reason):
    for question, answer in (("recommend", "9"), ("easy", "7"), ("parcel", "fine")):
        asks(link, question, answer, seconds=seconds, **more)
    assert state(store) == [("held" if reason else "complete", reason)]
    assert len(told(store)) == (0 if reason else 1)


def answered(asks, link, *, why="", **more):
    said = [("recommend", "3"), ("why", why), ("easy", "2"), ("parcel", "broken")]
    for question, answer in said:
        last = asks(link, question, answer, **more)
    return last


def test_one_device_that_answers_again_and_again_is_held_back(store, link, asks, clock):
    with frozen(clock.at), store.writing() as unit:
        others = [invited(unit, "delivery") for _ in range(4)]
    for each in (link, *others):
        answered(asks, each, device="d" * 22)
    assert [reason for _, reason in state(store)] == [None] * 3 + ["device"] * 2


def test_the_same_long_words_are_held_back_whatever_their_case(store, link, asks, clock):
    with frozen(clock.at), store.writing() as unit:
        second, third = (invited(unit, "delivery") for _ in range(2))
    answered(asks, link, why="Buy cheap watches at example dot com")
    answered(asks, second, why="BUY  cheap watches\nat example dot com")
    answered(asks, third, why="Late.")
    assert [reason for _, reason in state(store)] == [None, "words", None]


def test_many_scan_one_code_and_each_has_a_visit_of_their_own(store, asks, clock):
    with frozen(clock.at), store.writing() as unit:
        published(unit, "delivery", AFTER_DELIVERY)
        code = invited(unit, "delivery", kind="place", place="Soho", channel="qr", days=365)
    visit = uuid4()
    first = asks(code, "recommend", "9", visit=visit)
    again = asks(code, "recommend", "8", visit=visit)  # the button pressed twice
    other = asks(code, "recommend", "2", visit=uuid4())
    assert first.invitation["invitation_id"] == again.invitation["invitation_id"] == visit
    assert other.invitation["invitation_id"] != visit
    with store.reading() as view:
        kinds = [row["kind"] for row in view.rows(sa.select(invitations))]
    assert sorted(kinds) == ["place", "visit", "visit"]
    mine = Link(visit, first.invitation["expires_at"])
    assert asks(mine, "easy", "7").invitation["place"] == "Soho"


def test_a_visit_of_one_code_is_not_entered_by_another(store, link, asks, clock):
    with frozen(clock.at), store.writing() as unit:
        code = invited(unit, "delivery", kind="place", place="Soho")
    with pytest.raises(BadInputError, match="scan the code again"):
        asks(code, "recommend", "9", visit=link.id)


def test_links_that_the_store_does_not_know_or_ended_are_refused(store, link, clock):
    with frozen(DAY), store.reading() as view, pytest.raises(ForgedLinkError):
        opened(view, Link(uuid4(), DAY + timedelta(days=1)))
    late = DAY + timedelta(days=14)
    with frozen(late), store.reading() as view, pytest.raises(ExpiredLinkError):
        opened(view, link)


def test_a_survey_that_was_retired_is_over_for_who_did_not_begin(store, link, asks, clock):
    from valence.definitions import retire
    from valence.experience.surveys.definition import KIND

    with frozen(clock.at), store.writing() as unit:
        begun = invited(unit, "delivery")
    asks(begun, "recommend", "9")
    clock.passes(hours=1)
    with frozen(clock.at), store.writing() as unit:
        retire(unit, KIND, "delivery", actor="t")
    clock.passes(hours=1)
    with pytest.raises(SurveyOverError, match="survey is over"):
        asks(link, "recommend", "9")
    assert asks(begun, "easy", "7").following.id == "parcel"
