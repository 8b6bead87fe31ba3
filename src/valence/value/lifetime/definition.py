"""What users set for lifetime value: the model, the horizon, the discount rate."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from valence.definitions.documents import Document

LIFETIME_KIND = "lifetime_value"
Rate = Annotated[Decimal, Field(ge=0, le=1, decimal_places=4)]
ModelName = Literal["auto", "bg-nbd", "mbg-nbd", "pareto-nbd", "bg-bb"]
Covariate = Literal["first_channel", "first_product", "first_category", "first_season"]


class LifetimeDefinition(Document):
    """How lifetime value is foretold."""

    model: ModelName = Field(
        "auto",
        description="Model of buying; auto takes the one that foretold the held-out weeks best.",
    )
    horizon_months: int = Field(
        12, ge=1, le=60, description="Months after the day of the figures that worth covers."
    )
    discount_rate: Rate = Field(
        Decimal("0.10"), description="A year's discount: money later is worth less."
    )
    interval: float = Field(0.9, gt=0.5, lt=1, description="How sure the intervals are.")
    holdout_weeks: int = Field(
        26, ge=4, le=104, description="Last weeks that models must foretell without seeing them."
    )
    refit_days: int = Field(
        28, ge=1, le=366, description="Days after which the models are fitted anew."
    )
    covariates: tuple[Covariate, ...] = Field(
        (),
        description="What of the first purchase may shape how customers buy: first_channel, "
        "first_product, first_category, first_season. Empty: nothing.",
    )

    @model_validator(mode="after")
    def _can_have_them(self) -> Self:
        if self.covariates and self.model == "bg-bb":
            raise ValueError("bg-bb takes no covariates; bg-nbd, mbg-nbd and pareto-nbd do")
        return self

    @property
    def of_lines(self) -> bool:
        """Whether a covariate needs to know what was in the first purchase."""
        return not {"first_product", "first_category"}.isdisjoint(self.covariates)


DEFAULT = LifetimeDefinition()
