"""The audit trail: what was done with people's data, kept for good."""

from datetime import UTC, datetime, timedelta

import pytest

from valence.core.clock import frozen
from valence.trust.actor import LOCAL, WORKER
from valence.trust.audit import entries, record

MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)


def noted(store, subject, *, actor=LOCAL, at=MONDAY, **more):
    with frozen(at):
        store.transact(lambda unit: record(unit, actor, "audience:reveal", subject, **more))


def test_an_entry_says_who_did_what_with_whose_data_and_when(store):
    noted(store, "c1", detail={"kinds": ["email"]})
    with store.reading() as view:
        (entry,) = entries(view)
    assert (entry.actor, entry.action, entry.subject) == ("local", "audience:reveal", "c1")
    assert (entry.at, entry.detail) == (MONDAY, {"kinds": ["email"]})


def test_entries_are_found_by_whose_data_it_was_newest_first_and_page_by_page(store):
    for number in range(3):
        noted(store, "c1", at=MONDAY + timedelta(hours=number))
    noted(store, "c2", actor=WORKER)
    with store.reading() as view:
        first = entries(view, subject="c1", limit=2)
        rest = entries(view, subject="c1", before=first[-1].entry_id)
    assert [entry.at.hour for entry in (*first, *rest)] == [10, 9, 8]


def test_an_action_is_written_as_a_permission(store):
    with pytest.raises(ValueError, match="capability:verb"), store.writing() as unit:
        record(unit, LOCAL, "looked", "c1")


def test_what_is_rolled_back_was_not_done(store):
    def fails_after_noting(unit):
        record(unit, LOCAL, "audience:reveal", "c1")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.transact(fails_after_noting)
    with store.reading() as view:
        assert entries(view) == []
