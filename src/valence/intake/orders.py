"""Orders and their lines: from staged rows to the two canonical tables.

What a file says of its orders is kept as a statement of its source (see `statements`), and every
order that the file touched is made anew from all statements and all lines known of it. So a later
file with some of the lines takes nothing away, and the order of the files does not matter.

Identities that hold: `original_amount` of an order is the sum over the lines that it sold unless a
source stated it; `net_amount` is the same in the reporting currency, and what was given back of it
stands beside it in `returned_amount`. An order that sold nothing has the sum of its returns, below
0. Lines bear the moment and the customer of their order. Whether they were called off or given back
is kept with each line, and an order is what all of its lines are.
"""

from __future__ import annotations

from dataclasses import dataclass

from valence.intake.amounts import (
    adjustment_sql,
    cancelled_sql,
    prefixed_sql,
    refunded_sql,
    returned_sql,
)
from valence.intake.calledoff import (
    mark_called_off,
    remember_called_off,
    said_of_lines,
    without_called_off,
)
from valence.intake.codes import coded, decoded
from valence.intake.linekeys import leave_out, number_lines
from valence.intake.linesums import sum_lines
from valence.intake.mapping import FileMapping
from valence.intake.precedence import HEAD, MONEY, Teller
from valence.intake.rates import converted, rate_sql
from valence.intake.shares import make_in_shares, shares_of
from valence.intake.statements import precedence_of, resolve, state, tellers_of
from valence.lake.workbench import Workbench, literal
from valence.lake.writer import Counts, Writer

_AMOUNT = "DECIMAL(18,4)"
_RESOLVED = "SELECT count(*) FROM _resolved"
_OF_ORDER = ("ordered_at", "ordered_on", "id_type", "id_key")  # what lines bear of their order


@dataclass(frozen=True, slots=True)
class OrderCounts:
    """What a file did to orders and to lines."""

    orders: Counts
    lines: Counts
    changed_orders: int = 0  # known before with lines or amounts, and different now
    outranked: int = 0  # lines of orders whose lines a more trusted source tells
    taken_over: int = 0  # lines of a less trusted source that went
    undecided: tuple[str, ...] = ()  # sources that tell of the same orders, none trusted more
    repeated: int = 0  # rows of whose order or line another row of the file tells too


def land_lines(
    writer: Writer, mapping: FileMapping, keyed: str, currency: str, *, bare: str = ""
) -> OrderCounts:
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
    bare
        SQL of the same rows for where their customer is not asked: to look it up a second time
        costs as much as the first.
    """
    rate = rate_sql(mapping, currency)
    keyed_rows = _take_rows(writer.bench, mapping, (keyed, bare or keyed), currency)
    _heads_of_rows(writer, mapping, keyed_rows, rate)
    teller = Teller(mapping.system, "lines")
    remember_called_off(writer, mapping, teller)
    undecided = _settle(writer, mapping.namespace, teller)
    outranked, taken_over = _lines_of_one_source(writer, teller)
    repeated = number_lines(writer.bench, mapping)
    lines = writer.merge_in_passes(
        "order_lines",
        [_lines(mapping, rate, some) for some in shares_of(writer.bench, _RESOLVED)],
        stored=True,
        distinct=True,
    )
    mark_called_off(writer)
    orders, changed = _merge_orders(writer)
    return OrderCounts(orders, lines, changed, outranked, taken_over, undecided, repeated)


def land_orders(writer: Writer, mapping: FileMapping, keyed: str, currency: str) -> OrderCounts:
    """Merge the orders of a file that has one row for each."""
    bench, rate = writer.bench, rate_sql(mapping, currency)
    off = _off(mapping, "discount_amount", rate, unless="_stated IS NOT NULL")
    stated = "_net" if {"net_amount", "gross_amount"} & set(mapping.columns) else "NULL"
    bench.sql(
        f"CREATE OR REPLACE TEMP TABLE _rows AS SELECT {literal(mapping.namespace)} AS namespace, "
        f"{_told(mapping)}, "
        f"{stated}::{_AMOUNT} AS _stated, * FROM ({converted(keyed, mapping, currency)})"
    )
    back = "CASE WHEN _stated < 0 AND NOT coalesce(_adjusted, false) THEN -_stated END"
    bench.sql(
        "CREATE OR REPLACE TEMP TABLE _heads AS SELECT namespace, order_id, source, "
        f"'order' AS grain, ordered_at, ordered_day AS ordered_on, {', '.join(HEAD)}, "
        "_returned AS returned, _adjusted AS adjusted, _cancelled AS cancelled, "
        "_refunded AS refunded, currency, _stated AS original_amount, "
        f"{_home('_stated', rate)} AS net_amount, "
        f"{_home('abs(discount_amount)', rate)} AS discount_amount, "
        f"{_home('tax_amount', rate)} AS tax_amount, {_home('cost_amount', rate)} AS cost_amount, "
        f"{_home(f'coalesce(returned_amount, {back})', rate)} AS returned_amount, {off}, "
        "units, id_type, id_key FROM _rows"
    )
    repeated = _last_of_each(writer)
    undecided = _settle(writer, mapping.namespace, Teller(mapping.system, "order"))
    orders, changed = _merge_orders(writer)
    return OrderCounts(orders, orders, changed, undecided=undecided, repeated=repeated)


def _settle(writer: Writer, namespace: str, teller: Teller) -> tuple[str, ...]:
    """Keep what the file says, make `_resolved` of all that is said; return undecided sources."""
    precedence = precedence_of(writer, namespace)
    state(writer, namespace, teller)
    told = tellers_of(writer, namespace, teller)
    resolve(writer.bench, told, precedence)
    sources = sorted({one.teller.source for one in told})
    return () if precedence.decides(sources) else tuple(sources)


def _home(amount: str, rate: str) -> str:
    """SQL of an amount in the reporting currency; without a rate it is in it already."""
    return f"({amount} * {rate})::{_AMOUNT}" if rate else f"({amount})::{_AMOUNT}"


def _off(mapping: FileMapping, discount: str, rate: str, *, unless: str) -> str:
    """SQL of the two columns with what goes off the sum of an order's lines, null if unknown."""
    off = "0" if mapping.discounted else f"abs({discount})"
    off = f"CASE WHEN {discount} IS NOT NULL AND NOT ({unless}) THEN {off} END"
    return f"({off})::{_AMOUNT} AS off_original, {_home(f'({off})', rate)} AS off_amount"


