"""The closed loop by API."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from valence.experience.api.router import api
from valence.experience.followups import answers
from valence.experience.followups.book import Move
from valence.experience.followups.listing import Reason, Wanted, Which
from valence.experience.followups.states import State
from valence.kit.ask import Ask
from valence.kit.commands import plain
from valence.kit.idempotency import IdempotencyKey, once
from valence.kit.opened import OpenBrand


class FollowUpOut(BaseModel):
    """One follow-up: who was let down, whose it is, and by when it has to be done."""

    follow_up_id: str
    origin: str = Field(description="answer, case or contact: what opened it.")
    source: str = Field(description="System that the row came from.")
    row_id: str = Field(description="Identifier of the answer, case or contact there.")
    reason: str = Field(description="score, complaint or theme.")
    matter: str = Field(description="Metric, category or name of the theme.")
    customer_id: str | None = Field(description="As known now; null where nobody is.")
    customer: str | None = Field(description="Masked name.")
    worth_amount: Decimal | None = Field(description="What they are worth, where known.")
    happened_at: datetime
    touchpoint: str | None
    channel: str | None
    store: str | None
    score: float | None
    words: str = Field(description="What the customer wrote.")
    state: State
    owner: str
    opened_at: datetime
    sort_due_at: datetime = Field(description="First clock: answered and sorted out.")
    solve_due_at: datetime = Field(description="Second clock: solved.")
    due_at: datetime | None = Field(description="When the clock that runs runs out.")
    overdue: bool
    answered_at: datetime | None
    sorted_at: datetime | None
    solved_at: datetime | None
    closed_at: datetime | None
    told_at: datetime | None = Field(description="When the customer was told.")
    sort_late: bool = Field(description="The first clock ran out, in any round.")
    solve_late: bool = Field(description="The second clock ran out, in any round.")
    reopened: int = Field(description="How often it was opened again.")


class ChangeOut(BaseModel):
    """One change of a follow-up."""

    changed_at: datetime
    actor: str
    state: State
    owner: str
    done: str
    reason: str
    told: bool


class FollowUpDetail(FollowUpOut):
    """One follow-up with its changes, oldest first."""

    changes: list[ChangeOut]


class ShareOut(BaseModel):
    """A share with Wilson's interval (90 %); without one below the minimum."""

    n: int
    hits: int
    share: float | None
    low: float | None
    high: float | None
    enough: bool


class ComparedOut(BaseModel):
    """Followed-up customers against those alike whom nobody followed up.

    What they did in the months after it was solved, of the others after the time that it usually
    took; doubly robust, no proof.
    """

    label: Literal["adjusted association"]
    verdict: Literal["more", "less", "not told apart", "not alike", "too few"]
    n: int = Field(description="Customers with a solved follow-up whose months are over.")
    others: int = Field(description="Customers they are compared with.")
    minimum: int = Field(description="Customers on either side below which nothing is said.")
    months: int
    confidence: float
    bought_share: float | None = Field(description="Of the followed up who bought again.")
    bought_difference_share: float | None = Field(description="More (or less) than those alike.")
    bought_low_share: float | None
    bought_high_share: float | None
    bought_naive_share: float | None = Field(description="The plain difference, not adjusted.")
    value_difference_amount: float | None = Field(description="More (or less) value of one.")
    value_low_amount: float | None
    value_high_amount: float | None
    value_naive_amount: float | None
    apart: float | None = Field(description="Largest standardised difference left.")


class LoopFigures(BaseModel):
    """How well the loop is closed, of the follow-ups of the last year."""

    to_do: int
    overdue: int
    done: int
    sorted_in_time: ShareOut
    solved_in_time: ShareOut
    recovered: ShareOut = Field(description="Bought again or gave a better score since.")
    bought_again: int
    better_score: int
    recovered_value_amount: Decimal = Field(
        description="Value of their orders in the months since: no proof that it was earned so."
    )
    recovery_months: int
    compared: ComparedOut = Field(
        description="The same against customers alike whom nobody followed up."
    )


class FollowUpsOut(BaseModel):
    """The work list, and how well the loop is closed."""

    total: int
    items: list[FollowUpOut]
    figures: LoopFigures


class MoveIn(BaseModel):
    """What is done with a follow-up; fields left out stay as they are."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["answered", "sorted", "solved", "closed", "reopened"] | None = None
    owner: str | None = Field(None, max_length=120)
    done: str = Field("", max_length=5000, description="What was done; needed to solve it.")
    reason: str = Field("", max_length=5000)
    told: bool = Field(default=False, description="The customer was told.")


@api.get("/experience/follow-ups", permission="experience:read", response_model=FollowUpsOut)
def follow_ups(
    ask: Ask,
    which: Which = "todo",
    owner: str = "",
    reason: Reason | None = None,
    touchpoint: str = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    skip: Annotated[int, Query(ge=0)] = 0,
) -> dict[str, Any]:
    """Give the follow-ups, what is overdue first, and how well the loop is closed."""
    wanted = Wanted(which, ask.actor.id, owner, reason or "", touchpoint)
    house = ask.service(OpenBrand)
    found = answers.loop_of(house, ask.reader, wanted, limit=limit, skip=skip)
    items = [each.told() for each in found.rows]
    return {"total": found.total, "items": items, "figures": found.figures()}


@api.get(
    "/experience/follow-ups/{follow_up_id}",
    permission="experience:read",
    response_model=FollowUpDetail,
)
def follow_up(ask: Ask, follow_up_id: str) -> dict[str, Any]:
    """Give one follow-up with its changes."""
    return _detail(ask, follow_up_id)


@api.post(
    "/experience/follow-ups/{follow_up_id}",
    permission="experience:follow_up",
    response_model=FollowUpDetail,
)
def move_follow_up(
    ask: Ask, follow_up_id: str, body: MoveIn, idempotency_key: IdempotencyKey = None
) -> dict[str, Any]:
    """Move a follow-up on, hand it over, or note what was done."""
    house = ask.service(OpenBrand)
    move = Move(
        answers.id_of(follow_up_id),
        ask.actor.id,
        body.state,
        body.owner,
        body.done,
        body.reason,
        body.told,
    )
    house.store.transact(
        lambda unit: once(
            unit,
            idempotency_key,
            scope=f"{ask.actor.id} POST /experience/follow-ups/{follow_up_id}",
            body=body.model_dump(mode="json"),
            work=lambda inner: plain({"state": answers.moved_on(house, inner, move).state}),
        )
    )
    return _detail(ask, follow_up_id)


def _detail(ask: Ask, follow_up_id: str) -> dict[str, Any]:
    house = ask.service(OpenBrand)
    shown, changes = answers.one_of(house, ask.reader, follow_up_id)
    return {**shown.told(), "changes": [ChangeOut(**_fields(each)) for each in changes]}


def _fields(change: Any) -> dict[str, Any]:
    return {name: getattr(change, name) for name in ChangeOut.model_fields}
