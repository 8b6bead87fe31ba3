"""A value from outside, as the type that the catalog declares, or the sentence that refuses it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from valence.core.errors import BadInputError
from valence.core.rules.types import Type, words

_INT_END = 2**63
_DECIMAL_END = Decimal(10) ** 14
_SCALE = Decimal("0.0001")


def of_type(value: Any, kind: Type, name: str) -> Any:
    """Return a value of column `name` as a rule reads it; None and NaN are missing.

    Raises
    ------
    BadInputError
        If it is no value of that type: a str for a day, a datetime without zone, a float for an
        amount.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    read = _READERS[kind](value)
    if read is None:
        raise BadInputError(
            "{name} must be {kind}, not {value!r} ({python}).",
            name=name,
            kind=words(kind),
            value=value,
            python=type(value).__name__,
        )
    return read


def _int(value: Any) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if -_INT_END <= value < _INT_END else None


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    exact = Decimal(value)
    if not exact.is_finite() or abs(exact) >= _DECIMAL_END or exact != exact.quantize(_SCALE):
        return None
    return exact


def _float(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _day(value: Any) -> date | None:
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def _instant(value: Any) -> datetime | None:
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    return value.astimezone(UTC)


_READERS: Mapping[Type, Callable[[Any], Any]] = {
    Type.INT: _int,
    Type.DECIMAL: _decimal,
    Type.FLOAT: _float,
    Type.TEXT: lambda value: value if isinstance(value, str) else None,
    Type.BOOL: lambda value: value if isinstance(value, bool) else None,
    Type.DAY: _day,
    Type.INSTANT: _instant,
}
