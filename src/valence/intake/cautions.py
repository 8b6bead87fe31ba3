"""Cautions: what the figures of a file that landed show to be amiss or unexpected."""

from __future__ import annotations

from collections.abc import Iterator

from valence.core.messages import Message, message
from valence.intake.mapping import FileMapping
from valence.intake.summary import FileSummary
from valence.kit.languages import by_number


def cautions(mapping: FileMapping, told: FileSummary) -> Iterator[Message]:
    """Yield what to mind about the orders of a file."""
    if told.kind not in {"orders", "order_lines"}:
        return
    yield from _of_cancelled(told)
    yield from _of_nobody(mapping, told)


def _of_cancelled(told: FileSummary) -> Iterator[Message]:
    number = told.totals.cancelled
    if number:
        yield by_number(
            number,
            message(
                "1 order of {file} was cancelled: it is no purchase and counts nowhere.",
                file=told.file,
            ),
            message(
                "{count:,} orders of {file} were cancelled: they are no purchases and count "
                "nowhere.",
                count=number,
                file=told.file,
            ),
        )


def _of_nobody(mapping: FileMapping, told: FileSummary) -> Iterator[Message]:
    """Orders of which none names a customer are in no customer's figures: seldom what is meant."""
    landed = told.read - told.quarantined
    # Lines may leave their customer to the file of orders.
    if not told.totals.orders or told.totals.without_customer < landed:
        return
    if not mapping.identifiers:
        if mapping.kind == "order_lines" and "ordered_at" not in mapping.columns:
            return
        yield message(
            "No column of {file} is taken for the customer, so that its orders count in the "
            "totals only, in no customer's figures. If one names the customer, say which and "
            "import again: `--column user_id=NAME`, or email, phone, loyalty_no.",
            file=told.file,
        )
        return
    yield message(
        "No row of {file} names a customer: {columns} is empty or holds placeholders throughout. "
        "Its orders count in the totals only, in no customer's figures.",
        file=told.file,
        columns=", ".join(c for cell in mapping.identifiers.values() for c in cell.column[:1]),
    )
