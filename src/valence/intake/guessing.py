"""Guessing: a mapping from headers and sample rows, with a reason for every column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from valence.core.errors import BadInputError
from valence.core.messages import Message, message
from valence.intake.mapping import Cell, FileMapping
from valence.intake.reading import Source
from valence.intake.synonyms import (
    ATTRIBUTES,
    COLUMNS,
    CONTACT,
    IDENTIFIERS,
    SPEND_COST,
    plain,
)
from valence.intake.targets import KINDS

_NUMBER = re.compile(r"[-(]?\s*\D{0,4}\s*-?\d[\d.,' ]*\)?\s*\D{0,4}")
_DATE = re.compile(
    r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}.*|\d{8}|\d{10}|\d{13}|.*[A-Za-z]{3}.*\d{4}.*"
)
# What makes a file of a kind: every group needs one of its targets.
_MARKS: dict[str, tuple[tuple[str, ...], ...]] = {
    "fx_rates": (("rate",), ("from_currency",), ("quoted_on",)),
    "spend": (("spent_on",), ("cost_amount",), ("impressions", "clicks", "channel", "campaign")),
    "order_lines": (("order_id",), ("product_id", "description"), ("quantity", "unit_price")),
    "orders": (("order_id",), ("ordered_at",), ("net_amount", "gross_amount")),
    "messages": (("sent_at",), ("message_id", "channel", "campaign")),
    "contacts": (("opened_at",), ("contact_id", "case_id")),
    "feedback": (("answered_at",), ("score", "text")),
    "events": (("occurred_at",), ("name",)),
    "products": (("product_id",), ("name", "category", "list_price")),
}


@dataclass(frozen=True, slots=True)
class Guessed:
    """One column of the mapping: where it goes, how sure that is (0 to 1), and why."""

    column: str
    target: str
    confidence: float
    reason: Message


@dataclass(frozen=True, slots=True)
class Question:
    """Something that the file does not tell: the choices, and which one is the better."""

    about: str  # a target, such as net_amount, or `date`
    text: Message
    choices: tuple[str, ...]
    better: str
    clear: bool = False  # whether `--yes` may take the better one
    reason: Message = field(default=message(""))


@dataclass(frozen=True, slots=True)
class Guess:
    """A mapping that is offered, with its reasons and open questions."""

    mapping: FileMapping
    columns: tuple[Guessed, ...]
    questions: tuple[Question, ...] = ()
    unused: tuple[str, ...] = ()


def guess(source: Source) -> Guess:
    """Return the mapping that fits a source best.

    Raises
    ------
    BadInputError
        If it looks like none of the kinds; the message lists its columns.
    """
    kind = _kind(source)
    wanted = KINDS[kind].targets
    found: dict[str, Guessed] = {}
    taken: set[str] = set()
    synonyms = {**COLUMNS, **({"cost_amount": SPEND_COST} if kind == "spend" else {})}
    for target in sorted(wanted, key=lambda t: (not wanted[t].required, list(wanted).index(t))):
        if kind == "order_lines" and target == "gross_amount":
            continue
        # What no row can do without is known by its name, however broken its cells are.
        needed = wanted[target].required or target in {"quantity", "unit_price"}
        words = synonyms.get(target, (target,))
        least = 0.0 if needed else 0.5
        hits = _hits(source, words, wanted[target].type, taken, least=least)
        if hits:
            found[target] = hits[0]
            taken.add(hits[0].column)
    questions = _amount_questions(source, kind, found, taken)
    groups = _who(source, kind, taken)
    columns = {target: Cell(column=(one.column,)) for target, one in found.items()}
    if kind == "order_lines" and {"unit_price", "quantity"} <= set(columns):
        columns.pop("net_amount", None)
    if kind == "feedback" and "metric" not in columns:
        columns["metric"] = Cell(value=_metric(found))
    mapping = FileMapping(
        name=f"{kind.replace('_', '-')}",
        kind=kind,
        columns=columns,
        properties=tuple(n for n in source.names if n not in taken) if kind == "events" else (),
        **groups,
    )
    told = [*found.values(), *(
        Guessed(cell.column[0], f"{group}.{name}", 0.9, _by_name(cell.column[0]))
        for group, cells in groups.items() for name, cell in cells.items()
    )]  # fmt: skip
    unused = tuple(n for n in source.names if n not in taken) if kind != "events" else ()
    return Guess(mapping, tuple(told), tuple(questions), unused)


def _kind(source: Source) -> str:
    names = {plain(name) for name in source.names}

    def has(target: str, kind: str) -> bool:
        words = SPEND_COST if (kind, target) == ("spend", "cost_amount") else COLUMNS[target]
        return any(plain(word) in names for word in words)

    for kind, groups in _MARKS.items():
        if all(any(has(target, kind) for target in group) for group in groups):
            return kind
    if any(plain(word) in names for words in IDENTIFIERS.values() for word in words):
        return "customers"
    raise BadInputError(
        "{file} is not recognised: its columns are {columns}. Say what they are in a mapping file "
        "and give it with `--mapping FILE`.",
        file=source.name,
        columns=", ".join(source.names),
    )


def _hits(
    source: Source, words: Sequence[str], kind: str, taken: set[str], *, least: float = 0.5
) -> list[Guessed]:
    """Columns that a target could be, the likeliest first; `least` of the cells look like it."""
    ranks = {plain(word): rank for rank, word in reversed(list(enumerate(words)))}
    hits = []
    for name in source.names:
        rank = ranks.get(plain(name))
        if rank is None or name in taken:
            continue
        fit = _fit(source, name, kind)
        if fit >= least:
            hits.append(Guessed(name, words[0], round((1 - rank / 100) * fit, 2), _by_name(name)))
    return sorted(hits, key=lambda hit: -hit.confidence)


def _by_name(column: str) -> Message:
    return message("It is called {column!r}, and its cells look like that.", column=column)


def _fit(source: Source, name: str, kind: str) -> float:
    """The share of sampled cells that look like the type."""
    cells = [c.strip() for row in source.sample if (c := row[name]) and c.strip()]
    if not cells or kind in {"text", "bool"}:
        return 1.0
    form = _DATE if kind == "date" else _NUMBER
    return sum(form.fullmatch(cell) is not None for cell in cells) / len(cells)


def _amount_questions(
    source: Source, kind: str, found: dict[str, Guessed], taken: set[str]
) -> list[Question]:
    """Ask which of several columns is the amount."""
    if kind not in {"orders", "order_lines"} or "net_amount" not in found:
        return []
    if kind == "order_lines" and {"unit_price", "quantity"} <= set(found):
        return []
    others = _hits(source, COLUMNS["net_amount"], "number", taken)
    others = [o for o in others if _differs(source, o.column, found["net_amount"].column)]
    if not others:
        return []
    choices = (found["net_amount"].column, *(other.column for other in others))
    return [
        Question(
            "net_amount",
            message(
                "{file} has several columns that could be the amount: {choices}. Say which one "
                "with `--column net_amount=NAME`.",
                file=source.name,
                choices=", ".join(choices),
            ),
            choices,
            choices[0],
        )
    ]


def _differs(source: Source, one: str, other: str) -> bool:
    return any(row[one] != row[other] for row in source.sample)


def _who(source: Source, kind: str, taken: set[str]) -> dict[str, dict[str, Cell]]:
    if kind in {"products", "spend", "fx_rates"}:
        return {}
    groups: dict[str, dict[str, Cell]] = {}
    tables = {"identifiers": IDENTIFIERS, "contact": CONTACT}
    if kind == "customers":
        tables["attributes"] = ATTRIBUTES
    for group, table in tables.items():
        for name, words in table.items():
            hits = _hits(source, words, "text", taken)
            if hits:
                groups.setdefault(group, {})[name] = Cell(column=(hits[0].column,))
                taken.add(hits[0].column)
    if not groups.get("identifiers"):
        groups.pop("contact", None)
    return groups


def _metric(found: dict[str, Guessed]) -> str:
    name = plain(found["score"].column) if "score" in found else "review"
    return next(
        (m for m in ("nps", "csat", "ces") if m in name), "rating" if "score" in found else "review"
    )
