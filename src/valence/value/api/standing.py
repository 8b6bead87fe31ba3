"""How customers stand, and what they are worth together, by API: ladder, bond, equity."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from valence.kit.ask import Ask
from valence.kit.schemas import made_model, row_model
from valence.lake.columns import Column
from valence.value import equity_report, standing_report
from valence.value.api.router import api, built
from valence.value.bond_answers import bonds_of
from valence.value.equity_answers import equity_of
from valence.value.equity_mart import BASE
from valence.value.ladder_answers import ladder_of
from valence.value.ladder_mart import LADDER

_MEAN: Any = row_model(
    "MeanOfCustomers",
    "A mean over customers with its 90 % interval; null below 30 customers.",
    (
        Column("n", "int", "Customers."),
        Column("mean", "float", "Mean."),
        Column("low", "float", "Lower end."),
        Column("high", "float", "Upper end."),
    ),
)
_RUNG: Any = made_model(
    "LadderRung",
    "One rung: who stands on it, and how they came.",
    number=(int, Field(description="From 1, the lowest; 0: off the ladder.")),
    name=(str, Field(description="Its code, as rules compare with.")),
    customers=(int, Field(description="Customers on it.")),
    before=(int, Field(description="Customers on it twelve months before.")),
    up=(int, Field(description="Came from below, or are new.")),
    down=(int, Field(description="Came from above.")),
    stayed=(int, Field(description="Stood on it twelve months before.")),
    value=(_MEAN, Field(description="Value of the last twelve months, a customer.")),
    overdue=(int, Field(description="Silent for more than twice as long as their own rhythm.")),
    with_rhythm=(int, Field(description="Bought on two days or more.")),
    unknown=(int, Field(description="May stand higher: nobody can tell.")),
)
_CHANGES: Any = made_model(
    "ChangeOfValue",
    "How the yearly value of those who moved changed.",
    up=(_MEAN, Field(description="Who climbed.")),
    stayed=(_MEAN, Field(description="Who stayed.")),
    down=(_MEAN, Field(description="Who came down.")),
)
_MOVE: Any = row_model("LadderMove", "A move between two rungs within twelve months.", LADDER)
_FOUND: Any = made_model(
    "FoundCustomers",
    "Customers that a rule finds.",
    where=(str, Field(description="The rule, for `/customers?where=`.")),
    customers=(int, Field(description="How many it finds.")),
)
LadderModel = made_model(
    "Ladder",
    "The ladder of loyalty now, twelve months before, and all moves between.",
    on_the_ladder=(int, Field(description="Customers on it.")),
    higher=(int, Field(description="Customers of a year before who stand higher now.")),
    lower=(int, Field(description="Who stand lower.")),
    rungs=(list[_RUNG], Field(description="From the top down.")),
    change_of_yearly_value=(_CHANGES, Field(description="What a step is worth.")),
    moves=(list[_MOVE], Field(description="All moves.")),
    leaving=(_FOUND, Field(description="Who is about to step off.")),
)
_LEVEL: Any = row_model(
    "BondLevel",
    "Customers with a bond of one strength.",
    (
        Column("bond", "text", "none, weak or strong."),
        Column("customers", "int", "Customers."),
        Column("value_12m_amount", "amount", "Their value in the last twelve months."),
    ),
)
_TIER: Any = row_model(
    "BondsOfTier",
    "Customers of a value tier by the strength of their bond.",
    (
        Column("tier", "text", "Value tier."),
        *(Column(each, "int", f"With a {each} bond.") for each in ("strong", "weak")),
        Column("none", "int", "Without a bond."),
    ),
)
_PART: Any = row_model(
    "BondPart",
    "One part of the index.",
    (
        Column("part", "text", "purchase, service, experience or advocacy."),
        Column("customers", "int", "Customers with data on it."),
        Column("mean", "float", "Mean of these, 0 to 1; null without data."),
    ),
)
_THEN: Any = row_model(
    "BondsThen",
    "How many of who had bought by a day had a bond of one strength on it.",
    (
        Column("on", "day", "The day."),
        Column("bond", "text", "none, weak or strong."),
        Column("customers", "int", "Customers who had bought by then."),
        Column("share", "float", "Share of them with that bond."),
        Column("low", "float", "Lower end of its 90 % interval."),
        Column("high", "float", "Upper end."),
    ),
)
_AFTER: Any = row_model(
    "BondsAfter",
    "What customers with a bond a year ago did in the year after.",
    (
        Column("bond", "text", "Bond a year ago."),
        Column("customers", "int", "Customers."),
        Column("bought_again", "float", "Share who bought in the year after."),
        Column("low", "float", "Lower end of its 90 % interval."),
        Column("high", "float", "Upper end."),
        Column("value", "float", "Mean value in the year after."),
    ),
)
_PROOF: Any = row_model(
    "BondProof",
    "What the bond of a year ago tells beyond RFM.",
    (
        Column("name", "text", "odds and later_value (of 10 points more of the index, at equal "
               "RFM), auc_rfm, auc_both, gain (log-probability a customer)."),
        Column("value", "float", "The figure."),
        Column("low", "float", "Lower end of its 90 % interval."),
        Column("high", "float", "Upper end."),
        Column("customers", "int", "Customers it was held against."),
    ),
)  # fmt: skip
BondModel = made_model(
    "Bonds",
    "How strong the bonds of customers are, and what the index rests on.",
    customers=(int, Field(description="Customers who bought.")),
    index=(float | None, Field(description="Mean index, 0 to 100.")),
    bonds=(list[_LEVEL], Field(description="By strength, the strongest first.")),
    tiers=(list[_TIER], Field(description="By value tier, the most valuable first.")),
    parts=(list[_PART], Field(description="The four parts.")),
    history=(list[_THEN], Field(description="Bonds on earlier days.")),
    later=(list[_AFTER], Field(description="What came in the year after.")),
    proof=(list[_PROOF], Field(description="Empty with too few customers.")),
)
_BASE: Any = row_model("BaseOfCustomers", "The present customers together.", BASE[1:])
_BASE_TIER: Any = row_model("BaseOfTier", "The present customers of a tier.", BASE)
_RETENTION: Any = row_model(
    "RetentionWorth",
    "What the base is worth at another retention.",
    (
        Column("share", "float", "Share who stay each year."),
        Column("value", "float", "Value of all years to come, discounted."),
        Column("change", "float", "Against the base's own retention."),
    ),
)
_CHANNEL: Any = row_model(
    "ChannelPayback",
    "What a new customer of a channel cost and brought.",
    (
        Column("channel", "text", "Channel of the first purchase."),
        Column("new_customers", "int", "Won in months with spend on it."),
        Column("cost_amount", "amount", "Spend in these months, that won nobody too."),
        Column("cost_per_customer", "float", "Spend a new customer; null where nobody was won."),
        Column("value_per_customer", "float", "Brought so far."),
        Column("months_observed", "int", "Months after the first purchase that were seen."),
        Column("paid_back_after_months", "int", "Null: not yet."),
    ),
)
_POINT: Any = row_model(
    "RetentionPoint",
    "What a point more retention would add to all years to come.",
    (
        Column("change", "float", "As a share of them."),
        Column("low", "float", "Least, at the retentions of its interval."),
        Column("high", "float", "Most."),
    ),
)
EquityModel = made_model(
    "CustomerEquity",
    "What customers are worth from now on, and what would change it.",
    horizon_months=(int, Field(description="Months that worth covers.")),
    interval=(float, Field(description="How sure the intervals are.")),
    base=(_BASE, Field(description="All together.")),
    model_off_share=(
        float | None,
        Field(description="Foretold over what came on weeks held out, less 1; null if not known."),
    ),
    tiers=(list[_BASE_TIER], Field(description="By tier, the most worth first.")),
    new_customers_12m=(
        int,
        Field(description="Won in the last twelve months; not in the first month of the data."),
    ),
    new_customer_value=(
        float | None,
        Field(description="Brought in the first twelve months; null if all are too young."),
    ),
    new_customers_observed=(int, Field(description="Customers whom that is told of.")),
    retention_share=(float | None, Field(description="Who bought again within a year.")),
    retention_low=(float | None, Field(description="Lower end of its interval.")),
    retention_high=(float | None, Field(description="Upper end.")),
    retention_customers=(int | None, Field(description="Customers whom it is told of.")),
    retention_point=(_POINT | None, Field(description="Null without retention.")),
    retention=(list[_RETENTION], Field(description="Worth at other retentions.")),
    channels=(list[_CHANNEL], Field(description="Payback; empty without spend.")),
)


@api.get("/value/ladder", permission="value:read", response_model=LadderModel)
def ladder(ask: Ask) -> dict[str, Any]:
    """Give who stands on which rung, who moved within a year, and who is about to step off."""
    return standing_report.ladder_told(built(ladder_of(ask.reader)))


@api.get("/value/bond", permission="value:read", response_model=BondModel)
def bond(ask: Ask) -> dict[str, Any]:
    """Give how strong the bonds of customers are, and what the index rests on."""
    built(bonds_of(ask.reader))
    return standing_report.bond(ask.reader)


@api.get("/value/equity", permission="value:read", response_model=EquityModel)
def equity(ask: Ask) -> dict[str, Any]:
    """Give what customers are worth from now on, what retention is worth, and payback."""
    return equity_report.equity_told(built(equity_of(ask.reader)))
