"""Exchange rates: what one unit of the original currency is in the reporting one."""

from __future__ import annotations

from valence.intake.mapping import FileMapping
from valence.lake.workbench import literal


def currency_sql(mapping: FileMapping, brand_currency: str) -> str:
    """Return SQL for a row's currency: its own cell, else the mapping's, else the brand's."""
    fallback = literal(mapping.currency or brand_currency)
    return f"coalesce(upper(currency), {fallback})" if "currency" in mapping.columns else fallback


def rate_sql(mapping: FileMapping, brand_currency: str) -> str:
    """Return SQL for a row's rate, empty where it is always 1."""
    return "" if currency_sql(mapping, brand_currency) == literal(brand_currency) else "_rate"


def converted(rows: str, mapping: FileMapping, brand_currency: str) -> str:
    """Return SQL of rows with `currency` and `_rate`; rows without a rate are left out.

    A rate is that of the nearest earlier day in `fx_rates`; the brand's own currency has rate 1.
    """
    told = currency_sql(mapping, brand_currency)
    if told == literal(brand_currency):
        return f"SELECT * REPLACE ({told} AS currency), 1::DECIMAL(18,8) AS _rate FROM ({rows})"
    return (
        f"SELECT r.* EXCLUDE (_foreign), CASE WHEN r._foreign THEN f.rate::DECIMAL(18,8) ELSE 1 "
        f"END AS _rate FROM (SELECT * REPLACE ({told} AS currency), {told} <> "
        f"{literal(brand_currency)} AS _foreign FROM ({rows})) r ASOF LEFT JOIN (SELECT * FROM "
        f"_fx WHERE to_currency = {literal(brand_currency)}) f ON f.from_currency = r.currency "
        "AND f.quoted_on <= coalesce(r.ordered_day, CURRENT_DATE)"
    )