def _told(mapping: FileMapping) -> str:
    """SQL of what a row says it is, each null where its source has no way to say so."""
    told = {
        "_returned": returned_sql(mapping),
        "_adjusted": adjustment_sql(mapping),
        "_cancelled": cancelled_sql(mapping),
        "_refunded": refunded_sql(mapping),
    }
    return ", ".join(f"{_or_null(sql)} AS {name}" for name, sql in told.items())


def _or_null(told: str) -> str:
    return "NULL::BOOLEAN" if told == "false" else f"({told})"


def _last_of_each(writer: Writer) -> int:
    """Of orders that a file tells more than once, keep in `_heads` what each field last said.

    Return how many rows told of such an order again.
    They are few, if any: to group all orders by all they say would not fit in memory.
    """
    bench = writer.bench
    bench.sql(
        "CREATE OR REPLACE TEMP TABLE _again AS SELECT order_id, count(*) AS rows FROM _heads "
        "GROUP BY order_id HAVING rows > 1"
    )
    [[further]] = bench.rows("SELECT coalesce(sum(rows - 1), 0) FROM _again")
    if not further:
        return 0
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
    bench.sql("DELETE FROM _heads WHERE order_id IN (SELECT order_id FROM _again)")
    bench.sql("INSERT INTO _heads BY NAME FROM _merged")
    return int(further)


def _take_rows(bench: Workbench, mapping: FileMapping, rows: tuple[str, str], currency: str) -> str:
    """Make `_line_rows` of the rows of a file; return SQL of the same with their customer.

    They are looked at where they are staged: to write a million rows again costs more than that.
    """
    told = _told(mapping)
    keyed, bare = (f"SELECT {told}, * FROM ({converted(one, mapping, currency)})" for one in rows)
    if rate_sql(mapping, currency):  # but to find their rates again costs more
        bench.sql(f"CREATE OR REPLACE TEMP TABLE _converted AS {keyed}")
        keyed = bare = "SELECT * FROM _converted"
    bench.sql(f"CREATE OR REPLACE TEMP VIEW _all_line_rows AS {bare}")
    bench.sql("CREATE OR REPLACE TEMP VIEW _line_rows AS FROM _all_line_rows")
    bench.sql("CREATE OR REPLACE TEMP TABLE _left_out (_row BIGINT)")
    return keyed


