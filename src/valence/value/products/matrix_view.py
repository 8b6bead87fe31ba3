"""The pages of the product matrix and of one product in words and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from math import ceil, floor, log10, sqrt
from typing import Any
from urllib.parse import urlencode

from valence.core.days import month_days, months_before
from valence.core.messages import Message, message
from valence.kit.charts import MAIN, REST, Chart, DataTable, Unit, axis_format, too_little
from valence.kit.columns import columns
from valence.kit.format import Formats
from valence.kit.languages import by_number
from valence.kit.page import Answer, Figure, How, Step, Words
from valence.value.definitions import PRODUCTS_KIND, MatrixDefinition
from valence.value.products.answers import WINDOW, Matrix
from valence.value.products.matrix import FEW, IMAGE, OTHER, STAR, TRAFFIC
from valence.value.products.words import KINDS as WORDS
from valence.value.products.words import MANY, product_page
from valence.value.words import quoted, sentences

Row = Mapping[str, Any]
DOES = message("Which products win customers, which keep the best, and which earn?")
_MARKS = {  # hue and form: neither stands alone
    STAR: (MAIN, "circle"),
    TRAFFIC: ("var(--v-second)", "triangle"),
    IMAGE: ("var(--v-third)", "diamond"),
    OTHER: (REST, "circle"),
}
_ROOM = 1.25
_APART = 2.0  # the end of an axis is named where no power of ten is nearer
_NAMED = 3  # of each kind, the most valuable bear their names
_LONGEST = 24  # signs of a name in the picture
_TYPICAL = {
    STAR: message("A typical star is sold {n} times, at {price}."),
    TRAFFIC: message("A typical traffic product is sold {n} times, at {price}."),
    IMAGE: message("A typical image product is sold {n} times, at {price}."),
}
SET = f"/definitions/{PRODUCTS_KIND}/{PRODUCTS_KIND}"


def answer(found: Matrix, fmt: Formats) -> Answer:
    """Return what the kinds do, in a sentence."""
    star, traffic = found.kinds[STAR], found.kinds[TRAFFIC]
    if not found.judged:
        few = message("No product was sold often enough to be judged.")
        return Answer(few, rest=message("{n} products were sold.", n=fmt.integer(found.products)))
    core = by_number(
        star["products"],
        message("1 star brings {share} of the value of all products.", share=_part(star, fmt)),
        message(
            "{n} stars bring {share} of the value of all products.",
            n=fmt.integer(star["products"]),
            share=_part(star, fmt),
        ),
    )
    rest = message(
        "{n} traffic products make {first} of all sales in a first purchase and {share} of the "
        "value.",
        n=fmt.integer(traffic["products"]),
        first=fmt.percent(traffic["first_sales_share"]),
        share=_part(traffic, fmt),
    )
    many = message(
        "{judged} of {all} products judged",
        judged=fmt.integer(found.judged),
        all=fmt.integer(found.products),
    )
    return Answer(core, many, rest if traffic["products"] else "")


def _part(row: Row, fmt: Formats) -> str:
    return fmt.percent(row["value_share"])


def figures(found: Matrix, fmt: Formats) -> list[Figure]:
    """Return the four figures: stars, traffic products, image products, the rest."""
    star, traffic, image = (found.kinds[kind] for kind in (STAR, TRAFFIC, IMAGE))
    others = found.kinds[OTHER]
    return [
        _figure(STAR, message("{share} of the value", share=_part(star, fmt)), found, fmt),
        _figure(
            TRAFFIC,
            message(
                "{share} of first purchases", share=fmt.percent(traffic["first_sales_share"])
            ),
            found,
            fmt,
        ),
        _figure(
            IMAGE,
            message("{n} sales, {share} of the value",
                    n=fmt.integer(image["sales"]), share=_part(image, fmt)),
            found,
            fmt,
        ),
        Figure(
            MANY[OTHER],
            fmt.integer(others["products"]),
            note=message(
                "{share} of the value; {n} not judged",
                share=_part(others, fmt),
                n=fmt.integer(found.kinds[FEW]["products"]),
            ),
            href=kind_page(OTHER),
        ),
    ]  # fmt: skip


def _figure(kind: str, note: Message, found: Matrix, fmt: Formats) -> Figure:
    n = fmt.integer(found.kinds[kind]["products"])
    return Figure(MANY[kind], n, note=note, href=kind_page(kind))


def kind_page(kind: str) -> str:
    """Return the address of the products of a kind."""
    return f"/products?{urlencode({'where': f'kind == {quoted(kind)}'})}"


def scatter(found: Matrix, fmt: Formats) -> Chart:
    """Return the products by how often they are sold and for how much a unit."""
    title = message("How often is each product sold, and for how much?")
    if not found.points:
        why = message("Not enough data: no product was sold often enough.")
        return too_little("products", title, why)
    series = [_series(kind, found.points, fmt) for kind in _MARKS]
    price = _log(fmt, message("Price of a unit"), [r["unit_price"] for r in found.points], "money")
    sales = message("Sales (order lines)")
    option = {
        "grid": {"left": 8, "right": 24, "top": 84, "bottom": 30, "containLabel": True},
        "legend": {"top": 0, "left": 0, "itemGap": 16, "itemWidth": 12, "itemHeight": 12},
        "tooltip": {"trigger": "item", "formatter": {"$tip": True}},
        "xAxis": {
            **_log(fmt, sales, [r["sales"] for r in found.points], "count"),
            "nameLocation": "middle",
            "nameGap": 32,
        },
        "yAxis": {**price, "nameGap": 12, "nameTextStyle": {"align": "left"}},
        "series": [one for one in series if one["data"]],
    }
    headers: tuple[tuple[Words, str], ...] = (
        (message("Product"), "text"),
        (message("Kind"), "text"),
        (message("Sales"), "int"),
        (message("Price"), "money"),
        (message("Value"), "money"),
    )
    shown = sorted(found.points, key=lambda row: row["value_rank"])
    rows = [
        [_name(row), fmt.language.worded(WORDS[row["kind"]]),
         *(row[name] for name in ("sales", "unit_price", "value_amount"))]
        for row in shown
    ]  # fmt: skip
    links = [product_page(row["namespace"], row["product_id"]) for row in shown]
    table = DataTable("products-table", headers, rows, links=links)
    return Chart("products", title, option, table, answer=_typical(found, fmt), size="l")


def _typical(found: Matrix, fmt: Formats) -> str:
    """What the middle product of each kind is like, and which products are drawn."""
    said = [
        replace(
            said,
            values={
                "n": fmt.integer(found.kinds[kind]["middle_sales"]),
                "price": fmt.money(found.kinds[kind]["middle_price"]),
            },
        )
        for kind, said in _TYPICAL.items()
        if found.kinds[kind]["middle_price"] is not None
    ]
    if len(found.points) < found.judged:
        n = fmt.integer(len(found.points))
        said.append(message("Drawn are the {n} products that bring most of each kind.", n=n))
    return sentences(fmt, *said)


def _log(fmt: Formats, name: Message, values: Sequence[float], unit: Unit) -> dict[str, Any]:
    # A little room beside the first and the last, instead of whole powers of ten.
    least, most = (float(f"{end:.2g}") for end in (min(values) / _ROOM, max(values) * _ROOM))
    named = fmt.language.worded(name)
    if unit == "money" and fmt.chinese:
        named = f"{named}（{fmt.currency_unit()}）"
    return {
        "type": "log",
        "name": named,
        "min": least,
        "max": most,
        "axisLabel": {
            "formatter": {"$format": axis_format(fmt, unit)},
            "hideOverlap": True,
            "showMinLabel": _alone(10 ** ceil(log10(least)) / least),
            "showMaxLabel": _alone(most / 10 ** floor(log10(most))),
        },
    }


def _alone(times: float) -> bool:
    """Whether an end of an axis that is so many times from a power of ten is named."""
    return times == 1 or times >= _APART


def _series(kind: str, points: Sequence[Row], fmt: Formats) -> dict[str, Any]:
    hue, form = _MARKS[kind]
    named = fmt.language.worded(WORDS[kind])
    own = [row for row in points if row["kind"] == kind]
    # Names stand to the left where there is no room at the right.
    far = sqrt(max(row["sales"] for row in points) * min(row["sales"] for row in points))
    data = [
        {
            "value": [row["sales"], round(row["unit_price"], 4)],
            "tip": f"{_name(row)} · {named}: {fmt.integer(row['sales'])} × "
            f"{fmt.money(row['unit_price'])}, {fmt.money_short(row['value_amount'])}",
            "href": product_page(row["namespace"], row["product_id"]),
            "label": {
                "show": at < _NAMED and kind != OTHER,
                "formatter": _short(_name(row)),
                "position": "left" if row["sales"] > far else "right",
            },
        }
        for at, row in enumerate(own)
    ]
    return {
        "type": "scatter",
        "name": named,
        "data": data,
        "symbol": form,
        "symbolSize": 7 if kind == OTHER else 11,
        "itemStyle": {"color": hue, "opacity": 0.55 if kind == OTHER else 0.85},
        "label": {
            "color": "var(--v-ink)",
            "fontSize": 11,
            # Names stay readable over other marks.
            "textBorderColor": "var(--v-surface)",
            "textBorderWidth": 3,
        },
        "labelLayout": {"hideOverlap": True},
        "z": 2 if kind == OTHER else 3,
    }


def _name(row: Row) -> str:
    return str(row["name"] or row["product_id"])


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1].rstrip()}…"


def how(built: Message | str, rules: MatrixDefinition, fmt: Formats) -> How:
    """Return how the kinds are told apart, by the thresholds that are set."""
    star = message(
        "Star: among the best products that together bring {share} of the value, and bought by "
        "the first value tier or by customers who came back at least {lift} × as often as all "
        "products are.",
        share=fmt.percent(rules.star_value_share),
        lift=_plain(rules.star_lift),
    )
    traffic = message(
        "Traffic product: among those that make {share} of all first purchases, bought in one at "
        "least {lift} × as often as all, and with at most {value} × the value a unit of the "
        "middle product.",
        share=fmt.percent(rules.traffic_sales_share),
        lift=_plain(rules.traffic_lift),
        value=_plain(rules.traffic_value),
    )
    image = message(
        "Image product: at least {price} × as dear as the middle product of its category, sold at "
        "most {sales} × as often as the middle one, and bought by the first tier at least {lift} "
        "× as often as all.",
        price=_plain(rules.image_price),
        sales=_plain(rules.image_sales),
        lift=_plain(rules.image_lift),
    )
    return How(
        message(
            "{star} {traffic} {image} What is several is the first of them.",
            star=star,
            traffic=traffic,
            image=image,
        ),
        formula=message("× = the product's share / the same share of all products"),
        inputs=("product_matrix", "product_sales"),
        built=built,
        note=message(
            "Sales are order lines of {months} months; first purchases, tiers and who came back "
            "are known of named customers only. A product with fewer than {n} sales is not judged.",
            months=rules.window_months,
            n=rules.minimum_sales,
        ),
        links=((message("Set the thresholds"), SET),),
    )


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def steps(found: Matrix) -> list[Step]:
    """Return what makes sense next."""
    every = [Step(message("See which first product makes customers stay"), "/products/entry")]
    if found.kinds[TRAFFIC]["products"]:
        label = message("Look at the products that win customers")
        every.append(Step(label, kind_page(TRAFFIC)))
    every.append(Step(message("Leave out what is no good, such as postage"), SET))
    return every


def product_steps(row: Row) -> list[Step]:
    """Return what makes sense next for one product."""
    every = [
        Step(message("See what customers bring who began with it"), "/products/entry?by=product")
    ]
    if row["kind"] in MANY:
        label = message("See all of this kind: {kind}", kind=MANY[row["kind"]])
        every.insert(0, Step(label, kind_page(row["kind"])))
    return every


def product_answer(row: Row, rules: MatrixDefinition, fmt: Formats) -> Answer:
    """Return what a product does, in a sentence."""
    kind = WORDS[row["kind"]]
    core = message(
        "{kind}: {amount} of value in {months} months, place {place} of all products.",
        kind=kind,
        amount=fmt.money_short(row["value_amount"]),
        months=rules.window_months,
        place=fmt.integer(row["value_rank"]),
    )
    return Answer(core, message("{n} sales", n=fmt.integer(row["sales"])))


def product_figures(row: Row, fmt: Formats) -> list[Figure]:
    """Return the four figures of a product, each against all products."""
    return [
        Figure(
            message("Price"),
            None if row["unit_price"] is None else fmt.money(row["unit_price"]),
            note=_times(row["price_index"], message("that of the middle product"), fmt),
        ),
        Figure(
            message("Value a unit"),
            None if row["unit_value"] is None else fmt.money(row["unit_value"]),
            note=_times(row["unit_value_index"], message("that of the middle product"), fmt),
        ),
        _share(row, "first", message("In a first purchase"), fmt),
        _share(row, "top", message("Bought by the best"), fmt),
    ]


def _share(row: Row, name: str, label: Message, fmt: Formats) -> Figure:
    share = row[f"{name}_share"]
    said = None if share is None else fmt.percent(share)
    return Figure(
        label, said, note=_times(row[f"{name}_lift"], message("that of all products"), fmt)
    )


def _times(value: float | None, against: Message, fmt: Formats) -> Message | str:
    if value is None:
        return ""
    return message("{n} × {against}", n=fmt.number(value, 2), against=against)


def months(found: Sequence[Row], as_of: date, fmt: Formats) -> Chart:
    """Return what a product sold month by month, up to a day."""
    title = message("How does it sell, month by month?")
    if not found:
        return too_little("months", title, message("Not enough data: it was not sold lately."))
    sold = {row["month"]: float(row["revenue_amount"]) for row in found}
    first = (months_before(as_of, WINDOW) + timedelta(days=1)).replace(day=1)
    every = [first]
    while every[-1] < as_of.replace(day=1):
        every.append(months_before(every[-1], -1))
    made = columns(
        fmt,
        "months",
        title,
        every,
        [sold.get(month, 0.0) for month in every],
        unit="money",
        place_name=message("Month"),
        value_name=message("Net revenue"),
        months=True,
    )
    best = max(sold, key=sold.__getitem__)
    said = [
        message(
            "It sold best in {month}: {amount}.",
            month=fmt.month(best),
            amount=fmt.money_short(sold[best]),
        )
    ]
    if month_days(as_of)[1] - as_of != timedelta(days=1):
        said.append(message("The first and the last month are not whole."))
    return made.answering(sentences(fmt, *said))
