"""Lookups: from what somebody types to a customer, and from a customer to what is known of them.

What was typed may be personal, so no error repeats it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from valence.core.errors import BadInputError, NotFoundError
from valence.core.messages import Message, message
from valence.people.confirm import check_key
from valence.people.decisions import known_customers
from valence.people.keys import Keyring
from valence.people.mapped import scope_names
from valence.people.normalise import ID_TYPES, id_type_of, normalise
from valence.people.redirects import current_customer, current_customers, trees
from valence.people.rows import ids_of
from valence.people.tables import customers, identifier_scopes, identifiers, people_revisions
from valence.store import Store, View

_TYPED = re.compile(r"(?P<kind>[a-z_]+)(@(?P<scope>[^:]*))?:(?P<value>.+)", re.DOTALL)
_ID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_Scope = tuple[str, str]  # id_type, namespace


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier of a customer, without its value, which only the vault holds."""

    id_key: str
    id_type: str
    source: str
    customer_id: UUID  # before redirects
    first_seen: datetime


def find_customer(store: Store, keyring: Keyring, text: str) -> UUID:
    """Return the customer that a text names, as of now.

    Parameters
    ----------
    store
        Where the map is kept.
    keyring
        Keys of the brand.
    text
        `user_id:12748`, `user_id@shop:12748` where namespaces differ, `email:…`, a customer id,
        or any identifier alone if it names one customer only.

    Raises
    ------
    NotFoundError
        If it names nobody, with what would.
    BadInputError
        If it names several, or a kind that does not exist.
    """
    found = find_customers(store, keyring, text)
    if len(found) > 1:
        ways = sorted(way for some in found.values() for way in some)
        raise BadInputError(
            "That names {count} customers: as {ways}. Write which one, such as {example}:….",
            count=len(found),
            ways=", ".join(ways),
            example=ways[0],
        )
    return next(iter(found))


def find_customers(store: Store, keyring: Keyring, text: str) -> Mapping[UUID, Sequence[str]]:
    """Return every customer that a text names, as of now, and as what: `user_id@shop`, `email`.

    As `customer_id` where the text is the id of that customer, as `merged` where it is that of
    somebody who was merged into them.

    Raises
    ------
    NotFoundError
        If it names nobody, with what would.
    BadInputError
        If it names a kind that does not exist.
    """
    text = text.strip()
    with store.reading() as view:
        check_key(view, keyring)
        if found := _by_customer_id(view, text.removeprefix("customer_id:")):
            return found
        scopes = list(scope_names(view).values())
        typed = _TYPED.fullmatch(text)
        if typed and typed["kind"] in ID_TYPES:
            chosen = _chosen(scopes, typed["kind"], typed["scope"])
            return _named(view, keyring, typed["value"].strip(), chosen, typed["kind"])
        if typed and (typed["scope"] is not None or len(typed["kind"]) > 3):
            id_type_of(typed["kind"])  # says which kind may have been meant
        return _named(view, keyring, text, scopes, "")


def identifiers_of(store: Store, customer_id: UUID) -> list[Identifier]:
    """Return the identifiers of a customer and of all who were merged into them, oldest first.

    Raises
    ------
    NotFoundError
        If there is no such customer.
    """
    with store.reading() as view:
        known_customers(view, [customer_id])
        root = current_customer(view, customer_id)
        family = ids_of(sorted(trees(view, [root.hex])))
        query = (
            sa.select(
                identifiers.c.id_key,
                identifier_scopes.c.id_type,
                identifier_scopes.c.source,
                identifiers.c.customer_id,
                people_revisions.c.at.label("first_seen"),
            )
            .join(identifier_scopes, identifier_scopes.c.scope_id == identifiers.c.scope_id)
            .join(people_revisions, people_revisions.c.revision == identifiers.c.first_revision)
            .where(identifiers.c.customer_id.in_(family))
            .order_by(identifiers.c.first_revision, "id_type", identifiers.c.id_key)
        )
        return [Identifier(**row) for row in view.rows(query)]


