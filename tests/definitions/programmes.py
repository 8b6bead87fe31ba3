"""Kinds of definitions for the tests: a loyalty programme of several, and one price list."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from valence.core.messages import message
from valence.definitions import DefinitionKind, DefinitionKinds, Fault, base_of, publish, save_draft

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TUESDAY = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)


class Tier(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    threshold: int = Field(ge=0)
    benefits: list[str] = []


class Programme(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str
    basis: Literal["spend", "visits"] = "spend"
    tiers: list[Tier] = []


class Prices(BaseModel):
    model_config = ConfigDict(extra="forbid")

    gold: Decimal = Decimal("9.90")


def rising(programme):
    for number, (tier, following) in enumerate(pairwise(programme.tiers)):
        if following.threshold <= tier.threshold:
            said = message("The threshold must be above that of {tier}.", tier=tier.name)
            yield Fault(("tiers", number + 1, "threshold"), said)


PROGRAMME = DefinitionKind(
    "programme", message("Loyalty programme"), Programme, "loyalty:define", rising
)
PRICES = DefinitionKind("prices", message("Price list"), Prices, "pricing:define", singleton=True)
KINDS = DefinitionKinds([PROGRAMME, PRICES])

GOLD = {"name": "gold", "threshold": 1000}
CLUB = {"title": "Club 俱乐部", "tiers": [GOLD]}


def draft(store, document=CLUB, *, name="club", kind=PROGRAMME, based_on=None, actor="ann"):
    with store.writing() as unit:
        return save_draft(unit, kind, name, document, actor=actor, based_on=based_on)


def published(store, document=CLUB, *, name="club", kind=PROGRAMME, since=None, based_on=None):
    with store.writing() as unit:
        made = save_draft(unit, kind, name, document, actor="ann", based_on=based_on)
        return publish(unit, kind, name, actor="ann", based_on=base_of(made), effective_from=since)
