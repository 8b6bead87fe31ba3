"""Delivery: the worker that carries events from the outbox to their subscribers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from valence.core.clock import now
from valence.core.errors import ValenceError, in_short
from valence.core.ids import new_id
from valence.store import outbox
from valence.store.backoff import PATIENT, Backoff
from valence.store.events import Event
from valence.store.heartbeat import beating
from valence.store.outbox import Held, Placed
from valence.store.store import Store, Unit
from valence.store.tables import outbox_held as held
from valence.store.tables import outbox_subscribers as subscribers

LEASE = timedelta(seconds=30)
_ERROR_LENGTH = 2000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who is told of events: at least once each, in order within a subject.

    `deliver` receives up to `batch` events and raises when it could not take them; then they come
    again one by one, so it ignores an `Event.id` that it has dealt with. An event that fails
    `max_attempts` times becomes a dead letter and no longer holds back its subject.
    """

    name: str
    deliver: Callable[[Sequence[Event]], None]
    names: frozenset[str] | None = None  # events wanted; None: all
    batch: int = 100
    max_attempts: int = 8
    backoff: Backoff = PATIENT

    def wants(self, event: Event) -> bool:
        """Return whether this event is delivered to it."""
        return self.names is None or event.name in self.names


class _LeaseLostError(Exception):
    """Another worker has taken over; what this one did meanwhile is delivered again."""


class OutboxWorker:
    """Delivers events; any number may run, in one process or several: each subscriber has one."""

    def __init__(
        self, store: Store, subscribed: Sequence[Subscriber], *, lease: timedelta = LEASE
    ) -> None:
        self._store = store
        self._subscribed = subscribed
        self._lease = lease
        self._registered = False

    def run_once(self) -> int:
        """Deliver what there is, a batch for each subscriber; return how many were dealt with."""
        self._register()
        self._number()
        return sum(self._serve(subscriber) for subscriber in self._subscribed)

    def run_forever(self, stop: threading.Event, *, idle_seconds: float = 0.5) -> None:
        """Deliver until `stop` is set; the batch being delivered is finished first."""
        while not stop.is_set():
            try:
                worked = self.run_once()
            except ValenceError as trouble:  # the store is busy, full or away: it will come back
                _log.warning("The outbox is not delivered for now: %s", trouble)
                worked = 0
            except Exception:  # noqa: BLE001 - a worker that ended silently would do nothing more
                _log.exception("The outbox is not delivered for now.")
                worked = 0
            if not worked:
                stop.wait(idle_seconds)

    def _register(self) -> None:
        if self._registered or not self._subscribed:
            return
        rows = [{"name": subscriber.name, "position": 0} for subscriber in self._subscribed]
        with self._store.writing() as unit:
            insert = sqlite.insert if unit.dialect == "sqlite" else postgresql.insert
            unit.execute(insert(subscribers).on_conflict_do_nothing(), rows)
        self._registered = True

    def _number(self) -> None:
        with self._store.reading() as view:
            if not outbox.has_unnumbered(view):
                return
        self._store.transact(outbox.number_new)

    def _serve(self, subscriber: Subscriber) -> int:
        if not self._has_work(subscriber):
            return 0
        token = new_id()
        if not self._take(subscriber, token):
            return 0
        turn = _Turn(self._store, subscriber, token, self._lease)
        try:
            with beating(turn.extend, every_seconds=self._lease.total_seconds() / 3):
                return turn.retry_held() + turn.deliver_new()
        except _LeaseLostError:
            _log.warning("The lease of the subscriber %s went to another worker.", subscriber.name)
            return 0
        finally:
            turn.release()

    def _has_work(self, subscriber: Subscriber) -> bool:
        with self._store.reading() as view:
            if outbox.due(view, subscriber.name, limit=1):
                return True
            return bool(outbox.after(view, _position(view.scalar, subscriber), limit=1))

    def _take(self, subscriber: Subscriber, token: UUID) -> bool:
        at = now()
        free = sa.or_(subscribers.c.leased_until.is_(None), subscribers.c.leased_until < at)
        take = (
            sa.update(subscribers)
            .where(subscribers.c.name == subscriber.name, free)
            .values(leased_by=token, leased_until=at + self._lease)
        )
        return self._store.transact(lambda unit: unit.execute(take).rowcount == 1)


