"""Builds as durable work: the job that builds, and the subscriber that asks for it by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from valence.app.desk.tidying import tidy_kind
from valence.app.house import WholeHouse
from valence.core.clock import now
from valence.core.errors import ValenceError
from valence.core.messages import message
from valence.core.progress import Step
from valence.jobs import Context, Job, JobKind, JobStoppedError, enqueue, listing
from valence.lake.build import Ask
from valence.lake.internal import TOUCHED
from valence.store import Event, Unit, View
from valence.store.delivery import Subscriber

KIND = "house.build"
LANDED = "intake.landed"
DEFINED = frozenset({"definition.published", "definition.retired"})
WAIT = 5.0  # seconds for somebody else's lease; then the job comes back later

# Why a run ended early, in the run log; pages know by it that nothing broke.
STOPPED = message(
    "It was stopped before it was done. The figures of before stay published, and what this run "
    "had finished is used by the next one."
)


class BuildParams(BaseModel):
    """What is asked of a build."""

    model_config = ConfigDict(extra="forbid")

    engine: Literal["duckdb", "spark"] | None = Field(
        None, description="What computes the figures; by default that of the settings."
    )
    whole: bool = Field(default=False, description="Make everything anew, whatever changed.")
    as_of: date | None = Field(
        None, description="Day that the figures stand for; by default the last that orders cover."
    )


class _StoppedError(ValenceError):
    """Carries the word to stop through the build, so that the run log says it in a sentence."""

    def __init__(self, stop: JobStoppedError) -> None:
        self.stop = stop
        super().__init__(STOPPED)


def build_kind(house: WholeHouse) -> JobKind[BuildParams]:
    """Return the kind of job that brings all figures of the house up to date."""

    def run(params: BuildParams, context: Context) -> dict[str, Any]:
        return _build(house, params, context)

    return JobKind(
        KIND,
        message("Bring all figures up to date"),
        "house:build",
        BuildParams,
        run,
        max_attempts=5,
        one_at_a_time=lambda _params: KIND,
    )


def _build(house: WholeHouse, params: BuildParams, context: Context) -> dict[str, Any]:
    def told(step: Step) -> None:
        try:
            context.progress(step)
        except JobStoppedError as stop:
            raise _StoppedError(stop) from stop

    engine = params.engine or house.brand.settings.lake.engine
    ask = Ask(params.as_of, engine=engine, whole=params.whole, wait=WAIT)
    try:
        run = house.build(ask, told)
    except _StoppedError as stopped:
        raise stopped.stop from stopped
    kept = sum(mart.mode == "keep" for mart in run.marts)
    return {
        "run_id": run.run_id,
        "as_of": run.as_of,
        "seconds": run.seconds,
        "made": len(run.marts) - kept,
        "kept": kept,
    }


def job_kinds(house: WholeHouse) -> list[JobKind[Any]]:
    """Return the kinds of jobs of the desk."""
    return [build_kind(house), tidy_kind(house)]


def ask_for_build(
    house: WholeHouse,
    unit: Unit,
    params: BuildParams,
    *,
    actor: str,
    key: str | None = None,
    at: datetime | None = None,
) -> Job:
    """Ask for a build; the same `key` asks once."""
    return enqueue(
        unit, build_kind(house), params, actor=actor, idempotency_key=key, scheduled_for=at
    )


def active_build(view: View) -> Job | None:
    """Return the build that runs, else the one that waits longest."""
    for state in ("running", "queued"):
        if found := listing(view, states=(state,), kinds=(KIND,)):
            return found[-1]
    return None


def subscribers(house: WholeHouse) -> list[Subscriber]:
    """Return who asks for builds: when data land, and when a definition of a mart changes."""

    def deliver(events: Sequence[Event]) -> None:
        calling = [event for event in events if _calls(house, event)]
        if calling:
            # What waits already will see what landed: one build for all of them is enough.
            house.store.transact(lambda unit: _ask_once(house, unit, calling[-1]))

    return [Subscriber("house.build", deliver, names=frozenset({LANDED}) | DEFINED)]


def _calls(house: WholeHouse, event: Event) -> bool:
    head = house.lake.snapshot().head
    orders, changed = (head.tables.get(name) for name in ("orders", TOUCHED.name))
    if orders is None or not orders.rows:
        return False  # nothing to build from: the job could only fail
    if event.name == LANDED:
        # Without marks of changed rows somebody has built them in already.
        return not head.marts or (changed is not None and changed.rows > 0)
    return any(event.payload.get("kind") in mart.definitions for mart in house.marts)


def _ask_once(house: WholeHouse, unit: Unit, event: Event) -> Job | None:
    at = now()
    begins = event.payload.get("effective_from")
    later = datetime.fromisoformat(begins) if isinstance(begins, str) else at
    if later <= at and waiting_build(unit, BuildParams()):
        return None
    key = f"{event.name}:{event.id}"
    return ask_for_build(
        house, unit, BuildParams(), actor="worker", key=key, at=later if later > at else None
    )


def waiting_build(view: View, params: BuildParams) -> Job | None:
    """Return a build with these parameters that is due and has not begun."""
    asked, at = params.model_dump(mode="json"), now()
    waiting = listing(view, states=("queued",), kinds=(KIND,))
    return next((j for j in waiting if j.params == asked and j.scheduled_for <= at), None)