def _heads_of_rows(writer: Writer, mapping: FileMapping, rows: str, rate: str) -> None:
    """Make `_heads`: what the rows of a line file say of their orders."""
    given = {*mapping.columns}
    texts = [name for name in HEAD if name in given]
    head = ", ".join(
        f"max(_{name}) AS _{name}" if name in given else f"NULL::VARCHAR AS {name}" for name in HEAD
    )
    nothing = ", ".join(
        f"NULL::{_AMOUNT} AS {name}"
        for name in ("original_amount", "net_amount", "tax_amount", "cost_amount")
    )
    discount, back = (
        f"max({name})" if name in given else f"NULL::{_AMOUNT}"
        for name in ("order_discount", "order_returned")
    )
    rate = "max(_rate)" if rate else ""
    off = _off(mapping, discount, rate, unless="false")
    # Of lines that speak for themselves it is their own words that count, where they are stored.
    spoken = "bool_and" if said_of_lines(mapping) else "bool_or"
    # A line that gives back makes no return of its order: that shows in the sum of the lines.
    returned = _or_null(prefixed_sql(mapping)) if said_of_lines(mapping) else "_returned"
    # Rows that do not name their customer bear the one of their order: nothing new is said.
    groups = (
        f"SELECT {literal(mapping.namespace)} AS namespace, "
        f"order_id, {literal(mapping.system)} AS source, 'lines' AS grain, min(ordered_at) AS "
        f"ordered_at, min(ordered_day) AS ordered_on, {head}, "
        f"bool_or({returned}) AS returned, bool_or(_adjusted) AS adjusted, "
        f"{spoken}(_cancelled) AS cancelled, {spoken}(_refunded) AS refunded, "
        f"max(currency) AS currency, {nothing}, "
        f"{_home(f'abs({discount})', rate)} AS discount_amount, "
        f"{_home(back, rate)} AS returned_amount, {off}, "
        "NULL::DOUBLE AS units, arg_min(_who, _row) FILTER (_who IS NOT NULL) AS _who "
        f"FROM ({coded(writer.bench, rows, texts)}) WHERE {{some}} GROUP BY order_id"
    )
    make_in_shares(
        writer.bench,
        "_heads",
        "SELECT approx_count_distinct(order_id) FROM _line_rows",
        lambda some: (
            "SELECT h.* EXCLUDE (_who), w.id_type, w.id_key FROM "
            f"({decoded(groups.replace('{some}', some), texts)}) h "
            "LEFT JOIN _whos w ON w.who = h._who"
        ),
    )


def _lines_of_one_source(writer: Writer, teller: Teller) -> tuple[int, int]:
    """Let the lines of an order come from one source, the most trusted: none count twice.

    Return how many lines of this file were left out, and how many known ones went for them.
    """
    bench = writer.bench
    if not bench.rows("SELECT 1 FROM _others WHERE grain = 'lines' LIMIT 1"):
        return 0, 0
    ours = f"r.line_source = {literal(teller.source)}"
    [[left_out]] = bench.rows(
        f"SELECT count(*) FROM _line_rows JOIN _resolved r USING (order_id) WHERE NOT {ours}"
    )
    if left_out:
        others = f"SELECT order_id FROM _resolved r WHERE NOT {ours}"
        leave_out(bench, f"SELECT _row FROM _line_rows WHERE order_id IN ({others})")
    writer.table_of("order_lines")
    gone = writer.remove(
        "order_lines",
        "SELECT l.namespace, l.order_id, l.line_key FROM order_lines l JOIN _resolved r "
        f"USING (namespace, order_id) WHERE l.source <> r.line_source AND {ours}",
    )
    return left_out, gone


def _lines(mapping: FileMapping, rate: str, some: str) -> str:
    """SQL of the canonical lines of `_line_rows`, of some orders."""
    of_order = ", ".join(f"o.{name} AS {name}" for name in _OF_ORDER)
    cancelled, refunded = (
        f"r.{flag}" if said_of_lines(mapping) else "NULL::BOOLEAN"
        for flag in ("_cancelled", "_refunded")
    )
    back = "greatest(-_net, 0)"
    if "returned_amount" in mapping.columns:
        back = "CASE WHEN _net < 0 THEN -_net ELSE coalesce(abs(returned_amount), 0) END"
    cost = f"coalesce(cost_amount, try_cast(quantity AS {_AMOUNT}) * unit_cost)"
    return (
        f"SELECT {literal(mapping.namespace)} AS namespace, r.order_id, "
        "CASE WHEN starts_with(r._line, 'i:') THEN r._line[3:] ELSE r._line || '-' || "
        "coalesce(d.n, 1) END AS line_key, "
        "product_id, description, category, quantity, unit_price, r.currency, "
        f"_net AS original_amount, {_home('_net', rate)} AS net_amount, "
        f"{_home('abs(discount_amount)', rate)} AS discount_amount, "
        f"{_home('tax_amount', rate)} AS tax_amount, {_home(cost, rate)} AS cost_amount, "
        "CASE WHEN coalesce(r._adjusted, false) THEN 0 "
        f"WHEN {refunded} THEN {_home('greatest(_net, 0)', rate)} "
        f"ELSE {_home(back, rate)} END::{_AMOUNT} AS returned_amount, "
        f"{cancelled} AS cancelled, {refunded} AS refunded, "
        f"{literal(mapping.system)} AS source, {of_order} FROM "
        f"({without_called_off(mapping, f'FROM _line_rows WHERE {some}')}) r "
        f"JOIN (FROM _resolved WHERE {some}) o ON o.order_id = r.order_id "
        "LEFT JOIN _numbers d ON d._row = r._row"
    )


