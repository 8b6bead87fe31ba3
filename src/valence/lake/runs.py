"""The run log: one small file a build, whether it succeeded, failed or was killed."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from valence.core import clock, ids
from valence.core.errors import ValenceError
from valence.core.messages import Message, message
from valence.lake.lease import holder_of

KEEP = 500


@dataclass(frozen=True, slots=True)
class MartRun:
    """What a build did about one mart."""

    mart: str
    mode: str  # keep, part or whole
    why: str  # in English
    rows: int
    seconds: float
    sentence: dict[str, Any] = field(default_factory=dict)  # the same, to be translated

    @property
    def reason(self) -> Message:
        """Why, for the reader's language."""
        return spoken(self.sentence, self.why)


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
    error: str = ""  # in English
    sentence: dict[str, Any] = field(default_factory=dict)  # the same, to be translated

    @property
    def fault(self) -> Message:
        """What went wrong, for the reader's language."""
        return spoken(self.sentence, self.error)


def written(said: Message) -> dict[str, Any]:
    """Return a sentence as JSON: its English text and its values."""
    plain = {
        name: {"sentence": written(value)}
        if isinstance(value, Message)
        else value
        if value is None or isinstance(value, bool | int | float | str)
        else str(value)
        for name, value in said.values.items()
    }
    return {"text": said.text, "values": plain}


def spoken(sentence: Mapping[str, Any], otherwise: str) -> Message:
    """Return the sentence that was written; `otherwise`, as it is, where none was."""
    if not sentence:
        return Message(otherwise)
    values = {
        name: spoken(value["sentence"], "") if isinstance(value, dict) else value
        for name, value in sentence["values"].items()
    }
    return Message(sentence["text"], values)


def explained(wrong: BaseException) -> Message:
    """Return what stopped a build as a sentence."""
    if isinstance(wrong, ValenceError):
        return wrong.message
    if isinstance(wrong, KeyboardInterrupt):
        return message("It was interrupted from the keyboard.")
    why = f"{type(wrong).__name__}: {wrong}".rstrip(": ")
    return message("An unexpected error stopped it: {why}.", why=why.rstrip("."))


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

    def finish(self, run: Run, *, marts: tuple[MartRun, ...], error: Message | None = None) -> Run:
        """Note how it ended."""
        ended = replace(
            run,
            status="failed" if error else "succeeded",
            seconds=round(time.perf_counter() - self._started, 3),
            marts=marts,
            error=str(error) if error else "",
            sentence=written(error) if error else {},
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
