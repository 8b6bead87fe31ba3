"""Silent leavers: how many leave and never said a word, and what each complaint stands for.

Most who are dissatisfied do not complain; they leave (Hirschman 1970, Exit, Voice, and Loyalty).
Who left is told by behaviour, who spoke by answers and contacts; both are counted in the engine,
and the share and its uncertainty are made of these counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from math import exp, inf, log, sqrt
from typing import Any, Literal

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.core.intervals import MINIMUM, normal_quantile, wilson
from valence.lake.portable import given

CONFIDENCE = 0.90
MONTHS = 24  # in which who left, left, and who spoke, spoke
RHYTHMS = 3.0  # times the own rhythm without a purchase: left
Sign = Literal["model", "rhythm"]
_VOICES = ("contacts", "feedback")  # tables in which customers speak


def spoken(answers: ir.Table, contacts: ir.Table, *, since: date) -> ir.Table:
    """Return the customers who said that something was wrong: a bad score or a complaint.

    Parameters
    ----------
    answers
        The mart `answers`.
    contacts
        Canonical contacts with `customer_id`.
    since
        What was said before does not count.

    Returns
    -------
    Table
        `customer_id`, each once.
    """
    said = given(answers, "customer_id", "bad", "on", "subject", "metric")
    said = said.filter(said.bad, said.subject == "own", said.on >= as_day(since))
    called = given(contacts, "customer_id", "complaint", "opened_on")
    called = called.filter(called.complaint, called.opened_on >= as_day(since))
    both = said.select("customer_id").union(called.select("customer_id"))
    return both.filter(both.customer_id.notnull()).distinct()


def hurt(steps: ir.Table, *, since: date) -> ir.Table:
    """Return the customers of whom it is known that something went wrong, whatever they said.

    What is known because they called or answered does not count: of them all have spoken.

    Parameters
    ----------
    steps
        The mart `journey_steps`: a standard that was not kept, such as a late delivery.
    since
        First day that counts.

    Returns
    -------
    Table
        `customer_id`, each once.
    """
    s = given(steps, "customer_id", "on", "standard_kept", "source")
    s = s.filter(~s.standard_kept, s.on >= as_day(since), s.source.notin(_VOICES))
    return s.filter(s.customer_id.notnull()).select("customer_id").distinct()


def silence_counts(
    customers: ir.Table,
    worth: ir.Table,
    spoke: ir.Table,
    wronged: ir.Table,
    *,
    since: date,
    by: Sign = "model",
    groups: Sequence[str] = ("tier", "wronged"),
) -> ir.Table:
    """Return how many left and how many of them had spoken, by value tier and what they met.

    Parameters
    ----------
    customers
        The mart `customers`.
    worth
        The mart `worth`, for `alive_probability`; not read by rhythm.
    spoke, wronged
        `customer_id` of who said something, and of whom something is known to have gone wrong.
    since
        Customers whose last purchase was before that day are left out: they left too long ago to
        have said something within the time that is looked at.
    by
        model: each customer counts as left by 1 − P(still buys). rhythm: who has not bought for
        `RHYTHMS` times their own mean gap has left; of customers with two purchase days or more.
    groups
        Other columns of `customers` to tell it by.

    Returns
    -------
    Table
        The groups, such as `tier` (text) and `wronged` (bool); `customers`, `spoke` (int),
        `left_sum`, `left_squares`, `left_spoke` (float: sums of each one's share of having left,
        of its square, and of those who had spoken).
    """
    t = given(customers, "customer_id", "tier", "last_order_on", "purchase_days")
    t = t.filter(t.last_order_on >= as_day(since))
    if by == "model":
        known = given(worth, "customer_id", "alive_probability").select(
            "customer_id", "alive_probability"
        )
        t = t.inner_join(known, "customer_id")
        t = t.filter(t.alive_probability.notnull())
        gone = 1.0 - t.alive_probability
    else:
        t = t.filter(t.purchase_days >= 2, t.gap_days > 0)
        # Not ifelse(1.0, 0.0): such literals are decimals to DuckDB.
        gone = (t.days_since_order > t.gap_days * RHYTHMS).cast("int64").cast("float64")
    t = t.mutate(gone=gone)
    t = _marked(_marked(t, spoke, "spoke"), wronged, "wronged")
    return t.group_by(*groups).agg(
        customers=t.count().cast("int64"),
        spoke=t.spoke.cast("int64").sum().cast("int64"),
        left_sum=t.gone.sum(),
        left_squares=(t.gone * t.gone).sum(),
        left_spoke=t.spoke.ifelse(t.gone, 0.0).sum(),
    )


def _marked(t: ir.Table, who: ir.Table, name: str) -> ir.Table:
    marks = who.select("customer_id").mutate(is_one=ibis.literal(value=True))
    joined = t.left_join(marks, "customer_id")
    made = joined.mutate(**{name: joined.is_one.fill_null(ibis.literal(value=False))})
    return made.drop("is_one", "customer_id_right")


@dataclass(frozen=True, slots=True)
class Silence:
    """Leavers, and those of them who had spoken: all that the share is made of."""

    customers: int = 0
    spoke: int = 0
    left: float = 0.0  # expected number who left
    squares: float = 0.0  # sum of the squared shares of having left
    left_spoke: float = 0.0  # of those who left, who had spoken

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Silence:
        """Return a row of `silence_counts`."""
        return cls(
            row["customers"], row["spoke"], row["left_sum"], row["left_squares"], row["left_spoke"]
        )

    def plus(self, other: Silence) -> Silence:
        """Return both groups together."""
        return Silence(
            self.customers + other.customers,
            self.spoke + other.spoke,
            self.left + other.left,
            self.squares + other.squares,
            self.left_spoke + other.left_spoke,
        )

    @property
    def effective(self) -> float:
        """How many sure leavers these are worth (Kish 1965, Survey Sampling, 11.7)."""
        return self.left**2 / self.squares if self.squares > 0 else 0.0

    @property
    def enough(self) -> bool:
        """Whether it says anything."""
        return self.effective >= MINIMUM

    @property
    def voiced(self) -> float | None:
        """The share of leavers who had spoken; None of nobody."""
        return self.left_spoke / self.left if self.left > 0 else None

    def voiced_interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Return the interval of that share, by Wilson's formula at the effective number."""
        if self.voiced is None or self.effective <= 0:
            return 0.0, 1.0
        return wilson(self.voiced * self.effective, self.effective, confidence)

    @property
    def silent(self) -> float | None:
        """The share of leavers who said nothing."""
        return None if self.voiced is None else 1.0 - self.voiced

    def silent_interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Return its interval."""
        low, high = self.voiced_interval(confidence)
        return 1.0 - high, 1.0 - low

    @property
    def factor(self) -> float | None:
        """How many leavers each who spoke stands for; None where nobody spoke."""
        return None if not self.voiced else 1.0 / self.voiced

    def factor_interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Return its interval; without an upper end where nobody may have spoken."""
        low, high = self.voiced_interval(confidence)
        return 1.0 / high if high > 0 else inf, 1.0 / low if low > 0 else inf

    @property
    def leaving(self) -> float | None:
        """The share of customers who left; None of nobody."""
        return self.left / self.customers if self.customers else None

    def leaving_interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Return its interval."""
        if self.leaving is None:
            return 0.0, 1.0
        return wilson(min(self.left, self.customers), self.customers, confidence)


@dataclass(frozen=True, slots=True)
class Scaled:
    """Voiced complaints about one matter, and how many they stand for."""

    matter: str
    voiced: int
    value: float
    low: float
    high: float


def scaled(matter: str, voiced: int, silence: Silence, confidence: float = CONFIDENCE) -> Scaled:
    """Return how many customers a number of voiced complaints stands for.

    Parameters
    ----------
    matter
        What they are about.
    voiced
        Complaints, 1 or more.
    silence
        The leavers that tell how many do not speak.
    confidence
        Of the interval.

    Returns
    -------
    Scaled
        Voiced times the factor. Its interval takes the count as Poisson and the factor by its own
        interval, both on the scale of logarithms, where errors of a product add (delta method).

    Raises
    ------
    ValueError
        If no leaver had spoken: there is no factor.
    """
    if silence.factor is None:
        raise ValueError("no leaver had spoken: nothing can be scaled")
    low, high = silence.factor_interval(confidence)
    z = normal_quantile(confidence)
    value = voiced * silence.factor
    # Wilson's ends stand unevenly on this scale: each side has its own error.
    down = sqrt(z * z / voiced + log(silence.factor / low) ** 2)
    up = sqrt(z * z / voiced + log(high / silence.factor) ** 2) if high < inf else inf
    return Scaled(matter, voiced, value, value * exp(-down), value * exp(up))


def together(parts: Iterable[Silence]) -> Silence:
    """Return groups as one."""
    return reduce(Silence.plus, parts, Silence())
