"""Inviting: who is asked, who is left out and why, and a link for each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from valence.core.clock import now
from valence.core.errors import BadInputError, NotFoundError
from valence.core.ids import new_id
from valence.core.messages import Message, message
from valence.experience.surveys.definition import SurveyDefinition
from valence.experience.surveys.opened import current, parsed, tidy
from valence.experience.surveys.tables import invitations
from valence.kit.filters import filtered
from valence.kit.opened import OpenBrand
from valence.lake.reader import Reader
from valence.outbound.links import Link
from valence.people.labels import PREFERRED, as_uuid
from valence.people.redirects import current_customers
from valence.store import Unit, View
from valence.trust.actor import Actor
from valence.trust.audit import record
from valence.trust.consent import may

INVITE = "experience:invite"
RESTING = message("asked something a short while ago")
SAMPLED = message("not in the sample")
NO_KEY = message("no identifier to know the answer by")
_CHUNK = 1000
Keys = Mapping[UUID, tuple[str, str]]  # customer → kind and key of an identifier


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom a survey is sent to, and how."""

    survey: str
    where: str = ""  # a rule over the customers; empty: all of them
    share: float | None = None  # of those who may be asked; None: as the survey says
    channel: str = ""  # empty: as the survey says
    touchpoint: str = ""
    consent: str = ""  # where consent is kept instead of here; empty: it is asked for here


@dataclass(frozen=True, slots=True)
class Made:
    """A link that was made for a customer."""

    customer_id: UUID
    link: Link


@dataclass(frozen=True, slots=True)
class Left:
    """How many were left out for a reason."""

    reason: Message
    customers: int


@dataclass(frozen=True, slots=True)
class Invited:
    """What came of it: links, and in counts who was left out, the most first."""

    survey: str
    version: int
    run_id: UUID
    fitting: int
    made: Sequence[Made]
    left: Sequence[Left]


def invite(house: OpenBrand, reader: Reader, asking: Asking, actor: Actor) -> Invited:
    """Make a link for each customer who fits, may be asked, and is in the sample.

    Parameters and errors are those of `inviting`.
    """
    return house.store.transact(inviting(house, reader, asking, actor))


def inviting(
    house: OpenBrand, reader: Reader, asking: Asking, actor: Actor
) -> Callable[[Unit], Invited]:
    """Return what makes the links, in a unit of work of the caller; see `invite`.

    Parameters
    ----------
    house
        The brand.
    reader
        What its last build published.
    asking
        Whom, and how.
    actor
        Who asks; it is noted in the audit trail.

    Raises
    ------
    NotFoundError
        If there is no such survey, or no figures have been built.
    BadInputError
        If the survey is not in force, or the share is none.
    RuleError
        If the rule is wrong, with the place.
    """
    if asking.share is not None and not 0 < asking.share <= 1:
        raise BadInputError("The share is above 0 and at most 1, such as 0.2 for one in five.")
    with house.store.reading() as view:
        version = current(view, asking.survey)
    run = _Run(asking, parsed(version), version.version, _keys(reader))
    fitting = _fitting(reader, asking.where)
    return lambda unit: run.made(unit, fitting, actor)


def made_in(view: View, run_id: UUID) -> list[Made]:
    """Return the links of a run."""
    rows = view.rows(
        sa.select(invitations.c.customer_id, invitations.c.invitation_id, invitations.c.expires_at)
        .where(invitations.c.run_id == run_id)
        .order_by(invitations.c.invitation_id)
    )
    return [Made(row["customer_id"], Link(row["invitation_id"], row["expires_at"])) for row in rows]


def sampled(customer: UUID, share: float, salt: str) -> bool:
    """Return whether a customer is among about `share` (0 to 1) of all: by hash, so the same again.

    Another `salt` draws others.
    """
    digest = hashlib.sha256(f"{customer}{salt}".encode()).digest()
    return int.from_bytes(digest[:8]) < share * 2**64


