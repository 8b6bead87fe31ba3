"""What the commands print: results as plain values, and their rows for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from valence.core.errors import NotFoundError
from valence.kit.filters import filtered
from valence.kit.format import Formats
from valence.kit.languages import language
from valence.kit.opened import OpenBrand
from valence.people.lookup import find_customer
from valence.people.vault import Vault
from valence.value.answers import by_segment, cells_of, summary_of, tiers_of
from valence.value.cohort_answers import as_months, cohorts_of, staying_of
from valence.value.purchases import purchases
from valence.value.reading import Tables
from valence.value.segments import SEGMENTS

Row = Mapping[str, Any]
Rows = list[dict[str, Any]]
_WORTH = ("customer_id", "value_amount", "value_12m_amount", "orders", "last_order_on",
          "days_since_order", "segment")  # fmt: skip
_SCORES = ("customer_id", "rfm", "segment", "days_since_order", "orders", "monetary_amount",
           "rfm_score", "corrected_score", "tier")  # fmt: skip
_MONTHS = (1, 2, 3, 4, 5, 6, 9, 12)  # what fits into a terminal of 80 columns


def summary(tables: Tables) -> dict[str, Any]:
    """Return the summary in one row.

    Raises
    ------
    NotFoundError
        If nothing has been built.
    """
    row = summary_of(tables)
    if row is None:
        raise NotFoundError(
            "No figures have been built yet. Run `valence build`, or name a day with `--as-of`."
        )
    return row


def summary_rows(row: Row, fmt: Formats) -> Rows:
    """Return the summary as figures in words."""
    nobody = f"{fmt.integer(row['orders_without_customer'])} orders that name nobody"
    figures = (
        ("customers", fmt.integer(row["customers"]), f"{fmt.integer(row['buyers'])} bought"),
        (
            "came back",
            fmt.percent(row["repeat_share"]),
            f"{fmt.integer(row['repeat_customers'])} bought twice or more",
        ),
        (
            "orders",
            fmt.integer(row["orders"]),
            f"{row['first_order_on']} to {row['last_order_on']}",
        ),
        (
            "value of all orders",
            fmt.money(row["value_amount"]),
            str(row["value_basis"]).replace("_", " "),
        ),
        ("without a customer", fmt.money(row["value_without_customer_amount"]), nobody),
        (
            f"best {fmt.percent(row['top_share'])}",
            fmt.percent(row["top_value_share"]),
            f"of customers' value: {fmt.integer(row['top_customers'])} of them carry "
            f"{fmt.money(row['top_value_amount'])}",
        ),
        ("Gini coefficient", fmt.number(row["gini"], 3), "0: all equal, towards 1: few have all"),
        ("given back", fmt.percent(row["return_share"]), fmt.money(row["returned_amount"])),
        ("value, 12 months", fmt.money(row["value_12m_amount"]), _before(row, "value", fmt)),
        ("orders, 12 months", fmt.integer(row["orders_12m"]), _before(row, "orders", fmt)),
        ("customers, 12 months", fmt.integer(row["customers_12m"]), _before(row, "customers", fmt)),
    )
    return [{"figure": name, "value": said, "": note} for name, said, note in figures]


def _span(row: Row) -> str:
    return f"{row['first_order_on']} to {row['last_order_on']}"


def _before(row: Row, name: str, fmt: Formats) -> str:
    ends = "_amount" if name == "value" else ""
    before = row[f"{name}_prior_12m{ends}"]
    return f"{fmt.money(before) if ends else fmt.integer(before)} in the 12 before"


def tiers(house: OpenBrand, tables: Tables, limit: int) -> dict[str, Any]:
    """Return the value tiers, and the customers of the first by value."""
    row, found = summary(tables), tiers_of(tables)
    t = tables.table("customers")
    first = t.filter(t.tier == found[0]["tier"])
    best = tables.rows(
        first.order_by(first.value_amount.desc(), first.customer_id).select(*_WORTH).limit(limit)
    )
    fmt = _plain(house)
    return {
        "answer": f"The best {fmt.percent(row['top_share'])} of customers carry "
        f"{fmt.percent(row['top_value_share'])} of the customers' value",
        "value_basis": row["value_basis"],
        "top_customers": row["top_customers"],
        "top_value_amount": row["top_value_amount"],
        "top_value_share": row["top_value_share"],
        "tiers": found,
        "total": found[0]["customers"],
        "customers": named(house, best),
    }


def tier_rows(found: Sequence[Row], fmt: Formats) -> Rows:
    """Return the tiers in words."""
    return [
        {
            "tier": row["tier"],
            "customers": row["customers"],
            "% of all": _of_hundred(row["customers_share"]),
            f"value ({fmt.currency})": row["value_amount"],
            "% of value": _of_hundred(row["value_share"]),
            f"from ({fmt.currency})": row["least_value_amount"],
        }
        for row in found
    ]


def worth_rows(found: Sequence[Row], fmt: Formats) -> Rows:
    """Return customers with what they are worth, in words."""
    return [
        {
            "customer": row["name"],
            f"value ({fmt.currency})": row["value_amount"],
            "orders": row["orders"],
            "last order": str(row["last_order_on"] or "–"),
            "segment": _segment(row["segment"]),
        }
        for row in found
    ]


def rfm(
    house: OpenBrand, tables: Tables, where: str, limit: int, as_of: date | None
) -> dict[str, Any]:
    """Return the segments, the grid, and the customers of best scores that fit the rule.

    Raises
    ------
    RuleError
        If the rule cannot be used.
    """
    summary(tables)
    sums = by_segment(tables.table("segments"))
    t = filtered(tables.table("customers"), where, today=as_of)
    t = t.filter(t.rfm.notnull())
    best = t.order_by(t.rfm_score.desc(), t.monetary_amount.desc(), t.customer_id)
    total = tables.one(t.agg(rows=t.count()))
    return {
        "segments": tables.rows(sums.order_by(sums.value_amount.desc(), sums.segment)),
        "grid": cells_of(tables),
        "total": total["rows"] if total else 0,
        "customers": named(house, tables.rows(best.select(*_SCORES).limit(limit))),
    }


def segment_rows(found: Sequence[Row], fmt: Formats) -> Rows:
    """Return the segments in words."""
    return [
        {
            "segment": _segment(row["segment"]),
            "customers": row["customers"],
            "% of all": _of_hundred(row["customers_share"]),
            f"value ({fmt.currency})": row["value_amount"],
            "% of value": _of_hundred(row["value_share"]),
        }
        for row in found
    ]


def score_rows(found: Sequence[Row], fmt: Formats) -> Rows:
    """Return customers with their scores, in words."""
    return [
        {
            "customer": row["name"],
            "RFM": row["rfm"],
            "segment": _segment(row["segment"]),
            "days ago": row["days_since_order"],
            "orders": row["orders"],
            f"value ({fmt.currency})": row["monetary_amount"],
        }
        for row in found
    ]


def cohorts(tables: Tables) -> dict[str, Any]:
    """Return how long each cohort stayed, and every cohort month by month."""
    staying, row = staying_of(tables), summary(tables)
    return {
        "answer": _longest(staying),
        "note": _cut_note(staying, row["first_order_on"]),
        "staying": staying,
        "cohorts": cohorts_of(tables),
    }


def _longest(staying: Sequence[Row]) -> str:
    best = next((row for row in staying if row["compared"]), None)
    if best is None:
        return "No cohort is old and large enough to be compared"
    low, high = best["active_months_low"], best["active_months_high"]
    interval = "" if low is None else f" (95 % interval {low:.2f} to {high:.2f})"
    return (
        f"The cohort of {best['cohort_month']:%b %Y} stayed longest: it bought in "
        f"{best['active_months']:.2f} of the {best['horizon_months']} months after its "
        f"first{interval}"
    )


def _cut_note(staying: Sequence[Row], first: date | None) -> str:
    """Say that the cohort of the data's first month also holds customers of before."""
    compared = [row for row in staying if row["compared"]]
    if not compared or first is None or compared[0]["cohort_month"] != first.replace(day=1):
        return ""
    said = "The data begin in that month, so it also holds customers who had bought before."
    if len(compared) == 1:
        return said
    second = compared[1]
    return (
        f"{said} Of those after it, {second['cohort_month']:%b %Y} stayed longest: "
        f"{second['active_months']:.2f}."
    )


