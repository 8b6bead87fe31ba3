"""Resolution: who is one customer."""

import threading

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.people.worlds import key, partition, plain_partition, records

from valence.people.decisions import history_of, link, split
from valence.people.redirects import current_customer
from valence.people.resolve import resolve
from valence.people.tables import customers, identifiers, merge_decisions
from valence.store import Store


def groups(*names: str) -> set[frozenset[str]]:
    return {frozenset(name.split()) for name in names}


def customer_of(store, name):
    with store.reading() as view:
        found = view.scalar(
            sa.select(identifiers.c.customer_id).where(identifiers.c.id_key == key(name))
        )
        return current_customer(view, found)


def decisions(store, kind):
    with store.reading() as view:
        query = sa.select(merge_decisions.c.decision_id).where(merge_decisions.c.kind == kind)
        return view.scalars(query.order_by(merge_decisions.c.decision_id))


def test_identifiers_of_one_record_are_one_customer(store):
    done = resolve(store, records("u1 e1", "u2 e1 p1", "u3"))
    assert (done.new_identifiers, done.new_customers, done.merged) == (5, 2, 0)
    assert partition(store) == groups("u1 u2 e1 p1", "u3")


def test_the_same_records_again_change_nothing(store):
    resolve(store, records("u1 e1", "u2 e1"))
    assert resolve(store, records("u2 e1", "u1 e1")).revision == 0


def test_no_records_change_nothing(store):
    assert resolve(store, records()).revision == 0


def test_a_link_between_two_customers_merges_them_into_the_older(store):
    resolve(store, records("u1"))
    resolve(store, records("u2"))
    older, younger = customer_of(store, "u1"), customer_of(store, "u2")
    done = resolve(store, records("u2 e1", "u1 e1"))
    assert (done.merged, done.new_customers) == (1, 0)
    assert customer_of(store, "u2") == customer_of(store, "e1") == older
    (decision,) = history_of(store, younger)
    assert (decision.kind, decision.survivors, decision.losers) == ("merge", (older,), (younger,))
    assert set(decision.evidence) == {key("u1"), key("u2"), key("e1")}


def test_a_record_that_names_nobody_known_is_a_mistake_of_the_caller(store):
    lonely = records("u1 e1").slice(1)
    with pytest.raises(ValueError, match="link_key"):
        resolve(store, lonely)


def test_an_identifier_shared_by_too_many_names_nobody(store):
    done = resolve(store, records("u1 e1", "u2 e1", "u3 e1", "u4 p1"), shared_over=2)
    assert done.shared == (key("e1"),)
    assert partition(store) == groups("u1", "u2", "u3", "u4 p1")


def test_what_an_identifier_joined_is_taken_apart_when_it_turns_out_to_be_shared(store):
    resolve(store, records("u1 e1", "u2 e1", "u2 p2"), shared_over=2)
    first = customer_of(store, "u1")
    resolve(store, records("u3"), shared_over=2)
    done = resolve(store, records("u3 e1", "u3 e3"), shared_over=2)
    assert done.shared == (key("e1"),)
    assert partition(store) == groups("u1", "u2 p2", "u3 e3")
    assert first in {customer_of(store, "u1"), customer_of(store, "u2")}
    assert [made.kind for made in history_of(store, first)] == ["split"]


def test_a_shared_identifier_leaves_what_a_person_linked(store):
    resolve(store, records("u1 e1"), shared_over=1)
    resolve(store, records("u2 p2"), shared_over=1)
    link(store, customer_of(store, "u1"), customer_of(store, "u2"), reason="phoned", actor="ann")
    resolve(store, records("u3 e1"), shared_over=1)
    assert partition(store) == groups("u1 u2 p2", "u3")


def test_taking_a_merge_back_restores_what_was(store):
    resolve(store, records("u1 e1", "u2 e2"))
    before, ids = partition(store), (customer_of(store, "u1"), customer_of(store, "u2"))
    resolve(store, records("u1 e2"))
    split(store, decisions(store, "merge")[0], reason="father and son", actor="ann")
    assert partition(store) == before
    assert (customer_of(store, "u1"), customer_of(store, "u2")) == ids


