"""Resolution: which identifiers are one customer, by what was seen together in one record.

Two identifiers of one record are linked, and a customer is a connected component of links. An
identifier seen together with more user ids than `shared_over` (the till's e-mail address, a phone
in a shop) is shared: it names nobody, and links through it do not count, nor did they in the past.
In which order the records come makes no difference to who is one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from valence.people.apart import without_forbidden
from valence.people.components import Numbers, components
from valence.people.decisions import (
    EVIDENCE,
    LOCK,
    NewDecision,
    append,
    next_revision,
    redirect,
    separations,
)
from valence.people.mapped import (
    Flags,
    Known,
    add_links,
    add_user_ids,
    flags,
    known_identifiers,
    links_from,
    numbers,
    scope_ids,
    scope_names,
)
from valence.people.redirects import roots
from valence.people.rows import insert, new_ids
from valence.people.shared import take_apart
from valence.people.tables import customers, identifiers
from valence.store import Store, Unit

SHARED_OVER = 10
SAME_RECORD = "identifiers seen in one record"
_COLUMNS = ("id_key", "link_key", "id_type", "source")


@dataclass(frozen=True, slots=True)
class Resolution:
    """What one call changed in the map."""

    revision: int = 0  # 0: nothing changed
    new_identifiers: int = 0
    new_customers: int = 0
    merged: int = 0  # customers that became part of an older one
    shared: tuple[str, ...] = ()  # id_keys that turned out to be shared by too many
    kept_apart: int = 0  # links that would have joined what a person took apart


@dataclass(frozen=True, slots=True)
class _Batch:
    """The identifiers at hand: those of the records, then those that are only linked to."""

    keys: pa.Array
    id_types: pa.Array
    sources: pa.Array  # null for those only linked to
    a: Numbers  # ends of each new link, as places in `keys`
    b: Numbers


@dataclass(frozen=True, slots=True)
class _Groups:
    """Components; nodes are the customers met, oldest first, then the identifiers at hand."""

    ids: Sequence[str]
    roots: Numbers  # of each customer, as its place in `ids`
    attached: Numbers  # least node of each node, not looking through redirects
    joined: Numbers  # least node of each node, through redirects: the oldest customer, if any
    kept_apart: int


def resolve(
    store: Store, records: pa.Table, *, actor: str = "import", shared_over: int = SHARED_OVER
) -> Resolution:
    """Take records into the map: new identifiers get a customer, linked customers become one.

    Parameters
    ----------
    store
        Where the map is kept. Two calls at once wait for each other.
    records
        One row for each identifier of each record: `id_key`; `link_key`, the record's first
        identifier, best its user id (null, or the same, where there is but one); `id_type`;
        `source`, the namespace that the key was made with, else the system. Rows without `id_key`
        are passed over.
    actor
        Who or what brings them.
    shared_over
        An identifier seen together with more user ids than this is shared.

    Raises
    ------
    ValueError
        If a `link_key` is neither known nor stands in a row of its own.
    """
    with store.writing() as unit:
        return resolve_in(unit, records, actor=actor, shared_over=shared_over)


def resolve_in(
    unit: Unit, records: pa.Table, *, actor: str = "import", shared_over: int = SHARED_OVER
) -> Resolution:
    """Do the same within a unit of work that is open already."""
    unit.lock(LOCK)
    batch, known = _taken(unit, records)
    if known.found.all() and not len(batch.a):
        return Resolution()
    revision = next_revision(unit, actor)
    users = known.user_ids + _user_ids_met(batch)
    was_shared = known.found & ~known.owned
    shared = was_shared | (~_is_user_id(batch) & (users > shared_over))
    add_links(
        unit, batch.keys.take(pa.array(batch.a)), batch.keys.take(pa.array(batch.b)), revision
    )
    add_user_ids(unit, batch.keys, known, users)
    if (became := shared & known.owned).any():
        take_apart(unit, _chosen(batch.keys, became), revision, actor)
        known = known_identifiers(unit, batch.keys)
    groups = _grouped(unit, batch, known, shared)
    merges = _merges(batch, groups)
    redirect(unit, {loser: one.survivor for one in merges for loser in one.losers})
    append(unit, merges, revision, actor)
    made = _add(unit, batch, groups, (~known.found, shared, users), revision)
    return Resolution(
        revision=revision,
        new_identifiers=int((~known.found).sum()),
        new_customers=made,
        merged=sum(len(one.losers) for one in merges),
        shared=tuple(_chosen(batch.keys, shared & ~was_shared)),
        kept_apart=groups.kept_apart,
    )


def _taken(unit: Unit, records: pa.Table) -> tuple[_Batch, Known]:
    """Return the distinct identifiers of the records with their new links, and what is known."""
    table = pa.table({name: _text(records[name]) for name in _COLUMNS})
    table = table.filter(pc.is_valid(table["id_key"]))
    first, second = _text(table["id_key"]), _text(table["link_key"])
    # Texts are hashed once; from here on an identifier is its place among the distinct ones.
    coded = pa.concat_arrays([first, pc.coalesce(second, first)]).dictionary_encode()
    keys, codes = coded.dictionary, numbers(coded.indices)
    own, link = codes[: len(first)], codes[len(first) :]
    row = np.full(len(keys), -1, np.int64)
    row[own[::-1]] = np.arange(len(own))[::-1]  # where each stands first
    known = known_identifiers(unit, keys)
    if not (known.found | (row >= 0)).all():
        raise ValueError("a link_key is neither known nor stands in a row of its own")
    at = pa.array(row, mask=row < 0)
    given = _text(table["id_type"]).take(at)
    a, b = _new_links(unit, keys, known, own, link)
    batch = _Batch(
        keys=keys,
        id_types=pc.coalesce(given, _types(unit, known)) if given.null_count else given,
        sources=_text(table["source"]).take(at),
        a=a,
        b=b,
    )
    return batch, known


def _new_links(
    unit: Unit, keys: pa.Array, known: Known, own: Numbers, link: Numbers
) -> tuple[Numbers, Numbers]:
    """Return the distinct links that are not stored yet, the lesser key first."""
    a, b = _distinct(own, link, len(keys))
    swapped = flags(pc.greater(keys.take(pa.array(a)), keys.take(pa.array(b))))
    a, b = np.where(swapped, b, a), np.where(swapped, a, b)
    both = known.found[a] & known.found[b]  # a stored link has two known ends
    if not both.any():
        return a, b
    stored = links_from(unit, keys.take(pa.array(np.unique(a[both]))))
    ends = [numbers(pc.index_in(stored[n], value_set=keys)) for n in stored.column_names]
    held = ends[0] * len(keys) + ends[1]
    new = ~np.isin(a * len(keys) + b, held[(ends[0] >= 0) & (ends[1] >= 0)])
    return a[new], b[new]


def _distinct(own: Numbers, link: Numbers, count: int) -> tuple[Numbers, Numbers]:
    """Return the distinct pairs of two different identifiers, whichever came first."""
    low, high = np.minimum(own, link), np.maximum(own, link)
    pairs = np.unique((low * count + high)[low < high])
    return pairs // max(count, 1), pairs % max(count, 1)


def _types(unit: Unit, known: Known) -> pa.Array:
    """Return the kinds of what is known; null for what is not."""
    names = {scope: kind for scope, (kind, _) in scope_names(unit).items()}
    return pa.array([names.get(scope) for scope in known.scopes.tolist()], pa.string())


def _is_user_id(batch: _Batch) -> Flags:
    return flags(pc.equal(batch.id_types, "user_id"))


def _user_ids_met(batch: _Batch) -> Numbers:
    """Return with how many more user ids each identifier was seen together."""
    user = _is_user_id(batch)
    met = np.concatenate([batch.a[user[batch.b]], batch.b[user[batch.a]]])
    return np.bincount(met, minlength=len(batch.keys)).astype(np.int64)


def _grouped(unit: Unit, batch: _Batch, known: Known, shared: Flags) -> _Groups:
    """Find what belongs together: by new links, by known customers, by their redirects."""
    counts = ~shared[batch.a] & ~shared[batch.b]
    a, b = batch.a[counts], batch.b[counts]
    linked = np.zeros(len(batch.keys), np.bool_)
    linked[a] = linked[b] = True
    held = np.flatnonzero(linked & known.owned)
    owners = known.customers.take(pa.array(held))
    root_of = roots(unit, pc.unique(owners).to_pylist())
    ids = sorted({*root_of, *root_of.values()})
    place = {one: number for number, one in enumerate(ids)}
    owner = numbers(pc.index_in(owners, value_set=pa.array(ids, pa.string())))
    root = np.array([place[root_of.get(one, one)] for one in ids], np.int64)
    size, nodes = len(ids), len(ids) + len(batch.keys)
    fixed = (
        np.concatenate([held + size, np.arange(size)]),
        np.concatenate([owner, root]),
    )
    forbidden = _forbidden(unit, place) if size else []
    keep = without_forbidden(nodes, (a + size, b + size), fixed, forbidden)
    a, b = a[keep] + size, b[keep] + size
    joined = components(nodes, np.concatenate([a, fixed[0]]), np.concatenate([b, fixed[1]]))
    few = len(held)
    attached = components(
        nodes, np.concatenate([a, fixed[0][:few]]), np.concatenate([b, fixed[1][:few]])
    )
    return _Groups(ids, root, attached, joined, int((~keep).sum()))


def _forbidden(unit: Unit, place: dict[str, int]) -> list[tuple[int, int]]:
    """Return the pairs of roots at hand that a person took apart, as places."""
    pairs = separations(unit)
    root_of = roots(unit, sorted({one for pair in pairs for one in pair}))
    found = {(root_of[a], root_of[b]) for a, b in pairs if root_of[a] != root_of[b]}
    return sorted((place[a], place[b]) for a, b in found if a in place and b in place)


def _merges(batch: _Batch, groups: _Groups) -> list[NewDecision]:
    """Return a decision for each component that holds several customers."""
    roots_met = np.unique(groups.roots)
    losers = roots_met[groups.joined[roots_met] != roots_met]
    if not len(losers):
        return []
    parts: dict[int, list[str]] = defaultdict(list)
    for survivor, loser in zip(groups.joined[losers].tolist(), losers.tolist(), strict=True):
        parts[survivor].append(groups.ids[loser])
    evidence = _evidence(batch, groups, np.array(list(parts), np.int64))
    return [
        NewDecision("merge", groups.ids[survivor], taken, SAME_RECORD, evidence[survivor])
        for survivor, taken in parts.items()
    ]


def _evidence(batch: _Batch, groups: _Groups, survivors: Numbers) -> dict[int, list[str]]:
    """Return for each survivor some identifiers whose links speak for the merge."""
    group = groups.joined[batch.a + len(groups.ids)]
    chosen = np.isin(group, survivors)
    ends = batch.keys.take(pa.array(batch.a[chosen])), batch.keys.take(pa.array(batch.b[chosen]))
    found: dict[int, dict[str, None]] = defaultdict(dict)  # keeps the order, and each once
    for survivor, *pair in zip(group[chosen].tolist(), *(e.to_pylist() for e in ends), strict=True):
        if len(found[survivor]) < EVIDENCE:
            found[survivor].update(dict.fromkeys(pair))
    return {survivor: list(keys) for survivor, keys in found.items()}


def _add(
    unit: Unit, batch: _Batch, groups: _Groups, new: tuple[Flags, Flags, Numbers], revision: int
) -> int:
    """Store the new identifiers; return how many new customers they are."""
    fresh, shared, users = new
    if not fresh.any():
        return 0
    at = np.flatnonzero(fresh)
    # In the order of the primary key: the database fills its pages one after the other.
    at = at[pc.sort_indices(batch.keys.take(pa.array(at))).to_numpy()]
    size = len(groups.ids)
    label = groups.attached[at + size]
    owners_in_group = np.bincount(groups.attached[:size], minlength=size + len(batch.keys))
    # With one owner it goes to that one even if merged, so that a split takes it along.
    label = np.where(owners_in_group[label] > 1, groups.joined[at + size], label)
    label = np.where(shared[at], -1, label)
    begun, first = np.unique(label[label >= size], return_index=True)
    made = new_ids(len(begun))
    number = np.full(size + len(batch.keys), -1, np.int64)
    number[begun[np.argsort(first)]] = np.arange(size, size + len(made))
    insert(unit, customers, {"customer_id": made, "revision": [revision] * len(made)})
    ids = np.array([*groups.ids, *made, None], object)
    place = np.where(label >= size, number[label], label)
    insert(
        unit,
        identifiers,
        {
            "id_key": batch.keys.take(pa.array(at)).to_pylist(),
            "scope_id": scope_ids(
                unit, batch.id_types.take(pa.array(at)), batch.sources.take(pa.array(at))
            ).tolist(),
            "customer_id": ids[place].tolist(),
            "user_ids": users[at].tolist(),
            "first_revision": [revision] * len(at),
            "revision": [revision] * len(at),
        },
    )
    return len(made)


def _chosen(keys: pa.Array, chosen: Flags) -> list[str]:
    found: list[str] = keys.filter(pa.array(chosen)).to_pylist()
    return found


def _text(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return a column as text in one piece."""
    column = column.cast(pa.string())
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
