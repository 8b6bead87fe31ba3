"""Forms of expressions that give the same answer on every engine, to the last digit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from weakref import WeakKeyDictionary

import ibis
import ibis.expr.types as ir

from valence.core.errors import BadInputError, did_you_mean, near_name
from valence.core.intervals import normal_quantile
from valence.lake.columns import IBIS, Kind

AMOUNT = IBIS["amount"]
ZERO = ibis.literal(Decimal(0), AMOUNT)
# Whose tables were given before they were Ibis tables: one measure hands them on to another.
_made_of: WeakKeyDictionary[ir.Table, str] = WeakKeyDictionary()


def filled(table: ir.Table, columns: Mapping[str, Kind]) -> ir.Table:
    """Return the table with the columns it lacks added, empty: notebooks bring few columns."""
    missing = {
        name: ibis.null(IBIS[kind]) for name, kind in columns.items() if name not in table.columns
    }
    return table.mutate(**missing) if missing else table


def given(table: Any, *columns: str) -> ir.Table:
    """Return what a caller gave as an Ibis table that has these columns.

    A pandas DataFrame and an Arrow table are taken too.

    Raises
    ------
    BadInputError
        If it is no table, or naming the first column that is missing and the nearest there is.
    """
    if not isinstance(table, ir.Table):
        kind = type(table).__module__.partition(".")[0]
        try:
            table = ibis.memtable(table)
        except Exception as wrong:
            raise BadInputError(
                "{kind} is no table. Give an Ibis table, such as `ibis.read_parquet(path)`, or a "
                "DataFrame.",
                kind=type(table).__name__,
            ) from wrong
        _made_of[table] = kind
    for name in columns:
        if name not in table.columns:
            raise BadInputError(
                "The table has no column {name!r}. {fix} Give one with `{call}`.",
                name=name,
                fix=did_you_mean(name, table.columns),
                call=_renaming(
                    _made_of.get(table, "ibis"), name, near_name(name, table.columns) or "..."
                ),
            )
    return table


def _renaming(kind: str, name: str, near: str) -> str:
    """Return the call that names a column in a table of the library `kind`."""
    calls = {
        "pandas": '.rename(columns={{"{near}": "{name}"}})',
        "pyarrow": '.rename_columns({{"{near}": "{name}"}})',
        "polars": '.rename({{"{near}": "{name}"}})',
    }
    return calls.get(kind, '.rename({name}="{near}")').format(name=name, near=near)


def days_in(table: ir.Table, *columns: str) -> ir.Table:
    """Return the table with these columns as days; a moment counts as its day."""
    other = [name for name in columns if not table[name].type().is_date()]
    return table.mutate(**{name: table[name].cast("date") for name in other}) if other else table


def amount(value: ir.Value) -> ir.DecimalValue:
    """Return money as the lake has it: decimal(18, 4)."""
    return value.cast(AMOUNT)


def total(value: ir.DecimalColumn, where: ir.BooleanValue | None = None) -> ir.DecimalScalar:
    """Return the sum of money; nothing sums to 0. Engines widen sums, hence the cast."""
    return amount(ibis.coalesce(value.sum(where=where), ZERO))


def bare(text: ir.StringValue) -> ir.StringValue:
    """Return a text without the blanks around it.

    Not by `strip`: for Spark, Ibis writes its blanks with escapes that Spark reads as the letters v
    and f, and trims these too.
    """
    return text.re_replace(r"^\s+|\s+$", "")


def folded(text: ir.StringValue) -> ir.StringValue:
    """Return a text as it is compared: in small letters, without blanks around, empty as none."""
    return bare(text).lower().nullif("")


def count_if(condition: ir.BooleanValue) -> ir.IntegerScalar:
    """Return how many rows keep the condition; an unknown one is not kept."""
    # Counted, not summed: the sum of whole numbers has another type on each engine.
    return condition.ifelse(ibis.literal(1, "int64"), ibis.null("int64")).count()


def ratio(part: ir.NumericValue, whole: ir.NumericValue) -> ir.FloatingValue:
    """Return part / whole as float64; missing where the whole is 0."""
    return part.cast("float64") / whole.cast("float64").nullif(0)


def mean_amount(value: ir.DecimalValue, n: ir.IntegerValue) -> ir.DecimalValue:
    """Return value / n in money, rounded half up to 4 decimals; `n` is 1 or more.

    Engines disagree on decimal division, and on rounding floats that are no whole numbers. Here
    every float is a whole number of ten-thousandths, or a quotient of two of them, which is never
    nearer to a half than floats can tell: exact up to 10¹¹, and equal on engines beyond.
    """
    units = (value.cast("float64") * 10_000.0).round().cast("float64")
    quotient = (units / n.cast("float64") + 0.5).floor().cast("float64")
    return amount(quotient / 10_000.0)


def month_number(day: ir.DateValue) -> ir.IntegerValue:
    """Return the month as a number that counts on over the years (year × 12 + month − 1)."""
    return day.year().cast("int64") * 12 + day.month().cast("int64") - 1


def month_start(number: ir.IntegerValue) -> ir.DateValue:
    """Return the first day of a month given by its `month_number`."""
    year = (number - number % 12) // 12
    return ibis.date(year.cast("int32"), (number % 12 + 1).cast("int32"), ibis.literal(1, "int32"))


def in_panel(customer_id: ir.StringValue, share: float) -> ir.BooleanValue:
    """Return whether a customer is in a fixed panel of that share: the same on every engine."""
    return customer_id.hexdigest("md5").right(4) < f"{min(int(share * 16**4), 16**4 - 1):04x}"


def wilson(
    share: ir.FloatingValue, n: ir.IntegerValue, *, confidence: float
) -> tuple[ir.FloatingValue, ir.FloatingValue]:
    """Return the Wilson score interval of a share observed on n: low and high, within 0 and 1."""
    z = normal_quantile(confidence)
    trials = n.cast("float64").nullif(0)
    centre = share + z * z / 2 / trials
    # Guarded: rounding may carry p(1 − p) below 0 by a hair at p = 1.
    variance = share * (1.0 - share) / trials + z * z / 4 / (trials * trials)
    half = z * (variance > 0).ifelse(variance, 0.0).sqrt()
    scale = 1.0 + z * z / trials
    low, high = (centre - half) / scale, (centre + half) / scale
    return (low < 0).ifelse(0.0, low), (high > 1).ifelse(1.0, high)


def last_rows(table: ir.Table, by: str, at: str, *columns: str, ties: Sequence[str]) -> ir.Table:
    """Return some columns of the last row of each group.

    Of rows at one moment the last is the one with the highest `ties`, compared one after the other
    as texts joined by a colon: rows are grouped, never sorted.
    """
    ended = table.group_by(by).agg(**{at: table[at].max()})
    t = table.semi_join(ended, [by, at])
    key = ibis.literal(":").join([t[name] for name in ties])
    return t.group_by(by).agg(**{name: t[name].argmax(key) for name in columns})
