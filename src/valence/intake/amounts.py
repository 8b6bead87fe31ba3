"""Amounts in SQL: the net amount of a line or an order from whatever its source tells."""

from __future__ import annotations

from valence.intake.mapping import FileMapping
from valence.intake.statuses import RETURNED, means, says_sql
from valence.lake.workbench import literal

_AMOUNT = "DECIMAL(18,4)"


def net_sql(mapping: FileMapping) -> str:
    """Return SQL for the net amount in the original currency, empty where a file has none.

    Of the amounts that a mapping names the most telling counts: the net amount; else the gross
    amount less its tax; else quantity times unit price. A discount goes off unless it already is.
    Rounded here, once, to four digits; null where the result is beyond 14 digits.
    """
    base = _base(mapping)
    if mapping.kind not in {"orders", "order_lines"} or not base:
        return ""
    if "discount_amount" in mapping.columns and not mapping.discounted:
        base = f"{base} - abs(coalesce(discount_amount, 0))"
    net = f"try_cast({base} AS {_AMOUNT})"
    told = "row_type" in mapping.columns or (
        bool(mapping.returns.statuses) and "status" in mapping.columns
    )
    return f"CASE WHEN {returned_sql(mapping)} THEN -abs({net}) ELSE {net} END" if told else net


def amount_names(mapping: FileMapping) -> set[str]:
    """Return the targets without which a row would have no amount."""
    given = mapping.columns
    if mapping.kind not in {"orders", "order_lines"}:
        return set()
    if "net_amount" in given:
        return {"net_amount"}
    if "gross_amount" in given:
        return {"gross_amount"}
    return {"unit_price", "quantity"} & set(given)


def _base(mapping: FileMapping) -> str:
    given, rate = mapping.columns, mapping.tax_rate
    untaxed = "" if rate is None else f"::DOUBLE / {1 + rate}"
    if "net_amount" in given:
        return "net_amount"
    if "gross_amount" in given:
        taxed = "tax_amount" in given
        return "gross_amount - coalesce(tax_amount, 0)" if taxed else f"gross_amount{untaxed}"
    if "unit_price" not in given:
        return ""
    base = "try_cast(quantity AS DECIMAL(18,4)) * unit_price"
    base = base if "quantity" in given else "unit_price"
    return f"({base}){untaxed}" if mapping.prices == "gross" else base


def returned_sql(mapping: FileMapping) -> str:
    """Return SQL that is true where a row says that it is a return."""
    told, returns = [], mapping.returns
    if returns.prefix:
        told.append(prefixed_sql(mapping))
    if returns.statuses and "status" in mapping.columns:
        told.append(says_sql("status", returns.statuses))
    if "row_type" in mapping.columns:
        told.append(says_sql("row_type", (*RETURNED, *returns.statuses)))
    return " OR ".join(told) or "false"


def prefixed_sql(mapping: FileMapping) -> str:
    """Return SQL that is true where the number of an order says that it is a return."""
    prefix = mapping.returns.prefix
    return f"starts_with(order_id, {literal(prefix)})" if prefix else "false"


def refunded_sql(mapping: FileMapping) -> str:
    """Return SQL that is true where a status says that all of it was given back later."""
    words = [w for w in mapping.returns.refunded if not means(w, mapping.returns.statuses)]
    return says_sql("status", words) if words and "status" in mapping.columns else "false"


def cancelled_sql(mapping: FileMapping) -> str:
    """Return SQL that is true where a row says that it was called off and nothing was bought."""
    told = [says_sql(n, mapping.cancelled) for n in ("status", "row_type") if n in mapping.columns]
    if "cancelled_at" in mapping.columns:
        told.append("cancelled_at IS NOT NULL")
    return " OR ".join(told) if told else "false"


def cancelled_word_sql(mapping: FileMapping) -> str:
    """Return SQL of the word by which a row says that it was called off, empty without one."""
    arms = [
        f"WHEN {says_sql(n, mapping.cancelled)} THEN trim({n})"
        for n in ("status", "row_type")
        if n in mapping.columns
    ]
    return f"CASE {' '.join(arms)} ELSE '' END" if arms else "''"


def adjustment_sql(mapping: FileMapping) -> str:
    """Return SQL that is true where a row is a booking that is no sale."""
    prefix = mapping.returns.adjustment_prefix
    return f"starts_with(order_id, {literal(prefix)})" if prefix else "false"
