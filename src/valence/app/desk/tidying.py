"""Tidying: once a day, what nobody needs any more is cleared away, by itself.

It is a job whose key is the day: whoever asks again on that day, after a restart or from another
process, asks for nothing new.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict

from valence.core.clock import now
from valence.core.messages import message
from valence.core.progress import Step
from valence.jobs import Context, JobKind, Worker, by_key, enqueue, prune
from valence.kit import idempotency
from valence.kit.opened import OpenBrand
from valence.store import outbox

KIND = "house.tidy"
KEPT = timedelta(days=30)  # jobs that are over, events that everyone has dealt with, keys


class TidyParams(BaseModel):
    """Nothing is asked: what is old is told by the clock."""

    model_config = ConfigDict(extra="forbid")


def tidy_kind(opened: OpenBrand) -> JobKind[TidyParams]:
    """Return the kind of job that clears away what is old."""

    def run(_params: TidyParams, context: Context) -> dict[str, Any]:
        return _tidy(opened, context)

    return JobKind(
        KIND,
        message("Clear away what is old"),
        "house:vacuum",
        TidyParams,
        run,
        one_at_a_time=lambda _params: KIND,
    )


def _tidy(opened: OpenBrand, context: Context) -> dict[str, Any]:
    before = now() - KEPT
    store = opened.store
    context.progress(Step(message("Removing old jobs and events")))
    gone_jobs = store.transact(lambda unit: prune(unit, before=before))
    gone_events = store.transact(lambda unit: outbox.prune(unit, before=before))
    store.transact(lambda unit: idempotency.prune(unit, before=before))
    context.progress(Step(message("Removing files that no figure needs")))
    # Last, for somebody may hold the lake: then all of this is done again, and finds less to do.
    return {"jobs": gone_jobs, "events": gone_events, "files": opened.lake.vacuum()}


def ask_daily(opened: OpenBrand) -> None:
    """Ask for the tidying of this day, unless it was asked for already."""
    key = f"daily:{now().astimezone(opened.brand.settings.zone):%Y-%m-%d}"
    with opened.store.reading() as view:
        if by_key(view, KIND, key):
            return
    opened.store.transact(
        lambda unit: enqueue(
            unit, tidy_kind(opened), TidyParams(), actor="worker", idempotency_key=key
        )
    )


def tidy_today(opened: OpenBrand) -> None:
    """Tidy now if that was not done today: for a brand that is built by command only."""
    ask_daily(opened)
    Worker(opened.store, [tidy_kind(opened)]).run_once()


CHORES = (ask_daily,)
