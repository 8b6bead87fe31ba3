"""The order of events, and what subscribers could not take."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from tests.stores import only_postgres

from valence.core.clock import frozen, now
from valence.core.errors import NotFoundError
from valence.store import Event, outbox
from valence.store.backoff import Backoff
from valence.store.delivery import OutboxWorker, Subscriber
from valence.store.tables import outbox_events, outbox_subscribers

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def emit(store, *names_and_subjects):
    with store.writing() as unit:
        for name, subject in names_and_subjects:
            unit.emit(Event(name, subject))


class Inbox:
    """A subscriber that writes down what it takes, and refuses what it is told to."""

    def __init__(self, *, refuses=()):
        self.took, self.refuses = [], set(refuses)

    def __call__(self, events):
        for event in events:
            if event.name in self.refuses:
                raise ValueError(f"no {event.name} today")
        self.took += [event.name for event in events]


def worker(store, inbox, **settings):
    return OutboxWorker(store, [Subscriber("inbox", inbox, **settings)])


def run_out(worker):
    while worker.run_once():
        pass


def test_events_arrive_in_the_order_in_which_they_were_committed(store):
    emit(store, ("first", "customer:1"), ("second", "customer:2"))
    emit(store, ("third", "customer:1"))
    inbox = Inbox()
    run_out(worker(store, inbox))
    assert inbox.took == ["first", "second", "third"]


def test_an_event_comes_with_its_id_time_and_payload(store):
    event = Event("points.earned", "customer:1", {"points": 12, "why": "订单"})
    with store.writing() as unit:
        unit.emit(event)
    got = []
    run_out(OutboxWorker(store, [Subscriber("inbox", got.extend)]))
    assert got == [event]


def test_each_subscriber_has_its_own_place(store):
    emit(store, ("first", "customer:1"))
    early, late = Inbox(), Inbox()
    run_out(OutboxWorker(store, [Subscriber("early", early)]))
    emit(store, ("second", "customer:1"))
    run_out(OutboxWorker(store, [Subscriber("early", early), Subscriber("late", late)]))
    assert early.took == ["first", "second"]
    assert late.took == ["first", "second"]


def test_a_subscriber_gets_only_the_names_it_wants(store):
    emit(store, ("wanted", "customer:1"), ("other", "customer:1"), ("wanted", "customer:1"))
    inbox = Inbox()
    run_out(worker(store, inbox, names=frozenset({"wanted"})))
    assert inbox.took == ["wanted", "wanted"]
    with store.reading() as view:
        assert [standing.behind for standing in outbox.standings(view)] == [0]


def test_a_refused_event_holds_back_its_subject_only(store):
    emit(store, ("bad", "customer:1"), ("other", "customer:2"), ("later", "customer:1"))
    inbox = Inbox(refuses={"bad"})
    run_out(worker(store, inbox))
    assert inbox.took == ["other"]
    with store.reading() as view:
        waiting = outbox.held_back(view, state="waiting")
    assert [(held.event.name, held.attempts) for held in waiting] == [("bad", 1), ("later", 0)]
    assert waiting[0].error == "ValueError: no bad today"


def test_a_refused_event_comes_again_after_its_backoff_and_then_those_behind_it(store):
    backoff = Backoff(timedelta(seconds=10))
    with frozen(MONDAY):
        emit(store, ("bad", "customer:1"), ("later", "customer:1"))
        inbox = Inbox(refuses={"bad"})
        run_out(worker(store, inbox, backoff=backoff))
        inbox.refuses.clear()
        run_out(worker(store, inbox, backoff=backoff))
        assert inbox.took == []
    with frozen(MONDAY + timedelta(seconds=11)):
        run_out(worker(store, inbox, backoff=backoff))
        assert inbox.took == ["bad", "later"]


def test_after_its_last_attempt_an_event_is_dead_and_its_subject_goes_on(store):
    emit(store, ("bad", "customer:1"), ("later", "customer:1"))
    inbox = Inbox(refuses={"bad"})
    run_out(worker(store, inbox, max_attempts=1))
    assert inbox.took == ["later"]
    with store.reading() as view:
        [dead] = outbox.held_back(view)
        [standing] = outbox.standings(view)
    assert (dead.subscriber, dead.event.name, dead.error) == (
        "inbox",
        "bad",
        "ValueError: no bad today",
    )
    assert (standing.behind, standing.waiting, standing.dead) == (0, 0, 1)


def test_a_dead_event_can_be_replayed_once(store):
    emit(store, ("bad", "customer:1"))
    inbox = Inbox(refuses={"bad"})
    run_out(worker(store, inbox, max_attempts=1))
    inbox.refuses.clear()
    with store.writing() as unit:
        assert outbox.replay(unit, "inbox", 1) == 1
    run_out(worker(store, inbox, max_attempts=1))
    assert inbox.took == ["bad"]
    with pytest.raises(NotFoundError, match="no dead event at position 1"), store.writing() as unit:
        outbox.replay(unit, "inbox", 1)


def test_events_of_a_crashed_delivery_come_again_with_the_same_id(store):
    event = Event("points.earned", "customer:1")
    with store.writing() as unit:
        unit.emit(event)
    seen = []

    def crash(events):
        seen.extend(events)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        OutboxWorker(store, [Subscriber("inbox", crash)]).run_once()
    run_out(OutboxWorker(store, [Subscriber("inbox", seen.extend)]))
    assert [seen_event.id for seen_event in seen] == [event.id, event.id]


def test_a_number_is_not_given_again_after_old_events_were_pruned(store):
    emit(store, ("first", "customer:1"), ("second", "customer:1"))
    inbox = Inbox()
    run_out(worker(store, inbox))
    with store.writing() as unit:
        assert outbox.prune(unit, before=now() + timedelta(hours=1)) == 2
    emit(store, ("third", "customer:1"))
    run_out(worker(store, inbox))
    assert inbox.took == ["first", "second", "third"]


def test_events_that_a_subscriber_has_not_seen_or_holds_are_not_pruned(store):
    emit(store, ("bad", "customer:1"))
    run_out(worker(store, Inbox(refuses={"bad"}), max_attempts=1))
    emit(store, ("unseen", "customer:1"))
    with store.writing() as unit:
        assert outbox.prune(unit, before=now() + timedelta(hours=1)) == 0


def test_two_workers_never_deliver_to_one_subscriber_at_the_same_time(store):
    for number in range(20):
        emit(store, (f"event {number}", f"customer:{number % 3}"))
    inside, most, took = threading.Semaphore(1), [], []

    def deliver(events):
        most.append(inside.acquire(blocking=False))
        took.extend(event.name for event in events)
        inside.release()

    crew = [
        threading.Thread(
            target=run_out, args=(OutboxWorker(store, [Subscriber("inbox", deliver, batch=3)]),)
        )
        for _ in range(4)
    ]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    run_out(OutboxWorker(store, [Subscriber("inbox", deliver, batch=3)]))
    assert all(most)
    assert took == [f"event {number}" for number in range(20)]


def emit_fifteen(store, author):
    for number in range(15):
        with store.writing() as unit:
            unit.lock("account")
            seen = sa.select(sa.func.count()).where(outbox_events.c.name == "shared")
            unit.emit(Event(f"{author}:{number}", f"author:{author}"))
            unit.emit(Event("shared", "shared", {"at": unit.scalar(seen)}))


def deliver_until(done, reader):
    while not done.is_set():
        reader.run_once()
    run_out(reader)


def test_while_transactions_overlap_no_event_is_skipped_and_subjects_stay_in_order(store):
    took, done = [], threading.Event()
    reader = OutboxWorker(store, [Subscriber("inbox", took.extend, batch=7)])
    with ThreadPoolExecutor(4) as crew:
        reading = crew.submit(deliver_until, done, reader)
        for writing in [crew.submit(emit_fifteen, store, author) for author in "abc"]:
            writing.result()
        done.set()
        reading.result()
    for author in "abc":
        mine = [event.name for event in took if event.subject == f"author:{author}"]
        assert mine == [f"{author}:{number}" for number in range(15)]
    shared = [event.payload["at"] for event in took if event.subject == "shared"]
    assert shared == list(range(45))


@only_postgres  # SQLite has one writer at a time: nothing can commit late
def test_a_transaction_that_commits_late_is_still_delivered(store):
    inbox = Inbox()
    reader = worker(store, inbox)
    with store.engine.begin() as late:
        late.execute(sa.insert(outbox_events), row("late", "customer:1"))
        with store.writing() as early:
            early.execute(sa.insert(outbox_events), row("early", "customer:2"))
        run_out(reader)
        assert inbox.took == ["early"]
    run_out(reader)
    assert inbox.took == ["early", "late"]


def row(name, subject):
    event = Event(name, subject)
    return {
        "id": event.id,
        "name": name,
        "subject": subject,
        "occurred_at": event.occurred_at,
        "payload": {},
    }


def test_the_lease_of_a_worker_that_died_goes_to_another(store):
    emit(store, ("first", "customer:1"))
    inbox = Inbox()
    dead, alive = worker(store, Inbox()), worker(store, inbox)
    dead._register()
    with store.writing() as unit:
        unit.execute(
            sa.update(outbox_subscribers).values(
                leased_by=Event("x", "y").id, leased_until=now() + timedelta(seconds=30)
            )
        )
    run_out(alive)
    assert inbox.took == []
    with frozen(now() + timedelta(seconds=31)):
        run_out(alive)
    assert inbox.took == ["first"]
