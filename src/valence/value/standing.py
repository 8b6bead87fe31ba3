"""How customers stand with the brand: their rung now and a year before, and their bond."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir

from valence.core.days import as_day, months_before
from valence.lake.portable import filled
from valence.value.bond import DEFAULT as DEFAULT_BOND
from valence.value.bond import with_bond
from valence.value.bond_definition import BondDefinition
from valence.value.ladder import DEFAULT as DEFAULT_LADDER
from valence.value.ladder import a_year_before, with_ladder
from valence.value.ladder_definition import LadderDefinition


def with_voice(facts: ir.Table, voice: ir.Table) -> ir.Table:
    """Return customer facts with what each customer said, null for who said nothing."""
    return facts.left_join(voice, "customer_id").drop("customer_id_right")


def with_standing(
    customers: ir.Table,
    *,
    as_of: date,
    facts: ir.Table,
    ladder: LadderDefinition = DEFAULT_LADDER,
    bond: BondDefinition = DEFAULT_BOND,
) -> ir.Table:
    """Return customers with the columns of `with_ladder` and `with_bond`, and `rung_prior`.

    Parameters
    ----------
    customers
        The customers table, made from `facts`.
    as_of
        The day that it stands for.
    facts
        Customer facts with the columns of `trailing`, and of `customer_voice` where there are
        answers: read once more for means over all customers, and for the year before.
    ladder, bond
        What users set.

    Returns
    -------
    Table
        The same rows and columns, and also `rung_prior` (text) and `rung_prior_number` (int): the
        rung of twelve months before by today's rules, null for who had not bought by then.
    """
    as_of = as_day(as_of)
    t = with_ladder(customers, as_of=as_of, definition=ladder, among=facts)
    t = with_bond(t, definition=bond, among=facts)
    was = a_year_before(filled(facts, {"breadth_prior": "int", "breadth_of": "text"}))
    was = with_ladder(was, as_of=months_before(as_of, 12), definition=ladder)
    was = was.select("customer_id", rung_prior=was.rung, rung_prior_number=was.rung_number)
    return t.left_join(was, "customer_id").drop("customer_id_right")
