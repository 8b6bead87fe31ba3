"""The columns of what each customer is foretold."""

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
