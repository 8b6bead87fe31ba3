"""Definitions: what the brand has defined, since when it holds, and its editor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from valence.app.desk.defined import (
    AnyKind,
    Stand,
    instant_typed,
    kinds_of,
    read_text,
    stand_of,
    text_of,
    version_of,
)
from valence.app.desk.pages.router import house_of, pages
from valence.app.desk.settings import about, settings_of
from valence.core.errors import BadInputError, ConflictError, ValenceError
from valence.core.messages import Message, message
from valence.definitions import lifecycle
from valence.definitions.changes import Change, changes, unified
from valence.definitions.faults import Fault, FaultyDefinitionError
from valence.definitions.files import as_text
from valence.definitions.lifecycle import MovedOnError, base_of
from valence.definitions.versions import Base, Version, checked_name, heads
from valence.kit.ask import Ask, Asked
from valence.kit.forms import FormData
from valence.kit.languages import by_number
from valence.kit.page import Answer, Crumb, Empty, How
from valence.trust.actor import authorize

DEFINITIONS = Crumb(message("Definitions"), "/definitions")
STATES: dict[str, tuple[Message, str]] = {
    "draft": (message("draft"), "warn"),
    "published": (message("published"), "good"),
    "retired": (message("retired"), ""),
    "default": (message("the defaults hold"), ""),
}
HOW = How(
    message(
        "A definition is drafted, then published from an instant on, and retired when it holds no "
        "longer. Published versions never change, and facts record the version that they met."
    ),
    note=message(
        "The same documents can be kept as files: `valence definitions export`, edit, `diff`, "
        "`apply`. Whoever saves over a newer version is told, on both ways."
    ),
)


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed into the editor, and why it was refused."""

    text: str
    base: Base | None
    note: str = ""
    faults: Sequence[Fault] = field(default_factory=tuple)
    refused: Message | None = None
    theirs: str = ""  # what somebody else changed meanwhile, as a unified difference


@pages.get("/definitions", permission="definitions:read")
def definitions_page(ask: Ask) -> Response:
    """Show all kinds of definitions and what there is of each."""
    house = house_of(ask)
    kinds = list(kinds_of(house))
    by_name = {kind.name: kind for kind in kinds}
    with house.store.reading() as view:
        found = [
            stand_of(view, by_name[one.kind], one.name)
            for one in heads(view)
            if one.kind in by_name
        ]
    listed = {kind.name: [one for one in found if one.kind is kind] for kind in kinds}
    held = sum(one.held is not None for one in found)
    return ask.page(
        "desk/definitions.html",
        kinds=kinds,
        listed=listed,
        about=about,
        states=STATES,
        answer=_answer(held, sum(one.draft is not None for one in found), len(kinds)),
        how=HOW,
        empty=Empty(
            message("Here you will see what the brand has defined: tiers, scores, programmes."),
            message("No part of this installation has anything to define."),
        ),
    )


@pages.get("/definitions/{kind_name}", permission="definitions:read")
def kind_page(ask: Ask, kind_name: str) -> Response:
    """Show the form of a new definition; of a kind with one definition only, that one."""
    kind = kinds_of(house_of(ask))[kind_name]
    if kind.singleton:
        return RedirectResponse(f"/definitions/{kind.name}/{kind.name}", 303)
    return _new(ask, kind, "", Typed(text_of(kind.defaults()), None))


def _new(ask: Asked, kind: AnyKind, name: str, typed: Typed, status: int = 200) -> Response:
    return ask.page(
        "desk/definition_new.html",
        status=status,
        crumbs=[DEFINITIONS],
        kind=kind,
        name=name,
        typed=typed,
        about=about(kind),
        settings=settings_of(kind, kind.defaults()),
        how=HOW,
    )


@pages.post("/definitions/{kind_name}", permission="definitions:edit")
def new_definition(ask: Ask, kind_name: str, data: FormData) -> Response:
    """Save the first draft of a definition."""
    kind = kinds_of(house_of(ask))[kind_name]
    name = data.get("name", "").strip()
    try:
        checked_name(kind, name)
    except BadInputError as wrong:
        typed = Typed(data.get("text", ""), None, data.get("note", ""), refused=wrong.message)
        return _new(ask, kind, name, typed, wrong.status)
    refused = _save(ask, kind, name, data, None)
    if refused is not None:
        return _new(ask, kind, name, *refused)
    return RedirectResponse(f"/definitions/{kind.name}/{name}", 303)


@pages.get("/definitions/{kind_name}/{name}", permission="definitions:read")
def definition_page(ask: Ask, kind_name: str, name: str) -> Response:
    """Show a definition with its editor, or its file where the address has `format=yaml`."""
    stand = _stand(ask, kind_name, name)
    if ask.request.query_params.get("format") == "yaml":
        return _file(stand)
    return _page(ask, stand, _untouched(stand))


