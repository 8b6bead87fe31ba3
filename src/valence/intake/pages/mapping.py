"""The mapping screen: what each column is taken for, why, and what its rows would become."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi.responses import Response

from valence.core.errors import BadInputError, NotFoundError
from valence.core.messages import Message, message
from valence.intake import confirming
from valence.intake.editing import (
    ATTRIBUTE,
    PROPERTY,
    TIME,
    TIME_TITLE,
    Edited,
    edited,
    places_of,
)
from valence.intake.jobs import ask_for_import
from valence.intake.looking import Look, head_of, looked
from valence.intake.mapping import FileMapping, folded
from valence.intake.pages.router import SOURCES, go, opened_of, pages
from valence.intake.targets import KINDS
from valence.intake.titles import (
    DATE_ORDERS,
    DECIMAL_MARKS,
    KIND_TITLES,
    ORIGINS,
    target_title,
)
from valence.intake.trying import Tried, try_out
from valence.intake.uploads import Upload, Uploads
from valence.kit.ask import Ask, Asked
from valence.kit.forms import FormData
from valence.kit.languages import by_number
from valence.kit.page import Answer, Crumb

GROUP_TITLES = {
    "columns": message("Values of the row"),
    "identifiers": message("Whose it is"),
    "contact": message("Contact data, sealed in the vault"),
    "attributes": message("Attributes of the customer"),
    "properties": message("Properties of the event"),
}
SPECIAL: dict[str, Message | str] = {
    ATTRIBUTE: message("An attribute of its own name"),
    PROPERTY: message("Keep as a property"),
    TIME: TIME_TITLE,
}
CELLS = {"amount": "float", "float": "float", "int": "int", "bool": "bool", "instant": "instant"}
DELIMITERS = {
    ",": message("comma"),
    ";": message("semicolon"),
    "\t": message("tab"),
    "|": message("vertical bar"),
}


@pages.get("/imports/new/{upload_id}", permission="intake:read")
def upload_page(ask: Ask, upload_id: str) -> Response:
    """Show the files of an upload, what each is taken for, and which wait to be confirmed."""
    uploads, upload = _upload(ask, upload_id)
    if upload.job_id:
        return go(ask, f"/imports/jobs/{upload.job_id}")
    seen = [_look(ask, upload, number) for number in range(len(upload.files))]
    if len(seen) == 1 and seen[0].origin != "unreadable":
        return go(ask, f"/imports/new/{upload_id}/0")
    rows = [
        {
            "file": file,
            "look": found,
            "origin": ORIGINS[found.origin],
            "kind": KIND_TITLES[found.mapping.kind] if found.mapping else "",
            "ready": found.settled or file.confirmed,
        }
        for file, found in zip(upload.files, seen, strict=True)
    ]
    waiting = sum(not row["ready"] for row in rows)
    return ask.page(
        "intake/upload.html",
        crumbs=[SOURCES],
        upload=upload,
        rows=rows,
        waiting=waiting,
        answer=_readiness(ask, waiting, len(rows)),
        limit=uploads.limit,
    )


@pages.get("/imports/new/{upload_id}/{number}", permission="intake:read")
def mapping_page(ask: Ask, upload_id: str, number: int) -> Response:
    """Show what a file is taken for, to be changed or confirmed."""
    _, upload = _upload(ask, upload_id)
    seen = _look(ask, upload, number)
    if seen.origin == "unreadable":
        return go(ask, f"/imports/new/{upload_id}")
    return _shown(ask, upload, number, seen, {})


@pages.post("/imports/new/{upload_id}/{number}/look", permission="intake:read")
def look_again(ask: Ask, data: FormData, upload_id: str, number: int) -> Response:
    """Show what the fields as typed would make of the file."""
    _, upload = _upload(ask, upload_id)
    return _shown(ask, upload, number, _look(ask, upload, number), data)


@pages.post("/imports/new/{upload_id}/import", permission="intake:write")
def start(ask: Ask, upload_id: str) -> Response:
    """Import all files of an upload whose mappings are confirmed."""
    _, upload = _upload(ask, upload_id)
    for number, file in enumerate(upload.files):
        seen = _look(ask, upload, number)
        if seen.origin == "unreadable":
            raise BadInputError(
                "{file} cannot be read. Take it out of the upload, then import the others.",
                file=file.name,
            )
        if not (seen.settled or file.confirmed):
            return go(ask, f"/imports/new/{upload_id}/{number}")
    return _started(ask, upload)


@pages.post("/imports/new/{upload_id}/discard", permission="intake:write")
def discard(ask: Ask, upload_id: str) -> Response:
    """Throw an upload away."""
    uploads, upload = _upload(ask, upload_id)
    uploads.remove(upload.upload_id)
    return go(ask, "/imports")


@pages.post("/imports/new/{upload_id}/{number}/remove", permission="intake:write")
def remove(ask: Ask, upload_id: str, number: int) -> Response:
    """Take one file out of an upload."""
    uploads, upload = _upload(ask, upload_id)
    _look(ask, upload, number)
    left = uploads.without(upload, number)
    return go(ask, f"/imports/new/{upload_id}" if left else "/imports")


@pages.post("/imports/new/{upload_id}/{number}", permission="intake:write")
def confirm(ask: Ask, data: FormData, upload_id: str, number: int) -> Response:
    """Keep the mapping as typed; then import, or lead to the next file that waits."""
    uploads, upload = _upload(ask, upload_id)
    seen = _look(ask, upload, number)
    typed = edited(seen, data, ask.brand)
    if data.get("do") == "look":
        return _shown(ask, upload, number, seen, data)
    if typed.mapping is None or typed.faults:
        return _shown(ask, upload, number, seen, data, confirmed=True)
    if not (seen.settled and typed.mapping == seen.mapping):
        confirming.keep(ask.brand, seen, typed.mapping)
    confirming.remember(_place(upload, number), seen, typed.mapping)
    upload = uploads.confirm(upload, number)
    if len(upload.files) == 1:
        return _started(ask, upload)
    return go(ask, f"/imports/new/{upload_id}{_following(ask, upload, seen, typed.mapping)}")


def _following(ask: Asked, upload: Upload, seen: Look, mapping: FileMapping) -> str:
    """Return `/n` for the next file that waits; files with the same columns wait no more."""
    for number, file in enumerate(upload.files):
        if file.confirmed:
            continue
        found = _look(ask, upload, number)
        if found.signature == seen.signature:
            confirming.remember(_place(upload, number), found, mapping)
        elif not found.settled and found.origin != "unreadable":
            return f"/{number}"
    return ""


def _started(ask: Asked, upload: Upload) -> Response:
    opened = opened_of(ask)
    job = opened.store.transact(
        lambda unit: ask_for_import(opened, unit, upload, actor=ask.actor.id)
    )
    Uploads(opened.brand).begun(upload, str(job.id))
    return go(ask, f"/imports/jobs/{job.id}")


def _upload(ask: Asked, upload_id: str) -> tuple[Uploads, Upload]:
    uploads = Uploads(opened_of(ask).brand)
    return uploads, uploads.get(upload_id)


def _place(upload: Upload, number: int) -> Path:
    return upload.folder / "looks" / str(number)


def _look(ask: Asked, upload: Upload, number: int) -> Look:
    if not 0 <= number < len(upload.files):
        raise NotFoundError("The upload has no file {number}.", number=number)
    return looked(ask.brand, upload.path(upload.files[number]), _place(upload, number))


def _shown(
    ask: Asked,
    upload: Upload,
    number: int,
    seen: Look,
    data: Mapping[str, str],
    *,
    confirmed: bool = False,
) -> Response:
    typed = edited(seen, data, ask.brand)
    tried = None
    if typed.mapping is not None:
        tried = try_out(ask.brand, head_of(_place(upload, number)), typed.mapping)
    # What nobody has answered yet is no fault before somebody confirms.
    faults = typed.faults if confirmed or data else {}
    template = "intake/mapping_form.html" if ask.is_fragment else "intake/mapping.html"
    return ask.page(
        template,
        status=422 if confirmed else 200,
        crumbs=[SOURCES, *_up(upload)],
        upload=upload,
        number=number,
        look=seen,
        origin=ORIGINS[seen.origin],
        answer=_answer(ask, seen, typed),
        fields=typed.fields,
        faults=faults,
        missing=typed.faults.get("") if not faults else None,
        columns=_columns(seen, typed),
        groups=_groups(typed),
        questions=_questions(seen, typed),
        kinds=[(kind, KIND_TITLES[kind]) for kind in KINDS if kind != "lookup"],
        orders=DATE_ORDERS,
        tried=tried,
        tried_columns=[(target_title(at), CELLS.get(kind, "text")) for at, kind in _tried(tried)],
        about=_about(ask, seen),
        single=len(upload.files) == 1,
        ordered=typed.fields["kind"] in {"orders", "order_lines"},
    )


def _tried(tried: Tried | None) -> list[tuple[str, str]]:
    return list(tried.columns) if tried else []


def _up(upload: Upload) -> list[Crumb]:
    if len(upload.files) == 1:
        return []
    said = message("Upload of {n} files", n=len(upload.files))
    return [Crumb(said, f"/imports/new/{upload.upload_id}")]


def _columns(seen: Look, typed: Edited) -> list[dict[str, Any]]:
    guessed = {one.column: one for one in seen.told}
    before = edited_places(seen)
    asked = {choice for question in seen.open_questions for choice in question.choices}
    targets = KINDS[typed.fields["kind"]].targets if typed.fields["kind"] in KINDS else {}
    rows = []
    for number, column in enumerate(seen.columns):
        place = typed.fields[f"column-{number}"]
        told = guessed.get(column.name)
        name = place.removeprefix("columns.")
        dated = place.startswith("columns.") and name in targets and targets[name].type == "date"
        why: Message | str = ""
        if not place and column.name in asked:
            why = message("It could be the amount: see the question above.")
        elif place and place != before.get(column.name, ""):
            why, told = message("You chose so."), None
        elif place and told is not None:
            why = told.reason
        rows.append(
            {
                "number": number,
                "name": column.name,
                "samples": column.samples,
                "place": place,
                "why": why,
                "sure": told.confidence if told is not None and place else None,
                "dated": dated and column.kind == "text",
            }
        )
    return rows


def edited_places(seen: Look) -> dict[str, str]:
    """Return the place that each column was taken for at first."""
    if seen.mapping is None:
        return {}
    names, cells = folded(seen.names), list(seen.mapping.cells())
    places = {found: at for at, cell in cells if (found := cell.found_in(names))}
    return places | {found: TIME for _, cell in cells if (found := cell.time_in(names))}


def _groups(typed: Edited) -> list[tuple[Message, list[tuple[str, Message | str, str]]]]:
    """Return the choices of a column: group, then place, title and the name behind it."""
    if typed.fields["kind"] not in KINDS:
        return []
    return [
        (
            GROUP_TITLES[group],
            [
                (at, SPECIAL.get(at, target_title(at)), "" if at in SPECIAL else _code(at))
                for at in dict.fromkeys([*places, *_own(typed, group)])
            ],
        )
        for group, places in places_of(typed.fields["kind"])
    ]


def _own(typed: Edited, group: str) -> list[str]:
    """Return the attributes that the mapping calls by names of its own."""
    if group != "attributes":
        return []
    return [at for at in typed.fields.values() if at.startswith("attributes.")]


def _code(place: str) -> str:
    return place.rpartition(".")[2]


def _questions(seen: Look, typed: Edited) -> list[dict[str, Any]]:
    """Return what the file does not tell, with samples beside each choice."""
    samples = {column.name: ", ".join(column.samples) for column in seen.columns}
    found = []
    for question in seen.questions:
        name = f"answer-{question.about}"
        chosen = typed.fields.get(name, question.better if question.clear else "")
        what, _, column = question.about.partition(":")
        choices = [(c, _choice(what, c), samples.get(column or c, "")) for c in question.choices]
        said = _asked(what, column)
        found.append({"name": name, "said": said, "chosen": chosen, "choices": choices})
    return found


def _asked(what: str, column: str) -> Message:
    """Return a question in the words of the screen."""
    match what:
        case "date":
            return message(
                "Do the dates of {column!r} have the day or the month first? All their parts are "
                "12 or less, so they could be either.",
                column=column,
            )
        case "decimals":
            return message(
                "Does the mark in {column!r} stand before decimals or between thousands? Three "
                "digits follow it in every row, so it could be either.",
                column=column,
            )
        case "order_id":
            return message(
                "The order number is missing. Choose its column below, or let all that a customer "
                "bought at one moment be one order."
            )
    return message("Which column is the amount? Several could be it.")


def _choice(what: str, choice: str) -> Message | str:
    if what == "date":
        return DATE_ORDERS[choice]
    if what == "decimals":
        return DECIMAL_MARKS[choice]
    return choice


def _answer(ask: Asked, seen: Look, typed: Edited) -> Answer:
    if typed.fields["kind"] not in KINDS:
        return Answer(
            message("It is not clear what {file} holds.", file=seen.name),
            rest=message("Say what it is, then what its columns are."),
        )
    used = sum(bool(typed.fields[f"column-{n}"]) for n in range(len(seen.names)))
    return Answer(
        message(
            "{file} is taken for: {kind}.",
            file=seen.name,
            kind=KIND_TITLES[typed.fields["kind"]],
        ),
        rest=message(
            "{used} of {all} columns are imported.",
            used=ask.format.integer(used),
            all=ask.format.integer(len(seen.names)),
        ),
    )


def _about(ask: Asked, seen: Look) -> list[str]:
    """Return how the file is written, for the chips."""
    told = [{"csv": "CSV", "excel": "Excel", "jsonl": "JSON", "parquet": "Parquet"}[seen.format]]
    if seen.encoding:
        told.append(seen.encoding.upper())
    if seen.delimiter in DELIMITERS:
        said = message("separated by {sign}", sign=DELIMITERS[seen.delimiter])
        told.append(ask._(said))
    if seen.sheet:
        told.append(seen.sheet)
    return told


def _readiness(ask: Asked, waiting: int, count: int) -> Answer:
    if not waiting:
        return Answer(message("All {n} files can be imported.", n=ask.format.integer(count)))
    return Answer(
        by_number(
            waiting,
            message("1 file waits for you to look at it."),
            message("{n} files wait for you to look at them.", n=ask.format.integer(waiting)),
        ),
        rest=message("They are imported together, once each is clear."),
    )