def _by_customer_id(view: View, text: str) -> Mapping[UUID, Sequence[str]]:
    if not _ID.fullmatch(text):
        return {}
    asked = UUID(text)
    known = view.scalar(sa.select(customers.c.customer_id).where(customers.c.customer_id == asked))
    if not known:
        return {}
    now = current_customer(view, asked)
    return {now: ["customer_id" if now == asked else "merged"]}


def _chosen(scopes: list[_Scope], kind: str, scope: str | None) -> list[_Scope]:
    """Return the scopes to look in.

    Raises
    ------
    NotFoundError
        If the namespace has no identifiers of the kind.
    """
    known = sorted({source for one, source in scopes if one == kind})
    if not ID_TYPES[kind].scoped:
        return [(kind, "")]
    if scope is not None and scope not in known:
        raise NotFoundError(
            "No {kind} of {scope!r} is known. There are those of: {known}.",
            kind=kind,
            scope=scope,
            known=", ".join(known) or message("none yet"),
        )
    return [(kind, source) for source in known if scope in (None, source)]


def _named(
    view: View, keyring: Keyring, value: str, scopes: list[_Scope], kind: str
) -> Mapping[UUID, Sequence[str]]:
    found = _found(view, keyring, value, scopes)
    if whose := {customer: ways for customer, ways in found.items() if customer}:
        return whose
    if None in found:
        raise NotFoundError(
            "That {kind} is shared by many and names no single customer. Look for the customer by "
            "another identifier.",
            kind=found[None][0],
        )
    hint = _hint(view, keyring, value, scopes, kind)
    raise NotFoundError("{what} {hint}", what=_nobody(kind), hint=hint)


def _found(
    view: View, keyring: Keyring, value: str, scopes: list[_Scope]
) -> Mapping[UUID | None, list[str]]:
    """Return whom a value names, and as what; None stands for a shared identifier."""
    ways = {}
    for kind, source in dict.fromkeys((k, s if ID_TYPES[k].scoped else "") for k, s in scopes):
        if key := keyring.id_key(kind, value, source):
            ways[key] = f"{kind}@{source}" if source else kind
    rows = view.rows(
        sa.select(identifiers.c.id_key, identifiers.c.customer_id).where(
            identifiers.c.id_key.in_(list(ways))
        )
    )
    current = current_customers(view, {row["customer_id"] for row in rows if row["customer_id"]})
    found: dict[UUID | None, list[str]] = defaultdict(list)
    for row in rows:
        owner = row["customer_id"]
        found[current[owner] if owner else None].append(ways[row["id_key"]])
    return found


def _nobody(kind: str) -> Message:
    if kind:
        return message("No customer has that {kind}.", kind=ID_TYPES[kind].title)
    return message("No customer is known by that.")


def _hint(view: View, keyring: Keyring, value: str, scopes: list[_Scope], kind: str) -> Message:
    """Say what would be found, made of the text itself: nothing of another customer is told."""
    for hint, variant in (
        (message("There is one in capital letters."), value.upper()),
        (message("There is one in small letters."), value.lower()),
        (message("There is one without the zeros at its head."), value.lstrip("0")),
        (message("There is one without spaces and hyphens."), re.sub(r"[\s-]+", "", value)),
        (message("There is one that is only its digits."), re.sub(r"[^0-9]+", "", value)),
    ):
        if variant != value and _found(view, keyring, variant, scopes):
            return hint
    if kind and (reason := normalise(kind, value, keyring.country).reason):
        return reason
    known = sorted({one for one, _ in scopes})
    if not known:
        return message("No identifiers have been imported yet.")
    return message("Kinds of identifiers that are known here: {kinds}.", kinds=_listed(known))


def _listed(kinds: Sequence[str]) -> Message:
    """Return the titles of kinds of identifiers, one after the other."""
    first, *rest = [ID_TYPES[kind].title for kind in kinds]
    for title in rest:
        first = message("{one}, {other}", one=first, other=title)
    return first
