"""Asking at the terminal: a mapping shown with its reasons, and the questions it leaves open."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from valence.core.errors import BadInputError
from valence.core.messages import Message, message
from valence.intake.choosing import NeedsConfirmationError
from valence.intake.guessing import Guess, Question
from valence.intake.looking import Look
from valence.intake.mapping import FileMapping
from valence.intake.saying import Said, applied, cells_of


@dataclass(frozen=True, slots=True)
class Typed:
    """An import as it was typed, for advice that can be typed in its turn."""

    files: tuple[str, ...]
    said: Said
    brand: str = ""  # where it was named

    def again(self, *further: str) -> str:
        """Return the command with further words."""
        words = ["valence", "import", *self.files]
        for target, column in self.said.columns.items():
            words += ["--column", f"{target}={column}"]
        words += ["--date", self.said.date] if self.said.date else []
        words += ["--decimals", self.said.decimals] if self.said.decimals else []
        return shlex.join([*words, *self._brand, *further])

    def written_down(self, file: Path) -> str:
        """Return how a mapping of a file is written down, changed, and given."""
        guess = shlex.join(["valence", "mapping", "guess", str(file), *self._brand])
        give = ["valence", "import", str(file), *self._brand, "--mapping", "mapping.yaml"]
        return f"`{guess} > mapping.yaml`, change it, then `{shlex.join(give)}`"

    @property
    def _brand(self) -> list[str]:
        return ["--brand", self.brand] if self.brand else []


def on_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def answered(seen: Look, mapping: FileMapping, columns: Mapping[str, str]) -> FileMapping:
    """Return the mapping with what columns were said to be (see `saying`)."""
    return applied(mapping, cells_of(columns, seen.names, seen.name), Said(columns))


def at_path(seen: Look, path: Path) -> Look:
    """Return a look whose sentences name the file as it was typed, so that commands work."""

    def typed(said: Message) -> Message:
        return (
            replace(said, values={**said.values, "file": path}) if "file" in said.values else said
        )

    return replace(
        seen,
        questions=tuple(replace(one, text=typed(one.text)) for one in seen.questions),
        warnings=tuple(map(typed, seen.warnings)),
        fault=typed(seen.fault) if seen.fault else None,
    )


def show(seen: Look, console: Console) -> None:
    """Print what a file is taken for: column, meaning, how sure, why, samples."""
    kind = seen.mapping.kind if seen.mapping else "?"
    table = Table(
        title=f"{seen.name} is taken for: {kind}", title_justify="left", header_style="bold"
    )
    for heading in ("column", "taken for", "sure", "why", "first values"):
        table.add_column(heading, overflow="fold")
    samples = {column.name: ", ".join(column.samples) for column in seen.columns}
    for one in seen.told:
        table.add_row(
            one.column, one.target, f"{one.confidence:.0%}", str(one.reason), samples[one.column]
        )
    for name in seen.unused:
        table.add_row(name, "not imported", "", "", samples[name])
    console.print(table)
    for warning in seen.warnings:
        console.print(str(warning), markup=False, highlight=False)


def confirmed(seen: Look, *, path: Path, typed: Typed) -> FileMapping:
    """Return the mapping that somebody at the terminal said yes to.

    Parameters
    ----------
    seen
        What the file is taken for.
    path
        The file as it was typed.
    typed
        The whole import as it was typed, for the advice where nobody can be asked.

    Raises
    ------
    BadInputError
        If the file is not recognised.
    NeedsConfirmationError
        If nobody is there to be asked, or the answer is no.
    """
    if seen.fault is not None or seen.mapping is None:
        raise BadInputError(seen.fault or message("{file} is not recognised.", file=path))
    mapping = seen.mapping
    offered = Guess(mapping, seen.told, seen.questions, seen.unused)
    if not on_terminal():
        if seen.open_questions:
            raise _unanswered(offered, typed)
        raise NeedsConfirmationError(
            "{file} has a form that is met for the first time, and nobody is at a terminal to "
            "confirm what its columns mean: {columns}. If that is right: `{again}`. If not: "
            "{otherwise}.",
            guessed=offered,
            file=path,
            columns=", ".join(f"{one.column} → {one.target}" for one in seen.told),
            again=typed.again("--yes"),
            otherwise=typed.written_down(path),
        )
    console = Console(stderr=True)
    show(seen, console)
    for question in seen.questions:
        choice = _choose(question)
        what, _, column = question.about.partition(":")
        if column:
            mapping = _with_style(mapping, column, what, choice)
        else:
            mapping = answered(seen, mapping, {question.about: choice})
    if not typer.confirm("Import with this mapping?", default=True, err=True):
        raise NeedsConfirmationError(
            "Nothing was imported. To change the mapping: {otherwise}.",
            guessed=offered,
            otherwise=typed.written_down(path),
        )
    return mapping


def in_need(unclear: NeedsConfirmationError, typed: Typed) -> NeedsConfirmationError:
    """Return a refusal with the command that goes on from it."""
    open_questions = [q for q in unclear.guess.questions if not q.clear]
    return _unanswered(unclear.guess, typed) if open_questions else unclear


def _unanswered(offered: Guess, typed: Typed) -> NeedsConfirmationError:
    """The refusal of what has open questions: with the command that answers them."""
    open_questions = [question for question in offered.questions if not question.clear]
    return NeedsConfirmationError(
        "{why} The whole command would be, for one: `{again}`.",
        guessed=offered,
        why=" ".join(str(question.text) for question in open_questions),
        again=typed.again("--yes", *_answers(open_questions)),
    )


def _answers(questions: Sequence[Question]) -> Iterator[str]:
    for question in questions:
        yield from ("--column", f"{question.about}={question.choices[0]}")


def _choose(question: Question) -> str:
    """Ask for one of the choices until one is given."""
    console = Console(stderr=True, highlight=False)
    console.print(str(question.text), markup=False)
    for number, choice in enumerate(question.choices, 1):
        console.print(f"  {number}  {choice}", markup=False)
    default = question.choices.index(question.better) + 1 if question.clear else None
    while True:
        given: Any = typer.prompt("Which one?", default=default, type=int, err=True)
        if 1 <= int(given) <= len(question.choices):
            return question.choices[int(given) - 1]
        console.print(f"Say a number from 1 to {len(question.choices)}.")


def _with_style(mapping: FileMapping, column: str, what: str, choice: str) -> FileMapping:
    """Return the mapping with the order of dates, or the mark of decimals, of one column."""
    cells = {
        target: cell.model_copy(update={what: choice}) if column in cell.column else cell
        for target, cell in mapping.columns.items()
    }
    return mapping.model_copy(update={"columns": cells})
