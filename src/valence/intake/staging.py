"""Staging: one pass over a source that types every cell and marks the rows that cannot land.

The staged table has a column for each target that the file gives, `_bad` (bits, one for each check
that a row fails) and `_raw` (the row as JSON, only where something is bad). Targets that the file
does not give are added by `good`: nulls written out would cost as much as the rows. The row ids are
the places of the rows in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from valence.core.errors import BadInputError
from valence.intake.amounts import amount_names, net_sql
from valence.intake.dates import DateSql, instant_sql, read_sql
from valence.intake.engine_error import EngineError, guarded
from valence.intake.linekeys import content_sql
from valence.intake.mapping import Cell, FileMapping, folded
from valence.intake.parsing import blank_sql, boolean_sql, number_sql, text_sql
from valence.intake.reading import (
    Source,
    clear_rejects,
    csv_relation,
    reopened_by_bytes,
    require_columns,
)
from valence.intake.scores import off_scale_sql
from valence.intake.targets import KINDS, Target
from valence.lake.workbench import Workbench, literal, quoted

SENTINEL_BEFORE = "1970-01-02"  # 1900-01-01, 1899-12-30 and second 0 of 1970 stand for "no date"
_SQL = {"number": "DECIMAL(18,4)", "float": "DOUBLE", "int": "BIGINT"}
_EMPTY = {
    "text": "VARCHAR", "number": "DECIMAL(18,4)", "float": "DOUBLE", "int": "BIGINT",
    "bool": "BOOLEAN", "date": "TIMESTAMPTZ",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One reason for which a row does not land: the source's column, the reason, the condition.

    `guard` is a cheap condition that is false for almost every row: the other one, which may be
    dear, is computed for what is left.
    """

    column: str
    reason: str
    guard: str
    condition: str = "true"


@dataclass(frozen=True, slots=True)
class Rules:
    """What staging knows of the brand and the moment."""

    brand_zone: str
    currency: str
    now: datetime
    secret: str = ""  # goes into numbers that are made of personal data


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


