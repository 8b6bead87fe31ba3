"""The page of entry products in words and pictures: an adjusted association, and said so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from valence.core.messages import Message, message
from valence.kit.charts import Bar, Chart, bars, too_little
from valence.kit.format import Formats
from valence.kit.page import Answer, Figure, How, Step
from valence.value.definitions import ENTRY_KIND, EntryDefinition
from valence.value.products.answers import Entry
from valence.value.products.comparison_words import CATEGORY, LESS, MORE
from valence.value.products.words import LEVELS, product_page
from valence.value.words import sentences

Row = Mapping[str, Any]
STAYS = message("Which first product makes lasting customers?")
ASSOCIATION = message("adjusted comparison, no proof")
SET = f"/definitions/{ENTRY_KIND}/{ENTRY_KIND}"
_DRAWN = 12
_NAMED = 3


def answer(found: Entry, rules: EntryDefinition, fmt: Formats) -> Answer:
    """Return which entry product made customers stay, in a sentence."""
    if not found.compared:
        few = message(
            "Not enough data: no two won {n} customers each who were observed for {months} months.",
            n=fmt.integer(rules.minimum_customers),
            months=rules.observe_months,
        )
        rest = message(
            "{n} customers were observed in all; the most that one won is {most}.",
            n=fmt.integer(found.whole["customers"]),
            most=fmt.integer(found.most),
        )
        return Answer(few, rest=rest)
    more, less = found.told(MORE), found.told(LESS)
    if not more and not less:
        return Answer(
            message("No first product is told apart from the others."),
            rest=message(
                "{n} are compared; the differences are no larger than chance would make them.",
                n=fmt.integer(len(found.compared)),
            ),
        )
    best = more[0] if more else less[-1]
    said = {
        "name": str(best["name"]),
        "amount": fmt.money_short(best["adjusted_value"]),
        "months": rules.observe_months,
        "difference": fmt.money_short(abs(best["difference"])),
    }
    above = message(
        "Customers who began with {name} brought {amount} in the {months} months after, "
        "{difference} more than all.",
        **said,
    )
    below = message(
        "Customers who began with {name} brought {amount} in the {months} months after, "
        "{difference} less than all.",
        **said,
    )
    inner = message(
        "{sure} interval {low} to {high}, {n} customers; adjusted for who they are",
        sure=fmt.percent(rules.confidence, 0),
        low=fmt.money_short(best["adjusted_value_low"]),
        high=fmt.money_short(best["adjusted_value_high"]),
        n=fmt.integer(best["customers"]),
    )
    rest = message(
        "{more} of {n} compared bring more than all, {less} less; of these at most {rate} are "
        "so by chance.",
        more=len(more),
        less=len(less),
        n=len(found.compared),
        rate=fmt.percent(rules.false_discoveries, 0),
    )
    return Answer(above if more else below, inner, rest)


def figures(found: Entry, rules: EntryDefinition, fmt: Formats) -> list[Figure]:
    """Return the four figures: value and return of all, how many are compared, told apart."""
    apart = len(found.told(MORE)) + len(found.told(LESS))
    left = sum(found.not_compared.values())
    every = [
        Figure(
            message("Later value of all"),
            fmt.money_short(found.whole["later_value"]),
            note=message("in {n} months after the first purchase", n=rules.observe_months),
        ),
        Figure(
            message("Bought again"),
            fmt.percent(found.whole["back_share"]),
            note=message("of {n} customers", n=fmt.integer(found.whole["customers"])),
        ),
        Figure(
            message("Compared"),
            fmt.integer(len(found.compared)),
            note=message("{n} are not", n=fmt.integer(left)),
        ),
        Figure(
            message("Told apart"),
            fmt.integer(apart),
            note=message("{more} more, {less} less", more=len(found.told(MORE)),
                         less=len(found.told(LESS))),
        ),
    ]  # fmt: skip
    return every if found.compared else every[:-1]


def chart(found: Entry, rules: EntryDefinition, fmt: Formats) -> Chart:
    """Return the adjusted later value of the first and the last by place, with intervals."""
    title = message("What do customers bring later, by what they began with?")
    if not found.compared:
        why = message("Not enough data: too few customers began with the same product.")
        return too_little("entry", title, why)
    rows = [_bar(row, found) for row in _ends(found.compared)]
    whole = float(found.whole["later_value"])
    made = bars(
        fmt,
        "entry",
        title,
        rows,
        unit="money",
        name=LEVELS[found.level],
        value_name=message("Later value, adjusted"),
        sort=False,
    )
    everyone = {
        "silent": True,
        "symbol": "none",
        "lineStyle": {"type": "dashed", "color": "var(--v-ink)"},
        "label": {
            "formatter": fmt.language.worded(message("All customers")),
            "position": "start",  # the top: places run downwards
            "color": "var(--v-ink)",
        },
        "data": [{"xAxis": whole}],
    }
    drawn = made.option["series"]
    option = {
        **made.option,
        "grid": {**made.option["grid"], "top": 26},
        "series": [{**drawn[0], "markLine": everyone}, *drawn[1:]],
    }
    return replace(made, option=option, answer=_apart(found, rules, fmt), wide=True)


def _apart(found: Entry, rules: EntryDefinition, fmt: Formats) -> str:
    """Which are told apart from all customers, and how the picture is to be read."""
    told = [*found.told(MORE), *found.told(LESS)]
    amount = fmt.money_short(found.whole["later_value"])
    names = [str(row["name"]) for row in told[:_NAMED]]
    if not told:
        said = message("None is told apart from all customers ({amount}).", amount=amount)
    elif len(told) > _NAMED:
        said = message(
            "Told apart from all customers ({amount}): {names} and {n} more.",
            amount=amount,
            names=fmt.listed(names),
            n=len(told) - _NAMED,
        )
    else:
        said = message(
            "Told apart from all customers ({amount}): {names}.",
            amount=amount,
            names=fmt.listed(names),
        )
    sure = fmt.percent(rules.confidence, 0)
    if len({row["place"] for row in found.compared}) > 1:
        read = message(
            "The lines are {sure} intervals. The surest differences stand at the ends, so a bar "
            "with a wide interval stands in the middle.",
            sure=sure,
        )
    else:
        read = message("The lines are {sure} intervals; the order is that of the names.", sure=sure)
    n, drawn = len(found.compared), len(_ends(found.compared))
    if drawn == n:
        return sentences(fmt, said, read)
    some = message("{drawn} of {n} are drawn; the table has all.", drawn=drawn, n=n)
    return sentences(fmt, said, read, some)


def _ends(compared: Sequence[Row]) -> list[Row]:
    """All of a few, else the first and the last."""
    if len(compared) <= _DRAWN:
        return list(compared)
    half = _DRAWN // 2
    return [*compared[:half], *compared[-half:]]


def _bar(row: Row, found: Entry) -> Bar:
    return Bar(
        str(row["name"]),
        row["adjusted_value"],
        row["adjusted_value_low"],
        row["adjusted_value_high"],
        main=row["verdict"] == MORE,
        worse=row["verdict"] == LESS,
        href="" if found.level == CATEGORY else product_page(row["namespace"], row["product_id"]),
    )


def how(built: Message | str, rules: EntryDefinition, fitted: str) -> How:
    """Return how entry products are compared."""
    return How(
        message(
            "A customer began with the product that made up most of the day of the first purchase. "
            "What each brought in the {months} months after that day is regressed, within "
            "products, on the month, channel and country of the first purchase and on what else "
            "was bought on that day; the adjusted value is what a product's customers would have "
            "brought, had they been like all. Only who could be observed that long counts.",
            months=rules.observe_months,
        ),
        formula=message("adjusted = mean − (mean of who they are − that of all) × slope"),
        source=message(
            "Angrist & Pischke (2009), regression with fixed effects; intervals after Hall (1992); "
            "shrunk after Paule & Mandel (1982); told apart after Benjamini & Hochberg (1995)."
        ),
        inputs=("entry_products", "order_lines", "order_facts", "customer_facts"),
        built=built,
        note=message(
            "An adjusted association, no proven effect: what is not known of customers is not "
            "adjusted for. A product is compared from {n} customers on, and where at least 80 % of "
            "them have others alike elsewhere. Customers who bought before the data begin count as "
            "new. Compared up to {day}; made anew every {days} days.",
            day=fitted,
            n=rules.minimum_customers,
            days=rules.refit_days,
        ),
        links=((message("Set how they are compared"), SET),),
    )


def steps(found: Entry, *, categories: bool) -> list[Step]:
    """Return what makes sense next; where nothing is compared, what would change that."""
    every = [Step(message("See what each product does"), "/products")]
    if not found.compared and not categories:
        why = message("so that products of one category are compared together")
        every.insert(0, Step(message("Import products with their category"), "/imports", why))
    if not found.compared:
        every.insert(-1, Step(message("Observe customers for fewer months"), SET))
    if found.compared and found.level != CATEGORY:
        best = found.compared[0]
        page = product_page(best["namespace"], best["product_id"])
        every.insert(0, Step(message("Look at {name}", name=str(best["name"])), page))
    return every
