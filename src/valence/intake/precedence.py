"""Precedence: which source of a namespace is trusted most, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

ALL = "all"
HEAD = ("status", "channel", "store", "country", "coupon", "campaign", "account_id")
MONEY = (
    "net_amount", "discount_amount", "tax_amount", "cost_amount", "returned_amount", "units",
)  # fmt: skip
FIELDS = (ALL, "ordered_at", "customer", "kind", *HEAD, *MONEY, "lines")


class Teller(NamedTuple):
    """Who says something of an order: a source, in rows for orders or in rows for their lines."""

    source: str
    grain: Literal["order", "lines"]


@dataclass(frozen=True, slots=True)
class Precedence:
    """The sources of one namespace, the most trusted first, by field."""

    fields: Mapping[str, Sequence[str]]

    def ranked(self, tellers: Iterable[Teller], field: str, *, latest: str) -> list[Teller]:
        """Return who counts for a field, the most trusted first.

        Sources that are named stand in the order given. Of others, and within a source, what is
        said of a whole order stands above what its lines say; then the `latest` source counts.
        """
        named = list(self.fields.get(field) or self.fields.get(ALL) or ())

        def place(teller: Teller) -> tuple[int, bool, bool, str]:
            trusted = named.index(teller.source) if teller.source in named else len(named)
            return trusted, teller.grain != "order", teller.source != latest, teller.source

        return sorted(tellers, key=place)

    def decides(self, sources: Iterable[str]) -> bool:
        """Whether it says for every field which of these sources counts."""
        known = set(self.fields.get(ALL) or ())
        return len(set(sources) - known) < 2
