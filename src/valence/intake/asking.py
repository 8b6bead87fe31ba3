"""Asking at the terminal: a mapping shown with its reasons, and the questions it leaves open."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from valence.core.errors import BadInputError, did_you_mean
from valence.core.messages import message
from valence.intake.choosing import NeedsConfirmationError
from valence.intake.guessing import Guess, Question
from valence.intake.looking import Look
from valence.intake.mapping import Cell, FileMapping, cell_of, folded
from valence.intake.targets import KINDS
from valence.people.normalise import ID_TYPES


def on_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def answered(
    seen: Look,
    mapping: FileMapping,
    columns: Mapping[str, str],
    date: str = "",
    decimals: str = "",
) -> FileMapping:
    """Return the mapping with what was said: columns, the order of dates, the mark of decimals.

    A target may be a kind of identifier too, and a column `one + other` for what both make.

    Raises
    ------
    BadInputError
        If a target or a column is not there; the near name is offered.
    """
    if "row_type" in columns and mapping.kind == "orders":
        # A sale and its refund are two rows of one order.
        mapping = mapping.model_copy(update={"kind": "order_lines"})
    targets = KINDS[mapping.kind].targets
    cells, people = dict(mapping.columns), dict(mapping.identifiers)
    for target, column in columns.items():
        if target not in targets and target not in ID_TYPES:
            raise BadInputError(
                "{target!r} is not a column of {kind}. {fix}",
                target=target,
                kind=mapping.kind,
                fix=did_you_mean(target, (*targets, *ID_TYPES)),
            )
        group = cells if target in targets else people
        group[target] = _cell(seen, column)
    cells = {
        name: _styled(cell, targets[name].type, date, decimals) for name, cell in cells.items()
    }
    return mapping.model_copy(update={"columns": cells, "identifiers": people})


def _styled(cell: Cell, type_: str, date: str, decimals: str) -> Cell:
    """Return a cell with the order of dates and the mark of decimals that were said."""
    if type_ == "date" and date:
        return cell.model_copy(update={"date": date})
    if type_ in {"number", "float"} and decimals:
        return cell.model_copy(update={"decimals": decimals})
    return cell


def _cell(seen: Look, said: str) -> Cell:
    """The cell that somebody names, its columns as they are written in the file."""
    names = folded(seen.names)
    parts = (said,) if said.casefold() in names else cell_of(said).together or (said,)
    for part in parts:
        if part.casefold() not in names:
            raise BadInputError(
                "{file} has no column {column!r}. {fix}",
                file=seen.name,
                column=part,
                fix=did_you_mean(part, seen.names),
            )
    found = tuple(names[part.casefold()] for part in parts)
    return Cell(column=found) if len(found) == 1 else Cell(together=found)


def parsed_columns(given: list[str]) -> dict[str, str]:
    """Return `TARGET=COLUMN` options as a mapping."""
    found = {}
    for one in given:
        target, equals, column = one.partition("=")
        if not (target and equals and column):
            raise BadInputError(
                "{given!r} is not of the form TARGET=COLUMN, such as net_amount=Total.", given=one
            )
        found[target] = column
    return found


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


def confirmed(
    seen: Look, *, said: Mapping[str, str], date: str = "", decimals: str = ""
) -> FileMapping:
    """Return the mapping that somebody at the terminal said yes to.

    Raises
    ------
    NeedsConfirmationError
        If nobody is there to be asked, or the answer is no.
    """
    if seen.fault is not None or seen.mapping is None:
        raise BadInputError(seen.fault or message("{file} is not recognised.", file=seen.name))
    mapping = answered(seen, seen.mapping, said, date, decimals)
    given = {**said, "date": date, "decimals": decimals}
    left = [question for question in seen.questions if not _is_answered(question, given)]
    if not on_terminal():
        raise NeedsConfirmationError(
            "{file} has a form that is met for the first time, and nobody is at a terminal to "
            "confirm what its columns mean.{why} Look with `valence mapping show {file}`; then "
            "run again with `--yes`, or with `--mapping FILE`.",
            guessed=_guess(seen, mapping),
            file=seen.name,
            why="".join(f" {question.text}" for question in left if not question.clear),
        )
    console = Console(stderr=True)
    show(seen, console)
    for question in left:
        choice = _choose(question)
        what, _, column = question.about.partition(":")
        if column:
            mapping = _with_style(mapping, column, what, choice)
        else:
            mapping = answered(seen, mapping, {question.about: choice})
    if not typer.confirm("Import with this mapping?", default=True, err=True):
        raise NeedsConfirmationError(
            "Nothing was imported. Write the mapping to a file with `valence mapping guess {file} "
            "> mapping.yaml`, change it, and give it with `--mapping mapping.yaml`.",
            guessed=_guess(seen, mapping),
            file=seen.name,
        )
    return mapping


def _is_answered(question: Question, said: Mapping[str, str]) -> bool:
    return bool(said.get(question.about.partition(":")[0]))


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


def _guess(seen: Look, mapping: FileMapping) -> Guess:
    return Guess(mapping, seen.told, seen.questions, seen.unused)
