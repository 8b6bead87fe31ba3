"""The segment grid in words: recency against frequency and money, cell by cell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from valence.core.messages import Message, message
from valence.kit.format import Formats
from valence.kit.languages import by_number
from valence.kit.page import How, Words
from valence.value.answers import Worth
from valence.value.definitions import RfmDefinition
from valence.value.segments import LEVELS
from valence.value.words import customers_page, segment_title, sentences

DEEPEST = 8  # of the kit's ten steps of heat: text on the two deepest is too faint in the dark
RECENCY = {
    5: message("latest"),
    4: message("lately"),
    3: message("a while ago"),
    2: message("long ago"),
    1: message("longest ago"),
}
FREQUENT = {
    1: message("seldom, little"),
    2: message("below the middle"),
    3: message("in the middle"),
    4: message("above the middle"),
    5: message("often, much"),
}


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell of the segment grid, ready to be shown."""

    customers: int
    value: str
    share: str
    segment: Words
    heat: int
    href: str


def grid_rows(found: Worth, fmt: Formats) -> list[tuple[str, list[GridCell | None]]]:
    """Return the segment grid from the latest row down; None where nobody is."""
    cells = {(cell["recency_level"], cell["fm_level"]): cell for cell in found.cells}
    most = max((cell["value_share"] or 0.0 for cell in found.cells), default=0.0)
    return [
        (
            f"{recency} · {fmt.language.worded(RECENCY[recency])}",
            [
                _grid_cell(cells.get((recency, frequent)), most, fmt)
                for frequent in range(1, LEVELS + 1)
            ],
        )
        for recency in range(LEVELS, 0, -1)
    ]


def grid_columns(fmt: Formats) -> list[str]:
    """Return the heads of the segment grid's columns."""
    return [f"{level} · {fmt.language.worded(said)}" for level, said in FREQUENT.items()]


def _grid_cell(cell: Mapping[str, Any] | None, most: float, fmt: Formats) -> GridCell | None:
    if cell is None:
        return None
    share = cell["value_share"] or 0.0
    # By the square root: one cell often carries half of the value, and would leave the rest bare.
    depth = math.sqrt(max(0.0, share) / most) if most > 0 else 0.0
    return GridCell(
        cell["customers"],
        fmt.money_short(cell["value_amount"]),
        fmt.percent(cell["value_share"]),
        segment_title(cell["segment"]),
        1 + round((DEEPEST - 1) * depth),
        customers_page(
            f"recency_level == {cell['recency_level']} and fm_level == {cell['fm_level']}"
        ),
    )


def grid_answer(found: Worth, fmt: Formats) -> Message | None:
    """Say which cell carries most."""
    if not found.cells:
        return None
    best = max(found.cells, key=lambda cell: Decimal(cell["value_amount"]))
    values = {
        "recency": RECENCY[best["recency_level"]],
        "frequent": FREQUENT[best["fm_level"]],
        "n": fmt.integer(best["customers"]),
        "share": fmt.percent(best["value_share"]),
    }
    return by_number(
        best["customers"],
        message(
            "1 customer in one cell ({recency}; {frequent}) carries {share} of the value.", **values
        ),
        message(
            "{n} customers in one cell ({recency}; {frequent}) carry {share} of the value.",
            **values,
        ),
    )


def rfm_how(built: Message | str, definition: RfmDefinition, fmt: Formats) -> How:
    """Return how the segments are computed."""
    said = [message("Customers without a purchase have no score and no segment.")]
    if definition.bins != LEVELS:
        said.append(
            message("In the grid a score counts as the level that the middle of its bin falls in.")
        )
    cuts = (definition.recency_cuts, definition.frequency_cuts, definition.monetary_cuts)
    if any(cut is not None for cut in cuts):
        said.append(message("Where the definition has cuts of its own, these make the score."))
    return How(
        message(
            "Each customer is scored from 1 to {bins} for recency, frequency and monetary value "
            "by their place among the other customers. Equal values share a score, so that a score "
            "may have more or fewer customers than another: all who bought once, the least there "
            "is, have 1 for frequency. The grid takes recency down, and the mean of the other two "
            "scores across.",
            bins=definition.bins,
        ),
        formula=message("column = (frequency score + monetary score) / 2, rounded down"),
        source=message(
            "Hughes, Strategic Database Marketing (1994); segment names as usual in the field."
        ),
        inputs=("segments", "customers"),
        built=built,
        note=sentences(fmt, *said),
        links=((message("How the table of segments was built"), "/builds/tables/segments"),),
    )
