"""Staging: one pass over a source that types every cell and marks the rows that cannot land.

The staged table has a column for each target that the file gives, `_bad` (bits, one for each check
that a row fails) and `_raw` (the row as JSON, only where something is bad). Targets that the file
does not give are added by `good`: nulls written out would cost as much as the rows. The row ids are
the places of the rows in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from valence.core.errors import BadInputError
from valence.intake.amounts import amount_names, net_sql
from valence.intake.engine_error import EngineError, guarded
from valence.intake.linekeys import content_sql
from valence.intake.mapping import FileMapping, folded
from valence.intake.planning import Check, Plan, Rules, day_of, planned
from valence.intake.reading import (
    Source,
    clear_rejects,
    csv_relation,
    reopened_by_bytes,
    require_columns,
)
from valence.intake.targets import KINDS
from valence.lake.workbench import Workbench, literal, quoted


@dataclass(frozen=True, slots=True)
class Staged:
    """A staged table."""

    source: Source
    mapping: FileMapping
    table: str
    checks: tuple[Check, ...]
    rows: int
    bad: int
    rejected: int  # lines that the CSV reader refused
    identifiers: tuple[str, ...] = field(default=())
    absent: tuple[tuple[str, str], ...] = field(default=())  # targets not given, and their SQL type

    @property
    def read(self) -> int:
        """Rows of the file, good and bad."""
        return self.rows + self.rejected

    def names(self, bench: Workbench) -> set[str]:
        """The columns of the rows, with those that the file does not give."""
        given = {row[0] for row in bench.rows(f"DESCRIBE {self.table}")}
        return given | {name for name, _ in self.absent}


def stage(
    bench: Workbench, source: Source, mapping: FileMapping, rules: Rules, table: str
) -> Staged:
    """Read a source into a staged table and return it with its counts.

    Raises
    ------
    BadInputError
        If a column that the mapping names is missing, or the file cannot be read at all.
    """
    _require_targets(source, mapping)
    names = folded(source.names)
    wanted = [
        cell.column[0]
        for where, cell in mapping.cells()
        if cell.column and cell.found_in(names) is None and _is_needed(mapping, where)
    ]
    wanted += [c.time[0] for _, c in mapping.cells() if c.time and c.time_in(names) is None]
    require_columns(source, wanted)
    plan = planned(source, mapping, rules)
    rejected = _fill(bench, source, plan, table)
    if rejected is None:
        return stage(bench, reopened_by_bytes(bench, source), mapping, rules, table)
    rows, bad = bench.rows(f"SELECT count(*), count(*) FILTER (_bad <> 0) FROM {table}")[0]
    return Staged(
        source,
        mapping,
        table,
        tuple(plan.checks),
        rows,
        bad,
        rejected,
        tuple(plan.identifiers),
        tuple(plan.absent.items()),
    )


def good(staged: Staged) -> str:
    """Return SQL for the rows that may land, with `_row`, their place in the file."""
    clause = " WHERE _bad = 0" if staged.bad else ""
    nulls = "".join(f", NULL::{kind} AS {quoted(name)}" for name, kind in staged.absent)
    return f"SELECT rowid AS _row, * EXCLUDE (_bad, _raw){nulls} FROM {staged.table}{clause}"


def _require_targets(source: Source, mapping: FileMapping) -> None:
    targets = KINDS[mapping.kind].targets
    silent = [n for n, t in targets.items() if t.required and n not in mapping.columns]
    if mapping.kind == "order_lines" and not net_sql(mapping):
        silent.append("net_amount")
    if silent:
        raise BadInputError(
            "{file}: the mapping {name} does not say which column is {targets}, and every row "
            "needs it.",
            file=source.name,
            name=mapping.name,
            targets=", ".join(silent),
        )


def mark(bench: Workbench, staged: Staged, check: Check) -> Staged:
    """Refuse further good rows of a staged table, for a reason that only the lake could tell."""
    bit = 1 << len(staged.checks)
    bench.sql(
        f"UPDATE {staged.table} SET _bad = {bit} WHERE rowid IN (SELECT _row FROM ({good(staged)}) "
        f"WHERE ({check.guard}) AND ({check.condition}))"
    )
    bad = bench.rows(f"SELECT count(*) FROM {staged.table} WHERE _bad <> 0")[0][0]
    return replace(staged, checks=(*staged.checks, check), bad=bad)


def _is_needed(mapping: FileMapping, where: str) -> bool:
    group, name = where.split(".", maxsplit=1)
    return group == "columns" and (
        KINDS[mapping.kind].targets[name].required or name in amount_names(mapping)
    )


def _fill(bench: Workbench, source: Source, plan: Plan, table: str) -> int | None:
    """Make the table; return how many lines were refused, None if the encoding was misjudged."""
    for strict in (True, False):
        relation = csv_relation(source, strict=strict) if source.dialect else source.relation
        clear_rejects(bench)
        try:
            with guarded(source.name):
                bench.sql(f"CREATE OR REPLACE TEMP TABLE {table} AS {_select(plan, relation)}")
        except EngineError:
            # Mixed line ends and the like: the strict reader gives up where the other goes on.
            if source.dialect is None or not strict:
                raise
            continue
        break
    if source.dialect is None:
        return 0
    kinds = dict(
        bench.rows(
            "SELECT error_type::VARCHAR, count(DISTINCT line_byte_position) "
            "FROM reject_errors GROUP BY 1"
        )
    )
    if "INVALID ENCODING" in kinds and source.encoding == "utf-8":
        return None
    bench.sql(
        f"CREATE OR REPLACE TEMP TABLE {table}_rejects AS SELECT line_byte_position AS byte, "
        "min(csv_line) AS line, min(error_type::VARCHAR) AS fault, min(error_message) AS said "
        "FROM reject_errors GROUP BY line_byte_position ORDER BY byte"
    )
    clear_rejects(bench)
    return int(bench.rows(f"SELECT count(*) FROM {table}_rejects")[0][0])


def _select(plan: Plan, relation: str) -> str:
    # Our names and the source's may be the same word, so theirs get numbers before ours are made.
    for name in plan.source.names:
        plan.raw.setdefault(name, f"r{len(plan.raw)}")
    cells = ", ".join(f"{quoted(c)} AS {alias}" for c, alias in plan.raw.items())
    whole = ", ".join(f"{literal(n)}: {plan.raw[n]}::VARCHAR" for n in plan.source.names)
    if plan.source.format == "jsonl":
        raw = f"coalesce(_broken, to_json({{{whole}}})::VARCHAR)"
    else:
        raw = f"to_json({{{whole}}})::VARCHAR"
    typed = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in plan.typed.items())
    first = f"SELECT {cells} FROM ({relation})"
    second = f"SELECT *, {typed} FROM ({first})"
    amount = net_sql(plan.mapping)
    if amount:
        second = f"SELECT *, {amount} AS _net FROM ({second})"
        names = {target.column for target in plan.checks}
        column = next((c for c in names if c), "")
        plan.check(
            Check(_amount_column(plan) or column, "too large", "_net IS NULL", _amount_given(plan))
        )
    bits = " + ".join(plan.bits) or "0::BIGINT"
    moments = "".join(f", {sql.at} AS {quoted(f'{name}__at')}" for name, sql in plan.dates.items())
    third = f"SELECT *, {bits} AS _bad{moments} FROM ({second})"
    out = ", ".join(_outputs(plan, amount=bool(amount)))
    kept = " OR ".join(["_bad <> 0", *_doubtful(plan)])
    return f"SELECT {out}, _bad, CASE WHEN {kept} THEN {raw} END AS _raw FROM ({third})"


def _doubtful(plan: Plan) -> Iterator[str]:
    """Conditions of rows that may be refused later, so that their words have to be kept."""
    home = literal(plan.rules.currency)
    if "currency" in plan.mapping.columns:
        yield f"upper(currency) IS DISTINCT FROM {home}"
    elif "currency" in plan.typed and plan.mapping.currency not in {"", plan.rules.currency}:
        yield "true"
    if plan.mapping.kind == "order_lines" and (
        "ordered_at" not in plan.mapping.columns or "ordered_at" in plan.mapping.fill_down
    ):
        yield "ordered_at.t IS NULL" if "ordered_at" in plan.mapping.columns else "true"


def _outputs(plan: Plan, *, amount: bool) -> Iterator[str]:
    for name in plan.typed:
        if name in plan.dates:
            yield f"{quoted(f'{name}__at')} AS {quoted(name)}"
            yield f"{plan.dates[name].on} AS {quoted(day_of(name))}"
        elif name not in plan.absent:
            yield quoted(name)
    if amount:
        yield "_net"
    if plan.mapping.kind == "order_lines":
        yield f"{content_sql(plan.mapping)} AS _line"


def _amount_column(plan: Plan) -> str:
    for name in ("net_amount", "gross_amount", "unit_price"):
        if column := plan.cell(plan.mapping.columns.get(name))[1]:
            return column
    return ""


def _amount_given(plan: Plan) -> str:
    given = amount_names(plan.mapping)
    return " AND ".join(f"{quoted(name)} IS NOT NULL" for name in given) or "false"
