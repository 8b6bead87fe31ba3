"""The columns of the model card, and of what each customer is foretold."""

from __future__ import annotations

from valence.lake.columns import Column

_CUSTOMER = Column(
    "customer_id", "text", "The customer.", privacy="pseudonym", purpose="know the customer"
)
FORETOLD = (
    Column("alive_probability", "float", "Probability that the customer will buy again, some day."),
    Column("expected_purchases", "float", "Purchase days expected within the horizon."),
    Column("expected_spend_amount", "amount", "Value expected of each."),
    Column("worth_amount", "amount", "Value expected within the horizon, discounted."),
    Column("worth_low_amount", "amount", "Lower end of its interval."),
    Column("worth_high_amount", "amount", "Upper end of its interval."),
    Column("course_book_amount", "amount", "Value a year × years that customers stay on average."),
)
WORTH = (_CUSTOMER, *FORETOLD)
CARD = (
    Column("number", "int", "Order of the rows."),
    Column(
        "kind",
        "text",
        "model, parameter, covariate (what effects are compared with), error, coverage, week, "
        "frequency, setting or note.",
    ),
    Column("model", "text", "Model, or naive forecast, that the row is about."),
    Column("name", "text", "What the figure is: a parameter, an error."),
    Column("position", "float", "Week since the first, or purchases at the cut."),
    Column("value", "float", "The figure; of weeks and frequencies, what came."),
    Column("other", "float", "Standard error, log-likelihood, or what was foretold."),
    Column("customers", "int", "Customers behind it."),
    Column("chosen", "bool", "The model that worth rests on."),
    Column("said", "json", "A note as a sentence with its values."),
    Column("fitted_on", "day", "Day up to which the models were fitted."),
    Column("cut_on", "day", "Last day that models saw in the backtest."),
)
