"""Whether follow-ups help, in words."""

from __future__ import annotations

from valence.core.messages import Message, message
from valence.experience.followups.compared import Compared
from valence.kit.charts import DataTable
from valence.kit.format import Formats
from valence.kit.page import How, Words


def helped(found: Compared, fmt: Formats) -> Message:
    """Return whether the followed up came back more often than customers alike, in a sentence."""
    if found.verdict == "too few":
        facts = {"n": fmt.integer(found.followed), "least": found.minimum, "months": found.months}
        if found.followed < found.minimum:
            return message(
                "Too few to tell whether follow-ups help: it takes {least} customers whose matter "
                "was solved {months} months ago or earlier; there are {n}.",
                **facts,
            )
        return message(
            "Too few to tell whether follow-ups help: it takes {least} customers with the same bad "
            "experience whom nobody followed up, to compare with; there are {others}.",
            others=fmt.integer(found.others),
            **facts,
        )
    if found.bought is None or found.value is None:
        return message(
            "Whether follow-ups help cannot be told: those who were followed up are unlike the "
            "{others} who were not.",
            others=fmt.integer(found.others),
        )
    facts = {
        "share": fmt.percent(found.bought_share),
        "difference": fmt.points(found.bought.value),
        "interval": fmt.interval(found.bought.low, found.bought.high, "points"),
        "n": fmt.integer(found.followed),
        "others": fmt.integer(found.others),
        "months": found.months,
    }
    if found.verdict in ("more", "less"):
        return message(
            "{share} of the followed up bought again within {months} months, {difference} against "
            "customers alike whom nobody followed up (adjusted association, {interval}, n = {n} "
            "and {others}).",
            **facts,
        )
    return message(
        "{share} of the followed up bought again within {months} months: that is not told apart "
        "from customers alike whom nobody followed up (adjusted association, {interval}, n = {n} "
        "and {others}).",
        **facts,
    )


def compared_table(found: Compared, fmt: Formats) -> DataTable | None:
    """Return the differences with their intervals; None where nothing can be told."""
    if found.bought is None or found.value is None:
        return None
    headers: list[tuple[Words, str]] = [
        (message("In the months after"), "text"),
        (message("Difference"), "text"),
        (message("90 % interval"), "text"),
        (message("Plain difference"), "text"),
    ]
    said = fmt.language.worded
    bought, value = found.bought, found.value
    rows = [
        [said(message("Bought again")), fmt.points(bought.value),
         fmt.interval(bought.low, bought.high, "points"), fmt.points(bought.naive)],
        [said(message("Value of one customer")), fmt.money(value.value),
         fmt.interval(value.low, value.high, "money"), fmt.money(value.naive)],
    ]  # fmt: skip
    return DataTable("helped", headers, rows)


def how_helped(found: Compared, built: Words) -> How:
    """Return how the comparison is made."""
    return How(
        message(
            "Customers whose matter was solved, against customers with the same bad experience "
            "whom nobody followed up, in the {months} months after it was solved; of the others, "
            "after the time that it usually took. Both are alike in worth, orders, tenure, days "
            "since the last order, score, what it was about, and time.",
            months=found.months,
        ),
        source=message(
            "Doubly robust effect on the treated, cross-fitted: Robins, Rotnitzky & Zhao 1994; "
            "Chernozhukov et al. 2018"
        ),
        inputs=("answers", "contacts", "order_facts"),
        built=built,
        note=message(
            "An adjusted association, no proof: who is followed up was not drawn by lot, and what "
            "is not known of customers may differ."
        ),
    )
