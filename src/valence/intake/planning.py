"""Planning: the SELECT that stages a source, layer by layer: raw cells, typed values, checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from valence.intake.amounts import amount_names
from valence.intake.dates import DateSql, instant_sql, read_sql
from valence.intake.mapping import PARTS, Cell, FileMapping, folded
from valence.intake.parsing import blank_sql, boolean_sql, let, number_sql, text_sql
from valence.intake.parts import moment_sql, name_sql
from valence.intake.reading import Source, require_columns
from valence.intake.scores import off_scale_sql
from valence.intake.targets import KINDS, Target
from valence.lake.workbench import literal, quoted

SENTINEL_BEFORE = "1970-01-02"  # 1900-01-01, 1899-12-30 and second 0 of 1970 stand for "no date"
_SQL = {"number": "DECIMAL(18,4)", "float": "DOUBLE", "int": "BIGINT"}
_EMPTY = {
    "text": "VARCHAR", "number": "DECIMAL(18,4)", "float": "DOUBLE", "int": "BIGINT",
    "bool": "BOOLEAN", "date": "TIMESTAMPTZ",
}  # fmt: skip
# By what a target holds: the reason for which a cell that says something else does not land.
_UNREADABLE = {"number": "no amount", "float": "no number", "int": "no number", "date": "no day"}


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


class Plan:
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
                self.absent[day_of(name)] = "DATE"
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
        unreadable = self._place(
            Check(column, _UNREADABLE.get(target.type, "unreadable"), f"{at} IS NULL")
        )
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
        if (column := cell.time_in(self.names)) is not None:
            time = self.raw.setdefault(column, f"r{len(self.raw)}")
            order = cell.date or self.mapping.date or "ymd"
            return moment_sql(given, time, kind=kind, order=order)
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


def planned(source: Source, mapping: FileMapping, rules: Rules) -> Plan:
    """Return the plan of all that a mapping reads of a source, with the checks of each row."""
    plan = Plan(source, mapping, rules)
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


def _add_people(plan: Plan) -> None:
    """Add identifiers, contact data, attributes, and what an event keeps as its properties."""
    mapping = plan.mapping
    for group, prefix in (("identifiers", "i_"), ("contact", "c_"), ("attributes", "a_")):
        for name, cell in getattr(mapping, group).items():
            if cell.found_in(plan.names) and not (prefix == "c_" and name in PARTS):
                plan.add(prefix + name, Target(), cell, required=False)
                if prefix == "i_":
                    plan.identifiers.append(name)
    if set(PARTS) & set(mapping.contact):
        _add_name(plan)
    kept = {column: plan.cell(Cell(column=(column,)))[0] for column in mapping.properties}
    if kept:
        pairs = ", ".join(f"{literal(name)}: {given}" for name, given in kept.items())
        plan.typed["properties"] = f"to_json({{{pairs}}})::VARCHAR"
        plan.absent.pop("properties", None)


def _add_name(plan: Plan) -> None:
    """Add the name of the person that its parts make; a whole one stands above them."""
    first, last, whole = (plan.cell(plan.mapping.contact.get(n))[0] for n in (*PARTS, "name"))
    made = name_sql("f", "l")
    parts = let(text_sql(f"{first}::VARCHAR"), "f", let(text_sql(f"{last}::VARCHAR"), "l", made))
    plan.typed["c_name"] = f"coalesce({text_sql(f'{whole}::VARCHAR')}, {parts})"
    plan.absent.pop("c_name", None)


def day_of(moment: str) -> str:
    """The name of the business day of a moment."""
    return moment.removesuffix("_at").removesuffix("_on") + "_day"
