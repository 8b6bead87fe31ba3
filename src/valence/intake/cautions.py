"""Cautions: what the figures of a file that landed show to be amiss or unexpected."""

from __future__ import annotations

from collections.abc import Iterator

from valence.core.messages import Message, message
from valence.intake.mapping import FileMapping
from valence.intake.summary import FileSummary
from valence.kit.languages import by_number

_WORDS = 5  # of the source, that are told


def cautions(mapping: FileMapping, told: FileSummary) -> Iterator[Message]:
    """Yield what to mind about the orders and customers of a file."""
    if told.unnamed:
        yield _of_unnamed(told)
    if told.kind not in {"orders", "order_lines"}:
        return
    yield from _of_cancelled(told)
    yield from _of_nobody(mapping, told)


def _of_unnamed(told: FileSummary) -> Message:
    return by_number(
        told.unnamed,
        message(
            "1 row of {file} names nobody: no identifier in it is filled in and valid, so nothing "
            "of it landed.",
            file=told.file,
        ),
        message(
            "{count:,} rows of {file} name nobody: no identifier in them is filled in and valid, "
            "so nothing of them landed.",
            count=told.unnamed,
            file=told.file,
        ),
    )


def _of_cancelled(told: FileSummary) -> Iterator[Message]:
    number, said = told.totals.cancelled, told.totals.cancelled_as
    if not number:
        return
    words: Message | str = ""
    if said:
        named = [f"{word} {count:,}" for word, count in list(said.items())[:_WORDS]]
        words = message(" ({words})", words=", ".join(named))
    yield by_number(
        number,
        message(
            "1 order of {file} was called off{words}: it is no purchase and counts nowhere.",
            file=told.file,
            words=words,
        ),
        message(
            "{count:,} orders of {file} were called off{words}: they are no purchases and count "
            "nowhere. Other words mean it? `cancelled: [word, …]` in the mapping says which.",
            count=number,
            file=told.file,
            words=words,
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
