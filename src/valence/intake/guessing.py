"""Guessing: a mapping from headers and sample rows, with a reason for every column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from valence.core.errors import BadInputError
from valence.core.messages import Message, message
from valence.intake.mapping import Cell, FileMapping, folded
from valence.intake.reading import Source
from valence.intake.recognising import fit, named, recognised
from valence.intake.repeated import again_note, amount_notes, lines_after_all, of_order
from valence.intake.synonyms import plain, words_for
from valence.intake.targets import KINDS
from valence.intake.times import times_of
from valence.intake.whom import YOU_SAID_SO, Named, whom

_BY_CELLS = {"row_type"}  # known by what its cells say, not by its name: see `rowtypes`
_MONEY = ("net_amount", "gross_amount", "unit_price")
# Amounts that are called so have their discounts off in every export that we know.
_AFTER_DISCOUNT = ("net", "total", "grandtotal", "ordertotal", "实", "应付", "应收", "总")
_PAID = ("paid", "revenue", "实付", "实收", "实际", "成交", "支付", "付款", "结算")


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
    """A mapping that is offered, with its reasons, open questions, and what is to be minded."""

    mapping: FileMapping
    columns: tuple[Guessed, ...]
    questions: tuple[Question, ...] = ()
    unused: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()


def guess(source: Source, country: str = "", said: Mapping[str, Cell] | None = None) -> Guess:
    """Return the mapping that fits a source best.

    Parameters
    ----------
    source
        The open file.
    country
        ISO code of the country that telephones without a prefix belong to.
    said
        What somebody said that columns are, by their places in a mapping (see `saying`).

    Raises
    ------
    BadInputError
        If it looks like none of the kinds, or like orders without number and customer; the
        message lists its columns.
    """
    given = said or {}
    seen = recognised(source, given)
    kind = "order_lines" if seen.kind == "orders" and lines_after_all(source) else seen.kind
    known = folded(source.names)
    taken = {column for cell in given.values() for column in cell.own_in(known)}
    found = _targets(source, kind, taken, _told(given), unnumbered=seen.unnumbered)
    questions = _amount_questions(source, kind, found, taken)
    times = times_of(source, kind, found, taken)
    people = whom(source, kind, taken, country, given)
    columns = {
        target: Cell(column=(one.column,), time=times.get(target, ()))
        for target, one in found.items()
    }
    if kind == "order_lines" and {"unit_price", "quantity"} <= set(columns):
        columns.pop("net_amount", None)
    if kind == "feedback" and "metric" not in columns:
        columns["metric"] = Cell(value=_metric(found))
    if kind == "order_lines":
        columns = of_order(source, columns)
    paid = _paid(found) if "discount_amount" in columns else None
    if seen.unnumbered:
        columns["order_id"] = _made_number(source, people, columns["ordered_at"])
        questions = [_number_question(source, columns["order_id"]), *questions]
    mapping = FileMapping(
        name=f"{kind.replace('_', '-')}",
        kind=kind,
        columns=columns,
        properties=tuple(n for n in source.names if n not in taken) if kind == "events" else (),
        discounted=paid is True and "net_amount" in columns,
        **_groups(people),
    )
    told = [
        replace(found_as, target=target)
        for target, cell in columns.items()
        if (found_as := next((f for f in found.values() if f.column in cell.column), None))
    ]
    told += [
        Guessed(time, f"time of {target}", 0.9, _beside(found[target].column, time))
        for target, cell in columns.items()
        for time in cell.time
    ]
    told += [Guessed(one.column, f"{one.group}.{one.name}", 0.9, one.reason) for one in people]
    used = {one.column for one in told}
    unused = tuple(n for n in source.names if n not in used) if kind != "events" else ()
    notes = _notes(source, mapping, unused)
    if paid is False and "net_amount" in columns:
        notes = (*notes, _discount_note(source, found))
    return Guess(mapping, tuple(told), tuple(questions), unused, notes)


def _notes(source: Source, mapping: FileMapping, unused: Sequence[str]) -> tuple[Message, ...]:
    """What to mind about the columns of a file."""
    left_out = _left_out(source, mapping.kind, unused)
    match mapping.kind:
        case "order_lines":
            return (*left_out, *amount_notes(source, mapping.columns))
        case "orders":
            return (*left_out, *again_note(source))
        case _:
            return left_out


def _told(said: Mapping[str, Cell]) -> dict[str, Guessed]:
    """The columns of targets that somebody said."""
    return {
        target: Guessed(cell.column[0], target, 1.0, YOU_SAID_SO)
        for place, cell in said.items()
        for group, _, target in (place.partition("."),)
        if group == "columns" and cell.column
    }


def _targets(
    source: Source, kind: str, taken: set[str], told: Mapping[str, Guessed], *, unnumbered: bool
) -> dict[str, Guessed]:
    """Find a column for each target of a kind, the needed ones first, those said before all."""
    wanted = KINDS[kind].targets
    found = {target: one for target, one in told.items() if target in wanted}
    without = {*_BY_CELLS, *(["gross_amount"] if kind == "order_lines" else [])}
    without |= {"order_id"} if unnumbered else set()
    for target in sorted(wanted, key=lambda t: (not wanted[t].required, list(wanted).index(t))):
        if (
            target in found
            or target in _BY_CELLS
            or (kind == "order_lines" and target == "gross_amount")
        ):
            continue
        if unnumbered and target == "order_id":
            continue
        # What no row can do without is known by its name, however broken its cells are.
        needed = wanted[target].required or target in {"quantity", "unit_price"}
        least = 0.0 if needed else 0.5
        hits = _hits(source, words_for(kind, target), wanted[target].type, taken, least=least)
        if hits:
            found[target] = hits[0]
            taken.add(hits[0].column)
    if kind == "order_lines" and not set(_MONEY) & set(found):
        gross = _hits(source, words_for(kind, "gross_amount"), "number", taken)
        if gross:
            found["gross_amount"] = gross[0]
            taken.add(gross[0].column)
    return found


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
        share = fit(source, name, kind)
        if share >= least:
            sure = round((1 - rank / 100) * share, 2)
            hits.append(Guessed(name, words[0], sure, _by_name(name)))
    return sorted(hits, key=lambda hit: -hit.confidence)


def _beside(day: str, time: str) -> Message:
    return message("{day!r} has days only, and {time!r} times of day.", day=day, time=time)


def _by_name(column: str) -> Message:
    return message("It is called {column!r}, and its cells look like that.", column=column)


def _amount_questions(
    source: Source, kind: str, found: dict[str, Guessed], taken: set[str]
) -> list[Question]:
    """Ask which of several columns is the amount."""
    if kind not in {"orders", "order_lines"} or "net_amount" not in found:
        return []
    if found["net_amount"].reason == YOU_SAID_SO:
        return []
    if kind == "order_lines" and {"unit_price", "quantity"} <= set(found):
        return []
    others = _hits(source, words_for(kind, "net_amount"), "number", taken)
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


def _made_number(source: Source, people: Sequence[Named], moment: Cell) -> Cell:
    """The order number that customer and moment make.

    Raises
    ------
    BadInputError
        If there is no customer either.
    """
    who = next((one.column for one in people if one.group == "identifiers"), None)
    if who is None:
        raise BadInputError(
            "{file} has dates and amounts, but no order number and no customer: its columns are "
            "{columns}. If one is the order number, say so with a mapping file "
            "(`--mapping FILE`), or add the column to the file.",
            file=source.name,
            columns=", ".join(source.names),
        )
    return Cell(together=(who, *moment.column, *moment.time))


def _number_question(source: Source, made: Cell) -> Question:
    choice = " + ".join(made.together)
    return Question(
        "order_id",
        message(
            "The order number is missing: {file} has dates and amounts, but nothing says which "
            "rows are one order. If a column says it, name it with `--column order_id=NAME`. To "
            "take all that a customer bought at one moment for one order, say `--column "
            "'order_id={choice}'`.",
            file=source.name,
            choice=choice,
        ),
        (choice,),
        choice,
    )


def _paid(found: Mapping[str, Guessed]) -> bool | None:
    """Whether the amount has its discount off already, by what it is called; None without one."""
    if "net_amount" not in found:
        return None
    name = plain(found["net_amount"].column)
    return name.startswith(_AFTER_DISCOUNT) or any(word in name for word in _PAID)


def _discount_note(source: Source, found: Mapping[str, Guessed]) -> Message:
    return message(
        "The discounts in {discount!r} of {file} are taken off the amounts in {amount!r}. If these "
        "have them off already, set `discounted: true` in the mapping (`valence mapping guess "
        "{file} > mapping.yaml`).",
        discount=found["discount_amount"].column,
        file=source.name,
        amount=found["net_amount"].column,
    )


def _left_out(source: Source, kind: str, unused: Sequence[str]) -> tuple[Message, ...]:
    """Warn of amounts and dates of a purchase that a file which is none would lose."""
    if kind in {"orders", "order_lines", "fx_rates", "spend", "lookup", "events"}:
        return ()
    lost = [
        name
        for target, type_ in (("net_amount", "number"), ("ordered_at", "date"))
        for name in named(source, words_for("orders", target))
        if name in unused and fit(source, name, type_) >= 0.5
    ]
    if not lost:
        return ()
    return (
        message(
            "Mind: {file} is taken for {kind}, and {columns} with its amounts or dates of "
            "purchase would not be imported. If its rows are orders, say which column is the "
            "order number in a mapping file (`valence mapping guess {file} > mapping.yaml`).",
            file=source.name,
            kind=kind,
            columns=", ".join(lost),
        ),
    )


def _groups(people: Sequence[Named]) -> dict[str, dict[str, Cell]]:
    groups: dict[str, dict[str, Cell]] = {}
    for one in people:
        groups.setdefault(one.group, {})[one.name] = Cell(column=(one.column,))
    return groups


def _metric(found: dict[str, Guessed]) -> str:
    name = plain(found["score"].column) if "score" in found else "review"
    return next(
        (m for m in ("nps", "csat", "ces") if m in name), "rating" if "score" in found else "review"
    )
