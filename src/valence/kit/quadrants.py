"""Charts of quadrants: named points on two scales, cut where each is in the middle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from valence.kit.charts import (
    _KIND,
    MAIN,
    REST,
    WORSE,
    Chart,
    DataTable,
    Size,
    Unit,
    _word,
    axis_format,
    said,
)
from valence.kit.format import Formats
from valence.kit.page import Words


@dataclass(frozen=True, slots=True)
class Dot:
    """One named point."""

    name: str
    x: float
    y: float
    main: bool = True  # False: grey
    worse: bool = False  # the other hue: what to look at first
    href: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """One of the two scales: its name, its unit, its ends, and where it is cut."""

    name: Words
    unit: Unit
    low: float
    high: float
    cut: float


def quadrants(  # noqa: PLR0913 - the parts of a picture, each by its name
    fmt: Formats,
    chart_id: str,
    title: Words,
    dots: Sequence[Dot],
    *,
    x: Scale,
    y: Scale,
    corners: tuple[Words, Words, Words, Words],
    name: Words,
    size: Size = "l",
) -> Chart:
    """Return points in four quadrants.

    `corners` name the quadrants: upper left, upper right, lower left, lower right; `name` is what
    a point stands for.
    """
    option = {
        "grid": {"left": 12, "right": 24, "top": 34, "bottom": 30, "containLabel": True},
        "tooltip": {"trigger": "item", "formatter": {"$tip": True}},
        "xAxis": {**_axis(fmt, x), "nameLocation": "middle", "nameGap": 32},
        "yAxis": {**_axis(fmt, y), "nameTextStyle": {"align": "left"}},
        "series": [
            {
                "type": "scatter",
                "data": [_dot(fmt, dot, x, y) for dot in dots],
                "symbolSize": 11,
                "z": 4,
                "labelLayout": {"hideOverlap": True, "moveOverlap": "shiftY"},
                "markLine": {
                    "silent": True,
                    "symbol": "none",
                    "label": {"show": False},
                    "lineStyle": {"color": REST, "type": "dashed", "width": 1},
                    "data": [{"xAxis": x.cut}, {"yAxis": y.cut}],
                },
            },
            _corners(fmt, x, y, corners),
        ],
    }
    headers = ((name, "text"), (x.name, _KIND[x.unit]), (y.name, _KIND[y.unit]))
    rows = [[dot.name, dot.x, dot.y] for dot in dots]
    table = DataTable(f"{chart_id}-table", headers, rows, links=[dot.href for dot in dots])
    return Chart(chart_id, title, option, table, size=size, wide=True)


def _axis(fmt: Formats, scale: Scale) -> dict[str, Any]:
    return {
        "type": "value",
        "min": scale.low,
        "max": scale.high,
        "name": _word(fmt, scale.name),
        "axisLabel": {
            "formatter": {"$format": axis_format(fmt, scale.unit)}, "hideOverlap": True
        },
        "axisLine": {"show": True, "onZero": False},
        "splitLine": {"show": False},
        "splitNumber": 4,
    }  # fmt: skip


def _dot(fmt: Formats, dot: Dot, x: Scale, y: Scale) -> dict[str, Any]:
    mark: dict[str, Any] = {
        "value": [dot.x, dot.y],
        "tip": f"{dot.name}: {said(fmt, dot.x, x.unit)} · {said(fmt, dot.y, y.unit)}",
        "itemStyle": {"color": WORSE if dot.worse else MAIN if dot.main else REST},
        "label": {
            "show": True,
            "position": "right" if dot.x < (x.low + x.high) / 2 else "left",
            "formatter": dot.name.replace("{", ""),
            "color": "var(--v-ink)",
        },
    }
    return {**mark, "href": dot.href} if dot.href else mark


def _corners(
    fmt: Formats, x: Scale, y: Scale, corners: tuple[Words, Words, Words, Words]
) -> dict[str, Any]:
    """Unseen points that carry the names of the quadrants into their corners."""
    places = (
        (x.low, y.high, "right", "top"), (x.high, y.high, "left", "top"),
        (x.low, y.low, "right", "bottom"), (x.high, y.low, "left", "bottom"),
    )  # fmt: skip
    data = [
        {
            "value": [at_x, at_y],
            "label": {
                "show": True,
                "position": side,
                "offset": [0, 10 if edge == "top" else -10],
                "formatter": _word(fmt, words).replace("{", ""),
                "color": "var(--v-muted)",
                "fontStyle": "italic",
            },
        }
        for (at_x, at_y, side, edge), words in zip(places, corners, strict=True)
    ]
    return {"type": "scatter", "silent": True, "symbolSize": 0.01, "data": data, "z": 1}
