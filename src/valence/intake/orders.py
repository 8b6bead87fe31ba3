"""Orders and their lines: from staged rows to the two canonical tables.

Lines are merged first; then every order that a file touched is made anew from all lines known of
it, so that a later file with some of the lines takes nothing away. What a line cannot say (status,
store, who ordered) comes from the file's own rows or stays as it was.

Identities that hold: `original_amount` of an order is the sum over its lines unless the order's own
file stated it; `net_amount` is what remains after returns; `net_amount + returned_amount` is what
was sold.
"""

from __future__ import annotations

from dataclasses import dataclass

from valence.intake.amounts import adjustment_sql, returned_sql
from valence.intake.mapping import FileMapping
from valence.intake.rates import converted
from valence.lake.workbench import literal
from valence.lake.writer import Counts, Writer

_HEAD = ("status", "channel", "store", "country", "coupon", "campaign", "account_id")
_AMOUNT = "DECIMAL(18,4)"
_WHO = (
    "({'source': source, 'id_type': id_type, 'id_key': id_key}, _row) FILTER (id_key IS NOT NULL)"
)


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """What a file did to orders and to lines."""

    orders: Counts
    lines: Counts
    changed_orders: int = 0  # known before with lines or amounts, and different now


def land_lines(writer: Writer, mapping: FileMapping, keyed: str, currency: str) -> OrderCounts:
    """Merge the lines of one file and the orders they belong to.

    Parameters
    ----------
    writer
        Holds the lake.
    mapping
        Of the file.
    keyed
        SQL of the good rows with their customer.
    currency
        The brand's.
    """
    bench, rows = writer.bench, converted(keyed, mapping, currency)
    bench.sql(
        f"CREATE OR REPLACE TEMP TABLE _rows AS SELECT {literal(mapping.namespace)} AS namespace, "
        f"{_line_id(mapping)} AS _content, {returned_sql(mapping)} AS _returned, "
        f"{adjustment_sql(mapping)} AS _adjusted, * FROM ({rows})"
    )
    _heads_of_rows(writer)
    _number_lines(writer, mapping)
    lines = writer.merge("order_lines", _lines(), stored=True)
    select = _orders(writer)
    before = _known(writer)
    orders = writer.merge("orders", select, stored=True)
    return OrderCounts(orders, lines, min(before, orders.updated))


def land_orders(writer: Writer, mapping: FileMapping, keyed: str, currency: str) -> OrderCounts:
    """Merge the orders of a file that has one row for each."""
    bench = writer.bench
    stated = "_net" if {"net_amount", "gross_amount"} & set(mapping.columns) else "NULL"
    bench.sql(
        f"CREATE OR REPLACE TEMP TABLE _rows AS SELECT {literal(mapping.namespace)} AS namespace, "
        f"{returned_sql(mapping)} AS _returned, {adjustment_sql(mapping)} AS _adjusted, * "
        f"FROM ({converted(keyed, mapping, currency)})"
    )
    head = ", ".join(_HEAD)
    bench.sql(
        "CREATE OR REPLACE TEMP TABLE _heads AS SELECT namespace, order_id, ordered_at, "
        "ordered_day AS ordered_on, CASE WHEN id_key IS NOT NULL THEN {'source': source, "
        f"'id_type': id_type, 'id_key': id_key}} END AS who, source, {head}, currency, "
        "_rate AS rate, _returned AS returned, _adjusted AS adjusted, "
        f"{stated}::{_AMOUNT} AS stated, discount_amount AS discount, tax_amount AS tax, "
        "cost_amount AS cost, returned_amount AS given_back, units FROM _rows"
    )
    _last_of_each(writer)
    select = _orders(writer)
    before = _known(writer)
    orders = writer.merge("orders", select, stored=True)
    return OrderCounts(orders, Counts(), min(before, orders.updated))


def _last_of_each(writer: Writer) -> None:
    """Of orders that a file tells more than once, keep in `_heads` what each field last said.

    They are few, if any: to group all orders by all they say would not fit in memory.
    """
    bench = writer.bench
    bench.sql(
        "CREATE OR REPLACE TEMP TABLE _again AS SELECT order_id FROM _heads GROUP BY order_id "
        "HAVING count(*) > 1"
    )
    if not bench.rows("SELECT 1 FROM _again LIMIT 1"):
        return
    names = [row[0] for row in bench.rows("DESCRIBE _heads")]
    last = ", ".join(
        f"bool_or({name}) AS {name}"
        if name in {"returned", "adjusted"}
        else name
        if name in {"namespace", "order_id"}
        else f"arg_max({name}, _at) AS {name}"
        for name in names
    )
    bench.sql(
        f"CREATE OR REPLACE TEMP TABLE _merged AS SELECT {last} FROM (SELECT *, rowid AS _at "
        "FROM _heads SEMI JOIN _again USING (order_id)) GROUP BY namespace, order_id"
    )
    bench.sql("DELETE FROM _heads WHERE order_id IN (FROM _again)")
    bench.sql("INSERT INTO _heads BY NAME FROM _merged")


