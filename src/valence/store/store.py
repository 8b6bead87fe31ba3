"""The store: read transactions and units of work on SQLite or PostgreSQL."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, TypeVar

import sqlalchemy as sa

from valence.core.errors import BadInputError, BusyError
from valence.store.engine import WAIT_SECONDS, WRITES, checked_json, open_engine, take_lock
from valence.store.events import Event
from valence.store.faults import worded
from valence.store.migrations import migrate
from valence.store.tables import outbox_events

T = TypeVar("T")
Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]

_writing: ContextVar[frozenset[int]] = ContextVar("writing", default=frozenset())


class View:
    """A transaction in which statements are run; from `Store.reading()` it sees one moment."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection

    @property
    def dialect(self) -> str:
        """Return `sqlite` or `postgresql`."""
        return self.connection.dialect.name

    def execute(
        self, statement: sa.Executable, values: Values | None = None
    ) -> sa.CursorResult[Any]:
        """Run a statement, once for each of several sets of values."""
        return self.connection.execute(statement, values)

    def scalar(self, statement: sa.Executable, values: Mapping[str, Any] | None = None) -> Any:
        """Return the first column of the first row, or None."""
        return self.connection.scalar(statement, values)

    def scalars(self, statement: sa.Executable) -> Sequence[Any]:
        """Return the first column of all rows."""
        return self.connection.scalars(statement).all()

    def row(self, statement: sa.Executable) -> sa.RowMapping | None:
        """Return the first row by column name, or None."""
        return self.connection.execute(statement).mappings().first()

    def rows(self, statement: sa.Executable) -> Sequence[sa.RowMapping]:
        """Return all rows by column name."""
        return self.connection.execute(statement).mappings().all()


class Unit(View):
    """A unit of work: all of its writes and events are kept together, or none is."""

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection)
        self._events: list[Event] = []

    def emit(self, event: Event) -> None:
        """Hand an event to the outbox; it exists when, and only when, this unit is kept.

        Raises
        ------
        BadInputError
            If the payload holds something that JSON cannot say.
        """
        checked_json(dict(event.payload), what=f"The payload of the event {event.name!r}")
        self._events.append(event)

    def lock(self, *names: str) -> None:
        """Wait until nobody else holds these names, and hold them to the end of the unit.

        On SQLite the unit is the only writer already. Names are taken in one order, so that two
        units asking for the same ones cannot wait for each other.
        """
        take_lock(self.connection, *names)

    def _write_events(self) -> None:
        if not self._events:
            return
        # Held to the end of the transaction: of one subject, whoever commits later writes later.
        self.lock(*(f"outbox:{event.subject}" for event in self._events))
        self.connection.execute(
            sa.insert(outbox_events),
            [
                {
                    "id": event.id,
                    "name": event.name,
                    "subject": event.subject,
                    "occurred_at": event.occurred_at,
                    "payload": dict(event.payload),
                }
                for event in self._events
            ],
        )


class Store:
    """The operational side of one brand; safe to share between threads.

    Several processes may open the same database, each with a `Store` of its own.
    """

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        self.where = self.engine.url.render_as_string(hide_password=True)
        # Threads queue here instead of polling SQLite's file lock, which is slow and unfair.
        self._turn = threading.Lock() if self.engine.dialect.name == "sqlite" else None

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def migrate(self) -> None:
        """Bring the tables to what this code expects; costs one query when they are.

        Raises
        ------
        ConflictError
            If the database was written by a newer Valence.
        """
        with self._worded():
            migrate(self.engine)

    @property
    def has_open_unit(self) -> bool:
        """Whether this thread or task is in a unit of work of this store."""
        return id(self) in _writing.get()

    @contextmanager
    def reading(self) -> Iterator[View]:
        """Open a read transaction that sees one moment, whatever is written meanwhile."""
        options: dict[str, Any] = {}
        if self.engine.dialect.name == "postgresql":
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._worded(), self.engine.connect() as plain:
            connection = plain.execution_options(**options)
            with connection.begin():
                yield View(connection)

    @contextmanager
    def writing(self) -> Iterator[Unit]:
        """Open a unit of work: nothing is kept unless the block ends without an error.

        On SQLite it is the only writer from its first moment. On PostgreSQL it is READ COMMITTED:
        a check that a write depends on needs `SELECT … FOR UPDATE` or `Unit.lock`.

        Raises
        ------
        BusyError
            If another writer kept the lock for 30 seconds, or the two waited for each other.
        OutOfSpaceError
            If the disk is full.
        RuntimeError
            If this thread is already in a unit of work of this store: it would wait for itself.
        """
        if self.has_open_unit:
            raise RuntimeError("a unit of work is open already: pass it on instead of a second one")
        token = _writing.set(_writing.get() | {id(self)})
        try:
            with self._its_turn(), self._worded(), self.engine.connect() as plain:
                connection = plain.execution_options(**{WRITES: True})
                with connection.begin():
                    unit = Unit(connection)
                    yield unit
                    unit._write_events()
        finally:
            # A web framework may leave the block in another context than it entered; the mark went
            # away with the first one.
            with suppress(ValueError):
                _writing.reset(token)

    def transact(self, work: Callable[[Unit], T], *, tries: int = 5) -> T:
        """Return what `work` returns, run in a unit of work, again when others were in the way.

        `work` may run several times, so it must change nothing outside the unit.

        Raises
        ------
        BusyError
            If it was busy at each of the `tries`.
        """
        for attempt in range(1, tries):
            try:
                with self.writing() as unit:
                    return work(unit)
            except BusyError:
                # Two who met once must not meet again: wait a random while, longer each time.
                time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - no secret
        with self.writing() as unit:
            return work(unit)

    @contextmanager
    def _its_turn(self) -> Iterator[None]:
        if self._turn is None:
            yield
        elif self._turn.acquire(timeout=WAIT_SECONDS):
            try:
                yield
            finally:
                self._turn.release()
        else:
            raise BusyError(
                "The store is busy: another writer of this process held its lock for too long. "
                "Try again; nothing was changed."
            )

    @contextmanager
    def _worded(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DBAPIError as fault:
            if error := worded(fault, where=self.where):
                raise error from fault
            raise
        except OverflowError as fault:
            if "SQLite INTEGER" not in str(fault):
                raise  # not of the database
            raise BadInputError(
                "A number is larger than anything can be here: at most {most}.", most=2**63 - 1
            ) from fault
