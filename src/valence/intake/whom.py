"""Whom: which columns name the customer, and by what: told by names, and above all by cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from valence.core.messages import Message, message
from valence.intake.mapping import PARTS, Cell
from valence.intake.reading import Source
from valence.intake.recognising import named
from valence.intake.synonyms import (
    ANYHOW,
    ATTRIBUTES,
    CONTACT,
    FIRST_BESIDE_LAST,
    IDENTIFIERS,
    LAST_BESIDE_FIRST,
    OTHERS,
    plain,
)
from valence.people.normalise import normalise

YOU_SAID_SO = message("You said so.")
_LOOKED_AT = 200  # cells of a column
_MOSTLY = 0.8
_NOBODY = {"products", "spend", "fx_rates"}


@dataclass(frozen=True, slots=True)
class Named:
    """One column that tells of the customer: its place in the mapping, and why."""

    group: str  # identifiers, contact, attributes
    name: str
    column: str
    reason: Message


def whom(
    source: Source,
    kind: str,
    taken: set[str],
    country: str = "",
    said: Mapping[str, Cell] | None = None,
) -> list[Named]:
    """Return the columns that tell of the customer, and add them to `taken`.

    What its cells are counts more than what a column is called: a column Customer that holds
    e-mail addresses names the customer by e-mail, as every other file will.

    Parameters
    ----------
    source
        The open file.
    kind
        What kind of file it is.
    taken
        Columns that mean something else.
    country
        ISO code of the country that telephones without a prefix belong to.
    said
        What somebody said that columns are, by places such as `identifiers.email`; these are taken.
    """
    if kind in _NOBODY:
        return []
    told = _said(said or {})
    found = {one.name: one for one in told if one.group == "identifiers"}
    for one in _identifiers(source, taken, country):
        if one.name not in found and one.column not in taken:
            found[one.name] = one
            told.append(one)
            taken.add(one.column)
    if found:
        told += _contact(source, taken, {one.name for one in told if one.group == "contact"})
    for name, words in ATTRIBUTES.items() if kind == "customers" else ():
        for column in _called(source, words, taken)[:1]:
            told.append(Named("attributes", name, column, _by_name(column)))
            taken.add(column)
    return told


def _said(said: Mapping[str, Cell]) -> list[Named]:
    """What somebody said of people."""
    return [
        Named(group, name, cell.column[0], YOU_SAID_SO)
        for place, cell in said.items()
        for group, _, name in (place.partition("."),)
        if group != "columns" and cell.column
    ]


def _contact(source: Source, taken: set[str], told: set[str]) -> list[Named]:
    """Columns of names and addresses; a whole name stands above its parts."""
    found = {
        name: columns[0]
        for name, words in CONTACT.items()
        if name not in told and (columns := _called(source, words, taken))
    }
    whole, first, last = (found.get(name) for name in ("name", "first_name", "last_name"))
    if whole and first and not last and _is_called(whole, LAST_BESIDE_FIRST):
        found["last_name"] = found.pop("name")
    elif whole and last and not first and _is_called(whole, FIRST_BESIDE_LAST):
        found["first_name"] = found.pop("name")
    elif whole or told & {"name", *PARTS}:
        found = {name: column for name, column in found.items() if name not in PARTS}
    if told & set(PARTS):
        found.pop("name", None)
    taken.update(found.values())
    return [Named("contact", name, column, _by_name(column)) for name, column in found.items()]


def _is_called(column: str, words: tuple[str, ...]) -> bool:
    return plain(column) in {plain(word) for word in words}


def _identifiers(source: Source, taken: set[str], country: str) -> Iterator[Named]:
    """Columns that identify, the surest first; a kind or a column may come twice."""
    anyhow = {plain(word) for word in ANYHOW}
    for name, words in IDENTIFIERS.items():
        for column in _called(source, words, taken):
            cells = _cells(source, column)
            if name in {"user_id", "loyalty_no"} and _kind_of(cells, country) == "email":
                yield Named("identifiers", "email", column, _by_cells(column))
            elif name == "user_id" and plain(column) in anyhow:
                continue  # see `_vague`
            elif name != "email" or not cells or _share(cells, "email") > 1 - _MOSTLY:
                yield Named("identifiers", name, column, _by_name(column))
    yield from _vague(source, taken, country)
    yield from _unnamed(source, taken, country)


def _unnamed(source: Source, taken: set[str], country: str) -> Iterator[Named]:
    """Columns of addresses, whatever they are called, but for those of other people."""
    others = {plain(word) for word in OTHERS}
    for column in source.names:
        if column in taken or plain(column) in others:
            continue
        if _kind_of(_cells(source, column), country) == "email":
            yield Named("identifiers", "email", column, _by_cells(column))


def _vague(source: Source, taken: set[str], country: str) -> Iterator[Named]:
    """Columns that are called no more than customer, by what their cells are."""
    for column in _called(source, ANYHOW, taken):
        cells = _cells(source, column)
        if seen := _kind_of(cells, country):
            yield Named("identifiers", seen, column, _by_cells(column))
        elif not _names_of_people(cells) or not _known_otherwise(source, column):
            yield Named("identifiers", "user_id", column, _by_name(column))


def _known_otherwise(source: Source, column: str) -> bool:
    """Whether another column names the customer: then this one may be no more than a name."""
    words = tuple(word for table in IDENTIFIERS.values() for word in table)
    return any(name != column for name in _called(source, words, set()))


def _called(source: Source, words: tuple[str, ...], taken: set[str]) -> list[str]:
    """Columns with one of these names, in the order of the words."""
    return [name for name in named(source, words) if name not in taken]


def _cells(source: Source, column: str) -> list[str]:
    cells = (cell for row in source.sample if (cell := row[column]) and cell.strip())
    return list(dict.fromkeys(cells))[:_LOOKED_AT]


def _kind_of(cells: list[str], country: str) -> str:
    """The kind of identifier that cells show by their form, empty if they show none."""
    if not cells:
        return ""
    if _share(cells, "email") >= _MOSTLY:
        return "email"
    # Digits alone may be any number: a telephone shows by its prefix, or as a mobile in China.
    marked = [c for c in cells if c.strip().startswith("+") or _mobile(c.strip(), country)]
    if len(marked) >= _MOSTLY * len(cells) and _share(marked, "phone", country) >= _MOSTLY:
        return "phone"
    return ""


def _mobile(cell: str, country: str) -> bool:
    return country == "CN" and len(cell) == 11 and cell.isdigit() and "13" <= cell[:2] <= "19"


def _share(cells: list[str], kind: str, country: str = "") -> float:
    if kind == "email":
        cells = [cell if "@" in cell else "" for cell in cells]
    known = sum(normalise(kind, cell, country).value is not None for cell in cells)
    return known / len(cells) if cells else 0.0


def _names_of_people(cells: list[str]) -> bool:
    """Whether cells are mostly words: two or more with a blank, or two to four Chinese letters."""

    def like_one(cell: str) -> bool:
        word = cell.strip()
        if any(sign.isdigit() or sign == "@" for sign in word):
            return False
        chinese = all("\u4e00" <= sign <= "\u9fff" for sign in word)
        return " " in word or (chinese and 2 <= len(word) <= 4)

    return bool(cells) and sum(map(like_one, cells)) >= _MOSTLY * len(cells)


def _by_name(column: str) -> Message:
    return message("It is called {column!r}, and its cells look like that.", column=column)


def _by_cells(column: str) -> Message:
    return message("The cells of {column!r} show it, whatever it is called.", column=column)
