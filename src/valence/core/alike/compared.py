"""Who was affected by an event, compared with those alike who were not: what both rest on."""

from __future__ import annotations

from dataclasses import dataclass

from valence.core.alike.balance import Balance, balance_of
from valence.core.alike.basis import Basis, Codes, Flags, Floats, Singles
from valence.core.alike.effect import Compared
from valence.core.alike.nuisance import Without, folds_of, propensity, without


@dataclass(frozen=True, slots=True)
class Rules:
    """What it takes to say something, and how sure intervals are."""

    minimum: int = 50  # moments on either side
    confidence: float = 0.9
    trim: float = 0.95  # propensity beyond which nobody like the affected went unharmed
    most_trimmed: float = 0.2  # share of the affected left out, beyond which too few are alike
    least_effective: float = 25.0  # controls, as many equal ones as the weights make of them
    most_apart: float = 0.25  # standardised difference after weighting


USUAL = Rules()


@dataclass(frozen=True)
class Alike:
    """The affected and others, and how likely each was to be affected by what was known before."""

    mains: Singles  # (n, k)
    codes: Codes  # (n,)
    affected: Flags  # (n,)
    customer: Codes  # (n,)
    fold: Codes  # (n,)
    propensity: Floats  # (n,)
    kept: Flags  # (n,) those with others like them
    balance: Balance
    rules: Rules

    @classmethod
    def of(
        cls, mains: Singles, codes: Codes, affected: Flags, customer: Codes, rules: Rules
    ) -> Alike:
        """Return who is compared with whom: cross-fitted, one customer's moments in one fold."""
        fold = folds_of(customer)
        fewer = int(min(affected.sum(), (~affected).sum()))
        e = propensity(Basis.of(mains, codes, fewer), affected, fold)
        kept = e <= rules.trim
        balance = balance_of(mains, codes, affected, e, kept)
        return cls(mains, codes, affected, customer, fold, e, kept, balance, rules)

    @property
    def enough(self) -> bool:
        """Whether there are others like the affected."""
        return (
            self.balance.trimmed <= self.rules.most_trimmed
            and self.balance.effective >= self.rules.least_effective
            and int((self.affected & self.kept).sum()) >= self.rules.minimum
        )

    @property
    def balanced(self) -> bool:
        """Whether the compared are alike in what was known, but for what chance does to so few."""
        affected = int((self.affected & self.kept).sum())
        by_chance = 3 * (1 / affected + 1 / self.balance.effective) ** 0.5
        return bool(self.balance.after <= max(self.rules.most_apart, by_chance))

    def expected(self, later: Floats) -> tuple[Basis, Without]:
        """Return what was to be expected of each without the event, and on which basis."""
        basis = Basis.of(self.mains, self.codes, int((~self.affected).sum()))
        return basis, without(basis, later, ~self.affected, self.fold)

    def compared(self, later: Floats, expected: Floats) -> Compared:
        """Return those who are compared, with what came of each and what was to be expected."""
        kept = self.kept
        return Compared(
            self.affected[kept],
            later[kept],
            expected[kept],
            self.propensity[kept],
            self.customer[kept],
        )
