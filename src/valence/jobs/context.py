"""The context of a running job: its progress, its checkpoints, and the word to stop."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from valence.core.clock import now
from valence.core.progress import Step
from valence.jobs import lease
from valence.jobs.lease import Claim
from valence.jobs.tables import jobs
from valence.store import Store, Unit
from valence.store.engine import checked_json
from valence.store.sentences import kept


class JobStoppedError(Exception):
    """Raised out of a job's next step or checkpoint when it is to stop; let it pass."""


class JobCancelledError(JobStoppedError):
    """Somebody cancelled the job."""


class WorkerStoppingError(JobStoppedError):
    """The worker is shutting down; the job goes on elsewhere from its last checkpoint."""


class LeaseLostError(JobStoppedError):
    """Another worker took the job over, because this one fell silent."""


class Context:
    """What a running job knows of itself, and how it tells where it is."""

    def __init__(
        self,
        store: Store,
        claimed: Claim,
        *,
        lease_for: timedelta,
        told_every: timedelta,
        stop: threading.Event,
    ) -> None:
        self.store = store
        self.job_id: UUID = claimed.job.id
        self.actor: str = claimed.job.actor
        self.attempt: int = claimed.job.attempts + 1
        self.state: Any = claimed.job.checkpoint  # of the last checkpoint; None at the first start
        self._claimed = claimed
        self._lease_for = lease_for
        self._told_every = told_every
        self._told: tuple[str, datetime] | None = None
        self._stop = stop
        self._cancelled = threading.Event()
        self._lost = threading.Event()

    def progress(self, step: Step) -> None:
        """Tell a step. It may be called as often as one likes: what changes fast is written rarely.

        Raises
        ------
        JobStoppedError
            If the job is to stop: it was cancelled, the worker shuts down, or lost the lease.
        """
        self.stop_if_asked()
        at = now()
        if (
            self._told
            and self._told[0] == step.label.text
            and at - self._told[1] < self._told_every
        ):
            return
        if self.store.has_open_unit:
            return  # a second unit would wait for the caller's own
        self._told = (step.label.text, at)
        self._extend(step=kept(step.label), step_done=step.done, step_total=step.total)
        self.stop_if_asked()

    def checkpoint(self, state: object, unit: Unit | None = None) -> None:
        """Keep where the job is, as JSON; a later attempt finds it as `state`.

        In a `unit` of the caller, what the unit writes and the checkpoint are kept together, and
        only while this attempt holds the lease: such an effect happens once.

        Raises
        ------
        BadInputError
            If JSON cannot say the state.
        JobStoppedError
            If the job is to stop. Without a unit the checkpoint has been kept.
        """
        found = checked_json(state, what="The checkpoint of a job")
        if unit is None:
            self._extend(checkpoint=found)
        else:
            self._write(unit, checkpoint=found)
        self.state = found
        if unit is None:
            self.stop_if_asked()

    def stop_if_asked(self) -> None:
        """Raise if the job is to stop; costs nothing, so a tight loop may call it."""
        if self._lost.is_set():
            raise LeaseLostError
        if self._cancelled.is_set():
            raise JobCancelledError
        if self._stop.is_set():
            raise WorkerStoppingError

    def beat(self) -> bool:
        """Extend the lease and learn whether the job was cancelled; return whether it is held."""
        try:
            self._extend()
        except LeaseLostError:
            return False
        return True

    def _extend(self, **values: Any) -> None:
        self.store.transact(lambda unit: self._write(unit, **values))

    def _write(self, unit: Unit, **values: Any) -> None:
        longer = {"leased_until": now() + self._lease_for}
        if not lease.write(unit, self._claimed, longer | values):
            self._lost.set()
            raise LeaseLostError
        asked = sa.select(jobs.c.cancel_asked_by).where(jobs.c.id == self.job_id)
        if unit.scalar(asked) is not None:
            self._cancelled.set()