def test_what_came_after_the_merge_goes_with_whom_it_was_seen_with(store):
    resolve(store, records("u1", "u2"))
    resolve(store, records("u1 e1", "u2 e1"))
    resolve(store, records("u2 p2", "u1 p1"))
    split(store, decisions(store, "merge")[0], reason="twins", actor="ann")
    assert {frozenset(("u1", "p1")), frozenset(("u2", "p2"))} <= {
        g - {"e1"} for g in partition(store)
    }


def test_no_import_joins_what_a_person_took_apart(store):
    resolve(store, records("u1", "u2"))
    resolve(store, records("u1 e1", "u2 e1"))
    split(store, decisions(store, "merge")[0], reason="twins", actor="ann")
    done = resolve(store, records("u1 p1", "u2 p1"))
    assert (done.merged, done.kept_apart) == (0, 1)
    assert customer_of(store, "u1") != customer_of(store, "u2")
    again = link(
        store, customer_of(store, "u1"), customer_of(store, "u2"), reason="one", actor="bob"
    )
    assert customer_of(store, "u1") == customer_of(store, "u2")
    split(store, again, reason="two after all", actor="bob")
    assert customer_of(store, "u1") != customer_of(store, "u2")


def test_a_merge_is_taken_back_once(store):
    resolve(store, records("u1", "u2"))
    resolve(store, records("u1 e1", "u2 e1"))
    (merge,) = decisions(store, "merge")
    split(store, merge, reason="twins", actor="ann")
    with pytest.raises(Exception, match="taken back before"):
        split(store, merge, reason="twins", actor="ann")


def test_an_older_merge_is_taken_back_below_a_newer_one(store):
    for name in ("u1", "u2", "u3"):
        resolve(store, records(name))
    resolve(store, records("u2 e2", "u3 e2"))
    resolve(store, records("u1 e1", "u2 e1"))
    split(store, decisions(store, "merge")[0], reason="not the same", actor="ann")
    assert partition(store) == groups("u1 u2 e1 e2", "u3")


NAMES = st.lists(
    st.lists(
        st.sampled_from(["u1", "u2", "u3", "u4", "e1", "e2", "e3", "p1", "p2"]),
        min_size=1,
        max_size=3,
        unique=True,
    ).map(" ".join),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), NAMES, st.integers(1, 3))
def test_the_order_and_grouping_of_records_make_no_difference(sqlite_file, data, rows, limit):
    shuffled = data.draw(st.permutations(rows))
    with sqlite_file() as store:
        while shuffled:
            size = data.draw(st.integers(1, len(shuffled)))
            resolve(store, records(*shuffled[:size]), shared_over=limit)
            shuffled = shuffled[size:]
        assert partition(store) == plain_partition(rows, limit)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(NAMES, NAMES)
def test_taking_back_every_merge_restores_every_customer(sqlite_file, first, second):
    with sqlite_file() as store:
        resolve(store, records(*first))
        before = partition(store)
        known = set().union(*before)
        resolve(store, records(*second))
        for merge in reversed(decisions(store, "merge")):
            split(store, merge, reason="check", actor="test")
        after = {group & known for group in partition(store)} - {frozenset()}
        assert after == before


def test_two_writers_at_once_give_no_identifier_two_customers(store_url):
    def write(number):
        store = Store(store_url)
        for i in range(10):
            resolve(store, records(f"u{i} e{i}", f"u{number}{i}x e{i}"))
        store.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in (7, 8, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store = Store(store_url)
    assert partition(store) == {
        frozenset((f"u{i}", f"e{i}", f"u7{i}x", f"u8{i}x", f"u9{i}x")) for i in range(10)
    }
    with store.reading() as view:
        standing = sa.select(sa.func.count()).where(customers.c.redirect_to.is_(None))
        assert view.scalar(standing) == 10
    store.close()
