"""Exchange rates: what one unit of the original currency is in the reporting one."""

from __future__ import annotations

from valence.core.errors import BadInputError
from valence.intake.mapping import FileMapping, folded
from valence.intake.reading import Source, clear_rejects
from valence.lake.workbench import literal, quoted
from valence.lake.writer import Writer


def rates_at_hand(writer: Writer) -> None:
    """Make `_fx`: all rates known, those of this import included."""
    writer.table_of("fx_rates")
    writer.bench.sql("CREATE OR REPLACE TEMP VIEW _fx AS SELECT * FROM fx_rates")


def require_rate(writer: Writer, source: Source, mapping: FileMapping, brand_currency: str) -> None:
    """Refuse a file whose amounts could not be converted at all.

    Raises
    ------
    BadInputError
        If no rate is known between its currency, or any of its currencies, and the brand's.
    """
    given = _currencies(writer, source, mapping)
    if not given or brand_currency in given:
        return
    rates_at_hand(writer)
    if not writer.bench.rows(
        "SELECT 1 FROM _fx WHERE list_contains(?, from_currency) AND to_currency = ? LIMIT 1",
        [sorted(given), brand_currency],
    ):
        raise BadInputError(
            "{file}: the amounts are in {given} and the brand reports in {home}, but no rate "
            'between them is known. Set `currency = "{one}"` under [brand] in valence.toml, or '
            "import a file of rates (day, from, to, rate) first.",
            file=source.name,
            given=", ".join(sorted(given)),
            one=min(given),
            home=brand_currency,
        )


def _currencies(writer: Writer, source: Source, mapping: FileMapping) -> set[str]:
    """The currencies of a file, empty where it tells none."""
    cell = mapping.columns.get("currency")
    column = cell.found_in(folded(source.names)) if cell else None
    if cell is None or column is None or cell.values:
        return {mapping.currency} if mapping.currency and not cell else set()
    own = f"upper(trim({quoted(column)}::VARCHAR))"
    found = writer.bench.rows(f"SELECT DISTINCT nullif({own}, '') FROM ({source.relation})")
    clear_rejects(writer.bench)
    told = {row[0] for row in found}
    if None in told and "currency" not in mapping.fill_down:
        return set()  # rows without a currency are in the brand's
    return told - {None}


def may_be_foreign(mapping: FileMapping, brand_currency: str) -> bool:
    """Whether rows may be in another currency than the brand's."""
    return "currency" in mapping.columns or mapping.currency not in {"", brand_currency}


def rate_sql(mapping: FileMapping, brand_currency: str) -> str:
    """Return SQL for a row's rate, empty where it is always 1."""
    return "_rate" if may_be_foreign(mapping, brand_currency) else ""


def tell_of_orders(writer: Writer, rows: str, mapping: FileMapping, brand_currency: str) -> None:
    """Make `_of_order`: currency and day of the orders of lines that leave one to their order.

    Lines may leave both to the first line of their order, or the day to the file of orders.
    """
    if not (_leaves_to_order(mapping) and may_be_foreign(mapping, brand_currency)):
        return
    filled = "upper(currency)" if "currency" in mapping.fill_down else "NULL"
    writer.table_of("orders")
    writer.bench.sql(
        "CREATE OR REPLACE TEMP TABLE _of_order AS SELECT t.order_id, t.currency, "
        f"coalesce(t.day, o.ordered_on) AS day FROM (SELECT order_id, max({filled})::VARCHAR AS "
        f"currency, min(ordered_day) AS day FROM ({rows}) GROUP BY order_id) t LEFT JOIN (SELECT "
        f"order_id, ordered_on FROM orders WHERE namespace = {literal(mapping.namespace)}) o "
        "USING (order_id)"
    )


def without_rate(rows: str, mapping: FileMapping, brand_currency: str) -> str:
    """Return SQL of the places (`_row`) of rows whose currency has no rate on their day."""
    home = literal(brand_currency)
    return (
        f"SELECT _row FROM ({_told(rows, mapping, brand_currency)}) WHERE _currency <> {home} AND "
        "NOT EXISTS (SELECT 1 FROM _fx WHERE from_currency = _currency AND to_currency = "
        f"{home} AND quoted_on <= coalesce(_day, CURRENT_DATE))"
    )


def converted(rows: str, mapping: FileMapping, brand_currency: str) -> str:
    """Return SQL of rows with `currency` and `_rate`; every row has a rate (see `without_rate`).

    A rate is that of the nearest earlier day in `fx_rates`; the brand's own currency has rate 1.
    """
    home = literal(brand_currency)
    if not may_be_foreign(mapping, brand_currency):
        return f"SELECT * REPLACE ({home} AS currency), 1::DECIMAL(18,8) AS _rate FROM ({rows})"
    return (
        "SELECT r.* EXCLUDE (_currency, _day) REPLACE (r._currency AS currency), CASE WHEN "
        f"r._currency <> {home} THEN f.rate::DECIMAL(18,8) ELSE 1 END AS _rate FROM "
        f"({_told(rows, mapping, brand_currency)}) r ASOF LEFT JOIN (SELECT * FROM _fx "
        f"WHERE to_currency = {home}) f ON f.from_currency = r._currency "
        "AND f.quoted_on <= coalesce(r._day, CURRENT_DATE)"
    )


def _leaves_to_order(mapping: FileMapping) -> bool:
    lines = mapping.kind == "order_lines"
    return mapping.leaves_day_to_order or (lines and "currency" in mapping.fill_down)


def _told(rows: str, mapping: FileMapping, brand_currency: str) -> str:
    """SQL of rows with `_currency` and `_day`: their own, else those of their order."""
    fallback = literal(mapping.currency or brand_currency)
    own = "upper(r.currency)" if "currency" in mapping.columns else "NULL"
    if not _leaves_to_order(mapping):
        return (
            f"SELECT r.*, coalesce({own}, {fallback}) AS _currency, r.ordered_day AS _day "
            f"FROM ({rows}) r"
        )
    return (
        f"SELECT r.*, coalesce({own}, t.currency, {fallback}) AS _currency, "
        f"coalesce(r.ordered_day, t.day) AS _day FROM ({rows}) r "
        "LEFT JOIN _of_order t USING (order_id)"
    )
