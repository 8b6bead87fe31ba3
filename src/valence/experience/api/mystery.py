"""Mystery visits by API."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from valence.core.clock import now
from valence.core.errors import NotFoundError, did_you_mean
from valence.experience.api.router import api
from valence.experience.mystery.answers import mystery_of
from valence.experience.mystery.photos import keep_photo, read_photo
from valence.experience.mystery.visits import OWN, Visit, checklists, keep
from valence.kit.ask import Ask
from valence.kit.idempotency import IdempotencyKey, once
from valence.kit.opened import OpenBrand


class MeanOut(BaseModel):
    """A mean from 0 to 100 with its 90 % interval; null where there is too little."""

    n: int
    value: float | None
    low: float | None
    high: float | None


class PlaceOut(BaseModel):
    """One place: what visitors saw, and what customers say there."""

    place: str
    subject: str = Field(description="own, or the competitor.")
    visits: MeanOut
    customers: MeanOut
    gap: float | None = Field(description="Visits less customers, in points.")


class PointOut(BaseModel):
    """One point of the checklist."""

    id: str
    question: str
    weight: float
    n: int = Field(description="Visits that saw it.")
    met: int


class AgreementOut(BaseModel):
    """How far visitors agree beyond chance."""

    items: int = Field(description="Points that several saw at one place on one day.")
    observed: float
    expected: float
    kappa: float | None
    low: float | None
    high: float | None
    enough: bool


class VisitSeenOut(BaseModel):
    """One visit."""

    visited_on: date
    place: str
    subject: str = Field(description="own, or the competitor.")
    visitor: str = Field(description="Of one that was imported, the source.")
    score: float = Field(description="Points met, 0 to 100.")
    note: str
    photo: str | None = Field(description="Its address; null: none.")


class MysteryOut(BaseModel):
    """A checklist and its visits of the last twelve months."""

    checklist: str
    title: str
    of: str
    all: MeanOut
    places: list[PlaceOut]
    points: list[PointOut]
    visits: list[VisitSeenOut] = Field(description="The newest first.")
    agreement: AgreementOut | None
    rank_correlation: float | None = Field(
        description="Of visits and customers over places; null below five with both."
    )


class VisitIn(BaseModel):
    """A visit."""

    model_config = ConfigDict(extra="forbid")

    checklist: str
    visited_on: date
    place: str = Field(min_length=1, max_length=120)
    subject: str = OWN
    visitor: str = Field(min_length=1, max_length=120)
    marks: dict[str, bool | None] = Field(description="Met or not, by point; null: not seen.")
    note: str = Field("", max_length=5000)
    photo: Base64Bytes | None = Field(
        None, max_length=14_000_000, description="A JPEG or PNG up to 10 MB, in Base64."
    )


class VisitOut(BaseModel):
    """The visit that was kept."""

    visit_id: str


@api.get("/experience/mystery", permission="experience:read", response_model=MysteryOut)
def mystery(ask: Ask, checklist: str = "") -> dict[str, Any]:
    """Give what mystery visitors saw, beside what customers say at the same places."""
    found = mystery_of(ask.service(OpenBrand), ask.reader, checklist)
    if found is None:
        raise NotFoundError("No checklist has been published yet.")
    return found.told()


@api.post("/experience/mystery", permission="experience:mystery", response_model=VisitOut)
def keep_visit(ask: Ask, body: VisitIn, idempotency_key: IdempotencyKey = None) -> Any:
    """Keep a visit."""
    house = ask.service(OpenBrand)
    with house.store.reading() as view:
        found = checklists(view, now())
    if body.checklist not in found:
        raise NotFoundError(
            "There is no checklist {name!r}. {fix}",
            name=body.checklist,
            fix=did_you_mean(body.checklist, found),
        )
    taken = read_photo(body.photo) if body.photo else None
    said = {**body.model_dump(exclude={"photo"}), "photo": taken.name if taken else None}
    visit = Visit(**said)
    today = now().astimezone(house.brand.settings.zone).date()

    def work(unit: Any) -> dict[str, str]:
        version = found[body.checklist]
        kept = keep(unit, version, visit, actor=ask.actor.id, at=now(), today=today)
        if taken:
            keep_photo(ask.brand, taken)
        return {"visit_id": str(kept)}

    return house.store.transact(
        lambda unit: once(
            unit,
            idempotency_key,
            scope=f"{ask.actor.id} POST /experience/mystery",
            body=said,
            work=work,
        )
    )