class _Run:
    """One run: the links that are made together."""

    def __init__(
        self, asking: Asking, definition: SurveyDefinition, version: int, keys: Keys
    ) -> None:
        self.asking, self.definition, self.version, self.keys = asking, definition, version, keys
        self.channel = tidy(asking.channel) or definition.channel
        self.share = definition.share if asking.share is None else asking.share

    def made(self, unit: Unit, fitting: Sequence[UUID], actor: Actor) -> Invited:
        """Make the links in one unit of work."""
        unit.lock("surveys:inviting")  # two runs at once would ask the same customer twice
        at, run_id = now(), new_id()
        resting = _resting(unit, at - timedelta(days=self.definition.rest_days))
        left: dict[str, Left] = {}
        chosen = []
        for customer in fitting:
            if (reason := self._against(customer, at, resting)) is None:
                chosen.append(customer)
                continue
            before = left.get(str(reason))
            left[str(reason)] = Left(reason, 1 + (before.customers if before else 0))
        ends = at + timedelta(days=self.definition.link_days)
        rows = [self._row(customer, run_id, at, ends) for customer in chosen]
        for first in range(0, len(rows), _CHUNK):
            unit.execute(sa.insert(invitations), rows[first : first + _CHUNK])
        self._note(unit, actor, len(rows))
        return Invited(
            self.asking.survey,
            self.version,
            run_id,
            len(fitting),
            [Made(row["customer_id"], Link(row["invitation_id"], ends)) for row in rows],
            sorted(left.values(), key=lambda each: -each.customers),
        )

    def _against(self, customer: UUID, at: datetime, resting: set[UUID]) -> Message | None:
        """Return what speaks against asking a customer; None: nothing does."""
        if customer in resting:
            return RESTING
        if not self.asking.consent:
            decided = may(customer, self.definition.purpose, self.channel, at)
            if not decided.allowed:
                return decided.reason
        if customer not in self.keys:
            return NO_KEY
        # Each day draws others, so that the same customers are not always the ones asked.
        drawn = sampled(customer, self.share, f"{self.asking.survey}:{at.date()}")
        return None if drawn else SAMPLED

    def _row(self, customer: UUID, run_id: UUID, at: datetime, ends: datetime) -> dict[str, Any]:
        kind, key = self.keys[customer]
        return {
            "invitation_id": new_id(),
            "survey": self.asking.survey,
            "version": self.version,
            "kind": "customer",
            "run_id": run_id,
            "customer_id": customer,
            "id_type": kind,
            "id_key": key,
            "place": "",
            "touchpoint": tidy(self.asking.touchpoint),
            "channel": self.channel,
            "made_at": at,
            "expires_at": ends,
        }

    def _note(self, unit: Unit, actor: Actor, made: int) -> None:
        detail = {
            "where": self.asking.where,
            "made": made,
            "consent": self.asking.consent or "asked for here",
        }
        record(unit, actor, INVITE, f"survey:{self.asking.survey}", detail=detail)


def _fitting(reader: Reader, where: str) -> list[UUID]:
    if not reader.has("customers"):
        raise NotFoundError("No figures have been built yet. Import orders, then build.")
    table = filtered(reader.table("customers"), where, today=reader.snapshot.as_of)
    ids = reader.arrow(table.select("customer_id").distinct())["customer_id"].to_pylist()
    return sorted(one for text in ids if (one := as_uuid(text)))


def _keys(reader: Reader) -> Keys:
    """Return an identifier for each customer: the one that is likeliest to stay theirs."""
    table = reader.table("identifier_map")
    table = table.filter(table.customer_id.notnull())
    rank = {kind: place for place, kind in enumerate(PREFERRED)}
    found: dict[UUID, tuple[int, str, str]] = {}
    rows = _rows(reader.arrow(table.select("customer_id", "id_type", "id_key")))
    for customer, kind, key in rows:
        one = as_uuid(customer)
        candidate = (rank.get(kind, len(rank)), key, kind)
        if one and (one not in found or candidate < found[one]):
            found[one] = candidate
    return {one: (kind, key) for one, (_, key, kind) in found.items()}


def _rows(table: Any) -> Iterator[tuple[str, str, str]]:
    columns = [table[name].to_pylist() for name in ("customer_id", "id_type", "id_key")]
    return zip(*columns, strict=True)


def _resting(unit: Unit, since: datetime) -> set[UUID]:
    """Return whom any survey was sent to since then, as who they are now."""
    asked = sa.select(invitations.c.customer_id).where(
        invitations.c.customer_id.is_not(None), invitations.c.made_at > since
    )
    found = {*unit.scalars(asked.distinct())}
    return set(current_customers(unit, found).values()) if found else set()
