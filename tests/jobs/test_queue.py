"""Asking for work, looking at it, cancelling it, and trying it again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from tests.jobs.work import COUNTING, MONDAY, ask

from valence.core.clock import frozen
from valence.core.errors import BadInputError, ConflictError, NotFoundError
from valence.jobs import cancel, counts, enqueue, find, listing, prune, retry


def look(store, job):
    with store.reading() as view:
        return find(view, job.id)


def test_a_job_asked_for_waits_with_its_parameters_and_who_asked(store):
    with frozen(MONDAY):
        job = ask(store, COUNTING, {"to": 3}, actor="ann")
    assert look(store, job) == job
    assert (job.state, job.params, job.actor, job.attempts) == ("queued", {"to": 3}, "ann", 0)
    assert job.scheduled_for == MONDAY


def test_a_job_exists_only_when_its_unit_is_kept(store):
    def fails_after_asking():
        with store.writing() as unit:
            enqueue(unit, COUNTING, {"to": 3}, actor="ann")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_after_asking()
    with store.reading() as view:
        assert listing(view) == []


def test_wrong_parameters_are_all_named(store):
    with (
        store.writing() as unit,
        pytest.raises(BadInputError, match=r"job counting are wrong\. to: .*; extra: ") as why,
    ):
        enqueue(unit, COUNTING, {"to": -1, "extra": 1}, actor="ann")
    assert "greater than or equal to 0" in str(why.value)


def test_the_same_key_asks_once(store):
    first = ask(store, COUNTING, {"to": 3}, idempotency_key="file:1")
    assert ask(store, COUNTING, {"to": 3}, idempotency_key="file:1") == first
    assert ask(store, COUNTING, {"to": 3}, idempotency_key="file:2") != first


def test_the_same_key_with_other_parameters_is_refused(store):
    ask(store, COUNTING, {"to": 3}, idempotency_key="file:1")
    with pytest.raises(ConflictError, match=r"'file:1' was used before .* other parameters"):
        ask(store, COUNTING, {"to": 4}, idempotency_key="file:1")


def test_of_threads_that_ask_with_one_key_all_get_the_same_job(store):
    with ThreadPoolExecutor(4) as threads:
        asked = [
            threads.submit(ask, store, COUNTING, {"to": 3}, idempotency_key="file:1")
            for _ in range(8)
        ]
        assert len({task.result().id for task in asked}) == 1


def test_a_job_that_waits_is_cancelled_at_once_and_twice_is_as_once(store):
    job = ask(store, COUNTING, {"to": 3})
    for _ in range(2):
        with store.writing() as unit:
            cancelled = cancel(unit, job.id, actor="bob")
        assert (cancelled.state, cancelled.cancel_asked_by) == ("cancelled", "bob")
    assert cancelled.is_over


def test_a_cancelled_job_can_be_tried_again_but_a_waiting_one_cannot(store):
    job = ask(store, COUNTING, {"to": 3})
    with store.writing() as unit:
        cancel(unit, job.id, actor="bob")
        again = retry(unit, job.id, actor="ann")
    assert (again.state, again.cancel_asked_by, again.ended_at) == ("queued", None, None)
    with store.writing() as unit, pytest.raises(ConflictError, match="it is queued"):
        retry(unit, job.id, actor="ann")


def test_a_job_that_is_not_there_is_said_to_be_missing(store):
    with store.reading() as view, pytest.raises(NotFoundError, match="no job 0192"):
        find(view, UUID("01920000-0000-7000-8000-000000000000"))


def test_jobs_are_listed_newest_first_and_page_by_page(store):
    made = [ask(store, COUNTING, {"to": number}) for number in range(5)]
    with store.reading() as view:
        first = listing(view, limit=2)
        second = listing(view, limit=2, before=first[-1].id)
    assert [job.params["to"] for job in first + second] == [4, 3, 2, 1]
    assert first[0] == made[-1]


def test_jobs_are_listed_by_state_and_kind_and_counted(store):
    waiting = ask(store, COUNTING, {"to": 1})
    with store.writing() as unit:
        cancel(unit, ask_in(unit).id, actor="bob")
    with store.reading() as view:
        assert listing(view, states=["queued"], kinds=["counting"]) == [waiting]
        assert listing(view, kinds=["other"]) == []
        assert counts(view) == {"queued": 1, "running": 0, "done": 0, "failed": 0, "cancelled": 1}
        with pytest.raises(
            BadInputError, match=r"'runing' is not a state .* Did you mean 'running'"
        ):
            listing(view, states=["runing"])


def ask_in(unit):
    return enqueue(unit, COUNTING, {"to": 2}, actor="ann")


def test_old_jobs_that_are_over_can_be_removed(store):
    with frozen(MONDAY), store.writing() as unit:
        cancel(unit, ask_in(unit).id, actor="bob")
        kept = ask_in(unit)
        assert prune(unit, before=MONDAY + timedelta(days=1)) == 1
    with store.reading() as view:
        assert listing(view) == [kept]
