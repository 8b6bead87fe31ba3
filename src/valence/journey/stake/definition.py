"""What users set for the value at stake: which experiences are bad, and what it takes to tell."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from valence.core.rules import Catalog, RuleError, Type, compile_rule
from valence.definitions.documents import Document
from valence.lake.columns import Kind

STAKE_KIND = "stake"
# What a rule may ask of a step at a touchpoint.
ASKS: dict[str, Kind] = {
    "touchpoint": "text", "stage": "text", "channel": "text", "source": "text",
    "standard_kept": "bool", "metric": "text", "score": "float", "share": "float", "bad": "bool",
    "sentiment": "float", "days_since_contact": "int",
}  # fmt: skip
_TYPES: dict[str, Type] = {
    "text": Type.TEXT, "bool": Type.BOOL, "float": Type.FLOAT, "int": Type.INT,
}  # fmt: skip
CATALOG = Catalog({name: _TYPES[kind] for name, kind in ASKS.items()})


class BadExperience(Document):
    """One kind of bad experience: the rule of a step that tells it, and where it can be told."""

    name: str = Field(min_length=1, max_length=40, description="What it is called.")
    rule: str = Field(min_length=1, description="Which steps are bad.")
    told: str = Field(
        min_length=1, description="At which steps it can be told; the others are not compared."
    )


class StakeDefinition(Document):
    """The bad experiences, and how much it takes to say what they cost."""

    experiences: tuple[BadExperience, ...] = Field(
        (
            BadExperience(name="low_score", rule="bad", told="bad is not missing"),
            BadExperience(
                name="negative_text", rule="sentiment <= -0.3", told="sentiment is not missing"
            ),
            BadExperience(
                name="standard_broken", rule="standard_kept == false",
                told="standard_kept is not missing",
            ),
            BadExperience(
                name="repeat_contact", rule="days_since_contact <= 30",
                told='source == "contacts"',
            ),
        ),
        min_length=1,
        max_length=20,
        description="The bad experiences, each a condition on a step.",
    )  # fmt: skip
    minimum: int = Field(
        50, ge=20, description="Moments on either side, a year old, below which nothing is said."
    )
    confidence: float = Field(0.9, gt=0.5, lt=1.0, description="Of intervals.")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        names = [each.name for each in self.experiences]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"each bad experience needs a name of its own; twice: {twice}")
        for each in self.experiences:
            for rule in (each.rule, each.told):
                try:
                    compile_rule(rule, CATALOG)
                except RuleError as wrong:
                    raise ValueError(f"{each.name}: {wrong}") from wrong
        return self
