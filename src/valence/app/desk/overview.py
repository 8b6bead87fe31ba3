"""The overview as values: its answer, its figures, its picture."""

from __future__ import annotations

from valence.app.desk.findings import ENOUGH
from valence.app.desk.numbers import Month, Numbers
from valence.core.messages import Message, message
from valence.kit.charts import Chart, Line, lines, too_little
from valence.kit.format import Formats
from valence.kit.page import Answer, Change, Figure, How

BASIS: dict[str, Message] = {
    "margin": message("Value is contribution margin: the cost of every order is known."),
    "margin_rate": message("Value is net revenue × the margin rate of the settings."),
    "net_revenue": message("Value is net revenue: neither cost nor a margin rate is known."),
    "mixed": message(
        "Value is margin where cost is known, and otherwise as the settings say: a mixed basis."
    ),
}
_AGAINST = message("vs the 12 months before")


def answer(found: Numbers, fmt: Formats) -> Answer:
    """Return how the customer base is doing, in a sentence."""
    row = found.summary
    values = {
        "customers": fmt.integer(row["customers_12m"]),
        "value": fmt.money_short(row["value_12m_amount"]),
    }
    change = found.change("value")
    if change is None:
        core = message("{customers} customers brought {value} in the last 12 months.", **values)
        rest = message("There is no full year before that to compare with.")
        return Answer(core, rest=rest)
    said = fmt.percent(abs(change))
    if abs(change) < 0.005:
        core = message(
            "{customers} customers brought {value} in the last 12 months, as much as in the 12 "
            "before.",
            **values,
        )
    elif change > 0:
        core = message(
            "{customers} customers brought {value} in the last 12 months, {change} more than in "
            "the 12 before.",
            change=said,
            **values,
        )
    else:
        core = message(
            "{customers} customers brought {value} in the last 12 months, {change} less than in "
            "the 12 before.",
            change=said,
            **values,
        )
    return Answer(core, rest=_why(found, fmt))


def _why(found: Numbers, fmt: Formats) -> Message | str:
    """Say whether more customers or more from each made the change."""
    customers, each = found.change("customers"), _each_change(found)
    if customers is None or each is None:
        return ""
    return message(
        "Number of customers: {customers}; value of each: {each}.",
        customers=_moved(customers, fmt),
        each=_moved(each, fmt),
    )


def _moved(change: float, fmt: Formats) -> Message | str:
    return message("as before") if abs(change) < 0.0005 else fmt.change(change)


def _each(found: Numbers, span: str) -> float | None:
    customers = found.summary[f"customers_{span}"]
    return float(found.summary[f"value_{span}_amount"]) / customers if customers else None


def _each_change(found: Numbers) -> float | None:
    late, before = _each(found, "12m"), _each(found, "prior_12m")
    if not found.two_years or late is None or before is None or before <= 0:
        return None
    return late / before - 1


def figures(found: Numbers, fmt: Formats) -> list[Figure]:
    """Return the four figures of the last 12 months, each with its change and its months."""
    row, whole = found.summary, _whole(found)
    each, sold = _each(found, "12m"), sum(month.gross for month in found.months[12:])
    given = sum(month.returned for month in found.months[12:])
    enough = sum(month.orders for month in found.months[12:]) >= ENOUGH
    share = given / sold if sold and enough else None
    return [
        Figure(
            message("Value of 12 months"),
            fmt.money_short(row["value_12m_amount"]),
            change=_change(found.change("value"), fmt, more_is_good=True),
            spark=[month.value for month in whole],
        ),
        Figure(
            message("Customers who bought"),
            fmt.integer(row["customers_12m"]),
            change=_change(found.change("customers"), fmt, more_is_good=True),
            spark=[float(month.customers) for month in whole],
            href="/customers?where=orders_12m+%3E+0",
        ),
        Figure(
            message("Value per customer"),
            None if each is None else fmt.money_short(each),
            change=_change(_each_change(found), fmt, more_is_good=True),
            spark=[m.value / m.customers if m.customers else None for m in whole],
        ),
        Figure(
            message("Share of sales given back"),
            None if share is None else fmt.percent(share),
            change=_share_change(found, share, fmt),
            spark=[m.returned / m.gross if m.gross else None for m in whole],
        ),
    ]


def _whole(found: Numbers) -> list[Month]:
    """The months that had ended: half a month would look like a fall."""
    cut = found.earlier[11] is not found.months[11]
    months = list(found.months[:-1] if cut else found.months)
    begun = next((n for n, month in enumerate(months) if month.orders), len(months))
    return months[begun:]


def _change(value: float | None, fmt: Formats, *, more_is_good: bool) -> Change | None:
    if value is None:
        return None
    rose = None if abs(value) < 0.0005 else value > 0
    good = None if rose is None else rose == more_is_good
    return Change(fmt.change(value), rose, good, _AGAINST)


def _share_change(found: Numbers, share: float | None, fmt: Formats) -> Change | None:
    sold = sum(month.gross for month in found.earlier)
    if not found.two_years or not sold or share is None:
        return None
    moved = share - sum(month.returned for month in found.earlier) / sold
    rose = None if abs(moved) < 0.0005 else moved > 0
    return Change(fmt.points(moved), rose, None if rose is None else not rose, _AGAINST)


def chart(found: Numbers, fmt: Formats) -> Chart:
    """Return value by month against a year before."""
    late, before = found.months[12:], found.earlier
    title = message("Value by month, and a year before")
    if sum(month.orders > 0 for month in found.months) < 2:
        why = message("Not enough data: all orders fall into one month.")
        return too_little("value-by-month", title, why)
    this_year, last_year = (
        Line(
            fmt.language.worded(name),
            [month.value if month.orders or known else None for month in months],
            rest=rest,
        )
        for name, months, rest, known in (
            (message("last 12 months"), late, False, True),
            (message("a year before"), before, True, found.two_years),
        )
    )
    drawn = lines(
        fmt,
        "value-by-month",
        title,
        [month.first for month in late],
        [this_year, last_year] if any(month.orders for month in before) else [this_year],
        unit="money",
        place_name=message("Month"),
        value_name=message("Value"),
        months=True,
    )
    return drawn.answering(_chart_answer(found, fmt))


def _chart_answer(found: Numbers, fmt: Formats) -> Message:
    best = max(found.months[12:], key=lambda month: month.value)
    values = {"month": fmt.month(best.first), "value": fmt.money_short(best.value)}
    if found.earlier[11] is found.months[11]:
        return message("The best month was {month}: {value}.", **values)
    return message(
        "The best month was {month}: {value}. {last} goes up to {day}, and is compared with the "
        "same days a year before.",
        last=fmt.month(found.months[-1].first),
        day=fmt.day(found.as_of),
        **values,
    )


def how(found: Numbers, built: Message | str) -> How:
    """Return how the figures are computed."""
    row = found.summary
    return How(
        message(
            "What all orders of the 12 months up to the day of the figures brought, returns taken "
            "off; a customer counts who bought at least once in them."
        ),
        formula=BASIS.get(row["value_basis"], ""),
        source=message("House rule: the value basis stands in the settings, table [value]."),
        inputs=("value_summary", "order_facts", "customers", "cohort_staying"),
        built=built,
        note=message(
            "These are counts of what was imported, so there is no interval. Orders that name "
            "nobody are part of value, and of no customer."
        ),
        links=(
            (message("Value in one row"), "/builds/tables/value_summary"),
            (message("Order facts"), "/builds/tables/order_facts"),
        ),
    )
