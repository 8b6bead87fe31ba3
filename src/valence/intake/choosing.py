"""Choosing: the mapping of a file, kept from last time, ready, or guessed and asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from valence.core.errors import BadInputError
from valence.core.messages import Message, message
from valence.core.settings import Brand
from valence.intake.columns import date_order, decimals
from valence.intake.guessing import Guess, Guessed, Question, guess
from valence.intake.mapping import FileMapping, cell_of, folded, kept_mapping, ready_mapping
from valence.intake.needless import needless
from valence.intake.reading import Source
from valence.intake.rowtypes import passed_over, with_row_type
from valence.intake.targets import KINDS
from valence.intake.thousands import settled
from valence.lake.workbench import Workbench

MONTH_FIRST = frozenset({"US", "PH", "FM", "PW"})  # countries that write the month first


class NeedsConfirmationError(BadInputError):
    """A mapping was guessed and nobody confirmed it; `guess` holds it with the open questions."""

    def __init__(self, text: str, /, *, guessed: Guess, **values: object) -> None:
        super().__init__(text, **values)
        self.guess = guessed


@dataclass(frozen=True, slots=True)
class Choice:
    """A mapping to import with, and what was assumed."""

    mapping: FileMapping
    warnings: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a person confirms: the mapping offered, where it comes from, and what is open."""

    source: Source
    guess: Guess
    origin: str  # kept, ready or guessed


def preview(
    bench: Workbench, brand: Brand, source: Source, answers: Mapping[str, str] | None = None
) -> Preview:
    """Return the mapping offered for a source, completed by what its whole columns tell.

    Parameters
    ----------
    bench
        Where the source is read.
    brand
        For kept mappings, the country and the zone.
    source
        The open file.
    answers
        What a person said to questions: a question's `about` → the choice.
    """
    kept = kept_mapping(brand, source.signature)
    if kept is not None:
        return Preview(source, passed_over(bench, source, _as_guess(source, kept)), "kept")
    ready = ready_mapping(source.names)
    if ready is not None:
        return Preview(source, _completed(bench, brand, source, _as_guess(source, ready)), "ready")
    if (why := needless(source.names)) is not None:
        raise BadInputError("Nothing of {file} is imported. {why}", file=source.name, why=why)
    offered = guess(source, brand.settings.brand.country)
    offered = _answered(with_row_type(bench, source, offered), answers or {})
    return Preview(source, _completed(bench, brand, source, offered), "guessed")


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
    return Choice(offered.guess.mapping, tuple(warnings))


def _as_guess(source: Source, mapping: FileMapping) -> Guess:
    names = folded(source.names)
    told = [
        Guessed(found, where, 1.0, message("The mapping {name} says so.", name=mapping.name))
        for where, cell in mapping.cells()
        if (found := cell.found_in(names))
    ]
    used = {one.column for one in told}
    return Guess(mapping, tuple(told), (), tuple(n for n in source.names if n not in used))


def _answered(offered: Guess, answers: Mapping[str, str]) -> Guess:
    mapping, left = offered.mapping, []
    for question in offered.questions:
        answer = answers.get(question.about)
        if answer is None:
            left.append(question)
            continue
        if answer not in question.choices:
            raise BadInputError(
                "{answer!r} is not one of the choices: {choices}.",
                answer=answer,
                choices=", ".join(question.choices),
            )
        cells = {**mapping.columns, question.about: cell_of(answer)}
        mapping = mapping.model_copy(update={"columns": cells})
    return replace(offered, mapping=mapping, questions=tuple(left))


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