class _Turn:
    """One worker's turn with one subscriber, under its lease."""

    def __init__(self, store: Store, subscriber: Subscriber, token: UUID, lease: timedelta) -> None:
        self._store = store
        self._subscriber = subscriber
        self._token = token
        self._lease = lease
        self._mine = sa.update(subscribers).where(
            subscribers.c.name == subscriber.name, subscribers.c.leased_by == token
        )

    def extend(self) -> bool:
        """Extend the lease; return whether it is still held."""
        longer = self._mine.values(leased_until=now() + self._lease)
        return self._store.transact(lambda unit: unit.execute(longer).rowcount == 1)

    def release(self) -> None:
        """Give the lease back, if it is still held."""
        free = self._mine.values(leased_by=None, leased_until=None)
        self._store.transact(lambda unit: unit.execute(free).rowcount)

    def retry_held(self) -> int:
        """Try again what is due; return how many were dealt with."""
        with self._store.reading() as view:
            again = outbox.due(view, self._subscriber.name, limit=self._subscriber.batch)
        for one in again:
            self._retry(one)
        return len(again)

    def _retry(self, one: Held) -> None:
        error = self._try([one.event])
        row = sa.and_(held.c.subscriber == self._subscriber.name, held.c.position == one.position)
        with self._store.writing() as unit:
            self._assert_mine(unit)
            if error is None:
                unit.execute(sa.delete(held).where(row))
                return
            failed = self._failed(one.attempts + 1, error)
            unit.execute(sa.update(held).where(row).values(**failed))

    def deliver_new(self) -> int:
        """Deliver the next batch; return how many events were dealt with."""
        with self._store.reading() as view:
            at = _position(view.scalar, self._subscriber)
            batch = outbox.after(view, at, limit=self._subscriber.batch)
            wanted = [placed for placed in batch if self._subscriber.wants(placed.event)]
            stuck = outbox.blocked(
                view, self._subscriber.name, [placed.event.subject for placed in wanted]
            )
        if not batch:
            return 0
        free = [placed for placed in wanted if placed.event.subject not in stuck]
        error = self._try([placed.event for placed in free]) if free else None
        if error is not None and len(free) > 1:
            # One of them cannot be taken: find it, and let the others through.
            for placed in batch:
                self._deliver_one(placed)
            return len(batch)
        back = [(placed, None) for placed in wanted if placed.event.subject in stuck]
        failed = [(placed, error) for placed in free if error is not None]
        self._advance(batch[-1].position, [*back, *failed])
        return len(batch)

    def _deliver_one(self, placed: Placed) -> None:
        if not self._subscriber.wants(placed.event):
            self._advance(placed.position, [])
            return
        with self._store.reading() as view:
            stuck = outbox.blocked(view, self._subscriber.name, [placed.event.subject])
        error = None if stuck else self._try([placed.event])
        failed = bool(stuck) or error is not None
        self._advance(placed.position, [(placed, error)] if failed else [])

    def _try(self, events: Sequence[Event]) -> str | None:
        try:
            self._subscriber.deliver(events)
        except Exception as trouble:  # noqa: BLE001 - kept with the event, retried, and shown
            why = in_short(trouble)[:_ERROR_LENGTH]
            what = events[0].id if len(events) == 1 else f"{len(events)} events"
            _log.warning(
                "The subscriber %s could not take %s: %s", self._subscriber.name, what, why
            )
            return why
        return None

    def _advance(self, position: int, back: Sequence[tuple[Placed, str | None]]) -> None:
        rows = [
            {
                "subscriber": self._subscriber.name,
                "position": placed.position,
                "subject": placed.event.subject,
                **self._failed(0 if error is None else 1, error or ""),
            }
            for placed, error in back
        ]
        with self._store.writing() as unit:
            if unit.execute(self._mine.values(position=position)).rowcount != 1:
                raise _LeaseLostError
            if rows:
                unit.execute(sa.insert(held), rows)

    def _failed(self, attempts: int, error: str) -> dict[str, object]:
        dead = attempts >= self._subscriber.max_attempts
        wait = self._subscriber.backoff.after(attempts) if attempts else timedelta(0)
        return {
            "state": "dead" if dead else "waiting",
            "attempts": attempts,
            "next_at": now() + wait,
            "error": error,
        }

    def _assert_mine(self, unit: Unit) -> None:
        if unit.execute(self._mine.values(leased_until=now() + self._lease)).rowcount != 1:
            raise _LeaseLostError


def _position(scalar: Callable[[sa.Select[tuple[int]]], object], subscriber: Subscriber) -> int:
    found = scalar(sa.select(subscribers.c.position).where(subscribers.c.name == subscriber.name))
    return found if isinstance(found, int) else 0