def _known(writer: Writer) -> int:
    """How many of the orders at hand were known with an amount."""
    clause = "original_amount IS NOT NULL"
    return int(writer.bench.rows(f"SELECT count(*) FROM _before WHERE {clause}")[0][0])


def _line_id(mapping: FileMapping) -> str:
    """SQL for what makes a line the same line: the source's id, else the hash of its content."""
    if "line_id" in mapping.columns:
        return "'i:' || line_id"
    content = "product_id, description, quantity, unit_price, _net"
    told = ", ".join(f"coalesce({name}::VARCHAR, '')" for name in content.split(", "))
    return f"left(md5(concat_ws(chr(31), {told})), 16)"


def _heads_of_rows(writer: Writer) -> None:
    """Make `_heads`: what the rows of a line file say of their orders."""
    head = ", ".join(f"max({name}) AS {name}" for name in _HEAD)
    who = f"arg_min{_WHO}"
    writer.bench.sql(
        "CREATE OR REPLACE TEMP TABLE _heads AS SELECT namespace, order_id, min(ordered_at) AS "
        f"ordered_at, min(ordered_day) AS ordered_on, {who} AS who, any_value(source) AS source, "
        f"{head}, max(currency) AS currency, max(_rate) AS rate, "
        "bool_or(_returned) AS returned, bool_or(_adjusted) AS adjusted, "
        f"NULL::{_AMOUNT} AS stated, max(order_discount) AS discount, NULL::{_AMOUNT} AS tax, "
        f"NULL::{_AMOUNT} AS cost, max(order_returned) AS given_back, NULL::DOUBLE AS units "
        "FROM _rows GROUP BY namespace, order_id"
    )
    writer.table_of("orders")
    # The moment and the customer of a file without them come from the orders known already.
    writer.bench.sql(
        "UPDATE _heads h SET ordered_at = o.ordered_at, ordered_on = o.ordered_on, "
        "who = {'source': o.source, 'id_type': o.id_type, 'id_key': o.id_key} FROM orders o "
        "WHERE h.ordered_at IS NULL AND o.namespace = h.namespace AND o.order_id = h.order_id"
    )


def _number_lines(writer: Writer, mapping: FileMapping) -> None:
    """Number identical lines of an order: true duplicates are several lines, each with its key.

    Only the few that repeat are numbered; a window over a million rows costs a second.
    """
    bench = writer.bench
    bench.sql(
        "CREATE OR REPLACE TEMP TABLE _repeated AS SELECT order_id, _content FROM _rows "
        "GROUP BY ALL HAVING count(*) > 1"
    )
    if "line_id" in mapping.columns:
        # The source says that it is one line: the last row that tells of it counts.
        bench.sql(
            "CREATE OR REPLACE TEMP TABLE _numbers AS SELECT max(_row) AS _row, 1 AS n FROM _rows "
            "GROUP BY order_id, _content"
        )
        bench.sql("DELETE FROM _rows WHERE _row NOT IN (SELECT _row FROM _numbers)")
        bench.sql("DELETE FROM _numbers")
        return
    bench.sql(
        "CREATE OR REPLACE TEMP TABLE _numbers AS SELECT _row, row_number() OVER (PARTITION BY "
        "order_id, _content ORDER BY ordered_at, _row) AS n FROM _rows SEMI JOIN _repeated "
        "USING (order_id, _content)"
    )


