"""Columns of customers that models and rules add: worth, rung, bond, what they said."""

from __future__ import annotations

from dataclasses import replace

from valence.core.messages import Message, message
from valence.kit.codes import BONDS, RUNGS
from valence.kit.languages import next_months
from valence.kit.tables import Kind, TableColumn

NO_PURCHASE = message("no purchase")


def column(
    name: str,
    title: Message,
    kind: Kind,
    meaning: Message | None = None,
    *,
    shown: bool = False,
) -> TableColumn:
    """Return a column of customers, empty for who has not bought."""
    return TableColumn(name, title, kind, meaning, shown=shown, absent=NO_PURCHASE)


STANDING = (
    column(
        "worth_amount",
        message("Worth"),  # and of how many months: see `with_horizon`
        "money",
        message("Value expected, by the model that foretold best; discounted."),
    ),
    column(
        "worth_low_amount",
        message("Worth, at least"),
        "money",
        message("Lower end of the interval that the models give."),
    ),
    column(
        "worth_high_amount",
        message("Worth, at most"),
        "money",
        message("Upper end of the interval that the models give."),
    ),
    column(
        "alive_probability",
        message("Still buys"),
        "percent",
        message("Probability that the customer will buy again, some day."),
    ),
    column(
        "expected_purchases",
        message("Purchases expected"),
        "float",
        message("Days with a purchase in the time that worth covers."),
    ),
    column("expected_spend_amount", message("Value expected of each"), "money"),
    column(
        "course_book_amount",
        message("Lifetime value, course book"),
        "money",
        message("Value a year × years that customers stay on average."),
    ),
    TableColumn("rung", message("Rung"), words=RUNGS, shown=False, absent=NO_PURCHASE),
    TableColumn("rung_prior", message("Rung a year before"), words=RUNGS, shown=False),
    column("rung_number", message("Rung, number"), "int", message("1 is the lowest, 0 is off.")),
    column("rung_prior_number", message("Rung a year before, number"), "int"),
    column("rungs_unknown", message("Rungs not known"), "text"),
    TableColumn("bond", message("Bond"), words=BONDS, shown=False, absent=NO_PURCHASE),
    column("bond_index", message("Bond index, 0–100"), "float"),
    column("bond_purchase", message("Bond: how they buy"), "percent"),
    column("bond_service", message("Bond: service used"), "percent"),
    column("bond_experience", message("Bond: how it felt"), "percent"),
    column("bond_advocacy", message("Bond: recommends"), "percent"),
    column("bond_missing", message("Bond: parts without data"), "text"),
    column("order_level", message("Purchase against the mean"), "float"),
    column("gross_12m_amount", message("Bought, 12 months"), "money"),
    column("answers", message("Answers given"), "int"),
    column("nps_score", message("NPS answer"), "float"),
    column("wallet_share", message("Share of wallet"), "percent"),
    column("felt_answers", message("Scores, 12 months"), "int"),
    column("felt_share", message("How it felt, 0–100 %"), "percent"),
    column("referrals", message("Referrals"), "int"),
)


def with_horizon(column: TableColumn, months: int) -> TableColumn:
    """Return a column of worth with the time ahead that it covers in its title; others as is."""
    if column.name != "worth_amount":
        return column
    return replace(column, title=message("Worth, {span}", span=next_months(months)))
