"""The worker: takes jobs one after the other, runs them, and writes down how they ended."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from valence.core.clock import now
from valence.core.errors import (
    BadInputError,
    BusyError,
    ConflictError,
    ForbiddenError,
    MissingExtraError,
    NotFoundError,
    ValenceError,
    in_short,
)
from valence.core.messages import Message, message
from valence.jobs import lease
from valence.jobs.context import (
    Context,
    JobCancelledError,
    LeaseLostError,
    WorkerStoppingError,
)
from valence.jobs.job import Job
from valence.jobs.kinds import JobKind, Kinds
from valence.jobs.lease import Claim
from valence.jobs.queue import find
from valence.store import Store
from valence.store.engine import checked_json
from valence.store.heartbeat import beating
from valence.store.sentences import kept, restored

LEASE = timedelta(seconds=30)
TOLD_EVERY = timedelta(seconds=0.25)
BUSY_WAIT = timedelta(seconds=5)  # until a job asks again for what somebody else holds

# Trying again does not help where the input, the right or a part is missing.
_FOR_GOOD = (BadInputError, NotFoundError, ForbiddenError, MissingExtraError, ConflictError)

_log = logging.getLogger(__name__)


class Worker:
    """Runs jobs of these kinds; any number of workers may share a store.

    `threads` jobs run at a time. A worker that is killed loses nothing: its lease runs out after
    `lease_for`, and another one goes on from the last checkpoint.
    """

    def __init__(
        self,
        store: Store,
        kinds: Iterable[JobKind[Any]],
        *,
        threads: int = 1,
        lease_for: timedelta = LEASE,
        told_every: timedelta = TOLD_EVERY,
    ) -> None:
        self._store = store
        self._kinds = Kinds(kinds)
        self._threads = threads
        self._lease_for = lease_for
        self._told_every = told_every

    def run_once(self, stop: threading.Event | None = None) -> Job | None:
        """Run the next job to its end; return it as it stands then, or None if there was none."""
        claimed = self._claim()
        if claimed is None:
            return None
        self._run(claimed, stop or threading.Event())
        with self._store.reading() as view:
            return find(view, claimed.job.id)

    def run_forever(self, stop: threading.Event, *, idle_seconds: float = 0.5) -> None:
        """Run jobs until `stop` is set; a running one then goes back at its next step."""
        others = [
            threading.Thread(target=self._loop, args=(stop, idle_seconds), name=f"job worker {n}")
            for n in range(2, self._threads + 1)
        ]
        for other in others:
            other.start()
        self._loop(stop, idle_seconds)
        for other in others:
            other.join()

    def _loop(self, stop: threading.Event, idle_seconds: float) -> None:
        while not stop.is_set():
            try:
                worked = self.run_once(stop)
            except ValenceError as trouble:  # the store is busy, full or away: it will come back
                _log.warning("No job can be taken for now: %s", trouble)
                worked = None
            except Exception:  # noqa: BLE001 - a worker that ended silently would do nothing more
                _log.exception("No job can be taken for now.")
                worked = None
            if worked is None:
                stop.wait(idle_seconds)

    def _claim(self) -> Claim | None:
        names = self._kinds.names
        with self._store.reading() as view:
            if not lease.has_ready(view, names):
                return None
        return self._store.transact(lambda unit: lease.claim(unit, names, self._lease_for))

    def _run(self, claimed: Claim, stop: threading.Event) -> None:
        job = claimed.job
        _log.info("%s: begun, attempt %d (job %s).", job.kind, job.attempts + 1, job.id)
        began = now()
        context = Context(
            self._store,
            claimed,
            lease_for=self._lease_for,
            told_every=self._told_every,
            stop=stop,
        )
        with beating(context.beat, every_seconds=self._lease_for.total_seconds() / 3):
            ending = self._ending(claimed, context)
        if ending is None or not self._store.transact(
            lambda unit: lease.settle(unit, claimed, ending)
        ):
            _log.warning("%s: taken over by another worker (job %s).", job.kind, job.id)
            return
        _tell_end(job, ending, (now() - began).total_seconds())

    def _ending(self, claimed: Claim, context: Context) -> dict[str, Any] | None:
        kind = self._kinds[claimed.job.kind]
        try:
            result = kind.run(kind.parsed(claimed.job.params), context)
            what = f"The result of the job {kind.name}"
            return lease.ended("done", result=checked_json(result, what=what), error=None)
        except LeaseLostError:
            return None
        except JobCancelledError:
            return lease.ended("cancelled")
        except WorkerStoppingError:
            # Nothing went wrong: this attempt does not count.
            return lease.again(now(), attempts=claimed.job.attempts)
        except ValenceError as error:
            return self._failed(claimed, context, error, error.message)
        except Exception as error:  # noqa: BLE001 - written down, shown, and tried again
            _log.exception("The job %s (%s) failed.", claimed.job.id, kind.name)
            return self._failed(claimed, context, error, _unexpected(error))

    def _failed(
        self, claimed: Claim, context: Context, error: Exception, said: Message
    ) -> dict[str, Any]:
        kind = self._kinds[claimed.job.kind]
        if isinstance(error, BusyError):
            # Nothing was tried yet: however long the other one works, this job only waits.
            return lease.again(now() + BUSY_WAIT, attempts=claimed.job.attempts, error=kept(said))
        if isinstance(error, _FOR_GOOD) or context.attempt >= kind.max_attempts:
            return lease.ended("failed", error=kept(said))
        return lease.again(now() + kind.backoff.after(context.attempt), error=kept(said))


def _unexpected(error: Exception) -> Message:
    return message(
        "An unexpected error stopped this job: {why}. The worker's log has the details.",
        why=in_short(error).rstrip("."),
    )


def _tell_end(job: Job, ending: dict[str, Any], seconds: float) -> None:
    said = restored(ending.get("error"))
    if ending["state"] == "done":
        _log.info("%s: done in %.1f s (job %s).", job.kind, seconds, job.id)
    elif ending["state"] == "failed":
        _log.warning("%s: failed (job %s). %s", job.kind, job.id, said)
    elif ending["state"] == "queued":
        again = f"{ending['scheduled_for']:%H:%M:%S} UTC"
        _log.info("%s: goes on at %s (job %s). %s", job.kind, again, job.id, said or "")
    else:
        _log.info("%s: %s (job %s).", job.kind, ending["state"], job.id)
