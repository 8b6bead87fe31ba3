"""Statements: what each source says of an order, kept apart, and what of it counts.

Every source of a namespace has a statement for each order that it tells of, one for its order files
and one for its files of lines. An order is made from all of its statements by the precedence of the
namespace, so that it does not depend on which file came first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from valence.intake.precedence import HEAD, MONEY, Precedence, Teller
from valence.lake.internal import ORDER_STATEMENTS
from valence.lake.workbench import Workbench, literal
from valence.lake.writer import Writer

_KEY = ("namespace", "order_id", "source", "grain")
_TOLD = tuple(column.name for column in ORDER_STATEMENTS.own if column.name not in _KEY)


class Told(NamedTuple):
    """One teller and where its statements of the orders at hand stand."""

    teller: Teller
    alias: str
    relation: str


def precedence_of(writer: Writer, namespace: str) -> Precedence:
    """Return the precedence that a mapping of the namespace gave last."""
    writer.table_of("order_precedence")
    rows = writer.bench.rows("SELECT fields FROM order_precedence WHERE namespace = ?", [namespace])
    return Precedence(json.loads(rows[0][0]) if rows else {})


def keep_precedence(writer: Writer, namespace: str, fields: Mapping[str, Sequence[str]]) -> None:
    """Keep what a mapping says, for the files of all sources of the namespace."""
    told = json.dumps({name: list(fields[name]) for name in sorted(fields)}, ensure_ascii=False)
    writer.merge(
        "order_precedence",
        f"SELECT {literal(namespace)} AS namespace, {literal(told)} AS fields",
    )


def state(writer: Writer, namespace: str, teller: Teller) -> None:
    """Keep what a file says (`_heads`) beside what its source said before; make `_mine`, the sum.

    What the file leaves empty stays as it was.
    """
    bench = writer.bench
    writer.table_of("order_statements")
    mine = _said_by(
        teller, f"SELECT * FROM order_statements WHERE namespace = {literal(namespace)}"
    )
    values = ", ".join(f"{_newer(name)} AS {name}" for name in _TOLD)
    before = bench.rows(f"SELECT 1 FROM ({mine}) LIMIT 1")
    bench.sql("DROP VIEW IF EXISTS _mine")
    bench.sql("DROP TABLE IF EXISTS _merged_heads")
    if before:
        bench.sql(
            f"CREATE TEMP TABLE _merged_heads AS SELECT {', '.join(f'h.{n}' for n in _KEY)}, "
            f"{values} FROM _heads h LEFT JOIN ({mine}) o USING (namespace, order_id)"
        )
    said = "_merged_heads" if before else "_heads"
    bench.sql(f"CREATE TEMP VIEW _mine AS SELECT {', '.join((*_KEY, *_TOLD))} FROM {said}")
    writer.merge("order_statements", "SELECT * FROM _mine", stored=True, distinct=True)


def _newer(name: str) -> str:
    if name != "currency":
        return f"coalesce(h.{name}, o.{name})"
    # It belongs to the amount: a file without amounts says nothing of theirs.
    stays = "h.original_amount IS NULL AND o.original_amount IS NOT NULL"
    return f"CASE WHEN {stays} THEN o.currency ELSE coalesce(h.currency, o.currency) END"


def tellers_of(writer: Writer, namespace: str, teller: Teller) -> list[Told]:
    """Return who tells of the orders at hand, this file's own source first; make `_others`.

    `_others` has what other tellers say of them; mostly there are none, and finding that out is
    cheap.
    """
    bench = writer.bench
    other = (
        f"namespace = {literal(namespace)} AND NOT (source = {literal(teller.source)} "
        f"AND grain = {literal(teller.grain)})"
    )
    some = bench.rows(f"SELECT 1 FROM order_statements WHERE {other} LIMIT 1")
    bench.sql(
        "CREATE OR REPLACE TEMP TABLE _others AS SELECT * FROM order_statements SEMI JOIN _heads "
        f"USING (namespace, order_id) WHERE {other if some else 'false'}"
    )
    others = bench.rows("SELECT DISTINCT source, grain FROM _others ORDER BY ALL")
    found = [Told(teller, "t0", "_mine")]
    for number, (source, grain) in enumerate(others, 1):
        one = Teller(source, grain)
        found.append(Told(one, f"t{number}", f"({_said_by(one, 'SELECT * FROM _others')})"))
    return found


def resolve(bench: Workbench, told: Sequence[Told], precedence: Precedence) -> None:
    """Make `_resolved`: of each order at hand, for each field, what the most trusted source says.

    Amounts, and whether it was called off or given back, come in two columns: `<name>_over` stands
    above what the order's lines come to, `<name>_under` below. `line_source` is whose lines count.
    """
    chosen = _Choice(told, precedence)
    joins = " ".join(
        f"LEFT JOIN {one.relation} {one.alias} USING (namespace, order_id)" for one in told[1:]
    )
    columns = ", ".join(f"{sql} AS {name}" for name, sql in chosen.columns())
    kind = "VIEW" if len(told) == 1 else "TABLE"
    for old in ("VIEW", "TABLE"):
        bench.sql(f"DROP {old} IF EXISTS _resolved_{old}")
    bench.sql(
        f"CREATE TEMP {kind} _resolved_{kind} AS SELECT t0.namespace, t0.order_id, {columns} "
        f"FROM {told[0].relation} t0 {joins}"
    )
    bench.sql(f"CREATE OR REPLACE TEMP VIEW _resolved AS SELECT * FROM _resolved_{kind}")


def _said_by(teller: Teller, statements: str) -> str:
    return (
        f"SELECT * FROM ({statements}) WHERE source = {literal(teller.source)} "
        f"AND grain = {literal(teller.grain)}"
    )


class _Choice:
    """The columns of `_resolved`, for these tellers under a precedence."""

    def __init__(self, told: Sequence[Told], precedence: Precedence) -> None:
        self._of = {one.teller: one.alias for one in told}
        self._latest = told[0].teller.source
        self._precedence = precedence
        self._lines = [t for t in self._ranked("lines") if t.grain == "lines"]

    def columns(self) -> Iterable[tuple[str, str]]:
        """Yield names and SQL; a column may be used by those that follow."""
        yield "line_source", self._case(self._lines, "order_id", lambda t: literal(t.source))
        for name in ("ordered_at", "ordered_on"):
            yield name, self._pick("ordered_at", name, given="ordered_at")
        for name in HEAD:
            yield name, self._pick(name, name)
        for name in ("returned", "adjusted"):
            yield name, f"coalesce({self._pick('kind', name)}, false)"
        for name in ("cancelled", "refunded"):
            yield from self._around("kind", name, own=False)
        for name in ("id_type", "id_key"):
            yield name, self._pick("customer", name, given="id_key")
        who, all_of = self._ranked("customer"), self._ranked("all")
        named = self._case(who, "id_key", lambda t: literal(t.source))
        yield "source", f"coalesce({named}, {literal(all_of[0].source)})"
        # The amount in both currencies and the currency are one statement.
        yield from self._around("net_amount", "original_amount", given="original_amount")
        for name in MONEY:
            yield from self._around(name, name)
        yield from self._around("net_amount", "currency", given="original_amount")
        yield "currency_told", self._pick("net_amount", "currency")
        for name in ("off_original", "off_amount"):
            yield name, f"coalesce({self._off(name)}, 0)"

    def _ranked(self, field: str) -> list[Teller]:
        return self._precedence.ranked(self._of, field, latest=self._latest)

    def _pick(self, field: str, name: str, *, given: str = "") -> str:
        """SQL for what the most trusted teller says that says it at all."""
        ranked = self._ranked(field)
        return self._case(ranked, given or name, lambda t: f"{self._of[t]}.{name}")

    def _case(self, tellers: Sequence[Teller], given: str, value: Callable[[Teller], str]) -> str:
        arms = " ".join(f"WHEN {self._of[t]}.{given} IS NOT NULL THEN {value(t)}" for t in tellers)
        return f"CASE {arms} END" if arms else "NULL::VARCHAR"

    def _around(
        self, field: str, name: str, *, given: str = "", own: bool = True
    ) -> Iterable[tuple[str, str]]:
        """Yield what stands above and what stands below the sum of the lines.

        `own` is whether what the file of the lines says of the order stands above them too.
        """
        ranked, arms = self._ranked(field), ""
        for teller in self._lines:
            above = ranked[: ranked.index(teller) + own]
            said = self._case(above, given or name, lambda t: f"{self._of[t]}.{name}")
            said = said if above else "NULL"
            arms += f" WHEN line_source = {literal(teller.source)} THEN {said}"
        under = self._pick(field, name, given=given)
        yield f"{name}_over", f"CASE{arms} ELSE {under} END" if arms else under
        yield f"{name}_under", under

    def _off(self, name: str) -> str:
        """SQL for what the source of the lines takes off their sum."""
        arms = ""
        for lines in self._lines:
            same = [t for t in self._ranked("all") if t.source == lines.source]
            said = self._case(same, name, lambda t: f"{self._of[t]}.{name}")
            arms += f" WHEN line_source = {literal(lines.source)} THEN {said}"
        return f"CASE{arms} END" if arms else "NULL"