def _file(stand: Stand) -> Response:
    text = as_text(stand.head) if stand.head else text_of(stand.document)
    disposition = f'attachment; filename="{stand.name}.yaml"'
    return PlainTextResponse(
        text, media_type="application/yaml", headers={"Content-Disposition": disposition}
    )


def _untouched(stand: Stand) -> Typed:
    return Typed(text_of(stand.document), base_of(stand.head) if stand.head else None)


def _page(ask: Asked, stand: Stand, typed: Typed, status: int = 200) -> Response:
    draft, held = stand.draft, stand.held
    before = held.document if held else stand.kind.defaults()
    return ask.page(
        "desk/definition.html",
        status=status,
        crumbs=[DEFINITIONS],
        kind=stand.kind,
        name=stand.name,
        stand=stand,
        state=STATES[stand.head.state if stand.head else "default"],
        states=STATES,
        answer=_stand_answer(ask, stand),
        typed=typed,
        faults=stand.kind.faults(draft.document) if draft else [],
        changed=changes(before or {}, draft.document) if draft else [],
        shown=_shown,
        held_text=text_of(before),
        about=about(stand.kind),
        settings=settings_of(stand.kind, before),
        how=HOW,
        zone=ask.brand.settings.brand.timezone,
    )


@pages.post("/definitions/{kind_name}/{name}", permission="definitions:edit")
def save_definition(ask: Ask, kind_name: str, name: str, data: FormData) -> Response:
    """Save the draft; what is wrong is shown at its line, and what was typed is kept."""
    stand = _stand(ask, kind_name, name)
    refused = _save(ask, stand.kind, name, data, _base(data))
    if refused is not None:
        return _page(ask, _stand(ask, kind_name, name), *refused)
    return RedirectResponse(f"/definitions/{kind_name}/{name}#draft", 303)


def _save(
    ask: Asked, kind: AnyKind, name: str, data: dict[str, str], base: Base | None
) -> tuple[Typed, int] | None:
    """Save a draft; return what to show again, with its status, where it was refused."""
    authorize(ask.actor, kind.permission)
    text, note = data.get("text", ""), data.get("note", "").strip()
    try:
        document = read_text(kind, text)
        house_of(ask).store.transact(
            lambda unit: lifecycle.save_draft(
                unit, kind, name, document, actor=ask.actor.id, based_on=base, note=note
            )
        )
    except FaultyDefinitionError as faulty:
        return Typed(text, base, note, faults=faulty.faults), faulty.status
    except MovedOnError as moved:
        now_there = base_of(moved.theirs) if moved.theirs else None
        stored = moved.theirs.document if moved.theirs else None
        theirs = unified(moved.base, stored, before_name="before", after_name="now")
        said = message(
            "Somebody else saved another text meanwhile; nothing was changed. Below is what they "
            "changed: take it into your text, then save again. Saving now puts yours in its place."
        )
        return Typed(text, now_there, note, refused=said, theirs=theirs), moved.status
    return None


@pages.post("/definitions/{kind_name}/{name}/publish", permission="definitions:publish")
def publish_definition(ask: Ask, kind_name: str, name: str, data: FormData) -> Response:
    """Publish the draft from an instant on."""
    stand, zone = _stand(ask, kind_name, name), ask.brand.settings.zone
    authorize(ask.actor, stand.kind.permission)
    try:
        since = instant_typed(data.get("effective_from", ""), zone)
        base = _base(data)
        if base is None:
            raise ConflictError("There is no draft to publish: save one first.")
        house_of(ask).store.transact(
            lambda unit: lifecycle.publish(
                unit,
                stand.kind,
                name,
                actor=ask.actor.id,
                based_on=base,
                effective_from=since,
                note=data.get("note", "").strip() or None,
            )
        )
    except ValenceError as wrong:
        return _refused(ask, stand, wrong)
    return RedirectResponse(f"/definitions/{kind_name}/{name}", 303)


@pages.post("/definitions/{kind_name}/{name}/retire", permission="definitions:publish")
def retire_definition(ask: Ask, kind_name: str, name: str, data: FormData) -> Response:
    """Let a definition hold no longer."""
    stand, zone = _stand(ask, kind_name, name), ask.brand.settings.zone
    authorize(ask.actor, stand.kind.permission)
    try:
        until = instant_typed(data.get("at", ""), zone)
        house_of(ask).store.transact(
            lambda unit: lifecycle.retire(unit, stand.kind, name, actor=ask.actor.id, at=until)
        )
    except ValenceError as wrong:
        return _refused(ask, stand, wrong)
    return RedirectResponse(f"/definitions/{kind_name}/{name}", 303)


