"""Columns: one upright bar for each month or place, where a line would join what is apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from valence.kit.charts import (
    _KIND,
    MAIN,
    WORSE,
    Chart,
    DataTable,
    Size,
    Unit,
    _place,
    _word,
    said,
    value_axis,
)
from valence.kit.format import Formats
from valence.kit.page import Words


def columns(  # noqa: PLR0913 - the parts of a picture, each by its name
    fmt: Formats,
    chart_id: str,
    title: Words,
    places: Sequence[date | str],
    values: Sequence[float],
    *,
    unit: Unit,
    place_name: Words,
    value_name: Words,
    months: bool = False,
    size: Size = "s",
) -> Chart:
    """Return upright bars in the order of their places; below zero they hang in the other hue."""
    named = [_place(fmt, place, months=months) for place in places]
    marks = [
        {
            "value": value,
            "tip": f"{name}: {said(fmt, value, unit)}",
            "itemStyle": {
                "color": MAIN if value >= 0 else WORSE,
                "borderRadius": [3, 3, 0, 0] if value >= 0 else [0, 0, 3, 3],
            },
        }
        for name, value in zip(named, values, strict=True)
    ]
    option = {
        "grid": {"left": 8, "right": 12, "top": 34, "bottom": 26, "containLabel": True},
        "tooltip": {"trigger": "item", "formatter": {"$tip": True}},
        "xAxis": {
            "type": "category",
            "data": named,
            "name": _word(fmt, place_name),
            "nameLocation": "middle",
            "nameGap": 30,
            "axisTick": {"show": False},
            # Below the columns that hang, not amid them.
            "axisLabel": {"hideOverlap": True},
            "axisLine": {"onZero": True},
        },
        "yAxis": value_axis(fmt, unit, value_name),
        "series": [{"type": "bar", "data": marks, "barMaxWidth": 28, "barCategoryGap": "30%"}],
    }
    rows = [list(row) for row in zip(named, values, strict=True)]
    headers = ((place_name, "text"), (value_name, _KIND[unit]))
    return Chart(chart_id, title, option, DataTable(f"{chart_id}-table", headers, rows), size=size)
