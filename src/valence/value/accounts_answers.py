"""What the pages of firms tell, read from the published tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir

from valence.lake.portable import ZERO, count_if, ratio, total
from valence.lake.reading import Tables
from valence.value.answers import summary_of

ONE_PERSON = 0.8  # a firm hangs on one person who brings more than this share of its value
HANGS = f"customers > 1 and top_customer_share > {ONE_PERSON}"
SILENT = "orders_12m == 0 and value_prior_12m_amount > 0"


@dataclass(frozen=True, slots=True)
class Firms:
    """All firms together, and what to look at among them."""

    as_of: date
    basis: str | None
    firms: int
    customers: int
    value_12m: Decimal
    value_prior_12m: Decimal
    of_customers: Decimal  # value of all customers in these months, firms' or not
    hanging: int
    hanging_value: Decimal
    silent: int
    silent_value: Decimal  # of the year before

    @property
    def share(self) -> float | None:
        """What firms bring of all customers' value."""
        return float(self.value_12m / self.of_customers) if self.of_customers > 0 else None


def firms_of(tables: Tables) -> Firms | None:
    """Return the firms in short; None before the first build."""
    if not tables.has("accounts") or (summary := summary_of(tables)) is None:
        return None
    t, everyone = tables.table("accounts"), tables.table("customers")
    hangs = (t.customers > 1) & (t.top_customer_share > ONE_PERSON)
    silent = (t.orders_12m == 0) & (t.value_prior_12m_amount > ZERO)
    found = tables.one(
        t.agg(
            firms=t.count(),
            customers=t.customers.sum(),
            value_12m=total(t.value_12m_amount),
            value_prior_12m=total(t.value_prior_12m_amount),
            hanging=count_if(hangs),
            hanging_value=total(t.value_12m_amount, where=hangs),
            silent=count_if(silent),
            silent_value=total(t.value_prior_12m_amount, where=silent),
        )
    )
    whole = tables.one(everyone.agg(value=total(everyone.value_12m_amount)))
    if found is None or whole is None:
        return None
    people = int(found.pop("customers") or 0)
    return Firms(
        summary["as_of"],
        summary["value_basis"],
        customers=people,
        of_customers=whole["value"],
        **found,
    )


def people_of(tables: Tables, account_id: str) -> ir.Table:
    """Return the customers of a firm, with their share of its value."""
    belongs, customers = tables.table("customer_accounts"), tables.table("customers")
    own = belongs.filter(belongs.account_id == account_id).select("customer_id", "accounts")
    t = customers.inner_join(own, "customer_id")
    whole = t.value_amount.sum()
    return t.mutate(firm_share=(whole > 0).ifelse(ratio(t.value_amount, whole), None))


def firm_of(tables: Tables, account_id: str) -> dict[str, Any] | None:
    """Return what one firm brings; None if there is none of that name."""
    if not tables.has("accounts"):
        return None
    t = tables.table("accounts")
    return tables.one(t.filter(t.account_id == account_id))