def staying_rows(staying: Sequence[Row]) -> Rows:
    """Return how long each cohort stayed, in words; `why not` says why one is not compared."""
    return [
        {
            "place": row["place"],
            "cohort": f"{row['cohort_month']:%b %Y}",
            "customers": row["customers"],
            "months": row["active_months"],
            "from": row["active_months_low"],
            "to": row["active_months_high"],
            "why not": row["not_compared"] or "",
        }
        for row in staying
    ]


def retention_rows(rows: Sequence[Row], limit: int) -> Rows:
    """Return the newest cohorts with the percent that bought again some months after."""
    found = list(as_months(rows).items())[-limit:] if limit else []
    longest = max((len(months) - 1 for _, months in found), default=0)
    shown = [months for months in _MONTHS if months <= longest]
    return [
        {
            "cohort": f"{month:%b %Y}",
            "n": own[0]["customers"],
            **{f"+{n}": _percent(own[n]) if n < len(own) else "" for n in shown},
        }
        for month, own in found
    ]


def _percent(row: Row) -> str:
    """Whole percent; * for a month that was not over."""
    return f"{row['retention_share'] * 100:.0f}{'' if row['complete'] else '*'}"


def customer(house: OpenBrand, tables: Tables, who: str, limit: int) -> dict[str, Any]:
    """Return one customer: the facts, and the newest orders with their lines.

    Raises
    ------
    NotFoundError
        If nobody is meant, or the customer has no order up to the day.
    BadInputError
        If several are meant.
    """
    summary(tables)
    t = tables.table("customers")
    try:
        customer_id = str(find_customer(house.store, house.keyring, who))
    except NotFoundError:
        # A lake that was filled without the map of who is who has ids of its own.
        if tables.one(t.filter(t.customer_id == who)) is None:
            raise
        customer_id = who
    facts = tables.one(t.filter(t.customer_id == customer_id))
    if facts is None:
        raise NotFoundError(
            "That customer is known and has no order up to the day of the figures. After an "
            "import, run `valence build`."
        )
    orders = tables.table("order_facts")
    own = orders.filter(orders.customer_id == customer_id)
    rows = tables.one(own.agg(n=own.count()))
    return {
        "customer_id": customer_id,
        "name": str(Vault(house.store, house.keyring).labels([customer_id])[customer_id]),
        "facts": facts,
        "order_rows": rows["n"] if rows else 0,
        "orders": purchases(tables, customer_id, limit=limit),
    }


