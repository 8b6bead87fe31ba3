"""Rates: how many were asked, opened and answered, and whether they are like all who were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from valence.core.intervals import wilson
from valence.experience.surveys.opened import OVER
from valence.experience.surveys.tables import invitations, responses
from valence.lake.reader import Reader
from valence.people.labels import as_uuid
from valence.people.redirects import current_customers
from valence.store import View

CONFIDENCE = 0.90
# Austin 2009 (Statistics in Medicine 28, 3083): above it, two groups are not alike.
UNLIKE = 0.1
_BY = ("tier", "main_channel")
_TENURE = "tenure_days"


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of those who were asked, with its interval; None below the survey's minimum."""

    hits: int
    n: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Response:
    """How far links of a survey led: those of customers, and visits by codes."""

    survey: str
    asked: int = 0
    opened: int = 0
    begun: int = 0
    answered: int = 0  # they count
    held: int = 0
    dropped: int = 0
    visits: int = 0  # by codes, where nobody knows how many passed
    visits_answered: int = 0
    minimum: int = 30

    def rate(self, hits: int) -> Rate:
        """Return a share of those who were asked."""
        if self.asked < self.minimum:
            return Rate(hits, self.asked, None, None, None)
        low, high = wilson(hits, self.asked, CONFIDENCE)
        return Rate(hits, self.asked, hits / self.asked, low, high)


def response_of(view: View, survey: str, minimum: int) -> Response:
    """Return how far the links of a survey led."""
    i, r = invitations, responses
    count = sa.func.count
    rows = view.rows(
        sa.select(
            i.c.kind,
            count().label("asked"),
            count(i.c.opened_at).label("opened"),
            count(r.c.response_id).label("begun"),
            *(count(sa.case((r.c.state == state, 1))).label(state) for state in OVER),
        )
        .join_from(i, r, r.c.invitation_id == i.c.invitation_id, isouter=True)
        .where(i.c.survey == survey, i.c.kind != "place")
        .group_by(i.c.kind)
    )
    of = {row["kind"]: row for row in rows}
    asked: Mapping[Any, Any] = of.get("customer", {})
    visits: Mapping[Any, Any] = of.get("visit", {})
    return Response(
        survey,
        asked=asked.get("asked", 0),
        opened=asked.get("opened", 0),
        begun=asked.get("begun", 0),
        answered=asked.get("complete", 0),
        held=asked.get("held", 0) + visits.get("held", 0),
        dropped=asked.get("dropped", 0) + visits.get("dropped", 0),
        visits=visits.get("asked", 0),
        visits_answered=visits.get("complete", 0),
        minimum=minimum,
    )


@dataclass(frozen=True, slots=True)
class Unlike:
    """One trait: those who answered against all who were asked."""

    trait: str  # tier, main_channel or tenure_days
    level: str  # of a trait that is no number
    asked: float  # a share, 0 to 1, or a mean
    answered: float
    difference: float | None  # standardised: in standard deviations; None where nothing varies

    @property
    def unlike(self) -> bool:
        """Whether the two differ by more than is harmless."""
        return self.difference is not None and abs(self.difference) > UNLIKE


@dataclass(frozen=True, slots=True)
class Likeness:
    """Whether those who answered are like those who were asked."""

    asked: int  # customers of whom the last build knows something
    answered: int
    traits: Sequence[Unlike]  # the most unlike first; empty below the minimum

    @property
    def worst(self) -> Unlike | None:
        """The trait in which they differ most."""
        return self.traits[0] if self.traits else None


def likeness(view: View, reader: Reader, survey: str, minimum: int) -> Likeness:
    """Return in what those who answered differ from all who were asked.

    Parameters
    ----------
    view
        The store.
    reader
        What the last build published of customers.
    survey
        The survey; of those whom no link named nothing is known.
    minimum
        Answers below which nothing is said.

    Notes
    -----
    Standardised differences: of means by the pooled standard deviation, of shares by that of a
    share. They do not grow with n, as a test's verdict does.
    """
    asked = _asked(view, survey)
    known = _traits(reader, list(asked))
    answered = [row for row in known if asked[row["id"]]]
    if len(answered) < minimum:
        return Likeness(len(known), len(answered), ())
    found = [*_of_levels(known, answered), *_of_number(known, answered)]
    found.sort(key=lambda one: -abs(one.difference or 0.0))
    return Likeness(len(known), len(answered), found)


def _asked(view: View, survey: str) -> dict[UUID, bool]:
    """Return the customers who were asked, as who they are now, and whether they answered."""
    i, r = invitations, responses
    rows = view.rows(
        sa.select(i.c.customer_id, r.c.state)
        .join_from(i, r, r.c.invitation_id == i.c.invitation_id, isouter=True)
        .where(i.c.survey == survey, i.c.customer_id.is_not(None))
    )
    now = current_customers(view, {row["customer_id"] for row in rows}) if rows else {}
    found: dict[UUID, bool] = {}
    for row in rows:
        one = now[row["customer_id"]]
        found[one] = found.get(one, False) or row["state"] == "complete"
    return found


def _traits(reader: Reader, ids: list[UUID]) -> list[dict[str, Any]]:
    if not ids or not reader.has("customers"):
        return []
    table = reader.table("customers")
    names = [name for name in (*_BY, _TENURE) if name in table.columns]
    wanted = {*ids}
    found = reader.arrow(table.select("customer_id", *names)).to_pylist()
    return [
        {**row, "id": one}
        for row in found
        if (one := as_uuid(row["customer_id"])) is not None and one in wanted
    ]


def _of_levels(
    known: Sequence[Mapping[str, Any]], answered: Sequence[Mapping[str, Any]]
) -> list[Unlike]:
    found = []
    for trait in _BY:
        for level in sorted({str(row.get(trait) or "") for row in known}):
            p, q = (_share(rows, trait, level) for rows in (known, answered))
            spread = sqrt((p * (1 - p) + q * (1 - q)) / 2)
            found.append(Unlike(trait, level, p, q, (q - p) / spread if spread else None))
    return found


def _share(rows: Sequence[Mapping[str, Any]], trait: str, level: str) -> float:
    return sum(str(row.get(trait) or "") == level for row in rows) / len(rows)


def _of_number(
    known: Sequence[Mapping[str, Any]], answered: Sequence[Mapping[str, Any]]
) -> list[Unlike]:
    both = [
        [float(row[_TENURE]) for row in rows if row.get(_TENURE) is not None]
        for rows in (known, answered)
    ]
    if any(len(values) < 2 for values in both):
        return []
    means = [sum(values) / len(values) for values in both]
    variances = [
        sum((value - mean) ** 2 for value in values) / (len(values) - 1)
        for values, mean in zip(both, means, strict=True)
    ]
    spread = sqrt(sum(variances) / 2)
    difference = (means[1] - means[0]) / spread if spread else None
    return [Unlike(_TENURE, "", means[0], means[1], difference)]
