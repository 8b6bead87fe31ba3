"""Redirects: a merged customer points at the one it was merged into; books are read through them.

Whoever survives a merge is older than whoever does not, so the root of a tree is its oldest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import pyarrow as pa
import sqlalchemy as sa

from valence.people.rows import CHUNK, asked, fetch, fetch_where, hex_of
from valence.people.tables import customers
from valence.store import View

_POINTS = sa.select(hex_of(customers.c.customer_id), hex_of(customers.c.redirect_to)).where(
    customers.c.redirect_to.is_not(None)
)
_HOW_MANY = sa.select(sa.func.count()).where(customers.c.redirect_to.is_not(None))
_SCHEMA = pa.schema([("customer", pa.string()), ("to", pa.string())])


def current_customers(view: View, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return for each customer id of any time the customer it stands for now."""
    found = roots(view, [customer.hex for customer in ids])
    return {UUID(hex=one): UUID(hex=root) for one, root in found.items()}


def current_customer(view: View, customer_id: UUID) -> UUID:
    """Return the customer that an id of any time stands for now."""
    return current_customers(view, [customer_id])[customer_id]


def roots(view: View, hexes: Sequence[str]) -> dict[str, str]:
    """Return the root of each customer, all as hexadecimal digits."""
    points = pointers(view, hexes)
    found = {}
    for one in hexes:
        root = one
        while root in points:
            root = points[root]
        found[one] = root
    return found


def pointers(view: View, hexes: Sequence[str]) -> dict[str, str]:
    """Return the redirects that matter for these customers, followed to the end."""
    if len(hexes) > CHUNK and len(hexes) > view.scalar(_HOW_MANY):
        return _as_dict(fetch(view, _POINTS, _SCHEMA))
    points: dict[str, str] = {}
    ahead = sorted(set(hexes))
    while ahead:
        found = fetch_where(view, _POINTS, customers.c.customer_id, asked(view, ahead), _SCHEMA)
        points.update(step := _as_dict(found))
        ahead = sorted(set(step.values()) - points.keys())
    return points


def trees(view: View, hexes: Iterable[str]) -> set[str]:
    """Return these customers and all that redirect to them, directly or not."""
    known = set(hexes)
    ahead = sorted(known)
    while ahead:
        found = fetch_where(view, _POINTS, customers.c.redirect_to, asked(view, ahead), _SCHEMA)
        ahead = sorted(set(found["customer"].to_pylist()) - known)
        known.update(ahead)
    return known


def _as_dict(points: pa.Table) -> dict[str, str]:
    return dict(zip(points["customer"].to_pylist(), points["to"].to_pylist(), strict=True))
