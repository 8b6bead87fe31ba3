"""The journey map as one picture: a scalable drawing that stands alone."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from valence.journey.map_view import CellOf

_WIDTH, _HEIGHT, _GAP, _TOP = 176, 72, 10, 92
# As on the page, on paper: always light.
SHADES = {
    "v-felt-better-1": "#e2efed", "v-felt-better-2": "#cbe1df", "v-felt-better-3": "#b3d3d0",
    "v-felt-worse-1": "#f7e8e1", "v-felt-worse-2": "#f0d2c4", "v-felt-worse-3": "#e9bba6",
}  # fmt: skip
PLAIN, _INK, _MUTED = "#f2f3f4", "#1d252c", "#59636e"
_FONT = "font-family=\"Noto Sans, 'Noto Sans CJK SC', sans-serif\""


def map_svg(
    columns: Sequence[tuple[str, Sequence[tuple[CellOf, Sequence[str]]]]], title: str, answer: str
) -> str:
    """Return the map as SVG.

    Parameters
    ----------
    columns
        Each stage with its cells, and the worded lines of each cell.
    title, answer
        What stands above the map.
    """
    deepest = max((len(cells) for _, cells in columns), default=0)
    width = len(columns) * (_WIDTH + _GAP) + _GAP
    height = _TOP + deepest * (_HEIGHT + _GAP) + _GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" {_FONT}>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _text(_GAP, 26, title, size=19, weight=700),
        _text(_GAP, 50, answer, size=13, colour=_MUTED),
    ]
    for at, (stage, cells) in enumerate(columns):
        x = _GAP + at * (_WIDTH + _GAP)
        parts.append(_text(x + 4, _TOP - 12, stage, size=12, weight=600, colour=_MUTED))
        for row, (cell, lines) in enumerate(cells):
            parts += _cell(x, _TOP + row * (_HEIGHT + _GAP), cell, lines)
    return "".join([*parts, "</svg>"])


def _cell(x: int, y: int, cell: CellOf, lines: Sequence[str]) -> list[str]:
    name = f"{cell.name} ★" if cell.moment else cell.name
    out = [
        f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="6" '
        f'fill="{SHADES.get(cell.shade, PLAIN)}"/>',
        _text(x + 10, y + 21, _fitted(name), size=13, weight=700),
    ]
    out += [
        _text(x + 10, y + 40 + 18 * at, _fitted(line), size=12) for at, line in enumerate(lines[:2])
    ]
    return out


def _text(x: int, y: int, text: str, *, size: int, weight: int = 400, colour: str = _INK) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}">'
        f"{escape(text)}</text>"
    )


def _fitted(text: str, room: float = 25.0) -> str:
    """The text as far as it fits: a Chinese character is as wide as two others."""
    used = 0.0
    for at, letter in enumerate(text):
        used += 1.75 if ord(letter) > 0x2E7F else 1.0
        if used > room:
            return text[:at].rstrip() + "…"
    return text
