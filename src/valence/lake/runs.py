"""The run log: one small file a build, whether it succeeded, failed or was killed."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path

from valence.core import clock, ids
from valence.lake.lease import holder_of

KEEP = 500


@dataclass(frozen=True, slots=True)
class MartRun:
    """What a build did about one mart."""

    mart: str
    mode: str  # keep, part or whole
    why: str
    rows: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Run:
    """One build."""

    run_id: str
    engine: str
    as_of: str
    started_at: str
    code_version: str
    status: str = "running"  # running, succeeded, failed or killed
    seconds: float = 0
    marts: tuple[MartRun, ...] = ()
    error: str = ""


class RunLog:
    """The runs of one lake, newest first."""

    def __init__(self, lake: Path) -> None:
        self.folder = lake / "runs"
        self._started = 0.0

    def start(self, engine: str, as_of: date) -> Run:
        """Note that a build began."""
        self._started = time.perf_counter()
        run = Run(
            str(ids.new_id()),
            engine,
            as_of.isoformat(),
            clock.now().isoformat(),
            version("valence"),
        )
        self._write(run)
        return run

    def finish(self, run: Run, *, marts: tuple[MartRun, ...], error: str = "") -> Run:
        """Note how it ended."""
        ended = replace(
            run,
            status="failed" if error else "succeeded",
            seconds=round(time.perf_counter() - self._started, 3),
            marts=marts,
            error=error,
        )
        self._write(ended)
        for old in sorted(self.folder.glob("*.json"))[:-KEEP]:
            old.unlink()
        return ended

    def runs(self, limit: int = 50) -> list[Run]:
        """Return the last runs, newest first."""
        found = []
        building = holder_of(self.folder.parent) is not None
        for number, path in enumerate(sorted(self.folder.glob("*.json"), reverse=True)[:limit]):
            raw = json.loads(path.read_text("utf-8"))
            raw["marts"] = tuple(MartRun(**mart) for mart in raw["marts"])
            run = Run(**raw)
            if run.status == "running" and not (building and number == 0):
                run = replace(run, status="killed")
            found.append(run)
        return found

    def _write(self, run: Run) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f".{run.run_id}"
        fresh.write_text(json.dumps(asdict(run), indent=1), "utf-8")
        fresh.replace(self.folder / f"{run.run_id}.json")


def started(run: Run) -> datetime:
    """Return when a run started (UTC)."""
    return datetime.fromisoformat(run.started_at)
