"""Mystery visits: scored by the weights of the checklist, and kept, one each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from valence.core.errors import BadInputError, ConflictError, did_you_mean
from valence.core.ids import new_id
from valence.definitions import Version, definition_at, heads
from valence.definitions.reading import published
from valence.experience.mystery.definition import MYSTERY_KIND, Checklist
from valence.experience.mystery.tables import mystery_visits as book
from valence.store import Unit, View

OWN = "own"


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit: where, by whom, and what was met; a point that could not be seen is None."""

    checklist: str
    visited_on: date
    place: str
    subject: str
    visitor: str
    marks: Mapping[str, bool | None]
    note: str = ""
    photo: str | None = None  # as photos.keep_photo names it
    score: float | None = None
    visit_id: UUID | None = None


def score_of(checklist: Checklist, marks: Mapping[str, bool | None]) -> float | None:
    """Return the weighted share of the points met, of those seen, 0 to 100; None of none seen.

    Raises
    ------
    BadInputError
        If a mark is of no point of the checklist.
    """
    points = {point.id: point for point in checklist.points}
    for name in marks:
        if name not in points:
            raise BadInputError(
                "The checklist has no point {name!r}. {fix}",
                name=name,
                fix=did_you_mean(name, points),
            )
    seen = [(points[name].weight, met) for name, met in marks.items() if met is not None]
    whole = sum(weight for weight, _ in seen)
    return 100 * sum(weight for weight, met in seen if met) / whole if whole else None


def keep(
    unit: Unit, version: Version, visit: Visit, *, actor: str, at: datetime, today: date
) -> UUID:
    """Keep a visit and return its id.

    Parameters
    ----------
    unit
        The open unit of work.
    version
        Of the checklist, as published.
    visit
        What was seen; its score is made here.
    actor, at
        Who entered it, and when.
    today
        The business day of `at`.

    Raises
    ------
    BadInputError
        If the place or the competitor is none of the checklist's, the day lies in the future, a
        mark is of no point, or nothing was seen.
    ConflictError
        If that visitor's visit of the day is kept already.
    """
    checklist = checklist_of(version)
    _checked(checklist, visit, today)
    score = score_of(checklist, visit.marks)
    if score is None:
        raise BadInputError("Nothing was seen: answer at least one point with yes or no.")
    unit.lock("experience:mystery")
    same = sa.and_(
        book.c.checklist == visit.checklist,
        book.c.visited_on == visit.visited_on,
        book.c.place == visit.place,
        book.c.subject == visit.subject,
        book.c.visitor == visit.visitor,
    )
    if unit.scalar(sa.select(book.c.visit_id).where(same)) is not None:
        raise ConflictError(
            "The visit of {visitor} to {place} on {day} is kept already.",
            visitor=visit.visitor,
            place=visit.place,
            day=visit.visited_on,
        )
    new = new_id()
    row = {field.name: getattr(visit, field.name) for field in fields(visit)}
    more = {"marks": dict(visit.marks), "score": score, "visit_id": new}
    kept = {"checklist_hash": version.content_hash, "entered_at": at, "entered_by": actor}
    unit.execute(sa.insert(book), {**row, **more, **kept})
    return new


def _checked(checklist: Checklist, visit: Visit, today: date) -> None:
    if visit.visited_on > today:
        raise BadInputError("{day} has not come yet.", day=visit.visited_on)
    if not visit.place.strip():
        raise BadInputError("Say which place was visited.")
    if not visit.visitor.strip():
        raise BadInputError("Say who visited it.")
    subjects = {OWN, *checklist.competitors}
    if visit.subject not in subjects:
        raise BadInputError(
            "{subject!r} is not visited by this checklist. {fix}",
            subject=visit.subject,
            fix=did_you_mean(visit.subject, subjects),
        )
    if visit.subject == OWN and checklist.places and visit.place not in checklist.places:
        raise BadInputError(
            "{place!r} is not visited by this checklist. {fix}",
            place=visit.place,
            fix=did_you_mean(visit.place, checklist.places),
        )


def checklist_of(version: Version) -> Checklist:
    """Return the checklist of a version."""
    return published({MYSTERY_KIND: version.document}, MYSTERY_KIND, Checklist)


def checklists(view: View, at: datetime) -> dict[str, Version]:
    """Return the checklists that are in effect, by name."""
    names = [version.name for version in heads(view, MYSTERY_KIND)]
    found = {name: definition_at(view, MYSTERY_KIND, name, at) for name in names}
    return {name: version for name, version in found.items() if version is not None}


def visits_of(view: View, checklist: str, *, since: date | None = None) -> list[Visit]:
    """Return the visits by a checklist, the newest first."""
    query = sa.select(book).where(book.c.checklist == checklist)
    if since is not None:
        query = query.where(book.c.visited_on >= since)
    names = [field.name for field in fields(Visit)]
    rows = view.rows(query.order_by(book.c.visited_on.desc(), book.c.visit_id.desc()))
    return [Visit(**{name: row[name] for name in names}) for row in rows]
