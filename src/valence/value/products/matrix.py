"""The product matrix: stars, traffic products, image products, and the rest."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day, months_before
from valence.lake.columns import Kind
from valence.lake.portable import ZERO, count_if, filled, given, ratio, total
from valence.value.definitions import MatrixDefinition
from valence.value.products.lines import line_facts, without_no_sales

DEFAULT = MatrixDefinition()
STAR, TRAFFIC, IMAGE, OTHER, FEW = "star", "traffic", "image", "other", "few"
KINDS = (STAR, TRAFFIC, IMAGE, OTHER, FEW)
_ENOUGH = 5  # products of a category whose middle is one to compare with
_COUNTS = ("named_sales", "first_sales", "repeat_sales", "top_sales")


def product_sales(
    lines: ir.Table,
    customers: ir.Table,
    *,
    as_of: date,
    products: ir.Table | None = None,
    orders: ir.Table | None = None,
    top: str = "top",
    definition: MatrixDefinition = DEFAULT,
) -> ir.Table:
    """Return what each product sold and brought, and to whom.

    Parameters
    ----------
    lines
        Canonical order lines with `customer_id`, or `line_facts`.
    customers
        `customers` of the same day.
    as_of
        Later lines are left out.
    products
        Canonical products: names and categories; else those of the lines.
    orders
        Order facts: lines of cancelled orders and of corrections are left out.
    top
        Name of the first value tier.
    definition
        The window, and what is left out.

    Returns
    -------
    Table
        One row per `namespace` and `product_id` with a line in the window: `name`, `category`,
        `sales` (lines sold), of them `named_sales` (whose customer is known), `first_sales` (on
        the day of the customer's first purchase), `repeat_sales` (to customers with two purchase
        days or more) and `top_sales` (to the first value tier), `units`, `sold_amount`,
        `revenue_amount`, `value_amount`.
    """
    as_of = as_day(as_of)
    since = months_before(as_of, definition.window_months)
    t = line_facts(lines, since=since, as_of=as_of, leave_out=definition.leave_out)
    known = given(customers, "customer_id", "first_order_on", "purchase_days", "tier")
    known = known.select("customer_id", "first_order_on", "purchase_days", "tier")
    t = t.left_join(known, "customer_id").drop("customer_id_right")
    if orders is not None:
        # Left out last: an engine takes the few that are left out for most, and would then join
        # the customers to all lines instead of the lines to all customers.
        t = without_no_sales(t, orders)
    named = t.sold & t.customer_id.notnull()
    sums = t.group_by("namespace", "product_id").agg(
        # What lines of nobody say is often a remark ("damaged"); it counts where no other says.
        description=ibis.coalesce(t.description.max(where=named), t.description.max()),
        said=t.category.max(),
        sales=count_if(t.sold),
        named_sales=count_if(named),
        first_sales=count_if(named & (t.ordered_on == t.first_order_on)),
        repeat_sales=count_if(named & (t.purchase_days > 1)),
        top_sales=count_if(named & (t.tier == top)),
        units=t.units.sum(),
        sold_units=t.units.sum(where=t.sold),
        **{n: total(t[n]) for n in ("sold_amount", "revenue_amount", "value_amount")},
    )
    return _named(sums, products)


def _named(sums: ir.Table, products: ir.Table | None) -> ir.Table:
    """Add name and category: those of the catalogue before what lines say."""
    if products is None:
        return sums.rename(name="description", category="said")
    kinds: dict[str, Kind] = {"namespace": "text", "name": "text", "category": "text"}
    p = filled(given(products, "product_id"), kinds)
    known = p.select(
        of_namespace=ibis.coalesce(p.namespace, ""),
        of_product=p.product_id,
        of_name=p.name,
        of_category=p.category,
    )
    t = sums.left_join(
        known, [sums.product_id == known.of_product, sums.namespace == known.of_namespace]
    )
    t = t.mutate(
        name=ibis.coalesce(t.of_name, t.description), category=ibis.coalesce(t.of_category, t.said)
    )
    return t.drop("of_namespace", "of_product", "of_name", "of_category", "description", "said")


def product_matrix(sales: ir.Table, *, definition: MatrixDefinition = DEFAULT) -> ir.Table:
    """Return the products with what they do for customers.

    Star: among the best products that together bring a set share of value, and bought by the first
    tier or by customers who came back at least as often as all products are. Traffic: among the
    products that most customers begin with, bought in first purchases more often than others, and
    with little value a unit. Image: dear in its category, seldom sold, and bought by the first
    tier more often than others. A product that is several is the first of them. Price and value a
    unit are held against the middle product of the category, or of all where a category has fewer
    than five products with enough sales.

    Parameters
    ----------
    sales
        `product_sales`.
    definition
        The thresholds.

    Returns
    -------
    Table
        The columns of `sales`, `kind` (`star`, `traffic`, `image`, `other`; `few` below the
        minimum of sales), `value_share` (of all products; null unless that is above 0),
        `value_rank` (1 brings most), `unit_price` and `unit_value` (float, per unit sold),
        `price_index` and `unit_value_index` (1: as the middle product), `margin_share` (value /
        revenue), `first_share`, `repeat_share` and `top_share` (of its named sales), and their
        `_lift` (1: as of all products). Shares and indexes are null where their whole is not
        above 0.
    """
    t = sales.mutate(enough=sales.sales >= definition.minimum_sales)
    t = _shares(t)
    t = _middles(t)
    t = _ranks(t)
    star = (t.value_before < t.all_value * float(definition.star_value_share)) & (
        (t.top_lift >= float(definition.star_lift)) | (t.repeat_lift >= float(definition.star_lift))
    )
    traffic = (
        (t.first_before < t.all_first * float(definition.traffic_sales_share))
        & (t.first_lift >= float(definition.traffic_lift))
        & (t.unit_value_index <= float(definition.traffic_value))
    )
    image = (
        (t.price_index >= float(definition.image_price))
        & (t.sales.cast("float64") <= t.middle_sales * float(definition.image_sales))
        & (t.top_lift >= float(definition.image_lift))
    )
    kind = ibis.cases(
        (~t.enough, FEW),
        (star & (t.value_amount > ZERO), STAR),
        (traffic & (t.first_sales > 0), TRAFFIC),
        (image, IMAGE),
        else_=OTHER,
    )
    t = t.mutate(kind=kind)
    return t.drop(
        "enough", "sold_units", "value_before", "first_before", "all_value", "all_first",
        "middle_sales", *(f"all_{name}" for name in _COUNTS if name != "first_sales"),
        "all_first_sales",
    )  # fmt: skip


def _shares(t: ir.Table) -> ir.Table:
    everything = ibis.window()
    t = t.mutate(
        **{f"all_{name}": t[name].sum().over(everything).cast("int64") for name in _COUNTS},
        all_value=ibis.greatest(t.value_amount, ZERO).sum().over(everything).cast("float64"),
        whole=t.value_amount.sum().over(everything),
        unit_price=ratio(t.sold_amount, t.sold_units),
        unit_value=ratio(t.value_amount, t.sold_units),
        margin_share=(t.revenue_amount > ZERO).ifelse(
            ratio(t.value_amount, t.revenue_amount), ibis.null("float64")
        ),
    )
    shares = {}
    for name in ("first", "repeat", "top"):
        own = ratio(t[f"{name}_sales"], t.named_sales)
        shares[f"{name}_share"] = own
        shares[f"{name}_lift"] = own / ratio(t[f"all_{name}_sales"], t.all_named_sales).nullif(0.0)
    share = (t.whole > ZERO).ifelse(ratio(t.value_amount, t.whole), ibis.null("float64"))
    return t.mutate(value_share=share, **shares).drop("whole")


def _middles(t: ir.Table) -> ir.Table:
    """Add price and unit value against the middle product of the category, or of all."""
    judged = t.filter(t.enough)
    middle = {n: judged[n].median() for n in ("unit_price", "unit_value")}
    whole = judged.agg(
        **{f"{n}_of_all": value for n, value in middle.items()},
        middle_sales=judged.sales.cast("float64").median(),
    )
    own = judged.filter(judged.category.notnull())
    own = own.group_by(of_category=own.category).agg(
        of_products=own.count(), **{f"{n}_of_own": own[n].median() for n in middle}
    )
    own = own.filter(own.of_products >= _ENOUGH)
    t = t.cross_join(whole).left_join(own, t.category == own.of_category)
    indexes = {}
    for name, index in (("unit_price", "price_index"), ("unit_value", "unit_value_index")):
        middle_of = ibis.coalesce(t[f"{name}_of_own"], t[f"{name}_of_all"])
        against = (middle_of > 0.0).ifelse(middle_of, ibis.null("float64"))
        indexes[index] = t[name] / against
    gone = [f"{name}_of_{whom}" for name in middle for whom in ("own", "all")]
    return t.mutate(**indexes).drop(*gone, "of_category", "of_products")


def _ranks(t: ir.Table) -> ir.Table:
    """Add what the products before each one bring together, by value and by first purchases."""
    key = (t.namespace.asc(), t.product_id.asc())
    by_value = [t.value_amount.desc(), *key]
    by_first = [t.first_sales.desc(), *key]
    upto = {"preceding": None, "following": 0}
    value = ibis.greatest(t.value_amount, ZERO)
    running = value.sum().over(ibis.window(order_by=by_value, **upto))
    first = t.first_sales.sum().over(ibis.window(order_by=by_first, **upto))
    rank = ibis.row_number().over(ibis.window(order_by=by_value)) + 1
    return t.mutate(
        value_before=running.cast("float64") - value.cast("float64"),
        first_before=(first - t.first_sales).cast("float64"),
        all_first=t.all_first_sales.cast("float64"),
        # Spark numbers rows in 32 bits whatever Ibis believes: a single cast would be left out.
        value_rank=rank.cast("int32").cast("int64"),
    )
