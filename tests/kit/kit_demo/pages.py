"""Pages of the demonstration capability."""

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, Field

from valence.core.errors import BusyError, ConflictError
from valence.core.messages import message
from valence.kit.ask import Ask
from valence.kit.charts import Bar, Cell, Line, bars, lines, too_little
from valence.kit.forms import FormData, blank, typed
from valence.kit.grids import grid, lorenz, waterfall
from valence.kit.page import Answer, Change, Crumb, Doing, Empty, Figure, How, Step, Tab
from valence.kit.routes import ApiRouter, PageRouter
from valence.kit.tables import TableColumn, TablePage, TableParams, TableSpec, table_api, table_page

pages = PageRouter()
api = ApiRouter("demo")

HOW = How(
    definition=message("customer"),
    formula="Σ margin(t) / (1 + d)^t",
    source="Fader, Hardie & Lee (2005)",
    inputs=("orders", "customer_facts"),
    built=message("as of {day}", day="31 Oct 2026"),
)
CUSTOMERS = TableSpec(
    "customers",
    message("Customers"),
    (
        TableColumn("name", message("Name"), link="/demo/customer/{customer_id}"),
        TableColumn("worth", message("Value"), "money", meaning=message("Value")),
        TableColumn("orders", message("Step"), "int"),
        TableColumn("active", message("Progress"), "percent"),
        TableColumn(
            "bond",
            message("Type"),
            words={"strong": message("Dark"), "weak": message("Light")},
            tones={"strong": "good", "weak": "warn"},
        ),
        TableColumn("last_order_on", message("To"), "day"),
        TableColumn("customer_id", message("Meaning"), shown=False),
    ),
    key=("customer_id",),
    sort="-worth",
    examples=((message("Customers"), 'bond == "strong" and orders > 3'),),
    customers=True,
)


class Programme(BaseModel):
    """What the form makes."""

    name: str = Field(max_length=40)
    rate: Decimal = Field(Decimal("0.05"), gt=0, le=1)
    tier: str = "gold"
    active: bool = False