def _merge_orders(writer: Writer) -> tuple[Counts, int]:
    """Make the orders of `_resolved` anew; return what changed, and how many were known before."""
    bench = writer.bench
    writer.table_of("orders")
    bench.sql(
        "CREATE OR REPLACE TEMP TABLE _before AS SELECT * FROM orders SEMI JOIN _heads "
        "USING (namespace, order_id)"
    )
    _restamp_lines(writer)
    sum_lines(writer)
    shares = [_orders(some) for some in shares_of(bench, _RESOLVED)]
    orders = writer.merge_in_passes("orders", shares, stored=True, distinct=True)
    known = bench.rows("SELECT count(*) FROM _before WHERE original_amount IS NOT NULL")[0][0]
    return orders, min(int(known), orders.updated)


def _restamp_lines(writer: Writer) -> None:
    """Give the lines known before the moment and the customer of their order, where these moved."""
    bench = writer.bench
    moved = " OR ".join(f"o.{name} IS DISTINCT FROM b.{name}" for name in _OF_ORDER)
    bench.sql(
        f"CREATE OR REPLACE TEMP TABLE _moved AS SELECT o.namespace, o.order_id, "
        f"{', '.join(f'o.{name}' for name in _OF_ORDER)} FROM _resolved o JOIN _before b "
        f"USING (namespace, order_id) WHERE b.lines > 0 AND ({moved})"
    )
    if not bench.rows("SELECT 1 FROM _moved LIMIT 1"):
        return
    writer.table_of("order_lines")
    stamped = ", ".join(f"m.{name} AS {name}" for name in _OF_ORDER)
    writer.merge(
        "order_lines",
        f"SELECT l.* EXCLUDE (batch_id, loaded_at, row_hash) REPLACE ({stamped}) FROM order_lines "
        "l JOIN _moved m USING (namespace, order_id)",
    )


def _orders(some: str) -> str:
    """SQL of the canonical orders of `_resolved`, of some of them."""
    amount = "coalesce(o.original_amount_over, s.original_amount, o.original_amount_under)"
    kind = (
        "CASE WHEN o.adjusted THEN 'adjustment' "
        f"WHEN {_flag('cancelled')} THEN 'cancelled' "
        f"WHEN o.returned OR {amount} < 0 THEN 'return' ELSE 'sale' END"
    )
    return (
        "SELECT o.namespace, o.order_id, o.ordered_at, o.ordered_on, "
        f"{kind} AS kind, {', '.join(f'o.{name}' for name in HEAD)}, {_order_amounts()}, "
        "coalesce(s.lines, 0) AS lines, coalesce(q.order_id IS NOT NULL, false) AS incomplete, "
        "o.source, o.id_type, o.id_key "
        f"FROM (FROM _resolved WHERE {some}) o "
        f"LEFT JOIN (FROM _sums WHERE {some}) s USING (namespace, order_id) "
        "LEFT JOIN _waiting q USING (namespace, order_id)"
    )


def _flag(name: str) -> str:
    """SQL of whether an order was called off, or all given back: its lines have a say."""
    return f"coalesce(o.{name}_over, s.{name}, o.{name}_under, false)"


def _order_amounts() -> str:
    """SQL of an order's amounts: stated above its lines, else the sum of these, else stated."""
    sums = {
        name: f"s.{name} - CASE WHEN s.cancelled THEN 0 ELSE o.{off} END"
        for name, off in (("original_amount", "off_original"), ("net_amount", "off_amount"))
    } | {
        "currency": "CASE WHEN s.original_amount IS NOT NULL THEN s.currency END",
    }
    last = {"currency": "o.currency_told", "returned_amount": "0"}
    names = ("original_amount", "currency", *MONEY)
    told = (
        (
            name,
            f"o.{name}_over, {sums.get(name, f's.{name}')}, o.{name}_under"
            + (f", {last[name]}" if name in last else ""),
        )
        for name in names
    )
    given = {name: f"coalesce({sql})" for name, sql in told}
    # All of it, whatever a refund says that counts tax and shipping in.
    given["returned_amount"] = (
        f"CASE WHEN {_flag('refunded')} AND {given['net_amount']} > 0 THEN {given['net_amount']} "
        f"ELSE {given['returned_amount']} END"
    )
    for name in ("known_cost_amount", "uncosted_amount"):
        given[name] = f"CASE WHEN {given['cost_amount']} IS NULL THEN s.{name} END"
    return ", ".join(
        f"{sql if name in {'currency', 'units'} else f'({sql})::{_AMOUNT}'} AS {name}"
        for name, sql in given.items()
    )