@pages.post("/definitions/{kind_name}/{name}/discard", permission="definitions:edit")
def discard_draft(ask: Ask, kind_name: str, name: str, data: FormData) -> Response:
    """Throw the draft away."""
    stand = _stand(ask, kind_name, name)
    authorize(ask.actor, stand.kind.permission)
    base = _base(data)
    if base is None:
        return RedirectResponse(f"/definitions/{kind_name}/{name}", 303)
    left = house_of(ask).store.transact(
        lambda unit: lifecycle.discard_draft(
            unit, stand.kind, name, actor=ask.actor.id, based_on=base
        )
    )
    gone = left is None and not stand.kind.singleton
    return RedirectResponse("/definitions" if gone else f"/definitions/{kind_name}/{name}", 303)


def _refused(ask: Asked, stand: Stand, wrong: ValenceError) -> Response:
    faults = wrong.faults if isinstance(wrong, FaultyDefinitionError) else ()
    said = None if faults else wrong.message
    shown = _untouched(stand)
    return _page(
        ask, stand, Typed(shown.text, shown.base, faults=faults, refused=said), wrong.status
    )


@pages.get("/definitions/{kind_name}/{name}/versions/{number}", permission="definitions:read")
def version_page(ask: Ask, kind_name: str, name: str, number: int, against: int = 0) -> Response:
    """Show one version, and how it differs from another; by default from the one before."""
    stand = _stand(ask, kind_name, name)
    version = version_of(stand, number)
    earlier = [one.version for one in stand.versions if one.version < number]
    other = version_of(stand, against or earlier[0]) if against or earlier else None
    before = other.document if other else None
    return ask.page(
        "desk/definition_version.html",
        crumbs=[DEFINITIONS, Crumb(_called(stand), f"/definitions/{kind_name}/{name}")],
        kind=stand.kind,
        name=name,
        stand=stand,
        version=version,
        other=other,
        state=STATES[version.state],
        text=text_of(version.document),
        changed=changes(before, version.document) if before is not None else [],
        lines=_lines(before, version, other),
        shown=_shown,
        how=HOW,
    )


def _called(stand: Stand) -> Message | str:
    return stand.kind.title if stand.kind.singleton else stand.name


def _lines(before: object, version: Version, other: Version | None) -> list[tuple[str, str]]:
    """The unified difference, each line with what it is: added, removed, or around."""
    if other is None:
        return []
    text = unified(
        before,
        version.document,
        before_name=f"version {other.version}",
        after_name=f"version {version.version}",
    )
    marks = {"+": "good", "-": "bad"}
    return [(marks.get(line[:1], ""), line) for line in text.splitlines()]


def _stand(ask: Asked, kind_name: str, name: str) -> Stand:
    house = house_of(ask)
    kind = kinds_of(house)[kind_name]
    with house.store.reading() as view:
        return stand_of(view, kind, name)


def _base(data: dict[str, str]) -> Base | None:
    version, hash_ = data.get("base_version", ""), data.get("base_hash", "")
    return Base(int(version), hash_) if version.isdecimal() and hash_ else None


def _shown(change: Change, side: str) -> str:
    """Return a value of a change as text."""
    value = change.before if side == "before" else change.after
    return "–" if value is None else text_of(value).strip().removesuffix("\n...")


def _answer(held: int, drafts: int, kinds: int) -> Answer | None:
    if not kinds:
        return None
    core = by_number(
        held,
        message("1 definition of your own holds; else the defaults do."),
        message("{n} definitions of your own hold; else the defaults do.", n=held),
    )
    if not held:
        core = message("Nothing of your own holds: the defaults hold everywhere.")
    rest = by_number(
        drafts,
        message("1 draft waits to be published."),
        message("{n} drafts wait to be published.", n=drafts),
    )
    return Answer(core, rest=rest if drafts else "")


def _stand_answer(ask: Asked, stand: Stand) -> Answer:
    fmt, held = ask.format, stand.held
    rest: Message | str = ""
    if stand.draft:
        rest = message("A draft of version {n} waits to be published.", n=stand.draft.version)
    elif stand.head and stand.head.state == "published" and stand.head is not held:
        since = fmt.instant(stand.head.effective_from)
        rest = message("Version {n} follows on {day}.", n=stand.head.version, day=since)
    if held is None:
        core = message("Nothing is published: the defaults hold.")
        if stand.kind.defaults() is None:
            core = message("Nothing is published, so it is not in effect.")
        return Answer(core, rest=rest)
    core = message(
        "Version {n} holds since {day}.", n=held.version, day=fmt.instant(held.effective_from)
    )
    if held.effective_until:
        core = message(
            "Version {n} holds until {day}.",
            n=held.version,
            day=fmt.instant(held.effective_until),
        )
    return Answer(core, rest=rest)
