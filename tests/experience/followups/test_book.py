"""The book of follow-ups: opened once, moved on by rules, every change kept, late stays late."""

from datetime import UTC, datetime, timedelta
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from valence.core.errors import BadInputError, ConflictError, NotFoundError
from valence.core.ids import new_id
from valence.experience.followups import book
from valence.experience.followups.book import Clocks, Move, Trigger
from valence.experience.followups.definition import FollowUpDefinition
from valence.experience.followups.states import STATES, TO_DO, checked, following
from valence.experience.followups.tables import follow_up_changes, follow_ups
from valence.store.tables import outbox_events

T0 = datetime(2025, 3, 3, 10, tzinfo=UTC)
DEFAULT = FollowUpDefinition()
CLOCKS = Clocks.of(DEFAULT, DEFAULT.calendar(ZoneInfo("UTC")))


def trigger(row="f1", **facts):
    return Trigger("answer", "survey", row, "score", "nps", new_id(), T0, **facts)


def opened(store, *rows):
    found = [(trigger(row), "care") for row in rows or ("f1",)]
    made = store.transact(lambda unit: book.open_new(unit, found, CLOCKS, at=T0))
    with store.reading() as view:
        ids = view.scalars(sa.select(follow_ups.c.follow_up_id))
    return made, ids


def moved(store, one, state=None, *, hours=1.0, **said):
    at = T0 + timedelta(hours=hours)
    ask = Move(one, "ann", state, **said)
    return store.transact(lambda unit: book.move(unit, ask, CLOCKS, at=at))


def test_a_row_opens_one_follow_up_however_often_it_is_seen(store):
    made, _ = opened(store, "f1", "f2", "f1")
    again, ids = opened(store, "f2", "f1", "f3")
    assert (made, again, len(ids)) == (2, 1, 3)


def test_two_workers_at_once_open_it_once(store):
    threads = [Thread(target=opened, args=(store, "f1", "f2")) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as view:
        assert view.scalar(sa.select(sa.func.count()).select_from(follow_ups)) == 2


def test_it_goes_round_the_loop_and_every_step_is_kept_with_who_and_when(store):
    _, (one,) = opened(store)
    moved(store, one, "answered", hours=1)
    moved(store, one, owner="the shop in Bath", hours=2)
    moved(store, one, "sorted", hours=3, reason="The parcel was lost")
    moved(store, one, "solved", hours=30, done="Sent again, by courier", told=True)
    last = moved(store, one, "closed", hours=40)
    assert (last.state, last.owner, last.sort_late, last.solve_late) == (
        "closed", "the shop in Bath", False, False,
    )  # fmt: skip
    assert last.answered_at == T0 + timedelta(hours=1)
    assert last.solved_at == T0 + timedelta(hours=30)
    with store.reading() as view:
        told = book.history(view, one)
        events = view.scalars(sa.select(outbox_events.c.name).order_by(outbox_events.c.written))
    assert [change.state for change in told] == [
        "open", "answered", "answered", "sorted", "solved", "closed",
    ]  # fmt: skip
    assert [change.actor for change in told] == ["worker", *["ann"] * 5]
    assert told[4].done == "Sent again, by courier"
    assert told[4].told
    assert events == [book.OPENED, *[book.MOVED] * 4]


def test_the_first_clock_is_late_after_48_hours_and_the_second_after_a_week(store):
    _, (one, other) = opened(store, "f1", "f2")
    late = moved(store, one, "sorted", hours=49)
    assert (late.sort_late, late.solve_late) == (True, False)
    solved = moved(store, other, "solved", hours=169, done="Paid back")
    assert (solved.sort_late, solved.solve_late) == (True, True)


def test_opened_again_it_has_new_clocks_and_what_was_late_stays_late(store):
    _, (one,) = opened(store)
    moved(store, one, "solved", hours=200, done="Paid back")
    again = moved(store, one, "reopened", hours=300, reason="The money never came")
    assert again.sort_due_at == T0 + timedelta(hours=348)
    assert again.solved_at is None
    assert again.reopened == 1
    done = moved(store, one, "solved", hours=310, done="Paid back, this time")
    assert done.solve_late


@pytest.mark.parametrize(
    ("state", "said", "why"),
    [
        ("reopened", {"reason": "x"}, "open cannot become reopened"),
        ("solved", {}, "Say what was done"),
        ("closed", {}, "Say why it is closed"),
    ],
)
def test_what_may_not_be_is_refused_in_words(store, state, said, why):
    _, (one,) = opened(store)
    with pytest.raises((BadInputError, ConflictError), match=why):
        moved(store, one, state, **said)
    with store.reading() as view:
        assert len(book.history(view, one)) == 1


def test_solved_but_not_told_needs_a_reason_to_be_closed(store):
    _, (one,) = opened(store)
    moved(store, one, "solved", done="Paid back")
    with pytest.raises(BadInputError, match="not told"):
        moved(store, one, "closed")
    assert moved(store, one, "closed", reason="Cannot be reached").state == "closed"


def test_nobody_is_found_under_another_id(store):
    with pytest.raises(NotFoundError, match="no follow-up"):
        moved(store, new_id(), "answered")


@given(st.lists(st.sampled_from(STATES), max_size=12))
def test_whatever_is_asked_only_steps_of_the_loop_are_taken(asked):
    state = "open"
    for to in asked:
        try:
            checked(state, to, done="x", reason="x", told=True, solved=True)
        except ConflictError:
            assert to not in following(state)
            continue
        assert to == state or to in following(state)
        state = to
    assert state in TO_DO or state in ("solved", "closed")


def test_changes_cannot_be_of_a_follow_up_that_is_not_there(store):
    row = {"follow_up_id": new_id(), "changed_at": T0, "actor": "x", "state": "open",
           "owner": "x", "done": "", "reason": "", "told": False}  # fmt: skip
    with pytest.raises(sa.exc.IntegrityError), store.writing() as unit:
        unit.execute(sa.insert(follow_up_changes), row)
