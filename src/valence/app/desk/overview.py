"""The overview as values: its answer, its figures, its picture."""

from __future__ import annotations

from valence.app.desk.numbers import Month, Numbers
from valence.core.intervals import MINIMUM
from valence.core.messages import Message, message
from valence.kit.charts import Chart, Line, lines, too_little
from valence.kit.format import Formats
from valence.kit.languages import by_number
from valence.kit.page import Answer, Figure, How
from valence.value.against import MEANT, points, relative, worded
from valence.value.words import customers_page
from valence.value.years import Years

BASIS: dict[str, Message] = {
    "margin": message("Value is contribution margin: the cost of every order is known."),
    "margin_rate": message("Value is net revenue × the margin rate of the settings."),
    "net_revenue": message("Value is net revenue: neither cost nor a margin rate is known."),
    "mixed": message(
        "Value is margin where cost is known, and otherwise as the settings say: a mixed basis."
    ),
}


def answer(found: Numbers, fmt: Formats) -> Answer:
    """Return how the customer base is doing, in a sentence."""
    years, moved = found.years, found.years.named
    values = {
        "customers": fmt.integer(found.summary["customers_12m"]),
        "value": fmt.money_short(moved.now),
    }
    beside = message(
        "orders without a known customer brought {amount} more",
        amount=fmt.money_short(years.nobody),
    )
    inner = beside if years.nobody > 0 else ""
    if not years.comparable or moved.share is None:
        core = message("{customers} customers brought {value} in the last 12 months.", **values)
        return Answer(core, inner, message("There is no full year before that to compare with."))
    said = fmt.percent(abs(moved.share))
    if not moved.sure:
        core = message(
            "{customers} customers brought {value} in the last 12 months, about as much as in the "
            "12 before.",
            **values,
        )
    elif moved.change > 0:
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
    return Answer(core, inner, _why(years, fmt))


def _why(years: Years, fmt: Formats) -> Message | str:
    """Say whether more customers or more from each made the change."""
    if years.each is None:
        return ""
    return message(
        "Number of customers: {customers}; value of each: {each}.",
        customers=worded(years.customers, fmt),
        each=worded(years.each, fmt),
    )


def figures(found: Numbers, fmt: Formats) -> list[Figure]:
    """Return the four figures of the last 12 months, each with its change and its months."""
    years, whole = found.years, _whole(found)
    given = years.given_back if years.orders >= MINIMUM else None
    n = found.summary["customers_12m"]
    by_known = {"amount": fmt.money_short(years.named.now), "n": fmt.integer(n)}
    nobody = message("{amount} without a known customer", amount=fmt.money_short(years.nobody))
    return [
        Figure(
            message("Value of 12 months"),
            fmt.money_short(years.value.now),
            note=nobody if years.nobody > 0 else "",
            change=relative(years.value, fmt) if years.comparable else None,
            spark=[month.value for month in whole],
        ),
        Figure(
            message("Customers who bought"),
            fmt.integer(n),
            change=relative(years.customers, fmt) if years.comparable else None,
            spark=[float(month.customers) for month in whole],
            href=customers_page("orders_12m > 0", "-value_12m_amount"),
        ),
        Figure(
            message("Value per customer"),
            None if years.each is None else fmt.money_short(years.each.now),
            note=by_number(
                n,
                message("{amount} by 1 known customer", **by_known),
                message("{amount} by {n} known customers", **by_known),
            ),
            change=relative(years.each, fmt) if years.comparable else None,
            spark=[m.named / m.customers if m.customers else None for m in whole],
        ),
        Figure(
            message("Share of sales given back"),
            None if given is None else fmt.percent(given.now),
            change=points(given, fmt, more_is_good=False) if years.comparable else None,
            spark=[m.returned / m.gross if m.gross else None for m in whole],
        ),
    ]


def _whole(found: Numbers) -> list[Month]:
    """The months that had ended: half a month would look like a fall."""
    cut = found.earlier[11] is not found.months[11]
    months = list(found.months[:-1] if cut else found.months)
    begun = next((n for n, month in enumerate(months) if month.orders), len(months))
    return months[begun:]


def chart(found: Numbers, fmt: Formats) -> Chart:
    """Return value by month against a year before."""
    late, before = found.months[12:], found.earlier
    both = sum(month.orders > 0 for month in before) > 1  # one month makes no line
    title = message("Value of all orders by month")
    if both:
        title = message("Value of all orders by month, and a year before")
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
            (message("latest months"), late, False, True),
            (message("a year before"), before, True, found.years.comparable),
        )
    )
    drawn = lines(
        fmt,
        "value-by-month",
        title,
        [month.first for month in late],
        [this_year, last_year] if both else [this_year],
        unit="money",
        place_name=message("Month"),
        value_name=message("Value"),
        months=True,
    )
    return drawn.answering(_chart_answer(found, fmt, both=both))


def _chart_answer(found: Numbers, fmt: Formats, *, both: bool) -> Message:
    best = max(found.months[12:], key=lambda month: month.value)
    values = {"month": fmt.month(best.first), "value": fmt.money_short(best.value)}
    if found.earlier[11] is found.months[11]:
        return message("The best month was {month}: {value}.", **values)
    values |= {"last": fmt.month(found.months[-1].first), "day": fmt.day(found.as_of)}
    if not both:
        return message("The best month was {month}: {value}. {last} goes up to {day}.", **values)
    return message(
        "The best month was {month}: {value}. {last} goes up to {day}, and is compared with the "
        "same days a year before.",
        **values,
    )


def how(found: Numbers, built: Message | str) -> How:
    """Return how the figures are computed."""
    row = found.summary
    return How(
        message(
            "What all orders of the 12 months up to the day of the figures brought, returns taken "
            "off; a customer counts who bought at least once in them. Value per customer is what "
            "known customers brought, divided by those who bought."
        ),
        formula=BASIS.get(row["value_basis"], ""),
        source=message("House rule: the value basis stands in the settings, table [value]."),
        inputs=("value_summary", "order_facts", "customers", "value_bridge", "cohort_staying"),
        built=built,
        note=message(
            "These are counts of what was imported, so they have no interval. Orders that name "
            "nobody are part of value, and of no customer. {arrows}",
            arrows=MEANT,
        ),
        links=(
            (message("Value in one row"), "/builds/tables/value_summary"),
            (message("Order facts"), "/builds/tables/order_facts"),
        ),
    )
