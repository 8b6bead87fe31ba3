"""The work list: follow-ups that somebody has to do, what is overdue first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import sqlalchemy as sa

from valence.experience.followups.book import FollowUp, told
from valence.experience.followups.states import TO_DO
from valence.experience.followups.tables import follow_ups as book
from valence.people.redirects import current_customer, trees
from valence.people.rows import ids_of
from valence.store import View

Which = Literal["todo", "overdue", "mine", "done", "all"]
WHICH: tuple[Which, ...] = ("todo", "overdue", "mine", "done", "all")
Reason = Literal["score", "complaint", "theme"]
PAGE = 50

_DUE = sa.case((book.c.sorted_at.is_(None), book.c.sort_due_at), else_=book.c.solve_due_at)
_TO_DO = book.c.state.in_(TO_DO)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which follow-ups are looked at."""

    which: Which = "todo"
    mine: str = ""  # whose `mine` are
    owner: str = ""
    reason: str = ""
    touchpoint: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are."""

    to_do: int
    overdue: int
    done: int
    mine: int


def listed(
    view: View, wanted: Wanted, *, at: datetime, limit: int = PAGE, skip: int = 0
) -> tuple[list[FollowUp], int]:
    """Return a page of follow-ups and how many there are in all.

    What is to do comes first, by when it is due: so what is overdue stands at the top. What is done
    comes with the newest first.
    """
    where = _where(wanted, at)
    query = sa.select(book).where(where)
    if wanted.which == "done":
        query = query.order_by(book.c.closed_at.desc(), book.c.solved_at.desc())
    else:
        query = query.order_by(sa.case((_TO_DO, 0), else_=1), _DUE, book.c.follow_up_id)
    total = int(view.scalar(sa.select(sa.func.count()).select_from(book).where(where)) or 0)
    return told(view.rows(query.limit(limit).offset(skip))), total


def _where(wanted: Wanted, at: datetime) -> sa.ColumnElement[bool]:
    parts: list[sa.ColumnElement[bool]] = [sa.true()]
    if wanted.which in ("todo", "mine"):
        parts.append(_TO_DO)
    if wanted.which == "overdue":
        parts += [_TO_DO, at > _DUE]
    if wanted.which == "done":
        parts.append(~_TO_DO)
    if wanted.which == "mine":
        parts.append(book.c.owner == wanted.mine)
    for column, value in (
        (book.c.owner, wanted.owner),
        (book.c.reason, wanted.reason),
        (book.c.touchpoint, wanted.touchpoint),
    ):
        if value:
            parts.append(column == value)
    return sa.and_(*parts)


def counts(view: View, *, at: datetime, mine: str) -> Counts:
    """Return how many are to do, overdue, done, and somebody's own."""

    def many(*where: sa.ColumnElement[bool]) -> int:
        query = sa.select(sa.func.count()).select_from(book).where(*where)
        return int(view.scalar(query) or 0)

    return Counts(
        many(_TO_DO), many(_TO_DO, at > _DUE), many(~_TO_DO), many(_TO_DO, book.c.owner == mine)
    )


def owners(view: View) -> list[str]:
    """Return everybody who owns a follow-up that is to do."""
    query = sa.select(book.c.owner).where(_TO_DO).distinct().order_by(book.c.owner)
    return list(view.scalars(query))


def of_customer(view: View, customer_id: UUID, *, limit: int = 20) -> list[FollowUp]:
    """Return the newest follow-ups of a customer, and of all who were merged into them."""
    root = current_customer(view, customer_id)
    family = ids_of(sorted(trees(view, [root.hex])))
    query = sa.select(book).where(book.c.customer_id.in_(family))
    return told(view.rows(query.order_by(book.c.opened_at.desc()).limit(limit)))


def opened_since(view: View, since: datetime) -> list[FollowUp]:
    """Return all that were opened since an instant, oldest first."""
    query = sa.select(book).where(book.c.opened_at >= since).order_by(book.c.opened_at)
    return told(view.rows(query))


def people(found: Iterable[FollowUp]) -> Sequence[UUID]:
    """Return the customers of follow-ups, each once."""
    return sorted({one.customer_id for one in found if one.customer_id is not None})