class _Plan:
    """Gathers the layers of one SELECT: raw cells, typed values, checks."""

    def __init__(self, source: Source, mapping: FileMapping, rules: Rules) -> None:
        self.source, self.mapping, self.rules = source, mapping, rules
        self.names = folded(source.names)
        self.kinds = {column.name: column.kind for column in source.columns}
        self.kind = KINDS[mapping.kind]
        self.raw: dict[str, str] = {}
        self.typed: dict[str, str] = {}
        self.checks: list[Check] = []
        self.bits: list[str] = []
        self.dates: dict[str, DateSql] = {}
        self.identifiers: list[str] = []
        self.absent: dict[str, str] = {}

    def cell(self, cell: Cell | None) -> tuple[str, str]:
        """Return SQL for a raw cell, and the name of its column in the source."""
        if cell is None:
            return "NULL::VARCHAR", ""
        if cell.together:
            return self._together(cell.together)
        column = cell.found_in(self.names)
        if column is None:
            return (literal(cell.value), "") if cell.value is not None else ("NULL::VARCHAR", "")
        given = self.raw.setdefault(column, f"r{len(self.raw)}")
        if cell.values:
            arms = " ".join(
                f"WHEN {literal(word.casefold())} THEN {literal(ours)}"
                for word, ours in cell.values.items()
            )
            given = f"CASE lower(trim({given}::VARCHAR)) {arms} ELSE {given}::VARCHAR END"
        return given, column

    def _together(self, columns: tuple[str, ...]) -> tuple[str, str]:
        """SQL for a number that columns make, hashed: one of them may hold an address."""
        require_columns(self.source, [c for c in columns if c.casefold() not in self.names])
        found = [self.names[column.casefold()] for column in columns]
        cells = [self.raw.setdefault(column, f"r{len(self.raw)}") for column in found]
        said = " || chr(31) || ".join(f"nullif(lower(trim({one}::VARCHAR)), '')" for one in cells)
        return f"left(sha256({literal(self.rules.secret)} || {said}), 20)", found[0]

    def add(self, name: str, target: Target, cell: Cell | None, *, required: bool) -> None:
        """Add a target: its typed value and its checks."""
        given, column = self.cell(cell)
        if not column and (cell is None or cell.value is None):
            # The name stays known to what is computed from several targets.
            self.typed[name] = f"NULL::{_EMPTY[target.type]}"
            self.absent[name] = _EMPTY[target.type]
            if target.type == "date":
                self.absent[_day(name)] = "DATE"
            return
        kind = "text" if cell and cell.values else self.kinds.get(column, "text")
        self.typed[name] = self._typed(given, kind, target, cell or Cell())
        at = quoted(name)
        if target.type == "date":
            zone = (cell.zone if cell else None) or self.mapping.zone or self.rules.brand_zone
            self.dates[name] = instant_sql(
                at,
                quoted(f"{name}__at"),
                source_zone=zone,
                brand_zone=self.rules.brand_zone,
            )
        at = f"{at}.t" if target.type == "date" else at
        if target.type == "text":
            if required:
                self.check(Check(column or name, "missing", f"{at} IS NULL"))
            return
        # What says nothing and what cannot be read are told apart in one go: the engine would
        # compute an expression that stands twice for every row, not just for the doubtful ones.
        unreadable = self._place(Check(column, "unreadable", f"{at} IS NULL"))
        missing = self._place(Check(column, "missing", f"{at} IS NULL")) if required else 0
        arms = f"WHEN {_blank(given, kind)} THEN {missing}::BIGINT "
        if target.type in {"number", "int"}:
            large = self._place(Check(column, "too large", f"{at} IS NULL"))
            # A number all the same, but not one that fits.
            number = self._typed(given, kind, Target("float"), cell or Cell())
            arms += f"WHEN isfinite({number}) THEN {large}::BIGINT "
        self.bits.append(
            f"CASE WHEN {at} IS NULL THEN CASE {arms}ELSE {unreadable}::BIGINT END ELSE 0 END"
        )

    def check(self, check: Check) -> None:
        """Add a check."""
        bit = self._place(check)
        self.bits.append(
            f"CASE WHEN {check.guard} THEN CASE WHEN {check.condition} THEN {bit}::BIGINT ELSE 0 "
            "END ELSE 0 END"
        )

    def _place(self, check: Check) -> int:
        self.checks.append(check)
        return 1 << (len(self.checks) - 1)

    def bound(self, name: str) -> None:
        """Refuse moments in the future, and those that stand for no date."""
        column = self.cell(self.mapping.columns.get(name))[1]
        limit = (self.rules.now + timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S")
        at = f"{quoted(name)}.t"
        self.check(Check(column, "future", f"{at} > TIMESTAMP '{limit}'"))
        self.check(Check(column, "sentinel", f"{at} < TIMESTAMP '{SENTINEL_BEFORE}'"))

    def _typed(self, given: str, kind: str, target: Target, cell: Cell) -> str:
        text = given if kind == "text" else f"{given}::VARCHAR"
        match target.type:
            case "text":
                return text_sql(text)
            case "date":
                return self._date(given, kind, cell)
            case "bool":
                return given if kind == "bool" else boolean_sql(text)
            case number:
                if kind == "number":
                    # A double may be NaN or infinite; both are no number here.
                    return f"try_cast({given} AS {_SQL[number]})"
                style = cell.decimals or self.mapping.decimals or "point"
                return number_sql(text, style, _SQL[number])

    def _date(self, given: str, kind: str, cell: Cell) -> str:
        if kind == "day":
            return f"{{'t': {given}::TIMESTAMP, 'z': 'day'}}"
        if kind == "instant":
            return (
                f"CASE WHEN {given} IS NULL THEN NULL ELSE {{'t': {given}::TIMESTAMP, 'z': ''}} END"
            )
        if kind == "zoned":
            utc = f"timezone('UTC', {given})::TIMESTAMP"
            return f"CASE WHEN {given} IS NULL THEN NULL ELSE {{'t': {utc}, 'z': '+00:00'}} END"
        return read_sql(
            given if kind == "text" else f"CAST({given} AS VARCHAR)",
            cell.date or self.mapping.date or "ymd",
        )


def _blank(given: str, kind: str) -> str:
    return blank_sql(given) if kind == "text" else f"{given} IS NULL"


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
    wanted = [
        cell.column[0]
        for where, cell in mapping.cells()
        if cell.column
        and cell.found_in(folded(source.names)) is None
        and _is_needed(mapping, where)
    ]
    require_columns(source, wanted)
    plan = _planned(source, mapping, rules)
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


def _planned(source: Source, mapping: FileMapping, rules: Rules) -> _Plan:
    plan = _Plan(source, mapping, rules)
    amounts = amount_names(mapping)
    for name, target in plan.kind.targets.items():
        needed = (target.required or name in amounts) and name not in mapping.fill_down
        if mapping.kind == "order_lines" and name == "ordered_at":
            needed = name in mapping.columns and name not in mapping.fill_down
        plan.add(name, target, mapping.columns.get(name), required=needed)
    dated = plan.kind.dated
    if dated and dated in mapping.columns and plan.kind.bounded:
        plan.bound(dated)
    if mapping.kind == "feedback" and "score" in mapping.columns:
        column = plan.cell(mapping.columns["score"])[1]
        plan.check(Check(column, "off scale", "score IS NOT NULL", off_scale_sql()))
    _add_people(plan)
    if source.format == "jsonl":
        plan.raw["_broken"] = "_broken"
        plan.check(Check("", "broken", f"{plan.raw['_broken']} IS NOT NULL"))
    return plan


def _add_people(plan: _Plan) -> None:
    """Add identifiers, contact data, attributes, and what an event keeps as its properties."""
    mapping = plan.mapping
    for group, prefix in (("identifiers", "i_"), ("contact", "c_"), ("attributes", "a_")):
        for name, cell in getattr(mapping, group).items():
            if cell.found_in(plan.names):
                plan.add(prefix + name, Target(), cell, required=False)
                if prefix == "i_":
                    plan.identifiers.append(name)
    kept = {column: plan.cell(Cell(column=(column,)))[0] for column in mapping.properties}
    if kept:
        pairs = ", ".join(f"{literal(name)}: {given}" for name, given in kept.items())
        plan.typed["properties"] = f"to_json({{{pairs}}})::VARCHAR"
        plan.absent.pop("properties", None)


def _fill(bench: Workbench, source: Source, plan: _Plan, table: str) -> int | None:
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


def _select(plan: _Plan, relation: str) -> str:
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


def _doubtful(plan: _Plan) -> Iterator[str]:
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


def _outputs(plan: _Plan, *, amount: bool) -> Iterator[str]:
    for name in plan.typed:
        if name in plan.dates:
            yield f"{quoted(f'{name}__at')} AS {quoted(name)}"
            yield f"{plan.dates[name].on} AS {quoted(_day(name))}"
        elif name not in plan.absent:
            yield quoted(name)
    if amount:
        yield "_net"
    if plan.mapping.kind == "order_lines":
        yield f"{content_sql(plan.mapping)} AS _line"


def _day(moment: str) -> str:
    """The name of the business day of a moment."""
    return moment.removesuffix("_at").removesuffix("_on") + "_day"


def _amount_column(plan: _Plan) -> str:
    for name in ("net_amount", "gross_amount", "unit_price"):
        if column := plan.cell(plan.mapping.columns.get(name))[1]:
            return column
    return ""


def _amount_given(plan: _Plan) -> str:
    given = amount_names(plan.mapping)
    return " AND ".join(f"{quoted(name)} IS NOT NULL" for name in given) or "false"
