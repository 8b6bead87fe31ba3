"""Choosing: the mapping of a file, kept from last time, ready, or guessed and asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from valence.core.errors import BadInputError
from valence.core.messages import Message, message
from valence.core.settings import Brand
from valence.intake.columns import date_order, decimals
from valence.intake.guessing import Guess, Guessed, Question, guess
from valence.intake.mapping import Cell, FileMapping, folded, kept_mapping, ready_mapping
from valence.intake.needless import needless
from valence.intake.reading import Source
from valence.intake.rowtypes import passed_over, with_row_type
from valence.intake.saying import Said, applied, cells_of
from valence.intake.targets import KINDS
from valence.intake.thousands import settled
from valence.intake.whom import YOU_SAID_SO
from valence.lake.workbench import Workbench

MONTH_FIRST = frozenset({"US", "PH", "FM", "PW"})  # countries that write the month first


class NeedsConfirmationError(BadInputError):
    """A mapping was guessed and nobody confirmed it; `guess` holds it with the open questions."""

    def __init__(self, text: str, /, *, guessed: Guess, **values: object) -> None:
        super().__init__(text, **values)
        self.guess = guessed


@dataclass(frozen=True, slots=True)
class Choice:
    """A mapping to import with, what was assumed, and where it comes from."""

    mapping: FileMapping
    warnings: tuple[Message, ...]
    origin: str = "given"  # kept, ready, guessed; or given with the import


@dataclass(frozen=True, slots=True)
class Preview:
    """What a person confirms: the mapping offered, where it comes from, and what is open."""

    source: Source
    guess: Guess
    origin: str  # kept, ready or guessed


def preview(bench: Workbench, brand: Brand, source: Source, said: Said | None = None) -> Preview:
    """Return the mapping offered for a source, completed by what its whole columns tell.

    Parameters
    ----------
    bench
        Where the source is read.
    brand
        For kept mappings, the country and the zone.
    source
        The open file.
    said
        What somebody said of its columns; it stands above all the rest.

    Raises
    ------
    BadInputError
        If it is not recognised, or something was said of a column that is not there.
    """
    said = said or Said()
    cells = cells_of(said.columns, source.names, source.name)
    kept, ready = kept_mapping(brand, source.signature), ready_mapping(source.names)
    if kept is not None:
        origin, offered = "kept", passed_over(bench, source, as_guess(source, kept))
        if not said:  # it was completed when it was confirmed
            return Preview(source, offered, origin)
    elif ready is not None:
        origin, offered = "ready", as_guess(source, ready)
    else:
        if (why := needless(source.names)) is not None and not cells:
            raise BadInputError("Nothing of {file} is imported. {why}", file=source.name, why=why)
        offered = guess(source, brand.settings.brand.country, cells)
        origin, offered = "guessed", with_row_type(bench, source, offered)
    if said:
        offered = _laid_over(source, offered, cells, said)
    return Preview(source, _completed(bench, brand, source, offered), origin)


def chosen(bench: Workbench, brand: Brand, source: Source, *, yes: bool) -> Choice:
    """Return the mapping to import with.

    A mapping from last time and a ready one are taken. A guess is taken with `yes` where every
    question is clear; where two columns could be the amount, it is refused even then: a wrong
    amount looks right in every figure that follows.

    Raises
    ------
    NeedsConfirmationError
        With the guess and its questions.
    """
    offered = preview(bench, brand, source)
    open_questions = [q for q in offered.guess.questions if not q.clear]
    if open_questions:
        raise NeedsConfirmationError(
            "{why}", guessed=offered.guess, why=" ".join(str(q.text) for q in open_questions)
        )
    if offered.origin == "guessed" and not yes:
        raise NeedsConfirmationError(
            "{file} has a form that is met for the first time. Look at the mapping, then confirm "
            "it or run again with `--yes`: {columns}.",
            guessed=offered.guess,
            file=source.name,
            columns=", ".join(f"{one.column} → {one.target}" for one in offered.guess.columns),
        )
    warnings = [*offered.guess.notes, *(question.text for question in offered.guess.questions)]
    if offered.origin == "guessed" and offered.guess.unused:
        warnings.append(
            message(
                "Not imported from {file}: {columns}.",
                file=source.name,
                columns=", ".join(offered.guess.unused),
            )
        )
    return Choice(offered.guess.mapping, tuple(warnings), offered.origin)


def given(bench: Workbench, brand: Brand, source: Source, mapping: FileMapping) -> Choice:
    """Return a mapping that somebody wrote, with what it leaves open settled by the file."""
    offered = _completed(bench, brand, source, as_guess(source, mapping))
    return Choice(offered.mapping, tuple(question.text for question in offered.questions), "given")


def as_guess(source: Source, mapping: FileMapping) -> Guess:
    """Return what a mapping takes the columns of a source for."""
    names = folded(source.names)
    why = message("The mapping {name} says so.", name=mapping.name)
    told = [Guessed(found, where, 1.0, why) for where, found in _places(mapping.cells(), names)]
    used = {one.column for one in told} | set(mapping.properties)
    return Guess(mapping, tuple(told), (), tuple(n for n in source.names if n not in used))


def _places(
    cells: Iterable[tuple[str, Cell]], names: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield the place of every column that is read, and the column."""
    for place, cell in cells:
        for column in cell.read_in(names):
            yield (f"time of {place}" if column == cell.time_in(names) else place), column


def _laid_over(source: Source, offered: Guess, cells: Mapping[str, Cell], said: Said) -> Guess:
    """Return an offer with what somebody said above it."""
    again = as_guess(source, applied(offered.mapping, cells, said))
    reasons = {one.column: one for one in offered.columns}
    named = _places(cells.items(), folded(source.names))
    places = {column: place.replace("columns.", "") for place, column in named}
    told = (
        Guessed(one.column, places[one.column], 1.0, YOU_SAID_SO)
        if one.column in places
        else reasons.get(one.column, one)
        for one in again.columns
    )
    left = tuple(q for q in offered.questions if f"columns.{q.about}" not in cells)
    return replace(again, columns=tuple(told), questions=left, notes=offered.notes)


def _completed(bench: Workbench, brand: Brand, source: Source, offered: Guess) -> Guess:
    """Settle the order of dates and the sign of decimals where the mapping leaves them open."""
    mapping, questions = offered.mapping, list[Question](offered.questions)
    names = folded(source.names)
    kinds = {column.name: column.kind for column in source.columns}
    month_first = brand.settings.brand.country in MONTH_FIRST
    cells = dict(mapping.columns)
    for target, cell in mapping.columns.items():
        column = cell.found_in(names)
        if column is None or kinds[column] != "text":
            continue
        type_ = KINDS[mapping.kind].targets[target].type
        if type_ == "date" and cell.date is None and mapping.date is None:
            finding = date_order(bench, source, column, month_first=month_first)
            cells[target] = cell.model_copy(update={"date": finding.order})
            questions += [finding.question] if finding.question else []
        if type_ in {"number", "float"} and cell.decimals is None and mapping.decimals is None:
            style, question = decimals(bench, source, column), None
            if type_ == "number":
                style, question = settled(bench, brand, source, column, style)
            cells[target] = cell.model_copy(update={"decimals": style})
            questions += [question] if question else []
    mapping = mapping.model_copy(update={"columns": cells})
    return replace(offered, mapping=mapping, questions=tuple(questions))
