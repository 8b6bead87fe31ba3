"""Early stars by API."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from valence.core.errors import NotFoundError
from valence.kit.ask import Ask
from valence.kit.customers import FIELDS
from valence.kit.schemas import PAGE, made_model, row_model, typed
from valence.kit.tables import TableParams, table_api
from valence.lake.columns import Column
from valence.value.api.router import api, built
from valence.value.stars_answers import LIKELY, new_customers, stars_of
from valence.value.stars_mart import STARS as COLUMNS
from valence.value.stars_view import STARS

_STAR: Any = made_model(
    "EarlyStar",
    "A new customer and how likely the first year is of high value.",
    **FIELDS,
    star_probability=(float, Field(description="Probability to become of high value, 0 to 1.")),
    **typed([column for column in COLUMNS if column.name in {c.name for c in STARS.columns}]),
)
_TENTH: Any = row_model(
    "TenthOfTest",
    "A tenth of the customers that the probabilities were tested on, the lowest first.",
    (
        Column("foretold", "float", "Mean probability."),
        Column("came", "float", "Share that became of high value."),
    ),
)
Stars = made_model(
    "EarlyStars",
    "New customers whose first weeks look like those of past high-value ones.",
    new=(int, Field(description="Customers of 28 to 365 days who may still become so.")),
    reached=(int, Field(description="Customers of 28 to 365 days who have become so already.")),
    likely=(int, Field(description=f"Of them, with a probability of {LIKELY} or more.")),
    limit=(float | None, Field(description="First-year value from which on it is high.")),
    auc=(float | None, Field(description="How often a star is placed above another; 0.5: chance.")),
    auc_low=(float | None, Field(description="Lower end of its 95 % interval.")),
    auc_high=(float | None, Field(description="Upper end of its 95 % interval.")),
    brier=(float | None, Field(description="Mean squared error of the probability.")),
    brier_naive=(float | None, Field(description="The same, of saying the share of stars.")),
    learned_from=(int, Field(description="Customers with a whole first year.")),
    tested_on=(int, Field(description="Customers that the test had not seen.")),
    calibration=(list[_TENTH], Field(description="What was foretold of each tenth, and came.")),
    items=(list[_STAR], Field(description="New customers.")),
    **PAGE,
)


@api.get("/value/stars", permission="value:read", response_model=Stars)
def stars(ask: Ask, _: TableParams) -> dict[str, Any]:
    """Give new customers with the probability to become of high value, and how well it is told."""
    if not ask.reader.has("early_stars"):
        built(None)
    found = stars_of(ask.reader)
    if found is None:
        raise NotFoundError("It takes 200 customers whose first year is over to learn from.")
    return {**table_api(ask, STARS, new_customers(ask.reader)).model_dump(), **found.told()}
