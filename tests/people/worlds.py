"""Small worlds of records, what the map makes of them, and the plain answer to compare with."""

from __future__ import annotations

from collections import defaultdict

import pyarrow as pa
import sqlalchemy as sa

from valence.people.redirects import current_customers
from valence.people.tables import identifiers

KINDS = {"u": "user_id", "e": "email", "p": "phone"}


def key(name: str) -> str:
    """A stand-in for a hash: the name itself, in the width of one."""
    return name.rjust(22, "_")


def records(*rows: str) -> pa.Table:
    """Records as the resolver takes them: `u1 e1` is a user id and an address seen together."""
    table = [
        {
            "id_key": key(name),
            "link_key": key(row.split()[0]),
            "id_type": KINDS[name[0]],
            "source": "shop",
        }
        for row in rows
        for name in row.split()
    ]
    schema = pa.schema([(c, pa.string()) for c in ("id_key", "link_key", "id_type", "source")])
    return pa.Table.from_pylist(table, schema)


def partition(store) -> set[frozenset[str]]:
    """Who is one, as the map has it: sets of names; shared identifiers are in none."""
    with store.reading() as view:
        rows = view.rows(sa.select(identifiers.c.id_key, identifiers.c.customer_id))
        owned = {row["id_key"].strip("_"): row["customer_id"] for row in rows if row["customer_id"]}
        current = current_customers(view, set(owned.values()))
    groups = defaultdict(set)
    for name, customer in owned.items():
        groups[current[customer]].add(name)
    return {frozenset(group) for group in groups.values()}


def plain_partition(rows: list[str], shared_over: int) -> set[frozenset[str]]:
    """The same by a union-find over all records at once."""
    links = {(row.split()[0], name) for row in rows for name in row.split()[1:]}
    names = {name for row in rows for name in row.split()}
    met = defaultdict(set)
    for a, b in links:
        met[a] |= {b} & {n for n in names if n[0] == "u"}
        met[b] |= {a} & {n for n in names if n[0] == "u"}
    shared = {n for n in names if n[0] != "u" and len(met[n] - {n}) > shared_over}
    parent = {name: name for name in names}

    def find(name):
        while parent[name] != name:
            name = parent[name]
        return name

    for a, b in links:
        if not {a, b} & shared:
            parent[find(a)] = find(b)
    groups = defaultdict(set)
    for name in names - shared:
        groups[find(name)].add(name)
    return {frozenset(group) for group in groups.values()}