def _lines() -> str:
    """SQL of the canonical lines of `_rows`."""
    return (
        "SELECT r.namespace, r.order_id, CASE WHEN starts_with(r._content, 'i:') THEN "
        "r._content[3:] ELSE r._content || '-' || coalesce(d.n, 1) END AS line_key, h.ordered_at, "
        "h.ordered_on, product_id, description, category, quantity, unit_price, r.currency, "
        f"_net AS original_amount, (_net * _rate)::{_AMOUNT} AS net_amount, "
        f"(abs(discount_amount) * _rate)::{_AMOUNT} AS discount_amount, "
        f"(tax_amount * _rate)::{_AMOUNT} AS tax_amount, "
        f"(coalesce(cost_amount, try_cast(quantity AS {_AMOUNT}) * unit_cost) * _rate)::{_AMOUNT} "
        "AS cost_amount, CASE WHEN r._adjusted THEN 0 ELSE greatest(-_net * _rate, 0) END::"
        f"{_AMOUNT} AS returned_amount, "
        "coalesce(h.who.source, r.source) AS source, h.who.id_type AS id_type, "
        "h.who.id_key AS id_key FROM _rows r "
        "JOIN _heads h ON h.order_id = r.order_id AND h.namespace = r.namespace "
        "LEFT JOIN _numbers d ON d._row = r._row"
    )


def _orders(writer: Writer) -> str:
    """SQL of the canonical orders of `_heads`, from all lines known and what was known before."""
    bench = writer.bench
    writer.table_of("order_lines")
    writer.table_of("orders")
    bench.sql(
        "CREATE OR REPLACE TEMP TABLE _sums AS SELECT namespace, order_id, count(*) AS lines, "
        f"sum(original_amount)::{_AMOUNT} AS original, sum(net_amount)::{_AMOUNT} AS net, "
        f"sum(discount_amount)::{_AMOUNT} AS discount, sum(tax_amount)::{_AMOUNT} AS tax, "
        f"sum(cost_amount)::{_AMOUNT} AS cost, sum(returned_amount)::{_AMOUNT} AS returned, "
        "sum(quantity) AS units, max(currency) AS currency FROM order_lines SEMI JOIN _heads "
        "USING (namespace, order_id) GROUP BY ALL"
    )
    bench.sql(
        "CREATE OR REPLACE TEMP TABLE _before AS SELECT o.* FROM orders o SEMI JOIN _heads "
        "USING (namespace, order_id)"
    )
    head = ", ".join(f"coalesce(h.{n}, b.{n}) AS {n}" for n in _HEAD)
    kind = (
        "CASE WHEN h.adjusted THEN 'adjustment' WHEN h.returned OR coalesce(h.stated, s.original) "
        "< 0 THEN 'return' WHEN h.stated IS NULL AND s.original IS NULL THEN coalesce(b.kind, "
        "'sale') ELSE 'sale' END"
    )
    return (
        "SELECT h.namespace, h.order_id, coalesce(h.ordered_at, b.ordered_at) AS ordered_at, "
        "coalesce(h.ordered_on, b.ordered_on) AS ordered_on, "
        f"{kind} AS kind, {head}, coalesce(h.currency, s.currency, b.currency) AS currency, "
        f"{_order_amounts()}, "
        "coalesce(h.units, s.units, b.units) AS units, coalesce(s.lines, 0) AS lines, "
        "coalesce(q.order_id IS NOT NULL, false) AS incomplete, "
        "coalesce(h.who.source, b.source, h.source) AS source, "
        "coalesce(h.who.id_type, b.id_type) AS id_type, coalesce(h.who.id_key, b.id_key) AS id_key "
        "FROM _heads h LEFT JOIN _sums s USING (namespace, order_id) "
        "LEFT JOIN _before b USING (namespace, order_id) "
        "LEFT JOIN _waiting q USING (namespace, order_id)"
    )


def _order_amounts() -> str:
    """SQL of an order's amounts: stated by its own file, else the sums of its lines.

    An order that was stated before and has no lines keeps what was stated.
    """
    kept = "CASE WHEN b.lines = 0 AND b.original_amount IS NOT NULL THEN b.{} END"
    off = "(coalesce(abs(h.discount), 0) + coalesce(h.given_back, 0))"
    back = "CASE WHEN h.stated < 0 AND NOT h.adjusted THEN -h.stated * h.rate END"
    amounts = {
        "original_amount": f"h.stated, {kept.format('original_amount')}, s.original - {off}",
        "net_amount": (f"h.stated * h.rate, {kept.format('net_amount')}, s.net - {off} * h.rate"),
        "discount_amount": "abs(h.discount) * h.rate, s.discount, b.discount_amount",
        "tax_amount": "h.tax * h.rate, s.tax, b.tax_amount",
        "cost_amount": "h.cost * h.rate, s.cost, b.cost_amount",
        "returned_amount": f"h.given_back * h.rate, {back}, s.returned, b.returned_amount, 0",
    }
    return ", ".join(f"coalesce({sql})::{_AMOUNT} AS {name}" for name, sql in amounts.items())
