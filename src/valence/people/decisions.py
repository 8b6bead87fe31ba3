"""Decisions about who is who: merge, link and split, appended, never changed, reversible.

A merge redirects whole customers and moves no identifier, so taking it back restores exactly what
was. What a person took apart, no import joins again: only a person's link does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from valence.core.clock import now
from valence.core.errors import ConflictError, NotFoundError
from valence.core.ids import new_id
from valence.people.batches import refuse_while_open, remember
from valence.people.redirects import roots, trees
from valence.people.rows import CHUNK, chunks, ids_of
from valence.people.tables import (
    customers,
    merge_decision_customers,
    merge_decisions,
    people_revisions,
)
from valence.store import Store, Unit, View

LOCK = "people"  # whoever changes the map holds it
EVIDENCE = 20  # id_keys kept for one decision


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: who goes on, who became part of them (or was taken out), and why."""

    id: UUID
    kind: str  # merge: by a rule; link: by a person; split
    survivors: tuple[UUID, ...]
    losers: tuple[UUID, ...]
    rule: str
    evidence: tuple[str, ...]  # id_keys
    reverses: UUID | None
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision about to be appended; customers as hexadecimal digits."""

    kind: str
    survivor: str
    losers: Sequence[str]
    rule: str
    evidence: Sequence[str] = ()
    reverses: UUID | None = None


def link(store: Store, first: UUID, second: UUID, *, reason: str, actor: str) -> UUID:
    """Make two customers one, because somebody knows that they are; return the decision.

    The older of the two stays. It holds against earlier splits.

    Raises
    ------
    NotFoundError
        If one is not a customer.
    ConflictError
        If they are one already.
    BusyError
        If an import is bringing identifiers.
    """
    with store.writing() as unit:
        unit.lock(LOCK)
        refuse_while_open(unit)
        known_customers(unit, [first, second])
        now_at = roots(unit, [first.hex, second.hex])
        survivor, *losers = sorted(set(now_at.values()))
        if not losers:
            raise ConflictError("The two are one customer already.")
        redirect(unit, {losers[0]: survivor})
        made = NewDecision("link", survivor, losers, reason)
        return append(unit, [made], next_revision(unit, actor), actor)[0]


def split(store: Store, decision_id: UUID, *, reason: str, actor: str) -> UUID:
    """Take back a merge or a link; return the decision that does.

    The customers stand apart as before it, with the identifiers that each had. Books are not
    touched: they keep the id of their time.

    Raises
    ------
    NotFoundError
        If there is no such decision.
    ConflictError
        If it is a split, or was taken back before.
    BusyError
        If an import is bringing identifiers.
    """
    with store.writing() as unit:
        unit.lock(LOCK)
        refuse_while_open(unit)
        undone = _decision(unit, decision_id)
        losers = [loser.hex for loser in undone.losers]
        if undone.kind == "split" or not _stands(unit, undone):
            raise ConflictError(
                "Decision {id} cannot be taken back: it is a split, or was taken back before.",
                id=decision_id,
            )
        redirect(unit, dict.fromkeys(losers))
        made = NewDecision(
            "split", undone.survivors[0].hex, losers, reason, undone.evidence, decision_id
        )
        return append(unit, [made], next_revision(unit, actor), actor)[0]


def history_of(store: Store, customer_id: UUID) -> list[Decision]:
    """Return every decision that this customer, or one merged into it, took part in, in order."""
    with store.reading() as view:
        known_customers(view, [customer_id])
        root = roots(view, [customer_id.hex])[customer_id.hex]
        family = ids_of(trees(view, [root, customer_id.hex]))
        part = merge_decision_customers.c
        ids = sa.select(part.decision_id).where(part.customer_id.in_(family))
        return _load(view, merge_decisions.c.decision_id.in_(ids))


def separations(view: View) -> list[tuple[str, str]]:
    """Return the pairs of customers that people took apart, as hexadecimal digits."""
    made = _load(view, merge_decisions.c.reverses.is_not(None))
    who = [[part.hex for part in (*one.survivors, *one.losers)] for one in made]
    return sorted({(a, b) for parts in who for a in parts for b in parts if a < b})


def links_by_people(view: View, hexes: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pairs among these customers that people linked and did not take apart since."""
    part, made = merge_decision_customers.c, merge_decisions.c
    taken_back = sa.select(made.reverses).where(made.reverses.is_not(None))
    ids = sa.select(part.decision_id).where(part.customer_id.in_(ids_of(hexes)))
    standing = (
        (made.kind == "link") & made.decision_id.in_(ids) & made.decision_id.not_in(taken_back)
    )
    return [
        (one.survivors[0].hex, other.hex) for one in _load(view, standing) for other in one.losers
    ]


