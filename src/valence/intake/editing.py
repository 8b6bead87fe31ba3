"""Editing: a mapping as fields of a form, and what was typed as a mapping again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from pydantic import ValidationError

from valence.core.errors import BadInputError
from valence.core.messages import Message, message
from valence.core.settings import Brand, BrandTable
from valence.intake.dates import DateOrder
from valence.intake.guessing import Question
from valence.intake.looking import Look
from valence.intake.mapping import GROUPS, Cell, FileMapping, Returns, folded
from valence.intake.parsing import Decimals
from valence.intake.synonyms import ATTRIBUTES
from valence.intake.targets import KINDS, Kind
from valence.intake.titles import CONTACT_TITLES, target_title
from valence.people.normalise import ID_TYPES

ATTRIBUTE, PROPERTY, TIME = "attributes.*", "properties.*", "time.*"
TIME_TITLE = message("Time of day, beside the date")
_WORDS = re.compile(r"[^\w]+")
_SETTINGS = (
    "namespace", "source", "zone", "currency", "prices", "decimals", "tax_rate",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edited:
    """What a form says: the fields as they stand, the mapping if all is right, else the faults."""

    fields: Mapping[str, str]
    mapping: FileMapping | None
    faults: Mapping[str, Message]


def places_of(kind: str) -> list[tuple[str, list[str]]]:
    """Return the places that a column of such a file can take, in groups."""
    columns = [f"columns.{name}" for name in KINDS[kind].targets]
    if dated := KINDS[kind].dated:
        columns.insert(columns.index(f"columns.{dated}") + 1, TIME)
    found = [("columns", columns)]
    if kind in {"products", "spend", "fx_rates", "lookup"}:
        return found
    found.append(("identifiers", [f"identifiers.{name}" for name in ID_TYPES]))
    found.append(("contact", [f"contact.{name}" for name in CONTACT_TITLES]))
    if kind == "customers":
        found.append(("attributes", [*(f"attributes.{name}" for name in ATTRIBUTES), ATTRIBUTE]))
    if kind == "events":
        found.append(("properties", [PROPERTY]))
    return found


def fields_of(look: Look, brand: Brand) -> dict[str, str]:
    """Return a look as the fields of its form."""
    mapping = look.mapping or FileMapping(name="orders", kind="orders")
    names = folded(look.names)
    taken = {found: (at, cell) for at, cell in mapping.cells() if (found := cell.found_in(names))}
    taken |= {found: (TIME, cell) for _, cell in mapping.cells() if (found := cell.time_in(names))}
    fields = {
        "kind": mapping.kind if look.mapping else "",
        "namespace": mapping.namespace,
        "source": mapping.source,
        "zone": mapping.zone or brand.settings.brand.timezone,
        "currency": mapping.currency or brand.settings.brand.currency,
        "prices": mapping.prices,
        "decimals": mapping.decimals or "",
        "tax_rate": "" if mapping.tax_rate is None else f"{mapping.tax_rate * 100:f}".rstrip("0"),
        "discounted": "on" if mapping.discounted else "",
        "return_prefix": mapping.returns.prefix,
        "return_statuses": ", ".join(mapping.returns.statuses),
        "refunded_statuses": ", ".join(mapping.returns.refunded),
        "cancelled_statuses": ", ".join(mapping.cancelled),
        "adjustment_prefix": mapping.returns.adjustment_prefix,
    }
    fields["tax_rate"] = fields["tax_rate"].rstrip(".")
    for number, name in enumerate(look.names):
        at, cell = taken.get(name, ("", Cell()))
        fields[f"column-{number}"] = at or (PROPERTY if name in mapping.properties else "")
        fields[f"date-{number}"] = cell.date or mapping.date or "ymd"
    return fields


def edited(look: Look, given: Mapping[str, str], brand: Brand) -> Edited:
    """Return what the fields of a form say.

    Parameters
    ----------
    look
        What was seen in the file: cells whose place was not changed keep all that is known of them.
    given
        The fields as they were typed; those left out are those of the look.
    brand
        Its zone and currency need not be said.
    """
    fields = {**fields_of(look, brand), **given}
    if "kind" in given and "discounted" not in given:
        fields["discounted"] = ""  # a box that is not ticked is not sent
    faults: dict[str, Message] = {}
    if fields["kind"] not in KINDS:
        faults["kind"] = message("Say what the file holds.")
        return Edited(fields, None, faults)
    _answer(look, fields, faults)
    groups = _cells(look, fields, faults)
    _complete(fields["kind"], groups, look, faults)
    mapping = None
    try:
        mapping = _mapping(look, fields, groups, brand)
    except ValidationError as wrong:
        for error in wrong.errors():
            name = str(error["loc"][0]) if error["loc"] else ""
            why = str(error["msg"]).removeprefix("Value error, ")
            faults[name] = Message("{why}", {"why": why})
    except BadInputError as wrong:
        faults[""] = wrong.message
    return Edited(fields, mapping, faults)


def _answer(look: Look, fields: dict[str, str], faults: dict[str, Message]) -> None:
    """Let the answers to questions move columns; refuse where one is missing."""
    for question in look.questions:
        answer = fields.get(f"answer-{question.about}", "")
        if answer not in question.choices:
            if not question.clear and _is_open(question, look, fields):
                faults[f"answer-{question.about}"] = message("Choose one of these.")
            continue
        what, _, column = question.about.partition(":")
        if column:  # the order of its dates, or the mark of its decimals
            fields[f"{what}-{look.names.index(column)}"] = answer
            continue
        place = f"columns.{question.about}"
        for number, name in enumerate(look.names):
            if name == answer:
                fields[f"column-{number}"] = place
            elif fields[f"column-{number}"] == place:
                fields[f"column-{number}"] = ""


def _is_open(question: Question, look: Look, fields: Mapping[str, str]) -> bool:
    """Whether a question still matters: a price and a quantity settle which is the amount."""
    places = {fields[f"column-{number}"] for number in range(len(look.names))}
    lines = fields["kind"] == "order_lines"
    settled = lines and {"columns.unit_price", "columns.quantity"} <= places
    same_kind = look.mapping is not None and look.mapping.kind == fields["kind"]
    if question.about == "order_id":
        return same_kind and "columns.order_id" not in places
    return question.about != "net_amount" or (same_kind and not settled)


def _cells(
    look: Look, fields: Mapping[str, str], faults: dict[str, Message]
) -> dict[str, dict[str, Cell]]:
    before = {} if look.mapping is None else dict(look.mapping.cells())
    names = folded(look.names)
    groups: dict[str, dict[str, Cell]] = {group: {} for group in GROUPS}
    given_by: dict[str, str] = {}
    same_kind = look.mapping is not None and look.mapping.kind == fields["kind"]
    if same_kind:
        for at, cell in before.items():  # constants, and columns that this file does not have
            group, name = at.split(".", maxsplit=1)
            if cell.found_in(names) is None:
                groups[group][name] = cell
    for number, column in enumerate(look.names):
        at = fields[f"column-{number}"]
        if not at or at in {PROPERTY, TIME}:
            continue
        group, name = at.split(".", maxsplit=1)
        if not _is_place(at, fields["kind"]):
            continue  # of another kind of file, chosen before the kind was changed
        name = _word(column) if at == ATTRIBUTE else name
        if f"{group}.{name}" in given_by:
            faults[f"column-{number}"] = message(
                "{place} is given by the column {other!r} already; choose one of the two.",
                place=target_title(at),
                other=given_by[f"{group}.{name}"],
            )
            continue
        given_by[f"{group}.{name}"] = column
        known = before.get(f"{group}.{name}")
        kept = known is not None and known.found_in(names) == column
        cell = cast("Cell", known) if kept else Cell(column=(column,))
        groups[group][name] = _styled(cell, fields, number, group, name)
    _time(look, fields, groups["columns"], faults)
    return groups


def _time(
    look: Look, fields: Mapping[str, str], columns: dict[str, Cell], faults: dict[str, Message]
) -> None:
    """Let the date of a row have its time of day from the column that was chosen for it."""
    times = [n for n in range(len(look.names)) if fields[f"column-{n}"] == TIME]
    dated = KINDS[fields["kind"]].dated
    if cell := columns.get(dated):
        time = tuple(look.names[number] for number in times[:1])
        columns[dated] = cell.model_copy(update={"time": time})
    elif times and dated:
        faults[f"column-{times[0]}"] = message("Say first which column is the date.")
    for number in times[1:]:
        faults[f"column-{number}"] = message(
            "{place} is given by the column {other!r} already; choose one of the two.",
            place=TIME_TITLE,
            other=look.names[times[0]],
        )


def _styled(cell: Cell, fields: Mapping[str, str], number: int, group: str, name: str) -> Cell:
    """Return a cell with the order of its dates, or the mark of its decimals, if that was said."""
    targets = KINDS[fields["kind"]].targets
    type_ = targets[name].type if group == "columns" and name in targets else "text"
    if type_ == "date":
        order = fields.get(f"date-{number}", "ymd")
        return cell.model_copy(update={"date": cast("DateOrder", order)})
    mark = fields["decimals"] or fields.get(f"decimals-{number}", "")
    if type_ in {"number", "float"} and mark:
        return cell.model_copy(update={"decimals": cast("Decimals", mark)})
    return cell


def _is_place(at: str, kind: str) -> bool:
    if at.startswith("attributes."):
        return kind == "customers"
    return any(at in places for _, places in places_of(kind))


def _word(column: str) -> str:
    return _WORDS.sub("_", column.strip()).strip("_").lower() or "attribute"


def _complete(
    kind: str, groups: dict[str, dict[str, Cell]], look: Look, faults: dict[str, Message]
) -> None:
    """Refuse a mapping that lacks what a row of the kind needs."""
    columns = groups["columns"]
    missing = [
        name for name, target in KINDS[kind].targets.items()
        if target.required and name not in columns
    ]  # fmt: skip
    amounts = {"net_amount", "gross_amount", "unit_price"}
    if kind == "order_lines" and not amounts & set(columns):
        missing.append("unit_price")
    if missing:
        faults.setdefault(
            "",
            message(
                "Still missing: {places}. Say which column of {file} holds it.",
                places=_listed(missing),
                file=look.name,
            ),
        )
    if kind == "customers" and not groups["identifiers"]:
        faults.setdefault(
            "",
            message(
                "A customer needs something to be known by: a customer number, an e-mail address, "
                "a telephone or a loyalty number."
            ),
        )


def _listed(names: Sequence[str]) -> Message | str:
    titles = [target_title(f"columns.{name}") for name in names]
    if len(titles) == 1:
        return titles[0]
    rest: Message | str = titles[0]
    for title in titles[1:]:
        rest = message("{one}, {other}", one=rest, other=title)
    return rest


def _mapping(
    look: Look, fields: Mapping[str, str], groups: dict[str, dict[str, Cell]], brand: Brand
) -> FileMapping:
    kind = cast("Kind", fields["kind"])
    base = look.mapping if look.mapping and look.mapping.kind == kind else None
    document: dict[str, Any] = base.model_dump() if base else {"name": kind.replace("_", "-")}
    settings = brand.settings.brand
    typed = {name: fields[name].strip() for name in _SETTINGS}
    zone, currency = (base.zone, base.currency) if base else ("", "")
    if typed["zone"] == (zone or settings.timezone):
        typed["zone"] = zone
    elif typed["zone"]:
        _checked_zone(typed["zone"])
    typed["currency"] = typed["currency"].upper()
    if typed["currency"] == (currency or settings.currency):
        typed["currency"] = currency
    document.update(
        kind=kind,
        namespace=typed["namespace"] or "shop",
        source=typed["source"],
        zone=typed["zone"],
        currency=typed["currency"],
        prices=typed["prices"] or "net",
        decimals=typed["decimals"] or None,
        tax_rate=_share(typed["tax_rate"]),
        discounted=fields["discounted"] == "on",
        cancelled=_split(fields["cancelled_statuses"]),
        returns=Returns(
            refunded=_split(fields["refunded_statuses"]),
            prefix=fields["return_prefix"].strip(),
            statuses=_split(fields["return_statuses"]),
            adjustment_prefix=fields["adjustment_prefix"].strip(),
        ),
        properties=tuple(
            name for number, name in enumerate(look.names)
            if fields[f"column-{number}"] == PROPERTY and kind == "events"
        ),
        **groups,
    )  # fmt: skip
    return FileMapping.model_validate(document)


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[,,;、]", text) if part.strip())


def _share(percent: str) -> str | None:
    if not percent:
        return None
    try:
        return str(Decimal(percent.replace("%", "").strip().replace(",", ".")) / 100)
    except InvalidOperation as wrong:
        raise BadInputError(
            "The tax rate {given!r} is not a number of percent, such as 19.", given=percent
        ) from wrong


def _checked_zone(name: str) -> None:
    try:
        BrandTable(timezone=name)
    except ValidationError as wrong:
        why = str(wrong.errors()[0]["msg"]).removeprefix("Value error, ")
        raise BadInputError("{why}", why=why) from wrong
