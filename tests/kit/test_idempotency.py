"""An idempotency key has its effect once."""

from datetime import UTC, datetime, timedelta

import pytest

from valence.core.clock import frozen
from valence.core.errors import BadInputError, ConflictError
from valence.kit.idempotency import once, prune


def ask(store, key, body, done):
    def work(unit):
        done.append(body)
        return {"entry": len(done)}

    with store.writing() as unit:
        return once(unit, key, scope="local POST /points", body=body, work=work)


def test_the_same_request_again_gets_the_same_answer_and_no_second_effect(store):
    done = []
    assert ask(store, "k", {"points": 5, "to": 1}, done) == {"entry": 1}
    assert ask(store, "k", {"to": 1, "points": 5}, done) == {"entry": 1}
    assert len(done) == 1


def test_without_a_key_each_request_counts(store):
    done = []
    assert ask(store, None, {}, done) != ask(store, None, {}, done)


def test_a_key_used_for_another_request_is_refused(store):
    ask(store, "k", {"points": 5}, [])
    with pytest.raises(ConflictError, match="used before for another request"):
        ask(store, "k", {"points": 6}, [])


def test_a_key_is_not_kept_when_the_work_fails(store):
    with pytest.raises(ZeroDivisionError), store.writing() as unit:
        once(unit, "k", scope="s", body={}, work=lambda _: 1 / 0)
    done = []
    assert ask(store, "k", {}, done) == {"entry": 1}


def test_an_empty_key_is_refused(store):
    with pytest.raises(BadInputError, match="Idempotency-Key is empty"):
        ask(store, " ", {}, [])


def test_a_key_can_be_used_again_once_it_is_forgotten(store):
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    with frozen(monday):
        ask(store, "k", {"points": 5}, [])
    with store.writing() as unit:
        assert prune(unit, before=monday) == 0
        assert prune(unit, before=monday + timedelta(days=1)) == 1
    assert ask(store, "k", {"points": 6}, []) == {"entry": 1}
