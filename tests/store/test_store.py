"""Units of work and read transactions."""

import sqlite3
import subprocess
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from tests.stores import only_postgres, only_sqlite

from valence.core.errors import BadInputError, BusyError, OutOfSpaceError, SettingsError
from valence.store import Event, Store
from valence.store import store as store_module
from valence.store.faults import StoreUnreachableError
from valence.store.tables import outbox_events, outbox_subscribers

NAMES = sa.select(outbox_subscribers.c.name)
POSITION = sa.select(outbox_subscribers.c.position)


def add(unit, name):
    unit.execute(sa.insert(outbox_subscribers), {"name": name, "position": 0})


def test_an_error_of_the_database_does_not_repeat_what_was_being_written(store):
    """Keys, names and samples of a row once reached the terminal with the failing statement."""
    row = {"name": "anna@x.org", "position": 1}
    with pytest.raises(sa.exc.IntegrityError) as fault, store.writing() as unit:
        unit.execute(sa.insert(outbox_subscribers), [row, row])
    told = "".join(traceback.format_exception(fault.value))
    assert "anna@x.org" not in told


@only_sqlite
def test_a_number_beyond_64_bits_is_bad_input_and_no_accident(store):
    """The address of a row with a number of twenty digits was answered with status 500."""
    beyond = sa.select(outbox_subscribers).where(outbox_subscribers.c.position == 2**64)
    with pytest.raises(BadInputError, match="at most 9223372036854775807"), store.reading() as view:
        view.rows(beyond)


def test_what_a_unit_wrote_is_read_after_it(store):
    with store.writing() as unit:
        add(unit, "lake")
        assert unit.scalar(NAMES) == "lake"
    with store.reading() as view:
        assert view.scalars(NAMES) == ["lake"]


