"""Records: customers, products, events, feedback, contacts, messages, spend and rates."""

from __future__ import annotations

from valence.intake.staging import Staged, good
from valence.intake.targets import KINDS
from valence.lake.canonical import CANONICAL
from valence.lake.internal import FX_RATES
from valence.lake.workbench import Workbench, literal, quoted
from valence.lake.writer import Counts, Writer

_KEYS = {"events": "event_id", "feedback": "feedback_id", "contacts": "contact_id",
         "messages": "message_id"}  # fmt: skip


def land_records(
    writer: Writer, staged: Staged, siblings: set[str], currency: str
) -> tuple[Counts, int]:
    """Merge the good rows of a staged file (view `_keyed`) into the table of its kind.

    Return what became of them, and how many told again what a later row of the file tells.
    """
    kind, bench = staged.mapping.kind, writer.bench
    if kind == "customers":
        named = "SELECT source, id_key FROM _keyed WHERE id_key IS NOT NULL"
        return _land_customers(writer, staged), _again(bench, named, "source, id_key")
    if kind == "fx_rates":
        again = _again(bench, _quotes(staged, currency), ", ".join(FX_RATES.key))
        return writer.merge("fx_rates", _rates(staged, currency)), again
    table = CANONICAL[KINDS[kind].table]
    names = staged.names(writer.bench)
    parts = [f"{_value(column.name, names, staged, siblings)} AS {quoted(column.name)}"
             for column in table.columns
             if column.name not in {"batch_id", "loaded_at", "row_hash"}]  # fmt: skip
    rows = f"SELECT {', '.join(parts)}, _row FROM _keyed"
    keys = ", ".join(quoted(key) for key in table.key)
    counts = writer.merge(
        table.name,
        f"SELECT * EXCLUDE (_row) FROM ({rows}) QUALIFY row_number() OVER (PARTITION BY {keys} "
        "ORDER BY _row DESC) = 1",
    )
    return counts, _again(bench, rows, keys)


def _again(bench: Workbench, rows: str, keys: str) -> int:
    """Return how many rows have the key of another one."""
    [[again]] = bench.rows(
        f"SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM ({rows}) GROUP BY {keys})"
    )
    return int(again)


def load_lookup(bench: Workbench, staged: Staged) -> None:
    """Keep a lookup (words of the source → better ones) for the files that follow."""
    bench.sql(
        f"CREATE OR REPLACE TEMP TABLE {quoted('lookup_' + staged.mapping.name)} AS SELECT key, "
        f"any_value(value) AS value FROM ({good(staged)}) GROUP BY key"
    )


def _value(name: str, names: set[str], staged: Staged, siblings: set[str]) -> str:
    """SQL for one canonical column of a row."""
    mapping = staged.mapping
    if name in {"source", "id_type", "id_key", "namespace"}:
        return literal(mapping.namespace) if name == "namespace" else quoted(name)
    if name == _KEYS.get(mapping.kind):
        # A source without ids: a row is known by its words, and true duplicates by their ordinal.
        content = ", ".join(
            f"coalesce({quoted(n)}::VARCHAR, '')" for n in sorted(names) if not n.startswith("_")
        )
        hashed = f"left(md5(concat_ws(chr(31), {content})), 16)"
        nth = f"row_number() OVER (PARTITION BY {hashed} ORDER BY _row)"
        own = quoted(name) if name in names else "NULL"
        return f"coalesce({own}, {hashed} || CASE {nth} WHEN 1 THEN '' ELSE '-' || {nth} END)"
    if name.endswith("_on"):
        return quoted(name.removesuffix("_on") + "_day")
    lookup = mapping.columns[name].lookup if name in mapping.columns else ""
    if lookup in siblings and lookup:
        table = quoted("lookup_" + lookup)
        return f"coalesce((SELECT value FROM {table} WHERE key = _keyed.{name}), {name})"
    special = {
        ("spend", "campaign"): "coalesce(campaign, '')",
        ("contacts", "complaint"): "coalesce(complaint, lower(category) = 'complaint')",
        ("feedback", "subject"): "coalesce(subject, 'own')",
    }
    return special.get((mapping.kind, name), quoted(name) if name in names else "NULL")


def _land_customers(writer: Writer, staged: Staged) -> Counts:
    """Merge the identifiers of customers; return what became of the customers themselves.

    A customer of two identifiers is one that is new, not two.
    """
    bench = writer.bench
    writer.table_of("identifiers")
    bench.sql(
        "CREATE OR REPLACE TEMP TABLE _customers AS SELECT DISTINCT source, id_key AS link_key "
        "FROM _keyed WHERE id_key IS NOT NULL"
    )
    [[all_of_them]] = bench.rows("SELECT count(*) FROM _customers")
    seen = "SELECT count(DISTINCT link_key) FROM identifiers SEMI JOIN _customers USING "
    [[known]] = bench.rows(f"{seen} (source, link_key)")
    writer.merge("identifiers", _customers(staged))
    writer.table_of("identifiers")
    changed = f"{seen} (source, link_key) WHERE batch_id = {literal(writer.batch_id)}"
    [[touched]] = bench.rows(changed)
    new = all_of_them - known
    return Counts(new, touched - new, all_of_them - touched)


def _customers(staged: Staged) -> str:
    """Rows of `identifiers`: each identifier of a record, linked to the record's first one."""
    kinds = staged.identifiers
    if not kinds:
        return "SELECT source, id_key, id_key AS link_key FROM _keyed WHERE false"
    pairs = ", ".join(f"{literal(n)}: {quoted('a_' + n)}" for n in staged.mapping.attributes)
    attributes = f"to_json({{{pairs}}})::VARCHAR" if pairs else "NULL"
    union = " UNION ALL ".join(
        f"SELECT _row, source, k.id_key, _keyed.id_key AS link_key, {literal(kind)} AS id_type, "
        f"account_id, {attributes} AS attributes FROM _keyed JOIN {staged.table}_{kind} k "
        f"ON k.value = {quoted('i_' + kind)}"
        for kind in kinds
    )
    return (
        "SELECT source, id_key, link_key, arg_max(id_type, _row) AS id_type, "
        "arg_max(account_id, _row) AS account_id, arg_max(attributes, _row) AS attributes "
        f"FROM ({union}) GROUP BY source, id_key, link_key"
    )


def _quotes(staged: Staged, currency: str) -> str:
    return (
        "SELECT quoted_day AS quoted_on, upper(from_currency) AS from_currency, "
        f"upper(coalesce(to_currency, {literal(currency)})) AS to_currency, rate, _row FROM "
        f"({good(staged)})"
    )


def _rates(staged: Staged, currency: str) -> str:
    return (
        "SELECT quoted_on, from_currency, to_currency, arg_max(rate, _row) AS rate FROM "
        f"({_quotes(staged, currency)}) GROUP BY ALL"
    )
