"""The standing of the figures: for which day, how old, whether something waits to be built."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from valence.app.desk.building import STOPPED, active_build
from valence.app.house import WholeHouse
from valence.core.clock import now
from valence.core.messages import Message, message
from valence.jobs import Job
from valence.kit.format import Formats
from valence.lake.canonical import WITHOUT_ORDERS
from valence.lake.internal import TOUCHED
from valence.lake.lease import holder_of
from valence.lake.runs import Run, RunLog

STATUS: dict[str, tuple[Message, str]] = {
    "running": (message("running"), "main"),
    "succeeded": (message("succeeded"), "good"),
    "stopped": (message("stopped"), "warn"),
    "failed": (message("failed"), "bad"),
    "killed": (message("killed"), "bad"),
}
MODES: dict[str, Message] = {
    "keep": message("stayed as it was"),
    "part": message("patched"),
    "whole": message("made anew"),
}
WILL: dict[str, Message] = {
    "keep": message("stays as it is"),
    "part": message("will be patched"),
    "whole": message("will be made anew"),
}
KILLED = message(
    "The process that built was killed, or the machine went off. The figures of before stay "
    "published; a new build takes over what this one had finished."
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the figures stand now."""

    as_of: date | None
    built_at: datetime | None  # when the newest mart was made
    runs: list[Run]
    active: Job | None
    orders: int
    others: int  # answers, contacts, events and messages
    marts: int
    rows: int  # of all marts
    waiting: int  # marks of changed rows that no mart has taken up yet
    holder: str  # what somebody else does to the lake right now

    @property
    def last(self) -> Run | None:
        """The last run that is over."""
        return next((run for run in self.runs if run.status != "running"), None)

    @property
    def seconds(self) -> list[float]:
        """Durations of the last successful runs, oldest first."""
        done = [run.seconds for run in self.runs if run.status == "succeeded"]
        return done[11::-1]


def standing(house: WholeHouse, *, runs: int = 20) -> Standing:
    """Return where the figures of a house stand."""
    head = house.lake.snapshot().head
    built = [datetime.fromisoformat(state.built_at) for state in head.marts.values()]
    with house.store.reading() as view:
        active = active_build(view)
    holder = holder_of(house.lake.path)
    touched = head.tables.get(TOUCHED.name)
    orders = head.tables.get("orders")
    return Standing(
        head.as_of,
        max(built, default=None),
        run_log(house, runs),
        active,
        orders.rows if orders else 0,
        sum(head.tables[name].rows for name in WITHOUT_ORDERS if name in head.tables),
        len(head.marts),
        sum(head.tables[name].rows for name in head.marts if name in head.tables),
        touched.rows if touched else 0,
        str(holder["holder"]) if holder else "",
    )


def run_log(house: WholeHouse, limit: int) -> list[Run]:
    """Return the last runs, newest first."""
    return RunLog(house.lake.path).runs(limit)


def status_of(run: Run) -> str:
    """Return the status, `stopped` told apart from `failed`: nothing broke there."""
    stopped = run.status == "failed" and run.sentence.get("text") == STOPPED.text
    return "stopped" if stopped else run.status


def fault_of(run: Run) -> Message | None:
    """Return why a run did not end well; None for one that did."""
    if run.status == "killed":
        return KILLED
    return run.fault if run.error else None


def ago(fmt: Formats, then: datetime) -> Message:
    """Return how long ago an instant was, in the largest unit that fits."""
    seconds = max(0.0, (now() - then).total_seconds())
    if seconds < 90:
        return message("just now")
    if seconds < 5400:
        return message("{n} minutes ago", n=fmt.integer(round(seconds / 60)))
    if seconds < 129_600:
        return message("{n} hours ago", n=fmt.integer(round(seconds / 3600)))
    return message("{n} days ago", n=fmt.integer(round(seconds / 86_400)))
