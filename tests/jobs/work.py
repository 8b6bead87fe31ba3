"""Kinds of jobs for the tests, also loaded by the processes that the tests start and kill."""

import sys
import threading
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, NonNegativeInt

from valence.core.messages import message
from valence.core.progress import Step
from valence.jobs import JobKind, Worker, enqueue
from valence.store import Store
from valence.store.tables import outbox_subscribers

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class To(BaseModel):
    """How far to count."""

    model_config = ConfigDict(extra="forbid")

    to: NonNegativeInt


def kind(run, **settings):
    """A kind named `counting` that runs `run`."""
    return JobKind("counting", message("Count"), "tests:count", To, run, **settings)


def counting(params, context):
    """Write one row for each number, each with its checkpoint."""
    for number in range(context.state or 0, params.to):
        with context.store.writing() as unit:
            row = {"name": f"{context.job_id}:{number}", "position": context.attempt}
            unit.execute(sa.insert(outbox_subscribers), row)
            context.checkpoint(number + 1, unit)
        context.progress(Step(message("Counted to {n}", n=number + 1), number + 1, params.to))
    return {"counted": params.to}


COUNTING = kind(counting)


def ask(store, of, params, *, actor="ann", **settings):
    """Enqueue in a unit of its own."""
    with store.writing() as unit:
        return enqueue(unit, of, params, actor=actor, **settings)


def stall_after(number):
    """Count like `counting`, but after `number` say so and stand still until killed."""

    def run(params, context):
        def watched(step):
            context_progress(step)
            if step.done == number:
                print("stalled", flush=True)
                threading.Event().wait()

        context_progress, context.progress = context.progress, watched
        return counting(params, context)

    return run


if __name__ == "__main__":
    url, stall = sys.argv[1], int(sys.argv[2])
    run = stall_after(stall) if stall else counting
    worker = Worker(Store(url), [kind(run)], lease_for=timedelta(seconds=1))
    while worker.run_once():
        pass
