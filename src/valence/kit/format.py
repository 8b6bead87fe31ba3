"""Numbers, money and dates as a reader of one language expects to see them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, get_currency_name, get_currency_symbol
from markupsafe import Markup

from valence.core.messages import Message
from valence.core.money import Money, minor_digits
from valence.kit.languages import Language

MINUS = "\N{MINUS SIGN}"
ABSENT = "\N{EN DASH}"
_NBSP = "\N{NO-BREAK SPACE}"
_NARROW = "\N{NARROW NO-BREAK SPACE}"

_FIGURE = re.compile(r"(\D*)([\d.,]+)(\D*)")

_LEAST = Decimal("0.01")  # percent that are still said as a figure
_NOTHING = Decimal("1e-9")  # what a float leaves of 0

_UTC = ZoneInfo("UTC")

Number = int | float | Decimal

# (at least, divisor, unit, digits after the point below 10 and below 100): short forms.
_SHORT_EN = ((10**9, 10**9, "B", 1, 1), (10**6, 10**6, "M", 1, 1), (10**4, 10**3, "K", 1, 1))
_SHORT_ZH = ((10**8, 10**8, "亿", 2, 1), (10**4, 10**4, "万", 1, 1))
# What a Chinese reader calls the unit of money after 万 and 亿; else CLDR's name is used.
_ZH_UNIT = {"CNY": "元"}


@dataclass(frozen=True, slots=True)
class Formats:
    """Formats of one language, with the reporting currency and the business zone of the brand.

    Every method takes None and then returns an en dash; say why with `absent`.
    """

    language: Language
    currency: str = "EUR"
    zone: ZoneInfo = _UTC

    @property
    def chinese(self) -> bool:
        """Whether numbers group by 万 and 亿."""
        return self.language.code == "zh"

    # -- numbers

    def integer(self, value: Number | None) -> str:
        """Return an exact whole number, grouped: 1,204,331."""
        return self.number(value, 0)

    def number(self, value: Number | None, digits: int = 1) -> str:
        """Return a number with exactly `digits` after the point, grouped."""
        if _absent(value):
            return ABSENT
        rounded = _rounded(value, digits)
        pattern = "#,##0." + "0" * digits if digits else "#,##0"
        return _signed(format_decimal(rounded, format=pattern, locale=self.language.locale))

    def short(self, value: Number | None) -> str:
        """Return a short number: 48.2 K, 1.9 M; in Chinese 4.8 万, 1.23 亿; small ones exact."""
        if _absent(value):
            return ABSENT
        figure, unit = self._shortened(value)
        return f"{figure}{_NBSP}{unit}" if unit else figure

    def percent(self, share: Number | None, digits: int = 1, *, column: bool = False) -> str:
        """Return a share (0 to 1) as 58.1 % in English, 58.1% in Chinese.

        .0 is left out, but not in a column, where the points stand below each other.

        A share near 0 has one digit that is not 0, down to "<0.01 %": 0 is for nothing at all.
        """
        if _absent(share):
            return ABSENT
        exact = Decimal(str(share)) * 100
        telling = _telling(exact, digits)
        figure = self.number(exact, telling) if column else self._trimmed(exact, telling)
        if abs(exact) > _NOTHING and not any(c in figure for c in "123456789"):
            least = self.number(_LEAST, 2)
            figure = f"<{least}" if exact > 0 else f">{MINUS}{least}"
        return f"{figure}%" if self.chinese else f"{figure}{_NARROW}%"

    def points(self, share: Number | None, digits: int = 1) -> str:
        """Return a difference of shares as signed percent points: +0.8 pp, 0.8 个百分点."""
        if _absent(share):
            return ABSENT
        exact = Decimal(str(share)) * 100
        figure = self._trimmed(exact, _telling(exact, digits), plus=True)
        return f"{figure}{_NBSP}{self.language.worded('pp')}"

    def change(self, value: Number | None, digits: int = 1) -> str:
        """Return a relative change as a signed percentage: +6.1 %, −3 %."""
        if _absent(value):
            return ABSENT
        said = self.percent(value, digits)
        return f"+{said}" if value is not None and value > 0 else said

    # -- money

    def money(self, value: Number | Money | None, currency: str = "") -> str:
        """Return an exact amount with its symbol and the currency's digits: £9,747,747.93."""
        if _absent(value):
            return ABSENT
        amount, code = self._amount(value, currency)
        figure = self.number(abs(amount), minor_digits(code))
        sign = MINUS if amount < 0 and any(c in figure for c in "123456789") else ""
        return f"{sign}{self._symbol(code)}{figure}"

    def money_short(self, value: Number | Money | None, currency: str = "") -> str:
        """Return a short amount: ¥1.9 M and £9.7 M in English, 190 万元 and 975 万英镑 in Chinese.

        Below 10,000 it is the symbol and a whole number, or two digits under 100.
        """
        if _absent(value):
            return ABSENT
        amount, code = self._amount(value, currency)
        figure, unit = self._shortened(abs(amount), small=2 if 0 < abs(amount) < 100 else 0)
        sign = MINUS if amount < 0 and any(c in figure for c in "123456789") else ""
        if self.chinese and unit:
            return f"{sign}{figure}{_NBSP}{unit}{self.currency_unit(code)}"
        return f"{sign}{self._symbol(code)}{figure}" + (f"{_NBSP}{unit}" if unit else "")

    def currency_unit(self, currency: str = "") -> str:
        """Return the unit for an axis: ¥, £; in Chinese 元, 英镑."""
        code = currency or self.currency
        if not self.chinese:
            return self._symbol(code)
        return _ZH_UNIT.get(code) or str(get_currency_name(code, locale=self.language.locale))

    # -- intervals

    def interval(self, low: Number | None, high: Number | None, how: str = "short") -> str:
        """Return `low–high` in the named format; the unit stands once where both share it.

        `how` is short, integer, number, percent, money or money_short.
        """
        if _absent(low) or _absent(high):
            return ABSENT
        form = getattr(self, how)
        return _joined(form(low), form(high))

    # -- names

    def listed(self, names: Iterable[str]) -> str:
        """Return names one after the other: "a, b" or “a、b”."""
        return ("、" if self.chinese else ", ").join(names)

    # -- time

    def day(self, value: date | None) -> str:
        """Return a day: 31 Oct 2026; in Chinese 2026-10-31."""
        if value is None:
            return ABSENT
        pattern = "yyyy-MM-dd" if self.chinese else "d MMM yyyy"
        return str(format_date(value, format=pattern, locale=self.language.locale))

    def month(self, value: date | None) -> str:
        """Return a month: Oct 2026; in Chinese 2026年10月."""
        if value is None:
            return ABSENT
        pattern = "yyyy年M月" if self.chinese else "MMM yyyy"
        return str(format_date(value, format=pattern, locale=self.language.locale))

    def instant(self, value: datetime | None) -> str:
        """Return an instant in the business zone, to the minute; one without a zone is UTC."""
        if value is None:
            return ABSENT
        known = value if value.tzinfo else value.replace(tzinfo=UTC)
        pattern = "yyyy-MM-dd HH:mm" if self.chinese else "d MMM yyyy, HH:mm"
        return str(
            format_datetime(
                known.astimezone(self.zone), format=pattern, locale=self.language.locale
            )
        )

    def seconds(self, value: float | None) -> str:
        """Return a duration: 0.4 s, 12 s, 3 min 20 s."""
        if value is None:
            return ABSENT
        if value < 0.05:
            return self.language.worded("under {n} s", n=self.number(0.1, 1))
        if value < 60:
            figure = self.number(value, 0 if value >= 10 else 1)
            return self.language.worded("{n} s", n=figure)
        whole = round(value)
        return self.language.worded("{m} min {s} s", m=self.integer(whole // 60), s=whole % 60)

    # -- other

    def yes_no(self, value: bool | None) -> str:  # noqa: FBT001 - a cell's value
        """Return yes or no."""
        if value is None:
            return ABSENT
        return self.language.worded("yes" if value else "no")

    def absent(self, reason: Message) -> Markup:
        """Return an en dash that says on hover and to a screen reader why nothing stands there."""
        said = self.language.worded(reason)
        return Markup(
            '<span class="v-absent" title="{0}"><span aria-hidden="true">–</span>'
            '<span class="visually-hidden">{0}</span></span>'
        ).format(said)

    def cell(self, value: Any, kind: str) -> str:
        """Return a table cell's value by its kind: exact, never short."""
        if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
            return ABSENT
        forms: dict[str, Callable[[Any], str]] = {
            "int": self.integer,
            "float": lambda v: self.number(v, _telling(Decimal(str(v)), 2, 6)),
            "quantity": lambda v: self.number(v, 0 if v == int(v) else 2),
            "percent": lambda v: self.percent(v, column=True),
            "money": self.money,
            "day": self.day,
            "month": self.month,
            "instant": self.instant,
            "bool": self.yes_no,
            "seconds": self.seconds,
        }
        return str(forms[kind](value)) if kind in forms else str(value)

    # -- helpers

    def _amount(self, value: Number | Money | None, currency: str) -> tuple[Decimal, str]:
        if isinstance(value, Money):
            return value.amount, value.currency
        return Decimal(str(value)), currency or self.currency

    def _symbol(self, code: str) -> str:
        # CLDR sets CN¥ and JP¥ apart; our pages show one currency, whose own sign is enough.
        if code in ("CNY", "JPY"):
            return "¥"
        return str(get_currency_symbol(code, locale=self.language.locale))

    def _shortened(self, value: Number | None, small: int | None = None) -> tuple[str, str]:
        exact = Decimal(str(value))
        for least, divisor, unit, below_ten, below_hundred in (
            _SHORT_ZH if self.chinese else _SHORT_EN
        ):
            scaled = exact / divisor
            digits = below_ten if abs(scaled) < 10 else below_hundred if abs(scaled) < 100 else 0
            # 999,950 is 1 M and not 1,000 K, but 950,000 is 950 K and 9,999 is not 10 K.
            shown = _rounded(exact, 0) if least == 10**4 else _rounded(scaled, 3) * divisor
            if abs(shown) >= least:
                return self._trimmed(scaled, digits), unit
        if small is None:
            small = 0 if exact == exact.to_integral_value() or abs(exact) >= 100 else 1
        return (self._trimmed(exact, small) if small < 2 else self.number(exact, small)), ""

    def _trimmed(self, value: Decimal, digits: int, *, plus: bool = False) -> str:
        rounded = _rounded(value, digits)
        said = format_decimal(
            rounded,
            format="#,##0." + "#" * digits if digits else "#,##0",
            locale=self.language.locale,
        )
        return ("+" if plus and rounded > 0 else "") + _signed(said)


def _telling(value: Decimal, digits: int, most: int = 2) -> int:
    """Return the digits after the point by which a value that is not 0 does not look like 0."""
    if abs(value) > _NOTHING:
        while digits < most and _rounded(value, digits) == 0:
            digits += 1
    return digits


def _absent(value: object) -> bool:
    return value is None or (isinstance(value, float) and value != value)  # noqa: PLR0124 - NaN


def _rounded(value: Number | None, digits: int) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)


def _signed(said: str) -> str:
    """Put a true minus, and none before a zero."""
    bare = said.removeprefix("-")
    if bare == said:
        return said
    return f"{MINUS}{bare}" if any(c in bare for c in "123456789") else bare


def _joined(low: str, high: str) -> str:
    """Join `¥1.4 M` and `¥2.5 M` as `¥1.4–2.5 M`: what both share at the ends stands once."""
    ends = [_FIGURE.fullmatch(side) for side in (low, high)]
    first, last = ends
    if MINUS in low + high or not first or not last:
        return f"{low} – {high}"
    if first[3] != last[3]:
        return f"{low} – {high}"
    return f"{first[1]}{first[2]}–{last[2] if first[1] == last[1] else last[1] + last[2]}{last[3]}"
