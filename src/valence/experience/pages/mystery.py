"""Pages of mystery visits: what was seen where, and the form of a visit."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from valence.core.clock import now
from valence.core.errors import NotFoundError, ValenceError, did_you_mean
from valence.core.messages import message
from valence.definitions import Version
from valence.experience.mystery import view
from valence.experience.mystery.answers import mystery_of
from valence.experience.mystery.photos import keep_photo, photo, read_photo
from valence.experience.mystery.visits import OWN, Visit, checklist_of, checklists, keep
from valence.experience.pages.router import pages
from valence.kit.ask import Ask, Asked
from valence.kit.built import built_of
from valence.kit.forms import FormData, Typed, Uploads, blank, typed
from valence.kit.opened import OpenBrand
from valence.kit.page import Crumb, Empty, Step, Tab
from valence.store import Unit

_HERE = "/experience/mystery"
Text = Annotated[str, Field(min_length=1, max_length=120)]


class VisitForm(BaseModel):
    """A visit as it is typed; its points stand beside, each as `point-ID`."""

    model_config = ConfigDict(extra="ignore")

    visited_on: date
    place: Text
    subject: str = OWN
    visitor: Text
    note: str = Field("", max_length=5000)


@pages.get(_HERE, permission="experience:read")
def mystery_page(ask: Ask, checklist: str = "") -> Response:
    """Show what mystery visitors saw, beside what customers say at the same places."""
    house = ask.service(OpenBrand)
    found = mystery_of(house, ask.reader, checklist)
    if found is None:
        empty = Empty(
            message("What is done in each store or channel, seen by visitors unknown there."),
            message("No checklist has been published yet."),
            Step(message("Write a checklist"), "/definitions/mystery"),
        )
        return ask.page("kit/empty.html", title=view.TITLE, question=view.ASKED, empty=empty)
    with house.store.reading() as reading:
        names = checklists(reading, now())
    tabs = [
        Tab(checklist_of(version).title, ask.url(_HERE, checklist=name), name == found.name)
        for name, version in names.items()
    ]
    return ask.page(
        "experience/mystery.html",
        title=view.TITLE,
        question=view.ASKED,
        answer=view.answer(found, ask.format),
        figures=view.figures(found, ask.format),
        tabs=tabs,
        by_place=view.by_place(found, ask.format),
        places=view.places(found, ask.format),
        points=view.points(found),
        visits=found.visits[:8],
        how=view.how(found, built_of(ask, "answers")),
        next=view.steps(found),
    )


@pages.get(_HERE + "/{name}/visit", permission="experience:mystery")
def visit_form(ask: Ask, name: str) -> Response:
    """Show the checklist as a form."""
    today = now().astimezone(ask.brand.settings.zone).date()
    return _form(ask, _version(ask, name), blank(VisitForm, visited_on=today.isoformat()))


@pages.post(_HERE + "/{name}/visit", permission="experience:mystery")
def keep_visit(ask: Ask, name: str, data: FormData, files: Uploads) -> Response:
    """Keep a visit, and its photo."""
    version = _version(ask, name)
    form = typed(VisitForm, data)
    if form.value is None:
        return _form(ask, version, form, 422)
    one, zone = form.value, ask.brand.settings.zone
    said = {"yes": True, "no": False}
    marks = {
        point.id: said.get(data.get(f"point-{point.id}", ""))
        for point in checklist_of(version).points
    }
    try:
        file = files.get("photo")
        taken = read_photo(file.content) if file else None
        visit = Visit(name, one.visited_on, one.place.strip(), one.subject, one.visitor.strip(),
                      marks, one.note.strip(), taken.name if taken else None)  # fmt: skip
        today = now().astimezone(zone).date()

        def work(unit: Unit) -> None:
            keep(unit, version, visit, actor=ask.actor.id, at=now(), today=today)
            if taken:
                keep_photo(ask.brand, taken)

        ask.service(OpenBrand).store.transact(work)
    except ValenceError as wrong:
        return _form(ask, version, form.refused(wrong), wrong.status)
    return RedirectResponse(ask.url(_HERE, checklist=name), 303)


@pages.get(_HERE + "/photos/{name}", permission="experience:read")
def visit_photo(ask: Ask, name: str) -> Response:
    """Give a photo, as nothing but a picture."""
    content, kind = photo(ask.brand, name)
    kept = {"Cache-Control": "private, max-age=31536000, immutable"}
    return Response(content, media_type=kind, headers=kept)


def _version(ask: Asked, name: str) -> Version:
    with ask.service(OpenBrand).store.reading() as reading:
        found = checklists(reading, now())
    if name not in found:
        raise NotFoundError(
            "There is no checklist {name!r}. {fix}", name=name, fix=did_you_mean(name, found)
        )
    return found[name]


def _form(ask: Asked, version: Version, form: Typed[VisitForm], status: int = 200) -> Response:
    checklist = checklist_of(version)
    return ask.page(
        "experience/mystery_visit.html",
        status=status,
        title=checklist.title,
        crumbs=[Crumb(view.TITLE, ask.url(_HERE, checklist=version.name))],
        action=f"{_HERE}/{version.name}/visit",
        checklist=checklist,
        places=view.choices(checklist.places),
        subjects=[(OWN, message("our own")), *view.choices(checklist.competitors)],
        marks=view.MARKS,
        form=form,
    )
