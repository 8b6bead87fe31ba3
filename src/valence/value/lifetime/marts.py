"""What lifetime value publishes: the model card, and each customer's worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from valence.core.messages import message
from valence.definitions.reading import published
from valence.lake.marts import BuildContext, Inputs, Mart, Read, rows_read
from valence.value.lifetime.covariates import with_first
from valence.value.lifetime.definition import LIFETIME_KIND, LifetimeDefinition
from valence.value.lifetime.first_purchases import FIRST_MART
from valence.value.lifetime.foretold import CARD, WORTH
from valence.value.refit import as_many, not_due

_GROWN = 1.05  # times the customers of the last fit: what they were fitted to is no longer there


def _definition(context: BuildContext) -> LifetimeDefinition:
    return published(context.definitions, LIFETIME_KIND, LifetimeDefinition)


def _card(inputs: Inputs, context: BuildContext, read: Read) -> Iterator[pa.RecordBatch] | None:
    from valence.value.lifetime import card  # noqa: PLC0415 - scipy is heavy
    from valence.value.lifetime.fitting import Facts, model_card  # noqa: PLC0415 - as above

    definition = _definition(context)
    before = rows_read(inputs["value_model"], read) if "value_model" in inputs else []
    if before and _stands(before, inputs["customer_facts"], context.as_of, definition, read):
        return None
    customers = known_customers(inputs, definition)
    facts = Facts(inputs["order_facts"], customers, context.as_of, read)
    rows, cut = model_card(facts, definition)
    return iter([card.batch(rows, fitted_on=context.as_of, cut_on=cut)])


def _card_untried(inputs: Inputs, context: BuildContext, read: Read) -> Iterator[pa.RecordBatch]:
    """The card of the model that the definition names, fitted and not tried."""
    from valence.value.lifetime import card  # noqa: PLC0415 - scipy is heavy
    from valence.value.lifetime.fitting import Facts, model_card  # noqa: PLC0415 - as above

    definition = _definition(context)
    customers = known_customers(inputs, definition)
    facts = Facts(inputs["order_facts"], customers, context.as_of, read)
    rows, _ = model_card(facts, definition, tried=False)
    return iter([card.batch(rows, fitted_on=context.as_of, cut_on=None)])


def _stands(
    before: list[dict[str, Any]],
    facts: ir.Table,
    as_of: date,
    definition: LifetimeDefinition,
    read: Read,
) -> bool:
    """Whether the last fit is neither due nor of other customers than there are now."""
    fitted = [row for row in before if row["kind"] == "model"]
    if not fitted or not not_due(before[0]["fitted_on"], as_of, definition.refit_days):
        return False
    bought = facts.filter(facts.purchase_days > 0)
    now = rows_read(bought.agg(n=bought.count()), read)[0]["n"]
    return as_many(fitted[0]["customers"], now, _GROWN)


def _worth(inputs: Inputs, context: BuildContext, read: Read) -> Iterator[pa.RecordBatch]:
    from valence.value.lifetime.fitting import Facts  # noqa: PLC0415 - scipy is heavy
    from valence.value.lifetime.scoring import Fitted, scored  # noqa: PLC0415 - as above

    fitted = Fitted.of(rows_read(inputs["value_model"], read))
    definition = _definition(context)
    customers = known_customers(inputs, definition)
    facts = Facts(inputs["order_facts"], customers, context.as_of, read)
    return scored(facts, fitted, definition=definition)


def known_customers(inputs: Inputs, definition: LifetimeDefinition) -> ir.Table:
    """Return customer facts, with what the first purchases were of where covariates ask."""
    facts = inputs["customer_facts"]
    return with_first(facts, inputs["first_purchases"]) if definition.of_lines else facts


LIFETIME_MARTS = (
    Mart(
        name="value_model",
        owner="value",
        title=message("Models of worth"),
        grain=("number",),
        rebuild="whole",
        inputs=("order_facts", "customer_facts", "first_purchases"),
        columns=CARD,
        score=_card,
        definitions=(LIFETIME_KIND,),
        served=True,
        version=5,
    ),
    Mart(
        name="worth",
        owner="value",
        title=message("Worth of each customer"),
        grain=("customer_id",),
        rebuild="whole",
        inputs=("order_facts", "customer_facts", "value_model", "first_purchases"),
        columns=WORTH,
        score=_worth,
        version=2,
        definitions=(LIFETIME_KIND,),
    ),
    FIRST_MART,
)
UNTRIED = replace(LIFETIME_MARTS[0], score=_card_untried)
"""The model card without the backtest, for who asks for one model now."""