def test_an_error_in_the_block_keeps_nothing_neither_rows_nor_events(store):
    def fails_at_the_end():
        with store.writing() as unit:
            add(unit, "lake")
            unit.emit(Event("a.happened", "customer:1"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_at_the_end()
    with store.reading() as view:
        assert view.scalars(NAMES) == []
        assert view.scalars(sa.select(outbox_events.c.id)) == []


def test_a_read_transaction_sees_one_moment(store):
    with store.reading() as view:
        assert view.scalars(NAMES) == []
        with store.writing() as unit:
            add(unit, "lake")
        assert view.scalars(NAMES) == []


def test_nothing_can_be_written_in_a_read_transaction(store):
    refused = (StoreUnreachableError, sa.exc.InternalError)
    with pytest.raises(refused, match="read-only"), store.reading() as view:
        add(view, "lake")
    with store.reading() as view:
        assert view.scalars(NAMES) == []


def test_a_unit_within_a_unit_is_refused_instead_of_waiting_for_itself(store):
    with store.writing(), pytest.raises(RuntimeError, match="open already"), store.writing():
        pass


def test_a_unit_may_be_entered_and_left_in_different_threads_as_web_frameworks_do(store):
    block = store.writing()
    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
        unit = first.submit(copy_context().run, block.__enter__).result()
        second.submit(add, unit, "lake").result()
        first.submit(copy_context().run, block.__exit__, None, None, None).result()
        second.submit(increment, store, 1).result()
    with store.reading() as view:
        assert view.scalar(POSITION) == 1


def test_an_instant_comes_back_in_utc_and_one_without_a_zone_is_refused(store):
    at = datetime.fromisoformat("2026-03-02T09:00:00.000001+08:00")
    with store.writing() as unit:
        add(unit, "lake")
        unit.execute(sa.update(outbox_subscribers).values(leased_until=at))
    with store.reading() as view:
        got = view.scalar(sa.select(outbox_subscribers.c.leased_until))
    assert got == at
    assert got.isoformat() == "2026-03-02T01:00:00.000001+00:00"
    with pytest.raises(sa.exc.StatementError, match="needs a zone"), store.writing() as unit:
        unit.execute(sa.update(outbox_subscribers).values(leased_until=at.replace(tzinfo=None)))


def test_a_document_comes_back_as_it_was_written(store):
    payload = {"z": 1e16, "a": [1, None, True, "\x00 订单 🎁"], "deep": {"b": 0.1, "a": ""}}
    with store.writing() as unit:
        unit.emit(Event("a.happened", "customer:1", payload))
    with store.reading() as view:
        got = view.scalar(sa.select(outbox_events.c.payload))
    assert repr(got) == repr(payload)


def test_an_event_that_json_cannot_say_is_refused_where_it_is_emitted(store):
    with (
        store.writing() as unit,
        pytest.raises(BadInputError, match=r"payload of the event 'order.paid' cannot be kept"),
    ):
        unit.emit(Event("order.paid", "customer:1", {"at": datetime(2026, 1, 1, tzinfo=UTC)}))


def increment(store, times):
    for _ in range(times):
        with store.writing() as unit:
            unit.lock("counter")
            at = unit.scalar(POSITION)
            unit.execute(sa.update(outbox_subscribers).values(position=at + 1))


def test_no_update_of_several_threads_is_lost(store):
    with store.writing() as unit:
        add(unit, "counter")
    with ThreadPoolExecutor(4) as threads:
        for task in [threads.submit(increment, store, 20) for _ in range(4)]:
            task.result()
    with store.reading() as view:
        assert view.scalar(POSITION) == 80


INCREMENT = """
import sys
import sqlalchemy as sa
from valence.store import Store
from valence.store.tables import outbox_subscribers as counter
store = Store(sys.argv[1])
for _ in range(25):
    with store.writing() as unit:
        unit.lock("counter")
        at = unit.scalar(sa.select(counter.c.position))
        unit.execute(sa.update(counter).values(position=at + 1))
"""


def test_no_update_of_several_processes_is_lost(store, store_url):
    with store.writing() as unit:
        add(unit, "counter")
    command = [sys.executable, "-c", INCREMENT, store_url]
    processes = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    with store.reading() as view:
        assert view.scalar(POSITION) == 50


@only_postgres  # two writers at once
def test_two_units_that_wait_for_each_other_both_get_through(store):
    with store.writing() as unit:
        add(unit, "a")
        add(unit, "b")
    met = threading.Barrier(2)

    def touch(first, second):
        tries = iter(range(9))

        def work(unit):
            raise_position(unit, first)
            if next(tries) == 0:
                met.wait(10)
            raise_position(unit, second)

        store.transact(work)

    with ThreadPoolExecutor(2) as threads:
        for task in [threads.submit(touch, "a", "b"), threads.submit(touch, "b", "a")]:
            task.result()
    with store.reading() as view:
        assert view.scalars(POSITION) == [2, 2]


def raise_position(unit, name):
    table = outbox_subscribers
    unit.execute(sa.update(table).where(table.c.name == name).values(position=table.c.position + 1))


def test_transact_gives_up_after_its_tries_and_says_that_the_store_is_busy(store):
    tries = []

    def work(_unit):
        tries.append(1)
        raise BusyError("The store is busy.")

    with pytest.raises(BusyError, match="busy"):
        store.transact(work, tries=3)
    assert len(tries) == 3


@only_sqlite
def test_a_writer_that_waits_too_long_for_another_process_is_told_so(store_url, monkeypatch):
    monkeypatch.setattr("valence.store.engine.WAIT_SECONDS", 0.05)
    store, path = Store(store_url), store_url.removeprefix("sqlite:///")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(BusyError, match=r"another process held its lock.*nothing was changed"):
        increment(store, 1)
    other.close()
    store.close()


@only_sqlite
def test_a_writer_that_waits_too_long_for_another_thread_is_told_so(store, monkeypatch):
    monkeypatch.setattr(store_module, "WAIT_SECONDS", 0.05)
    with store.writing(), ThreadPoolExecutor(1) as threads:
        second = threads.submit(increment, store, 1)
        assert "another writer of this process" in str(second.exception())


@only_sqlite
def test_a_full_disk_is_named_and_nothing_is_changed(store):
    def fill():
        with store.writing() as unit:
            unit.connection.exec_driver_sql("PRAGMA max_page_count = 1")
            for number in range(1000):
                add(unit, f"{number} {'x' * 500}")

    with pytest.raises(OutOfSpaceError, match=r"The disk of the store .*store\.db.* is full"):
        fill()
    with store.reading() as view:
        assert view.scalars(NAMES) == []


def test_a_store_on_sqlite_is_durable_and_checks_foreign_keys(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/new/folder/store.db")
    with store.reading() as view:
        pragma = view.connection.exec_driver_sql
        asked = ("journal_mode", "synchronous", "foreign_keys")
        got = [pragma(f"PRAGMA {name}").scalar() for name in asked]
    assert got == ["wal", 2, 1]
    store.close()


def test_a_postgres_that_does_not_answer_is_named_without_its_password():
    store = Store("postgresql://ann:secret@127.0.0.1:1/brand")
    with pytest.raises(
        StoreUnreachableError, match=r"127\.0\.0\.1:1/brand cannot be reached"
    ) as why:
        increment(store, 1)
    assert "secret" not in str(why.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("store.db", r"cannot be read. Write `sqlite:///data/store.db`"),
        ("mysql://host/db", r"runs on sqlite or postgresql, not on 'mysql'"),
        ("sqlite://", r"needs a file"),
    ],
)
def test_a_url_that_cannot_be_a_store_is_refused(url, said):
    with pytest.raises(SettingsError, match=said):
        Store(url)