def next_revision(unit: Unit, actor: str) -> int:
    """Open a new revision of the map and return its number."""
    revision = current_revision(unit) + 1
    unit.execute(sa.insert(people_revisions), {"revision": revision, "at": now(), "actor": actor})
    return revision


def current_revision(view: View) -> int:
    """Return the number of the last change of the map; 0 before the first."""
    return int(view.scalar(sa.select(sa.func.max(people_revisions.c.revision))) or 0)


def redirect(unit: Unit, targets: Mapping[str, str | None]) -> None:
    """Point customers at others, or at nobody."""
    statement = (
        sa.update(customers)
        .where(customers.c.customer_id == sa.bindparam("who"))
        .values(redirect_to=sa.bindparam("to"))
    )
    rows = [
        {"who": UUID(hex=one), "to": UUID(hex=to) if to else None} for one, to in targets.items()
    ]
    if rows:
        remember(unit, customers, [row["who"] for row in rows])
        unit.execute(statement, rows)


def append(unit: Unit, made: Sequence[NewDecision], revision: int, actor: str) -> list[UUID]:
    """Append decisions and return their ids."""
    ids = [new_id() for _ in made]
    if made:
        unit.execute(sa.insert(merge_decisions), _decision_rows(made, ids, revision, actor))
        unit.execute(sa.insert(merge_decision_customers), _part_rows(made, ids))
    return ids


def known_customers(view: View, ids: Sequence[UUID]) -> None:
    """Refuse ids that are not customers.

    Raises
    ------
    NotFoundError
        Naming the first that is not.
    """
    column = customers.c.customer_id
    known = set(view.scalars(sa.select(column).where(column.in_(ids))))
    if missing := [one for one in ids if one not in known]:
        raise NotFoundError("There is no customer {id}.", id=missing[0])


def _decision_rows(
    made: Sequence[NewDecision], ids: Sequence[UUID], revision: int, actor: str
) -> list[dict[str, object]]:
    at = now()
    return [
        {
            "decision_id": decision_id,
            "kind": one.kind,
            "rule": one.rule,
            "evidence": list(one.evidence)[:EVIDENCE],
            "reverses": one.reverses,
            "revision": revision,
            "at": at,
            "actor": actor,
        }
        for decision_id, one in zip(ids, made, strict=True)
    ]


def _part_rows(made: Sequence[NewDecision], ids: Sequence[UUID]) -> list[dict[str, object]]:
    return [
        {"decision_id": decision_id, "customer_id": UUID(hex=who), "survives": survives}
        for decision_id, one in zip(ids, made, strict=True)
        for who, survives in [(one.survivor, True), *((loser, False) for loser in one.losers)]
    ]


def _decision(view: View, decision_id: UUID) -> Decision:
    found = _load(view, merge_decisions.c.decision_id == decision_id)
    if not found:
        raise NotFoundError("There is no decision {id}.", id=decision_id)
    return found[0]


def _stands(view: View, made: Decision) -> bool:
    """Whether all who were merged still point at whom they were merged into."""
    losers = customers.c.customer_id.in_(made.losers)
    targets = set(view.scalars(sa.select(customers.c.redirect_to).where(losers)))
    taken_back = sa.select(merge_decisions.c.decision_id).where(
        merge_decisions.c.reverses == made.id
    )
    return targets == set(made.survivors) and view.scalar(taken_back) is None


def _load(view: View, condition: sa.ColumnElement[bool]) -> list[Decision]:
    rows = view.rows(
        sa.select(merge_decisions).where(condition).order_by(merge_decisions.c.decision_id)
    )
    parts = _parts(view, [row["decision_id"] for row in rows])
    return [
        Decision(
            id=row["decision_id"],
            kind=row["kind"],
            survivors=tuple(who for who, stays in parts[row["decision_id"]] if stays),
            losers=tuple(who for who, stays in parts[row["decision_id"]] if not stays),
            rule=row["rule"],
            evidence=tuple(row["evidence"]),
            reverses=row["reverses"],
            at=row["at"],
            actor=row["actor"],
        )
        for row in rows
    ]


def _parts(view: View, ids: Sequence[UUID]) -> dict[UUID, list[tuple[UUID, bool]]]:
    part = merge_decision_customers.c
    found: dict[UUID, list[tuple[UUID, bool]]] = {one: [] for one in ids}
    for chunk in chunks(ids, CHUNK):
        some: Iterable[sa.RowMapping] = view.rows(
            sa.select(merge_decision_customers)
            .where(part.decision_id.in_(chunk))
            .order_by(part.customer_id)
        )
        for row in some:
            found[row["decision_id"]].append((row["customer_id"], row["survives"]))
    return found
