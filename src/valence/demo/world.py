"""World: the constants of the simulated brand, chosen before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from valence.core.errors import BadInputError, did_you_mean
from valence.core.money import minor_digits

Process = Literal["pareto-nbd", "bg-nbd"]

# What one yuan is elsewhere, to give plausible prices: a price level, not an exchange rate.
_PRICE_LEVELS = {"CNY": 1.0, "EUR": 0.13, "USD": 0.14, "GBP": 0.11, "JPY": 21.0, "HKD": 1.1}

_ABOVE_ZERO = (
    "rate_shape", "rate_scale_weeks", "hazard_shape", "hazard_scale_weeks", "dropout_a",
    "dropout_b", "spend_shape",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The brand's constants. The defaults give a tea and home brand that sells three ways.

    With `seasonal=False`, `first_product_matters=False` and `experiences_matter=False` the
    purchases are exactly the named process, so that an estimator must recover the constants below;
    otherwise the calendar warps its clock, the first product bends its hazard and bad experiences
    thin and end it, all known in the truth.

    Symbols as in the literature: Pareto/NBD r, alpha, s, beta (Schmittlein, Morrison & Colombo
    1987), BG/NBD r, alpha, a, b (Fader, Hardie & Lee 2005), time in weeks.
    """

    process: Process = "pareto-nbd"
    rate_shape: float = 0.62  # r
    rate_scale_weeks: float = 7.5  # alpha: the mean rate is r / alpha purchases a week
    hazard_shape: float = 0.65  # s
    hazard_scale_weeks: float = 16.0  # beta: the mean hazard is s / beta a week
    dropout_a: float = 0.75  # a
    dropout_b: float = 2.6  # b: the mean drop-out after a repeat purchase is a / (a + b)
    spend_shape: float = 3.4  # q: the spend level is inverse gamma with this shape and mean 1
    seasonal: bool = True
    first_product_matters: bool = True
    experiences_matter: bool = True  # late parcels and unsolved contacts cost later orders
    hidden_trouble: bool = False  # who is about to leave meets more of both: no table shows why
    yearly_growth: float = 0.35  # of newly won customers
    registered_only_share: float = 0.04  # persons who signed up and never bought
    duplicate_share: float = 0.12  # persons with a second record
    shared_phone_share: float = 0.003  # persons who use a relative's phone: a trap for merging
    anonymous_share: float = 0.12  # of store orders, without any identifier
    language: Literal["en", "zh"] = "en"  # of product and city names in the order files
    currency: str = "CNY"
    timezone: str = "Asia/Shanghai"  # wall clock of every file

    def __post_init__(self) -> None:
        self._check_numbers()
        if self.process not in ("pareto-nbd", "bg-nbd"):
            raise BadInputError(
                "The process {process!r} is not known. {fix}",
                process=self.process,
                fix=did_you_mean(self.process, ("pareto-nbd", "bg-nbd")),
            )
        if self.currency not in _PRICE_LEVELS:
            minor_digits(self.currency)
            raise BadInputError(
                "The simulated brand has no price level for {currency}. Use one of {known}.",
                currency=self.currency,
                known=", ".join(sorted(_PRICE_LEVELS)),
            )

    def _check_numbers(self) -> None:
        shares = [f.name for f in fields(self) if f.name.endswith("_share")]
        for name in shares:
            if not 0 <= getattr(self, name) <= 1:
                raise BadInputError(
                    "{name} of the simulated brand is {value}; a share lies between 0 and 1.",
                    name=name,
                    value=getattr(self, name),
                )
        for name in _ABOVE_ZERO:
            if not getattr(self, name) > (1 if name == "spend_shape" else 0):
                raise BadInputError(
                    "{name} of the simulated brand is {value}; it must be above {least}.",
                    name=name,
                    value=getattr(self, name),
                    least=1 if name == "spend_shape" else 0,
                )

    @property
    def minor_per_yuan(self) -> float:
        """Minor units of the currency that a price of one yuan becomes."""
        return float(_PRICE_LEVELS[self.currency] * 10**self.digits)

    @property
    def digits(self) -> int:
        """Digits after the point in the currency."""
        return minor_digits(self.currency)