def _charts(ask):
    fmt = ask.format
    months = [date(2025 + m // 12, m % 12 + 1, 1) for m in range(10, 22)]
    worth = [3.1e6 + 60_000 * m + (-1) ** m * 9e4 for m in range(12)]
    line = Line("", worth, [w * 0.93 for w in worth], [w * 1.08 for w in worth])
    two = [
        Line(ask._("Customers"), [900 + 30 * m for m in range(12)]),
        Line(ask._("Value"), [700 + 22 * m if m != 4 else None for m in range(12)], rest=True),
    ]
    stake = [
        Bar("Points", 1e5, 0, 2e5, main=False),
        Bar("Delivery", 1.9e6, 1.4e6, 2.5e6, href="/demo?touchpoint=delivery", worse=True),
        Bar("Chat", 0.9e6, 0.5e6, 1.3e6),
        Bar("Return with a very long name that never ends", 0.7e6, 0.4e6, 1.1e6),
        Bar("Store visit", -2e5, -3e5, -1e5, main=False),
        Bar("Nothing", None),
    ]
    curve = [(x / 100, 1 - (1 - x / 100) ** 6) for x in range(101)]
    cohorts = [f"2026-{m:02d}" for m in range(1, 9)]
    triangle = [
        [Cell(round(0.9**a * (1 - i / 40), 3) if a < 8 - i else None) for a in range(8)]
        for i in range(8)
    ]
    rfm = [
        [Cell((6 - r) * f * 37, href=f"/demo?r={r}&f={f}") for f in range(1, 6)]
        for r in range(1, 6)
    ]
    digits = list("54321")
    value = message("Value")
    return [
        lines(
            fmt,
            "worth",
            value,
            months,
            [line],
            unit="money",
            place_name=message("Step"),
            value_name=value,
            months=True,
        ),
        lines(
            fmt,
            "two",
            message("Customers"),
            months,
            two,
            unit="count",
            place_name=message("Step"),
            value_name=value,
            months=True,
        ),
        bars(fmt, "stake", value, stake, unit="money", name=message("Name"), value_name=value),
        lorenz(fmt, "lorenz", value, curve, mark=(0.05, 0.265), mark_says=ask._("Value")),
        grid(
            fmt,
            "cohorts",
            message("Progress"),
            cohorts,
            [str(a) for a in range(8)],
            triangle,
            unit="percent",
            row_name=message("Step"),
            column_name=message("To"),
        ),
        grid(
            fmt,
            "rfm",
            message("Customers"),
            digits,
            list("12345"),
            rfm,
            unit="count",
            row_name="R",
            column_name="F",
        ),
        waterfall(
            fmt,
            "bridge",
            value,
            [
                (message("From"), 35.1e6, True),
                (message("Name"), 6.2e6, False),
                (message("Step"), -5.9e6, False),
                (message("To"), 35.4e6, True),
            ],
            unit="money",
            value_name=value,
        ),
        too_little("little", message("Progress"), message("not enough data")),
    ]


@pages.get("/demo", permission="demo:read")
def demo(ask: Ask):
    fmt = ask.format
    month = message("Last build")
    figures = [
        Figure(
            message("Value"),
            fmt.money_short(1_900_000),
            note=fmt.interval(1.4e6, 2.5e6, "money_short"),
        ),
        Figure(
            message("Customers"),
            fmt.integer(7912),
            change=Change(fmt.change(0.061), True, False, month),
            spark=[3, 4, 3, 5, 6, 5, 8],
        ),
        Figure(
            message("Progress"),
            fmt.percent(0.82),
            change=Change(fmt.points(-0.05), False, False),
            note="n 3,208",
        ),
        Figure(message("Source"), None, spark=[1, 1, 1]),
    ]
    return ask.page(
        "demo/demo.html",
        answer=Answer(
            message("Definition"), fmt.interval(1.4e6, 2.5e6, "money_short"), message("What next")
        ),
        figures=figures,
        how=HOW,
        charts=_charts(ask),
        next=[
            Step(message("Filter"), "/demo/customers"),
            Step(message("Cancel"), "/x", unless=message("not enough data")),
        ],
        tabs=[
            Tab(message("Value"), "/demo", current=True),
            Tab(message("Customers"), "/demo/customers"),
        ],
        crumbs=[Crumb(message("Customers"), "/demo/customers")],
        empty=Empty(
            message("Customers"), message("is missing"), Step(message("Send again"), "/imports")
        ),
        doing=Doing(
            message("Last build"),
            0.42,
            "running",
            poll="/demo/job",
            cancel="/demo/job/cancel",
            detail=message("Made from"),
        ),
        failed=Doing(message("Last build"), None, "failed", detail=message("The disk is full")),
    )


@pages.get("/demo/job", permission="demo:read")
def job(ask: Ask):
    return ask.page("demo/job.html", doing=Doing(message("Last build"), 1.0, "done", then="/demo"))


@pages.get("/demo/customers", permission="demo:read")
def customers(ask: Ask):
    return table_page(ask, CUSTOMERS, ask.reader.table("customers"), "demo/customers.html")


@api.get("/demo/customers", permission="demo:read")
def customers_api(ask: Ask, params: TableParams) -> TablePage:
    return table_api(ask, CUSTOMERS, ask.reader.table("customers"))


@pages.get("/demo/form", permission="demo:read")
def form(ask: Ask):
    return ask.page("demo/form.html", form=blank(Programme))


@pages.post("/demo/form", permission="demo:write")
def form_sent(ask: Ask, data: FormData):
    sent = typed(Programme, data)
    if sent.value is not None and sent.value.name == "taken":
        sent = sent.refused(ConflictError("Things have moved on"), "name")
    return ask.page("demo/form.html", status=422 if sent.errors else 200, form=sent)


@pages.post("/demo/busy", permission="demo:write")
def busy(ask: Ask, data: FormData):
    raise BusyError("The store is busy: {who} holds it.", who=data["name"])


@pages.get("/demo/broken", permission="demo:read")
def broken(ask: Ask):
    raise ZeroDivisionError("secret detail")
