"""An identifier that turns out to be shared: what it joined is taken apart again.

Looks only at the customers that the identifier belonged to, and forms their components anew from
the links that are left. Customers keep their id wherever most of their identifiers stay.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from valence.people.batches import remember
from valence.people.components import components
from valence.people.decisions import NewDecision, append, links_by_people, redirect
from valence.people.mapped import links_from, numbers
from valence.people.redirects import pointers, roots, trees
from valence.people.rows import fetch_where, hex_of, ids_of, insert, new_ids
from valence.people.tables import customers, identifiers
from valence.store import Unit

RULE = "an identifier that they have in common is shared by too many"

_OWN = pa.schema([("id_key", pa.string()), ("customer", pa.string())])


@dataclass(frozen=True, slots=True)
class _Family:
    """One customer with all that was merged into it, and their identifiers."""

    root: str
    owner: Mapping[str, str]  # id_key → customer before redirects
    points: Mapping[str, str]  # customer → the one it was merged into
    linked: Sequence[tuple[str, str]]  # by people


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where everything goes: `head` is the customer that stands for a component."""

    group: Mapping[str, int]  # id_key → component
    claimed: Mapping[str, int]  # customer → component that most of its identifiers are in
    head: Mapping[int, str]
    made: Sequence[str]  # heads that are new

    def owner(self, key: str, before: str) -> str:
        """Return the customer of an identifier, before redirects."""
        here = self.group[key]
        return before if self.claimed.get(before) == here else self.head[here]

    def target(self, customer: str, points: Mapping[str, str]) -> str | None:
        """Return whom a customer redirects to: as before, as long as that is the same component."""
        here = self.claimed[customer]
        if self.head[here] == customer:
            return None
        above = points.get(customer)
        while above is not None and above not in self.claimed:
            above = points.get(above)
        same = above is not None and self.claimed[above] == here
        return points[customer] if same else self.head[here]


def take_apart(unit: Unit, keys: Sequence[str], revision: int, actor: str) -> None:
    """Take these identifiers from their customers, with all that they alone had joined."""
    touched = {customer for _, customer in _owners(unit, identifiers.c.id_key, keys)}
    statement = (
        sa.update(identifiers)
        .where(identifiers.c.id_key == sa.bindparam("key"))
        .values(customer_id=None, revision=revision)
    )
    remember(unit, identifiers, keys)
    unit.execute(statement, [{"key": key} for key in keys])
    for root in sorted(set(roots(unit, sorted(touched)).values())):
        _split_family(unit, _family(unit, root), keys, revision, actor)


def _owners(
    unit: Unit, column: sa.ColumnElement[Any], values: Sequence[object]
) -> list[tuple[str, str]]:
    query = sa.select(identifiers.c.id_key, hex_of(identifiers.c.customer_id))
    found = fetch_where(unit, query, column, values, _OWN).to_pylist()
    return [(row["id_key"], row["customer"]) for row in found if row["customer"]]


def _family(unit: Unit, root: str) -> _Family:
    members = sorted(trees(unit, [root]))
    owner = dict(sorted(_owners(unit, identifiers.c.customer_id, ids_of(members))))
    return _Family(root, owner, pointers(unit, members), links_by_people(unit, members))


def _split_family(
    unit: Unit, family: _Family, evidence: Sequence[str], revision: int, actor: str
) -> None:
    plan = _planned(family, _components(unit, family))
    insert(unit, customers, {"customer_id": plan.made, "revision": [revision] * len(plan.made)})
    targets = {one: plan.target(one, family.points) for one in plan.claimed}
    changed = {one: to for one, to in targets.items() if to != family.points.get(one)}
    redirect(unit, changed)
    owners = {key: plan.owner(key, before) for key, before in family.owner.items()}
    _move(unit, {k: who for k, who in owners.items() if who != family.owner[k]}, revision)
    losers = sorted({*changed, *plan.made, *plan.head.values()} - {family.root})
    if losers:
        append(unit, [NewDecision("split", family.root, losers, RULE, evidence)], revision, actor)


def _components(unit: Unit, family: _Family) -> dict[str, int]:
    """Return the component of each identifier by the links that are left."""
    keys = pa.array(list(family.owner), pa.string())
    links = links_from(unit, keys)
    a = pc.index_in(links["id_key"], value_set=keys).combine_chunks()
    b = pc.index_in(links["link_key"], value_set=keys).combine_chunks()
    both = pc.and_(a.is_valid(), b.is_valid())  # a shared end is not in the family any more
    label = components(len(keys), numbers(a.filter(both)), numbers(b.filter(both)))
    return dict(zip(family.owner, label.tolist(), strict=True))


def _planned(family: _Family, group: dict[str, int]) -> _Plan:
    votes: dict[str, Counter[int]] = defaultdict(Counter)
    for key, customer in family.owner.items():
        votes[customer][group[key]] += 1
    claimed = {who: min(cast, key=lambda c: (-cast[c], c)) for who, cast in votes.items()}
    pairs = [(claimed[x], claimed[y]) for x, y in family.linked if x in claimed and y in claimed]
    ends = np.array(pairs, np.int64).reshape(-1, 2)
    label = components(len(group), ends[:, 0], ends[:, 1])
    group = {key: int(label[one]) for key, one in group.items()}
    claimed = {who: int(label[one]) for who, one in claimed.items()}
    head = {claimed[who]: who for who in sorted(claimed, reverse=True)}  # the oldest is last
    bare = sorted(set(group.values()) - head.keys())
    made = new_ids(len(bare))
    return _Plan(group, claimed, head | dict(zip(bare, made, strict=True)), made)


def _move(unit: Unit, owners: Mapping[str, str], revision: int) -> None:
    statement = (
        sa.update(identifiers)
        .where(identifiers.c.id_key == sa.bindparam("key"))
        .values(customer_id=sa.bindparam("who"), revision=revision)
    )
    if owners:
        remember(unit, identifiers, list(owners))
        unit.execute(statement, [{"key": key, "who": UUID(hex=who)} for key, who in owners.items()])
