"""What users set for the ladder of loyalty: its rungs, and the rule of each."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from valence.core.rules import Catalog, RuleError, Type, compile_rule
from valence.definitions.documents import Document
from valence.lake.columns import Kind

LADDER_KIND = "ladder"
OFF = "off"  # has bought, and has left the ladder
SAID: dict[str, Kind] = {"wallet_share": "float", "nps_score": "float", "referrals": "int"}
# What rules may ask of a customer, at any day for which these are known.
ASKS: dict[str, Kind] = {
    "orders": "int", "orders_12m": "int", "orders_prior_12m": "int", "categories": "int",
    "order_level": "float", "average_order_amount": "amount", "value_12m_amount": "amount",
    "days_since_order": "int", "gap_days": "float", **SAID,
}  # fmt: skip
_TYPES: dict[str, Type] = {"int": Type.INT, "float": Type.FLOAT, "amount": Type.DECIMAL}
CATALOG = Catalog({name: _TYPES[kind] for name, kind in ASKS.items()})


class Rung(Document):
    """One rung: its name, and the rule that puts a customer on it."""

    name: str = Field(min_length=1, max_length=40, description="What it is called.")
    rule: str = Field(min_length=1, description="Who stands on it: a rule over a customer.")


class LadderDefinition(Document):
    """The rungs, from the lowest up; a customer stands on the highest whose rule holds."""

    on_it: str = Field(
        "orders_12m >= 1", description="Who is on the ladder at all; others have stepped off."
    )
    rungs: tuple[Rung, ...] = Field(
        (
            Rung(name="tries", rule="orders >= 1"),
            Rung(name="buys", rule="orders >= 2"),
            Rung(name="buys_more", rule="orders >= 3 or (orders >= 2 and categories >= 3)"),
            Rung(name="buys_often", rule="orders_12m >= 4"),
            Rung(name="buys_only_here", rule="orders >= 2 and wallet_share >= 0.8"),
            Rung(name="buys_premium", rule="orders >= 2 and order_level >= 1.5"),
            Rung(name="recommends", rule="orders >= 2 and (nps_score >= 9.0 or referrals >= 1)"),
        ),
        min_length=2,
        max_length=12,
    )

    @model_validator(mode="after")
    def _sound(self) -> Self:
        names = [rung.name for rung in self.rungs]
        if len(set(names)) < len(names) or OFF in names:
            raise ValueError(f"each rung needs a name of its own, other than {OFF!r}")
        for name, rule in (("on_it", self.on_it), *((r.name, r.rule) for r in self.rungs)):
            try:
                compile_rule(rule, CATALOG)
            except RuleError as wrong:
                raise ValueError(f"{name}: {wrong}") from wrong
        return self
