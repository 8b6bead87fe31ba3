"""Saying: what a person says of columns, such as `ordered_at=Date + Time`, laid over a mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from valence.core.errors import BadInputError, did_you_mean
from valence.core.messages import message
from valence.intake.mapping import CONTACT, GROUPS, PARTS, Cell, FileMapping, folded
from valence.intake.synonyms import COLUMNS, plain
from valence.intake.targets import KINDS
from valence.people.normalise import ID_TYPES

_AND = " + "
_TARGETS = {name for kind in KINDS.values() for name in kind.targets}


@dataclass(frozen=True)
class Said:
    """What was said: columns by their targets, the order of dates, the mark of decimals."""

    columns: Mapping[str, str] = field(default_factory=dict)
    date: str = ""
    decimals: str = ""

    def __bool__(self) -> bool:
        """Whether anything was said."""
        return bool(self.columns or self.date or self.decimals)


def parsed_columns(given: Sequence[str]) -> dict[str, str]:
    """Return `TARGET=COLUMN` options as a mapping.

    Raises
    ------
    BadInputError
        If one has another form.
    """
    found = {}
    for one in given:
        target, equals, column = one.partition("=")
        if not (target and equals and column):
            raise BadInputError(
                "{given!r} is not of the form TARGET=COLUMN, such as net_amount=Total.", given=one
            )
        found[target.strip()] = column.strip()
    return found


def cells_of(columns: Mapping[str, str], names: Sequence[str], file: str) -> dict[str, Cell]:
    """Return the cells of columns as they are called in a file, by their places in a mapping.

    A place is `columns.net_amount` and the like. Of `one + other` a date takes its time from the
    other, a name is first and last name, and anything else is a number that both make.

    Raises
    ------
    BadInputError
        If a target or a column is not there; the near name is offered.
    """
    found: dict[str, Cell] = {}
    for target, said in columns.items():
        group, name = _place(target)
        parts = _columns(said, names, file)
        if group == "contact" and name == "name" and len(parts) == 2:
            found |= {
                f"contact.{part}": Cell(column=(column,))
                for part, column in zip(PARTS, parts, strict=True)
            }
        else:
            found[f"{group}.{name}"] = _cell(group, name, parts)
    return found


def applied(mapping: FileMapping, cells: Mapping[str, Cell], said: Said) -> FileMapping:
    """Return a mapping with the cells that were said, the order of dates, the mark of decimals.

    Raises
    ------
    BadInputError
        If a target is none of the mapping's kind of file.
    """
    groups = {group: dict(getattr(mapping, group)) for group in GROUPS}
    kind = mapping.kind
    if kind == "orders" and "columns.row_type" in cells:
        kind = "order_lines"  # a sale and its refund are two rows of one order
    targets = KINDS[kind].targets
    for place, cell in cells.items():
        group, name = place.split(".", maxsplit=1)
        if group == "columns" and name not in targets:
            raise BadInputError(
                "{target!r} is not a column of {kind}. {fix}",
                target=name,
                kind=kind,
                fix=did_you_mean(
                    f"contact.{name}" if name in CONTACT else name,
                    (*targets, *ID_TYPES, *(f"contact.{one}" for one in CONTACT)),
                ),
            )
        groups[group][name] = cell
    groups["columns"] = {
        name: _styled(cell, targets[name].type, said) for name, cell in groups["columns"].items()
    }
    return mapping.model_copy(update={"kind": kind, **groups})


def _place(target: str) -> tuple[str, str]:
    """The group and the name of a target; a group may be named before it, as in contact.name."""
    group, dot, name = target.partition(".")
    known = {"columns": _TARGETS, "identifiers": ID_TYPES, "contact": CONTACT}
    if dot and group == "attributes" and name:
        return group, name
    if dot and group in known and name in known[group]:
        return group, name
    if target in _TARGETS:
        return "columns", target
    for group, names in known.items():
        if target in names:
            return group, target
    everything = (*_TARGETS, *ID_TYPES, *(f"contact.{name}" for name in CONTACT))
    meant = _called(target)
    raise BadInputError(
        "{target!r} is nothing that a column can be. {fix}",
        target=target,
        fix=message("Did you mean {near!r}?", near=meant)
        if meant
        else did_you_mean(target, everything),
    )


def _called(word: str) -> str:
    """Return the target whose columns are called so in files: `total` is a net_amount."""
    names = (name for name, words in COLUMNS.items() if plain(word) in map(plain, words))
    return next((name for name in names if name in _TARGETS), "")


def _columns(said: str, names: Sequence[str], file: str) -> tuple[str, ...]:
    """The columns that somebody names, as they are written in the file."""
    known = folded(tuple(names))
    parts = (said,) if said.casefold() in known else tuple(p.strip() for p in said.split(_AND))
    for part in parts:
        if part.casefold() not in known:
            raise BadInputError(
                "{file} has no column {column!r}. {fix}",
                file=file,
                column=part,
                fix=did_you_mean(part, names),
            )
    return tuple(known[part.casefold()] for part in parts)


def _cell(group: str, name: str, parts: tuple[str, ...]) -> Cell:
    if len(parts) == 1:
        return Cell(column=parts)
    dated = group == "columns" and any(
        kind.targets[name].type == "date" for kind in KINDS.values() if name in kind.targets
    )
    return Cell(column=parts[:1], time=parts[1:2]) if dated else Cell(together=parts)


def _styled(cell: Cell, type_: str, said: Said) -> Cell:
    """Return a cell with the order of dates and the mark of decimals that were said."""
    if type_ == "date" and said.date:
        return cell.model_copy(update={"date": said.date})
    if type_ in {"number", "float"} and said.decimals:
        return cell.model_copy(update={"decimals": said.decimals})
    return cell
