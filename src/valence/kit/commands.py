"""Command helpers: a command names its permission, finds its brand folder, prints table or JSON."""

from __future__ import annotations

import functools
import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, TextIO, TypeVar
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table

from valence.core.messages import Message
from valence.core.progress import Progress, Step, silent
from valence.core.settings import FILE, Brand, load
from valence.trust.actor import LOCAL, authorize, checked_permission

Handler = TypeVar("Handler", bound=Callable[..., Any])
BrandFolder = Annotated[
    Path,
    typer.Option("--brand", envvar="VALENCE_BRAND", help="Brand folder.", show_default="here"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
HERE = Path()
_OWN_WORD = re.compile(r"(?<![\w./-])valence (?=[a-z])")  # the name as one types it
_UNBROKEN = 100_000  # columns, where nobody looks at a screen


class Commands:
    """A group of commands: `valence <name> <verb>`. Every command declares its permission."""

    def __init__(self, name: str, summary: str) -> None:
        self.app = typer.Typer(name=name, help=summary, no_args_is_help=True)
        self.permissions: dict[str, str] = {}

    def command(self, name: str, *, permission: str) -> Callable[[Handler], Handler]:
        """Declare a command; its docstring is its help and holds an example."""
        checked_permission(permission)
        self.permissions[name] = permission

        def declare(handler: Handler) -> Handler:
            @functools.wraps(handler)
            def run(*args: Any, **kwargs: Any) -> Any:
                authorize(LOCAL, permission)  # whoever has a shell on this machine
                return handler(*args, **kwargs)

            self.app.command(name)(run)
            return handler

        return declare


def open_brand(folder: Path) -> Brand:
    """Return the brand of a folder, or of the nearest folder above that is one."""
    return load(_above(folder) or folder)  # without one: the sentence that says what to do


def brand_root(words: Sequence[str]) -> Path | None:
    """Return the brand folder that a command line meant, for a fault that came before it opened."""
    named = [later for word, later in pairwise(words) if word == "--brand"]
    named += [word.removeprefix("--brand=") for word in words if word.startswith("--brand=")]
    return _above(Path(named[0] if named else os.environ.get("VALENCE_BRAND", "")))


def _above(folder: Path) -> Path | None:
    start = folder.resolve()
    return next((each for each in (start, *start.parents) if (each / FILE).is_file()), None)


def print_json(value: Any) -> None:
    """Print a result as one JSON document on standard output."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")


def plain(value: Any) -> Any:
    """Return a value in JSON's own types: amounts as exact text, days and instants as ISO 8601."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(value.worded() if isinstance(value, Message) else asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID | Path):
        return str(value)
    return value


def print_table(
    rows: Sequence[Mapping[str, Any]],
    columns: Mapping[str, str] | None = None,
    *,
    title: str = "",
    right: Collection[str] = (),
) -> None:
    """Print rows as a table on standard output; numbers to the right.

    `columns` gives the columns to show and their headings; by default all of the first row.
    `right` names columns that stand to the right although they are text.
    """
    shown = dict(columns or {name: name for name in (rows[0] if rows else {})})
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for name, heading in shown.items():
        numeric = name in right or any(
            isinstance(row.get(name), int | float | Decimal) for row in rows
        )
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(cell(row.get(name)) for name in shown))
    console(sys.stdout).print(table)


def console(stream: TextIO) -> Console:
    """Return a console that wraps on a terminal only.

    What a program reads stays in one line: an id that is cut in four finds nothing.
    """
    wide = None if stream.isatty() else _UNBROKEN
    return Console(file=stream, width=wide, highlight=False)


def cell(value: Any) -> str:
    """Return a value as a table cell: grouped digits, two decimals, an en dash for nothing."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Decimal | float):
        return f"{value:,.2f}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return str(value)


def say(text: str | Message) -> None:
    """Tell the person at the terminal something that is not the result: on standard error.

    Commands in it are written as they can be typed here: `.venv/bin/valence build` where nobody
    activated the environment.
    """
    told = _OWN_WORD.sub(lambda _: f"{program()} ", str(text))
    console(sys.stderr).print(told, markup=False)


def program(within: Path | None = None) -> str:
    """Return how this program is called from the working folder, or from the folder `within`."""
    called = Path(sys.argv[0])
    if called.name != "valence" or called.parent == Path():
        return "valence"
    found = shutil.which("valence")
    if found is not None and called.exists() and called.samefile(found):
        return "valence"
    if within is not None and not called.is_absolute():
        called = Path(os.path.relpath(called, within))
    return shlex.quote(str(called))


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Give a progress listener that draws a bar on a terminal and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield silent
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def tell(step: Step) -> None:
            bar.update(task, description=str(step.label), completed=step.done, total=step.total)

        yield tell
