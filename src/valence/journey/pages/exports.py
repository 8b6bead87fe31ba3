"""The journey map to take along: a drawing, a table, a presentation."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from fastapi.responses import Response

from valence.core.messages import Message, message
from valence.journey import board_view, map_view
from valence.journey.deck import Pages, map_deck
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.drawn import map_svg
from valence.journey.map_answers import JourneyMap
from valence.journey.map_reading import map_built
from valence.journey.map_view import CellOf
from valence.journey.pages.router import pages
from valence.journey.stake.view import title_of
from valence.kit.ask import Ask, Asked
from valence.kit.built import defined
from valence.kit.page import Words

_DECK = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
Columns = Sequence[tuple[str, Sequence[tuple[CellOf, Sequence[str]]]]]


@pages.get("/journey/map.svg", permission="journey:read")
def map_drawing(ask: Ask) -> Response:
    """Give the map as a scalable drawing."""
    found = _found(ask)
    drawn = map_svg(_columns(ask, found), _title(ask, found), _answer(ask, found))
    return _download(drawn.encode(), "image/svg+xml", "journey-map.svg")


@pages.get("/journey/map.csv", permission="journey:read")
def map_csv(ask: Ask) -> Response:
    """Give every touchpoint with all its measures as a table."""
    found = _found(ask)
    rows = [_flat(place.told()) for place in found.places]
    kept = io.StringIO()
    writer = csv.DictWriter(kept, fieldnames=list(dict.fromkeys(k for row in rows for k in row)))
    writer.writeheader()
    writer.writerows(rows)
    return _download(kept.getvalue().encode(), "text/csv; charset=utf-8", "journey-map.csv")


@pages.get("/journey/map.pptx", permission="journey:read")
def map_presentation(ask: Ask) -> Response:
    """Give the map as a presentation with native charts."""
    found, fmt = _found(ask), ask.format
    board = board_view.board(found, fmt)
    head = [_worded(ask, title) for title, _ in board.headers]
    body = [[_worded(ask, cell) for cell in row] for row in board.rows]
    stakes = [
        (title_of(place.touchpoint.name, stake.kind, fmt), stake.amount)
        for place in found.places
        for stake in place.measures.stakes
        if stake.sure and stake.amount is not None
    ]
    made = map_deck(
        Pages(
            title=_title(ask, found),
            answer=_answer(ask, found),
            columns=_columns(ask, found),
            bars_title=ask._(message("Where is most value at stake?")),
            bars_unit=ask._(message("At stake, twelve months ({currency})", currency=fmt.currency)),
            bars=sorted(stakes, key=lambda bar: -bar[1]),
            board_title=ask._(message("What does each stage show?")),
            board=[head, *body],
        )
    )
    return _download(made, _DECK, "journey-map.pptx")


def _found(ask: Asked) -> JourneyMap:
    definition = defined(ask, JOURNEY_KIND, JourneyDefinition, "journey_steps")
    return map_built(ask.reader, definition, ask.as_of)


def _columns(ask: Asked, found: JourneyMap) -> Columns:
    return [
        (stage, [(cell, [_worded(ask, line) for line in cell.lines]) for cell in cells])
        for stage, cells in map_view.columns(found, ask.format)
    ]


def _title(ask: Asked, found: JourneyMap) -> str:
    return f"{ask._(message('Journey map'))}, {ask.format.day(found.as_of)}"


def _answer(ask: Asked, found: JourneyMap) -> str:
    said = map_view.answer(found, ask.format)
    parts = [_worded(ask, said.core)]
    if said.interval:
        parts.append(f"({_worded(ask, said.interval)})")
    if said.rest:
        parts.append(_worded(ask, said.rest))
    return " ".join(parts)


def _worded(ask: Asked, words: Words | None) -> str:
    if words is None:
        return "–"
    return ask._(words) if isinstance(words, Message) else str(words)


# Of what stands several times at a touchpoint, what the columns of each are called.
_SEVERAL = {"felt": "{metric}", "felt_by_channel": "{metric}_{channel}", "stakes": "stake_{kind}"}


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """One row of a table: what is nested is named by its place."""
    out: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            out |= {f"{name}_{part}": held for part, held in value.items()}
        elif name in _SEVERAL:
            called = _SEVERAL[name]
            for each in value:
                parts = {part: held for part, held in each.items() if f"{{{part}}}" not in called}
                out |= {f"{called.format(**each)}_{part}": held for part, held in parts.items()}
        elif not isinstance(value, list):
            out[name] = value
    return out


def _download(body: bytes, kind: str, name: str) -> Response:
    head = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=kind, headers=head)
