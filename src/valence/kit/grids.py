"""Charts of concentration and of grids: the Lorenz curve, the RFM grid, the cohort triangle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from valence.core.messages import Message, message
from valence.kit.charts import (
    _KIND,
    MAIN,
    REST,
    WORSE,
    Cell,
    Chart,
    DataTable,
    Size,
    Unit,
    _word,
    axis_format,
    said,
    value_axis,
)
from valence.kit.format import Formats
from valence.kit.page import Words

_LETTERS = 30  # of all names of columns, that stand side by side on a phone
HEAT = ("var(--v-main, 0.05)", "var(--v-main, 0.55)")  # text stays readable on the deepest


def lorenz(
    fmt: Formats,
    chart_id: str,
    title: Words,
    points: Sequence[tuple[float, float]],
    *,
    mark: tuple[float, float] | None = None,
    mark_says: Words = "",
) -> Chart:
    """Return a Lorenz curve, best customers first: share of customers against share of value.

    `points` run from (0, 0) to (1, 1); `mark` is drawn as a point with `mark_says` beside it.
    """
    percent = {"formatter": {"$format": axis_format(fmt, "percent")}}
    customers, value = message("Customers, best first"), message("Value")
    axis = {"type": "value", "min": 0, "max": 1, "interval": 0.2, "axisLabel": percent}
    curve = [{"value": [x, y], "tip": f"{fmt.percent(x)} → {fmt.percent(y)}"} for x, y in points]
    series: list[dict[str, Any]] = [
        {
            "type": "line",
            "data": curve,
            "showSymbol": False,
            "color": MAIN,
            "lineStyle": {"color": MAIN, "width": 2.25},
            "areaStyle": {"color": "var(--v-main, 0.1)", "opacity": 1},
            "z": 3,
        },
        {
            "type": "line",
            "data": [[0, 0], [1, 1]],
            "symbol": "none",
            "silent": True,
            "lineStyle": {"color": REST, "type": "dashed", "width": 1},
            "tooltip": {"show": False},
        },
    ]
    if mark is not None:
        series.append(_mark(fmt, mark, mark_says))
    option = {
        "grid": {"left": 12, "right": 24, "top": 30, "bottom": 26, "containLabel": True},
        "tooltip": {"trigger": "axis", "formatter": {"$tip": True}},
        "xAxis": {
            **axis,
            "name": _word(fmt, customers),
            "nameLocation": "middle",
            "nameGap": 30,
            "splitLine": {"show": False},
        },
        "yAxis": {**axis, "name": _word(fmt, value), "nameTextStyle": {"align": "left"}},
        "series": series,
    }
    table = DataTable(
        f"{chart_id}-table", ((customers, "percent"), (value, "percent")), _thinned(points)
    )
    return Chart(chart_id, title, option, table)


def _mark(fmt: Formats, mark: tuple[float, float], says: Words) -> dict[str, Any]:
    label = {
        "show": True,
        "position": "right",
        "distance": 8,
        "formatter": _word(fmt, says),
        "color": "var(--v-ink)",
        "fontSize": 13,
    }
    return {
        "type": "scatter",
        "data": [list(mark)],
        "symbolSize": 10,
        "itemStyle": {"color": WORSE},
        "label": label,
        "silent": True,
        "z": 5,
    }


def _thinned(points: Sequence[tuple[float, float]], rows: int = 21) -> list[list[float]]:
    """Return about twenty of the points, first and last among them: a table to be read."""
    step = max(1, (len(points) - 1) // (rows - 1))
    kept = [*points[:-1:step], *points[-1:]]
    return [list(point) for point in kept]


def grid(  # noqa: PLR0913 - the parts of a picture, each by its name
    fmt: Formats,
    chart_id: str,
    title: Words,
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[Cell]],
    *,
    unit: Unit,
    row_name: Words,
    column_name: Words,
    numbers: bool = True,
    size: Size = "m",
) -> Chart:
    """Return a grid of cells, deeper where the value is higher: RFM grid, cohort triangle.

    `cells[i][j]` belongs to `rows[i]` and `columns[j]`; rows are drawn from the top. `numbers`
    writes each value into its cell.
    """
    data = [
        _cell(fmt, cell, (j, i), f"{rows[i]} · {columns[j]}", unit)
        for i, line in enumerate(cells)
        for j, cell in enumerate(line)
        if cell.value is not None
    ]
    known = [mark["value"][2] for mark in data]
    low, high = (min([*known, 0]), max(known)) if known else (0, 1)
    option = {
        "grid": {"left": 12, "right": 8, "top": 44, "bottom": 4, "containLabel": True},
        "tooltip": {"formatter": {"$tip": True}},
        "xAxis": {
            "type": "category",
            "data": list(columns),
            "position": "top",
            "name": _word(fmt, column_name),
            "nameLocation": "middle",
            "nameGap": 26,
            "axisLine": {"show": False},
            "axisTick": {"show": False},
            "axisLabel": {"hideOverlap": True},
        },
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": list(rows),
            "name": _word(fmt, row_name),
            "nameLocation": "start",
            "nameTextStyle": {"align": "right"},
            "axisLine": {"show": False},
            "axisTick": {"show": False},
            "axisLabel": {"width": 110, "overflow": "truncate"},
        },
        "visualMap": {
            "show": False,
            "min": low,
            "max": high if high > low else low + 1,
            "inRange": {"color": list(HEAT)},
        },
        "series": [
            {
                "type": "heatmap",
                "data": data,
                "label": {"show": numbers, "color": "var(--v-ink)", "fontSize": 12},
                "itemStyle": {"borderColor": "var(--v-surface)", "borderWidth": 2},
            }
        ],
    }
    table = DataTable(
        f"{chart_id}-table",
        ((row_name, "text"), *((column, _KIND[unit]) for column in columns)),
        [[name, *(cell.value for cell in line)] for name, line in zip(rows, cells, strict=True)],
        heat=[[0, *(_heat(cell.value, low, high) for cell in line)] for line in cells],
        absent=message("nothing here yet"),
    )
    # On a phone, many columns or long names need more room than there is.
    wide = len(columns) > 6 or sum(len(name) for name in columns) > _LETTERS
    return Chart(chart_id, title, option, table, size=size, wide=wide)


def _cell(fmt: Formats, cell: Cell, at: tuple[int, int], where: str, unit: Unit) -> dict[str, Any]:
    shown = said(fmt, cell.value, unit)
    tip = _word(fmt, cell.tip) or f"{where}: {shown}"
    mark: dict[str, Any] = {
        "value": [*at, cell.value],
        "tip": tip,
        "label": {"formatter": shown},
    }
    return {**mark, "href": cell.href} if cell.href else mark


def _heat(value: float | None, low: float, high: float) -> int:
    """Return the step of the hue: 0 for none, 1 to 10 from the least to the most."""
    if value is None:
        return 0
    share = (value - low) / (high - low) if high > low else 0.0
    return 1 + round(9 * min(1.0, max(0.0, share)))


def waterfall(
    fmt: Formats,
    chart_id: str,
    title: Words,
    steps: Sequence[tuple[Message | str, float, bool]],
    *,
    unit: Unit,
    value_name: Words,
) -> Chart:
    """Return a waterfall: from a total by changes to a total.

    `steps` are (name, amount, whether it is a total); a change carries its sign in its label, so
    that its colour never stands alone.
    """
    names = [_word(fmt, name) for name, _, _ in steps]
    bases, marks, running = [], [], 0.0
    for name, (_, amount, total) in zip(names, steps, strict=True):
        before = 0.0 if total else running
        running = amount if total else running + amount
        bases.append(min(before, running))
        shown = said(fmt, amount, unit)
        signed = f"+{shown}" if not total and amount > 0 else shown
        colour = "var(--v-fourth)" if total else MAIN if amount >= 0 else WORSE
        marks.append(
            {
                "value": abs(running - before),
                "tip": f"{name}: {signed}",
                "itemStyle": {"color": colour, "borderRadius": 2},
                "label": {"formatter": signed},
            }
        )
    unseen = {"color": "transparent"}
    stacked = {"type": "bar", "stack": "all", "barMaxWidth": 44}
    option = {
        "grid": {"left": 8, "right": 8, "top": 40, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "item", "formatter": {"$tip": True}},
        "xAxis": {
            "type": "category",
            "data": names,
            "axisTick": {"show": False},
            "axisLabel": {"interval": 0, "hideOverlap": True},
        },
        "yAxis": value_axis(fmt, unit, value_name),
        "series": [
            {**stacked, "data": bases, "itemStyle": unseen, "silent": True},
            {
                **stacked,
                "data": marks,
                "label": {"show": True, "position": "top", "color": "var(--v-ink)"},
            },
        ],
    }
    rows = [[name, amount] for name, (_, amount, _) in zip(names, steps, strict=True)]
    table = DataTable(
        f"{chart_id}-table", ((message("Step"), "text"), (value_name, _KIND[unit])), rows
    )
    return Chart(chart_id, title, option, table)
