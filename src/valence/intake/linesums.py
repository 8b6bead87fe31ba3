"""Sums of lines: what all lines known of an order come to, and what they say of it together."""

from __future__ import annotations

from valence.intake.shares import make_in_shares
from valence.lake.writer import Writer

_AMOUNT = "DECIMAL(18,4)"
_OFF = "coalesce(cancelled, false)"
_NO_COST = f"cost_amount IS NULL AND NOT {_OFF}"


def sum_lines(writer: Writer) -> None:
    """Make `_sums` of all lines known of the orders at hand.

    `cancelled` and `refunded` are what the lines say of the whole order, null where none of them
    says so itself: then it is for the statements of its sources. What was called off adds nothing,
    whichever file told it.
    """
    writer.table_of("order_lines")
    make_in_shares(
        writer.bench,
        "_sums",
        "SELECT count(*) * 2 FROM _resolved",  # some fifteen sums a group
        lambda some: (
            "SELECT namespace, order_id, count(*) AS lines, "
            f"{_sold('original_amount')}, {_sold('net_amount')}, "
            f"sum(discount_amount)::{_AMOUNT} AS discount_amount, "
            f"sum(tax_amount)::{_AMOUNT} AS tax_amount, {_costs()}, "
            f"sum(returned_amount)::{_AMOUNT} AS returned_amount, sum(quantity) AS units, "
            f"max(currency) AS currency, {_all_of('cancelled')}, {_all_of('refunded', _OFF)} "
            f"FROM (FROM order_lines WHERE {some}) SEMI JOIN "
            f"(FROM _heads WHERE {some}) USING (namespace, order_id) GROUP BY namespace, order_id"
        ),
    )


def _sold(name: str) -> str:
    """SQL of what the lines of an order sold; the sum of all if they only gave back."""
    gave_back = "net_amount < 0 AND returned_amount > 0"
    return (
        f"(CASE WHEN max({name}) > 0 THEN sum({name}) FILTER (WHERE NOT ({gave_back})) "
        f"ELSE sum({name}) END)::{_AMOUNT} AS {name}"
    )


def _costs() -> str:
    """SQL of the cost of an order, or else of what is known of it.

    Known for some lines only, it is not the order's: the others would count as free. What is known
    stands beside what the others brought, of which value takes the margin rate.
    """
    known = f"sum(cost_amount) FILTER (WHERE NOT {_OFF})"
    # As of single lines: an amount below 0 and what is said to be given back are the same money.
    back = "coalesce(returned_amount, 0)"
    brought = f"CASE WHEN net_amount < 0 THEN least(net_amount, -{back}) ELSE net_amount - {back}"
    others = f"coalesce(sum({brought} END) FILTER (WHERE {_NO_COST}), 0)"
    some = f"bool_or({_NO_COST})"
    return (
        f"(CASE WHEN NOT {some} THEN {known} END)::{_AMOUNT} AS cost_amount, "
        f"(CASE WHEN {some} THEN {known} END)::{_AMOUNT} AS known_cost_amount, "
        f"(CASE WHEN {some} AND {known} IS NOT NULL THEN {others} END)::{_AMOUNT} "
        "AS uncosted_amount"
    )


def _all_of(flag: str, but: str = "false") -> str:
    """SQL of whether all lines say it, but for some; null where no line says anything itself.

    Beside lines that do, one without the word was stored before lines had it, and is not meant.
    """
    said = f"bool_and(coalesce({flag}, false)) FILTER (WHERE NOT {but})"
    return f"CASE WHEN count({flag}) > 0 THEN {said} END AS {flag}"