def fact_rows(row: Row, fmt: Formats) -> Rows:
    """Return the facts of a customer in words."""
    gap = "–" if row["gap_days"] is None else f"every {row['gap_days']:.1f} days"
    facts = (
        ("value", fmt.money(row["value_amount"])),
        ("value, 12 months", fmt.money(row["value_12m_amount"])),
        ("tier", row["tier"]),
        ("segment", _segment(row["segment"])),
        ("RFM", row["rfm"] or "–"),
        ("orders", f"{fmt.integer(row['orders'])}, {gap}"),
        ("returns", fmt.integer(row["return_orders"])),
        ("first order", str(row["first_order_on"] or "–")),
        ("last order", str(row["last_order_on"] or "–")),
        ("average order", fmt.money(row["average_order_amount"])),
        ("given back", fmt.percent(row["return_share"])),
        ("country", row["country"] or "–"),
    )
    return [{"fact": name, "is": said} for name, said in facts]


def purchase_rows(orders: Sequence[Row], fmt: Formats) -> Rows:
    """Return a row for each line of each order, and one for the order's total."""
    rows: Rows = []
    amount = f"amount ({fmt.currency})"
    for order in orders:
        for line in order["lines"]:
            name = line["description"] or line["product_id"] or ""
            rows.append(
                {"what": name, "quantity": _units(line["quantity"]), amount: line["net_amount"]}
            )
        total = {"return": "returned", "cancelled": "cancelled"}.get(order["kind"], "total")
        rows.append({"what": total, amount: order["revenue_amount"]})
        head = {"day": str(order["ordered_on"]), "order": order["order_id"]}
        first = len(rows) - len(order["lines"]) - 1
        rows[first] = {**head, **rows[first]}
    columns = ("day", "order", "what", "quantity", amount)
    return [{name: row.get(name, "") for name in columns} for row in rows]


def _units(quantity: float | None) -> float | int | str:
    if quantity is None:
        return ""
    return int(quantity) if quantity == int(quantity) else quantity


def _of_hundred(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f}"


def named(house: OpenBrand, rows: Rows) -> Rows:
    """Return rows of customers with what each is called."""
    names = Vault(house.store, house.keyring).labels(row["customer_id"] for row in rows)
    return [{"name": str(names[row["customer_id"]]), **row} for row in rows]


def _segment(code: str | None) -> str:
    return "–" if code is None else str(SEGMENTS[code].title) if code in SEGMENTS else code


def _plain(house: OpenBrand) -> Formats:
    settings = house.brand.settings
    return Formats(language("en"), settings.brand.currency, settings.zone)
