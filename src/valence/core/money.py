"""Money: whole minor units of an ISO 4217 currency, rounded once, split so that parts sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from babel.core import get_global

from valence.core.errors import BadInputError, near_name
from valence.core.messages import Message, message

_FRACTIONS = get_global("currency_fractions")  # CLDR: digits after the point where not two
_KNOWN = get_global("all_currencies")
_COMMON = ("USD", "EUR", "CNY", "GBP", "JPY")
# What people say instead of the code; some of it is nearer to the code of another currency.
_SPOKEN = {
    "dollar": "USD",
    "euro": "EUR",
    "yuan": "CNY",
    "renminbi": "CNY",
    "rmb": "CNY",
    "pound": "GBP",
    "sterling": "GBP",
    "yen": "JPY",
}


def minor_digits(currency: str) -> int:
    """Return how many digits follow the point in `currency`: 2 for EUR, 0 for JPY, 3 for KWD.

    Raises
    ------
    BadInputError
        If the code is not an ISO 4217 currency.
    """
    if currency not in _KNOWN:
        raise BadInputError(
            "{currency!r} is not an ISO 4217 currency code. {fix}",
            currency=currency,
            fix=_meant(currency),
        )
    return int(_FRACTIONS.get(currency, _FRACTIONS["DEFAULT"])[0])


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An exact amount: whole minor units (cents, fen, yen) of one currency."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> Money:
        """Round a major-unit amount, half to even, to the minor unit: the one place of rounding."""
        exact = Decimal(amount).scaleb(minor_digits(currency))
        return cls(int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)), currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    def __add__(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise BadInputError(
                "{a} and {b} are two currencies; convert one by an fx rate before adding.",
                a=self.currency,
                b=other.currency,
            )
        return Money(self.minor + other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return self + -other


def allocate(total: Money, weights: Sequence[Decimal | int | float]) -> list[Money]:
    """Split `total` in proportion to `weights` so that the parts sum to it exactly.

    Largest remainder (Hamilton's method): the minor units left over by rounding down go one each
    to the parts that lost most, the earlier part first on a tie.

    Raises
    ------
    BadInputError
        If no weight is above zero, or one is below.
    """
    shares = [Decimal(str(weight)) for weight in weights]
    if not shares or min(shares) < 0 or sum(shares) == 0:
        raise BadInputError("An amount can only be split by weights of 0 or more, one above 0.")
    whole, sign = sum(shares, Decimal(0)), 1 if total.minor >= 0 else -1
    exact = [abs(total.minor) * share / whole for share in shares]
    parts = [int(part) for part in exact]
    by_loss = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_loss[: abs(total.minor) - sum(parts)]:
        parts[i] += 1
    return [Money(sign * part, total.currency) for part in parts]


def _meant(currency: str) -> Message:
    """Offer the code that was probably meant, else those in common use: there are hundreds."""
    code = currency.strip().upper()
    word = code.casefold().rpartition(" ")[2]
    if code not in _KNOWN:
        code = _SPOKEN.get(word.removesuffix("s"), "") or near_name(code, _KNOWN) or ""
    if code:
        return message("Did you mean {near!r}?", near=code)
    return message("Common ones are: {names}.", names=", ".join(_COMMON))
