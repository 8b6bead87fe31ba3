"""Pages of the closed loop: the work list, one follow-up, and the part of a customer's page."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from valence.core.clock import now
from valence.core.errors import ValenceError
from valence.core.messages import message
from valence.experience.followups import answers, helped_view, listing, view
from valence.experience.followups.book import Move
from valence.experience.followups.listing import Wanted, Which
from valence.experience.pages.router import pages
from valence.kit.ask import Ask, Asked
from valence.kit.built import built_of, unbuilt
from valence.kit.forms import FormData, Typed, blank, typed
from valence.kit.opened import OpenBrand
from valence.kit.page import Crumb, Empty, Step
from valence.people.labels import as_uuid

_HERE = "/experience/follow-ups"


class MoveForm(BaseModel):
    """What somebody does with a follow-up."""

    model_config = ConfigDict(extra="ignore")

    state: Literal["answered", "sorted", "solved", "closed", "reopened"] | None = None
    owner: str = Field("", max_length=120)
    done: str = Field("", max_length=5000)
    reason: str = Field("", max_length=5000)
    told: bool = False


@pages.get(_HERE, permission="experience:read")
def follow_ups_page(
    ask: Ask,
    which: Which = "todo",
    owner: str = "",
    reason: Literal["", "score", "complaint", "theme"] = "",
    skip: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Show whom somebody has to call, what is overdue first."""
    will = message("Whom we let down, who follows up, and by when: from scores and complaints.")
    if (missing := unbuilt(ask, will, "answers")) is not None:
        return ask.page("kit/empty.html", title=view.TITLE, question=view.ASKED, empty=missing)
    house = ask.service(OpenBrand)
    wanted = Wanted(which, ask.actor.id, owner, reason)
    found = answers.loop_of(house, ask.reader, wanted, skip=skip)
    more = skip + len(found.rows) < found.total
    nothing = Empty(
        will,
        message("No answer and no complaint of the last weeks calls for one."),
        Step(message("Set what opens one"), "/definitions/follow_up/follow_up"),
    )
    return ask.page(
        "experience/followups.html",
        title=view.TITLE,
        question=view.ASKED,
        answer=view.answer(found, ask.format),
        figures=view.figures(found, ask.format),
        tabs=view.tabs(ask, wanted, found),
        rows=view.rows(found.rows, ask.format, now()),
        owners=found.owners,
        wanted=wanted,
        reasons=view.REASON,
        nothing=None if found.any else nothing,
        more=ask.here(skip=skip + listing.PAGE) if more else "",
        less=ask.here(skip=max(0, skip - listing.PAGE)) if skip else "",
        how=view.how(built_of(ask, "answers"), view.DEFINED),
        helped=helped_view.helped(found.compared, ask.format),
        compared=helped_view.compared_table(found.compared, ask.format),
        how_helped=helped_view.how_helped(found.compared, built_of(ask, "answers")),
        next=view.steps(),
    )


@pages.get(_HERE + "/{follow_up_id}", permission="experience:read")
def follow_up_page(ask: Ask, follow_up_id: str) -> Response:
    """Show one follow-up: the customer's words, both clocks, what was done, and what comes next."""
    return _page(ask, follow_up_id, None)


@pages.post(_HERE + "/{follow_up_id}", permission="experience:follow_up")
def move_follow_up(ask: Ask, follow_up_id: str, data: FormData) -> Response:
    """Move a follow-up on, hand it over, or note what was done."""
    form = typed(MoveForm, data)
    if form.value is None:
        return _page(ask, follow_up_id, form, 422)
    asked, house = form.value, ask.service(OpenBrand)
    owner = ask.actor.id if "take" in data else asked.owner.strip() or None
    move = Move(
        answers.id_of(follow_up_id),
        ask.actor.id,
        asked.state,
        owner,
        asked.done,
        asked.reason,
        asked.told,
    )
    try:
        house.store.transact(lambda unit: answers.moved_on(house, unit, move))
    except ValenceError as wrong:
        return _page(ask, follow_up_id, form.refused(wrong), wrong.status)
    return RedirectResponse(f"{_HERE}/{follow_up_id}", 303)


def _page(
    ask: Asked, follow_up_id: str, form: Typed[MoveForm] | None, status: int = 200
) -> Response:
    house = ask.service(OpenBrand)
    shown, changes = answers.one_of(house, ask.reader, follow_up_id)
    one, fmt = shown.one, ask.format
    return ask.page(
        "experience/followup.html",
        status=status,
        title=view.reason(one, fmt),
        crumbs=[Crumb(view.TITLE, _HERE)],
        chip=view.STATE[one.state],
        shown=shown,
        one=one,
        row=view.row(shown, fmt, now()),
        clocks=view.clocks(one, fmt, now()),
        changes=view.timeline(changes, fmt),
        choices=view.choices(one),
        form=form or blank(MoveForm, owner=one.owner),
        can_take=one.owner != ask.actor.id,
    )


@pages.get("/experience/customers/{customer_id}", permission="experience:read")
def customer_panel(ask: Ask, customer_id: str) -> Response:
    """Show the follow-ups of one customer, as a part of their page."""
    house, who = ask.service(OpenBrand), as_uuid(customer_id)
    if who is None:
        return HTMLResponse("")
    with house.store.reading() as reading:
        found = listing.of_customer(reading, who)
    if not found:
        return HTMLResponse("")
    shown = answers.shown(house, ask.reader, found, at=now())
    return ask.page("experience/followups_panel.html", rows=view.rows(shown, ask.format, now()))
