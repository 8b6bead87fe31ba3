"""Inviting: who is asked, who is left out and why, how many answered, and who they are."""

from contextlib import closing
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from tests.experience.surveys.brand import N, forty_customers
from tests.experience.surveys.surveys import AFTER_DELIVERY, invited, published

from valence.core.clock import frozen, now
from valence.core.errors import BadInputError, NotFoundError
from valence.core.rules import RuleError
from valence.experience.surveys.answering import Said, give
from valence.experience.surveys.codes import code, codes, end_code, make_code
from valence.experience.surveys.inviting import Asking, invite, sampled
from valence.experience.surveys.landing import land
from valence.experience.surveys.links import qr_svg
from valence.experience.surveys.rates import likeness, response_of
from valence.experience.surveys.results import results
from valence.experience.surveys.review import drop, held, release
from valence.experience.surveys.tables import invitations
from valence.lake.build import Ask
from valence.outbound.links import ExpiredLinkError
from valence.trust.actor import LOCAL
from valence.trust.audit import entries


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Forty customers, twenty of whom bought once."""
    made = forty_customers(tmp_path_factory.mktemp("brand"))
    yield made
    made.close()


@pytest.fixture
def house(built):
    yield built
    with built.store.writing() as unit:
        for table in ("survey_answers", "survey_responses", "survey_invitations"):
            unit.execute(sa.text(f"DELETE FROM {table}"))


@pytest.fixture
def reader(house):
    with closing(house.lake.reader()) as found:
        yield found


@pytest.fixture
def survey(house):
    with house.store.writing() as unit:
        published(unit, "delivery", {**AFTER_DELIVERY, "least_seconds": 0, "minimum": 3})
    return "delivery"


ELSEWHERE = "the mail tool"


def told(found):
    return {str(left.reason): left.customers for left in found.left}


def test_without_a_word_on_consent_nobody_is_asked_and_it_is_said_why(house, reader, survey):
    found = invite(house, reader, Asking(survey), LOCAL)
    assert (found.made, told(found)) == ([], {"no: no consent recorded": N})


def test_who_fits_the_rule_gets_a_link_and_nobody_twice_in_the_rest_period(house, reader, survey):
    asking = Asking(survey, "orders == 1", consent=ELSEWHERE)
    first = invite(house, reader, asking, LOCAL)
    assert (first.fitting, len(first.made), told(first)) == (20, 20, {})
    again = invite(house, reader, Asking(survey, consent=ELSEWHERE), LOCAL)
    assert len(again.made) == 20
    assert told(again) == {"asked something a short while ago": 20}
    with frozen(now() + timedelta(days=91)):
        assert len(invite(house, reader, asking, LOCAL).made) == 20


def test_the_rest_period_counts_what_other_surveys_asked(house, reader, survey):
    with house.store.writing() as unit:
        published(unit, "other", AFTER_DELIVERY)
    invite(house, reader, Asking("other", "orders == 1", consent=ELSEWHERE), LOCAL)
    assert len(invite(house, reader, Asking(survey, consent=ELSEWHERE), LOCAL).made) == 20


def test_who_asked_whom_and_on_what_consent_is_in_the_trail(house, reader, survey):
    invite(house, reader, Asking(survey, consent=ELSEWHERE), LOCAL)
    with house.store.reading() as view:
        [entry, *_] = entries(view, subject="survey:delivery")
    assert entry.detail == {"where": "", "made": N, "consent": ELSEWHERE}


def test_a_share_asks_about_that_share_of_those_who_may_be_asked(house, reader, survey):
    found = invite(house, reader, Asking(survey, share=0.5, consent=ELSEWHERE), LOCAL)
    assert 8 <= len(found.made) <= 32
    assert told(found) == {"not in the sample": N - len(found.made)}


def test_a_sample_is_the_same_for_one_salt_and_another_for_another():
    people = [uuid4() for _ in range(4000)]
    first = [one for one in people if sampled(one, 0.2, "a")]
    assert first == [one for one in people if sampled(one, 0.2, "a")]
    assert first != [one for one in people if sampled(one, 0.2, "b")]
    assert 680 <= len(first) <= 920
    assert all(sampled(one, 1.0, "a") for one in people)


def test_what_cannot_be_asked_is_said(house, reader, survey):
    with pytest.raises(RuleError, match="Did you mean 'orders'"):
        invite(house, reader, Asking(survey, "order == 1"), LOCAL)
    with pytest.raises(NotFoundError, match=r"no survey 'delivry'\. Did you mean 'delivery'"):
        invite(house, reader, Asking("delivry"), LOCAL)
    with pytest.raises(BadInputError, match=r"0\.2 for one in five"):
        invite(house, reader, Asking(survey, share=20), LOCAL)


def answer(house, link, recommend="9", why=None):
    said = [("recommend", recommend), *([("why", why)] if why else []), ("easy", "7"),
            ("parcel", "fine")]  # fmt: skip
    for question, value in said:
        with house.store.writing() as unit:
            last = give(unit, link, Said(question, {"answer": [value]}, "en"))
    return last


def test_the_answer_of_a_customer_is_theirs_in_the_mart_after_the_next_build(house, survey):
    with closing(house.lake.reader()) as reader:
        made = invite(house, reader, Asking(survey, "orders == 1", consent=ELSEWHERE), LOCAL).made
    answer(house, made[0].link, "3", "It came late.")
    assert land(house) == 1
    house.build(
        Ask(as_of=now().date())
    )  # orders end a year before: their last day is the usual one
    with closing(house.lake.reader()) as reader:
        table = reader.table("answers")
        mine = table.filter(table.source == "survey:delivery")
        rows = {row["metric"]: row for row in reader.rows(mine)}
    assert {UUID(row["customer_id"]) for row in rows.values()} == {made[0].customer_id}
    assert (rows["nps"]["bad"], rows["nps"]["words"], rows["nps"]["touchpoint"]) == (
        True, True, "delivery",
    )  # fmt: skip


def test_rates_and_likeness_of_those_who_answered(house, reader, survey):
    made = invite(house, reader, Asking(survey, consent=ELSEWHERE), LOCAL).made
    table = reader.table("customers")
    often = {UUID(row["customer_id"]) for row in reader.rows(table.filter(table.orders == 4))}
    for one in [one for one in made if one.customer_id in often][:10]:
        answer(house, one.link)
    with house.store.reading() as view:
        found = response_of(view, survey, 3)
        alike = likeness(view, reader, survey, 3)
        few = likeness(view, reader, survey, 30)
    rate = found.rate(found.answered)
    assert (found.asked, found.answered, found.begun, rate.share) == (N, 10, 10, 0.25)
    assert rate.low == pytest.approx(0.157, abs=2e-3)  # Wilson's, 90 %, 10 of 40
    assert rate.high == pytest.approx(0.374, abs=2e-3)
    assert found.rate(found.answered) != few
    assert (alike.asked, alike.answered) == (N, 10)
    assert alike.worst is not None
    assert alike.worst.unlike
    assert few.traits == ()


def test_below_the_minimum_no_rate_is_said(house, survey):
    with house.store.reading() as view:
        assert response_of(view, survey, 3).rate(0).share is None


def test_results_have_n_and_an_interval_and_are_silent_below_the_minimum(house, survey):
    with house.store.writing() as unit:
        links = [invited(unit, survey) for _ in range(4)]
    for link, given in zip(links, ("10", "9", "8", "0"), strict=True):
        answer(house, link, given, "Late." if given == "0" else None)
    with house.store.reading() as view:
        found = {result.question: result for result in results(view, survey, 3)}
        few = {result.question: result for result in results(view, survey, 30)}
    nps = found["recommend"]
    assert (nps.n, nps.score, nps.counts) == (4, 25.0, {"0": 1, "8": 1, "9": 1, "10": 1})
    assert nps.low == pytest.approx(25 - 164.485 * (0.6875 / 4) ** 0.5, abs=0.01)
    assert found["parcel"].counts == {"fine": 4, "broken": 0}
    assert found["why"].words == ["Late."]
    assert (few["recommend"].score, few["recommend"].n) == (None, 4)


def test_held_answers_are_listed_released_or_dropped_once(house, survey):
    with house.store.writing() as unit:
        published(unit, survey, {**AFTER_DELIVERY, "least_seconds": 60})
        links = [invited(unit, survey) for _ in range(2)]
    for link in links:
        answer(house, link)
    with house.store.reading() as view:
        first, second = (one.response["response_id"] for one in held(view, survey))
        assert held(view, survey)[0].replies["recommend"] == {"": 9}
    assert land(house) == 0
    with house.store.writing() as unit:
        release(unit, first, LOCAL)
        drop(unit, second, LOCAL)
    assert land(house) == 1
    with house.store.writing() as unit, pytest.raises(NotFoundError, match="decided on it already"):
        release(unit, second, LOCAL)
    with house.store.reading() as view:
        assert (held(view), response_of(view, survey, 1).dropped) == ([], 1)


def test_a_code_is_made_once_counts_its_visits_and_can_be_ended(house, survey):
    with house.store.writing() as unit:
        link = make_code(unit, survey, "Soho", touchpoint="store")
        assert make_code(unit, survey, " Soho ", touchpoint="store") == link
        assert make_code(unit, survey, "Camden") != link
    with house.store.writing() as unit:
        visit = uuid4()
        give(unit, link, Said("recommend", {"answer": ["9"]}, "en", visit=visit))
    with house.store.reading() as view:
        assert [(row["place"], row["visits"]) for row in codes(view, survey)] == [
            ("Camden", 0), ("Soho", 1),
        ]  # fmt: skip
    with house.store.writing() as unit:
        end_code(unit, survey, link.id)
    with house.store.writing() as unit, pytest.raises(ExpiredLinkError):
        give(unit, link, Said("recommend", {"answer": ["9"]}, "en", visit=uuid4()))
    with house.store.reading() as view, pytest.raises(NotFoundError):
        code(view, survey, uuid4())


@pytest.mark.parametrize(
    ("place", "days", "sentence"),
    [("", 9, "Say where"), ("x" * 61, 9, "60 characters"), ("Soho", 0, "from 1 to 3650 days")],
)
def test_a_code_that_cannot_be_made_is_said(house, survey, place, days, sentence):
    with house.store.writing() as unit, pytest.raises(BadInputError, match=sentence):
        make_code(unit, survey, place, days=days)


def test_a_qr_code_is_a_picture_that_reads_back():
    svg = qr_svg("http://127.0.0.1:8000/s/" + "a" * 51, title="Soho <1>")
    assert svg.startswith("<?xml")
    assert "Soho &lt;1&gt;" in svg
    assert "<script" not in svg


def test_invitations_of_a_run_share_its_id(house, reader, survey):
    found = invite(house, reader, Asking(survey, consent=ELSEWHERE), LOCAL)
    with house.store.reading() as view:
        runs = set(view.scalars(sa.select(invitations.c.run_id)))
    assert runs == {found.run_id}
