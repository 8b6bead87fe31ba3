"""Charts: ECharts options from rows, each with its title, its answer, its words and its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from valence.core.messages import Message, message
from valence.kit.format import Formats
from valence.kit.page import Words

Unit = Literal["money", "count", "number", "percent", "index"]
Size = Literal["s", "m", "l", "xl"]

MAIN, REST, WORSE = "var(--v-main)", "var(--v-rest)", "var(--v-worse)"
# Beside the one hue: told apart by lightness too, so that they are safe for colour-blind readers.
SERIES = (MAIN, "var(--v-second)", "var(--v-third)", "var(--v-fourth)", REST)
DIRECT = 5  # up to so many series are named at their line instead of in a legend


@dataclass(frozen=True, slots=True)
class DataTable:
    """A small table: the one behind a chart, or one of its own on a page.

    `heat` gives each cell a step from 0 (none) to 10 of the one hue.
    """

    id: str
    headers: Sequence[tuple[Words, str]]  # title and kind of cell, as in `Formats.cell`
    rows: Sequence[Sequence[Any]]
    heat: Sequence[Sequence[int]] = ()
    links: Sequence[str] = ()  # where the first cell of each row leads
    absent: Message | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture, ready to be shown by `chart_card` of `kit/chart.html`."""

    id: str
    title: Words  # a statement or a question
    option: Mapping[str, Any]
    table: DataTable
    answer: Words = ""
    size: Size = "m"
    too_little: Words = ""  # said instead of a picture where there is too little data
    wide: bool = False  # on a phone it scrolls in its card rather than shrink past reading

    def answering(self, answer: Words) -> Chart:
        """Return the chart with its answer in a sentence."""
        return replace(self, answer=answer)


def too_little(chart_id: str, title: Words, why: Message) -> Chart:
    """Return a chart that says why nothing is drawn."""
    return Chart(chart_id, title, {}, DataTable(f"{chart_id}-table", (), ()), too_little=why)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, how long, its interval, and the page behind it."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    main: bool = True  # False: grey, for what is only compared with
    worse: bool = False  # the other hue: worse than it should be; its words must say so too
    href: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a value (or none) for each place on the axis, and its band."""

    name: str
    values: Sequence[float | None]
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    rest: bool = False  # grey and thin: what the others are compared with


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a grid; None is drawn as nothing."""

    value: float | None
    tip: Message | str = ""
    href: str = ""


_KIND: dict[Unit, str] = {
    "money": "money",
    "count": "int",
    "number": "float",
    "percent": "percent",
    "index": "int",
}


def said(fmt: Formats, value: float | None, unit: Unit) -> str:
    """Return a value as it is written beside a mark: short."""
    if unit == "money":
        return fmt.money_short(value)
    if unit == "percent":
        return fmt.percent(value)
    if unit == "number" and value is not None and abs(value) < 10:
        return fmt.cell(value, "float")  # 1.16 and 1.23 are not both 1.2, and 0.003 is not 0
    return fmt.integer(value) if unit == "index" else fmt.short(value)


def axis_format(fmt: Formats, unit: Unit) -> dict[str, Any]:
    """Return how the script writes the ticks of an axis: the rules of `Formats`, as data."""
    units = (
        [[1e8, 1e8, "亿", 2, 1], [1e4, 1e4, "万", 1, 1]]
        if fmt.chinese
        else [[1e9, 1e9, "B", 1, 1], [1e6, 1e6, "M", 1, 1], [1e4, 1e3, "K", 1, 1]]
    )
    if unit == "percent":
        return {"times": 100, "digits": 1, "after": "%" if fmt.chinese else "\u202f%"}
    # In Chinese the unit of money stands once, at the axis: 元, 英镑.
    before = fmt.currency_unit() if unit == "money" and not fmt.chinese else ""
    return {"units": units if unit != "index" else [], "digits": 2, "before": before}


def value_axis(
    fmt: Formats, unit: Unit, name: Words = "", *, across: bool = False
) -> dict[str, Any]:
    """Return a value axis with its unit; it begins at zero."""
    named = _word(fmt, name)
    if unit == "money" and fmt.chinese:
        named = f"{named}（{fmt.currency_unit()}）" if named else fmt.currency_unit()
    return {
        "type": "value",
        "name": named,
        **({"nameLocation": "middle", "nameGap": 32} if across else {"nameGap": 12}),
        **({} if across else {"nameTextStyle": {"align": "left"}}),
        "axisLabel": {"formatter": {"$format": axis_format(fmt, unit)}, "hideOverlap": True},
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "splitNumber": 4,
    }


def bars(  # noqa: PLR0913 - the parts of a picture, each by its name
    fmt: Formats,
    chart_id: str,
    title: Words,
    rows: Sequence[Bar],
    *,
    unit: Unit,
    name: Words,
    value_name: Words,
    sort: bool = True,
) -> Chart:
    """Return horizontal bars, longest first, with whiskers where intervals are known.

    `name` is what a bar stands for ("Touchpoint"), `value_name` what its length is ("At stake").
    `sort=False` keeps the given order, for bars that have one of their own (tiers, months).
    """
    ordered = sorted(rows, key=lambda r: (r.value is None, -(r.value or 0))) if sort else list(rows)
    whiskers = any(row.low is not None and row.high is not None for row in ordered)
    marks = [_bar(fmt, row, unit) for row in ordered]
    series: list[dict[str, Any]] = [
        {"type": "bar", "data": marks, "barMaxWidth": 18, "barCategoryGap": "35%"},
        # The value stands right of bar and whisker: an unseen point carries it there.
        {
            "type": "scatter",
            "silent": True,
            "symbolSize": 0.01,
            "z": 4,
            "data": [_label(fmt, row, unit, at) for at, row in enumerate(ordered)],
        },
    ]
    if whiskers:
        series.insert(
            1,
            {
                "type": "custom",
                "silent": True,
                "z": 3,
                "renderItem": {"$draw": "whisker", "across": True},
                "encode": {"x": [1, 2], "y": 0},
                "data": [
                    [at, row.low, row.high]
                    for at, row in enumerate(ordered)
                    if row.low is not None and row.high is not None
                ],
            },
        )
    axis = value_axis(fmt, unit, value_name, across=True)
    if unit == "percent" and not any(row.value for row in ordered):
        axis["max"] = 1  # all of nothing: no share is 120 %
    option = {
        "grid": {"left": 8, "right": 88, "top": 8, "bottom": 30, "containLabel": True},
        "tooltip": {"trigger": "item", "formatter": {"$tip": True}},
        "xAxis": axis,
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [row.name for row in ordered],
            "axisLine": {"show": False},
            "axisTick": {"show": False},
            "axisLabel": {"width": 140, "overflow": "break", "interval": 0},  # names go on below
        },
        "series": series,
    }
    headers = [(name, "text"), (value_name, _KIND[unit])]
    cells: list[list[Any]] = [[row.name, row.value] for row in ordered]
    if whiskers:
        headers += [(message("From"), _KIND[unit]), (message("To"), _KIND[unit])]
        cells = [[*cell, row.low, row.high] for cell, row in zip(cells, ordered, strict=True)]
    table = DataTable(f"{chart_id}-table", headers, cells, links=[row.href for row in ordered])
    return Chart(chart_id, title, option, table, size=_size(len(ordered)))


def _bar(fmt: Formats, row: Bar, unit: Unit) -> dict[str, Any]:
    colour = WORSE if row.worse else MAIN if row.main else REST
    mark: dict[str, Any] = {
        "value": row.value,
        "tip": f"{row.name}: {_with_interval(fmt, row, unit)}",
        "itemStyle": {"color": colour, "borderRadius": [0, 3, 3, 0]},
    }
    return {**mark, "href": row.href} if row.href else mark


def _label(fmt: Formats, row: Bar, unit: Unit, at: int) -> dict[str, Any]:
    place = max(row.value or 0, row.high or 0, 0)
    return {
        "value": [place, at],
        "label": {
            "show": True,
            "position": "right",
            "distance": 8,
            "formatter": said(fmt, row.value, unit).replace("{", ""),
            "color": "var(--v-ink)",
        },
    }


def _with_interval(fmt: Formats, row: Bar, unit: Unit) -> str:
    if row.low is None or row.high is None:
        return said(fmt, row.value, unit)
    if unit == "number":
        return (
            f"{said(fmt, row.value, unit)} ({said(fmt, row.low, unit)}–{said(fmt, row.high, unit)})"
        )
    how = {"money": "money_short", "percent": "percent"}.get(unit, "short")
    return f"{said(fmt, row.value, unit)} ({fmt.interval(row.low, row.high, how)})"


def lines(  # noqa: PLR0913 - the parts of a picture, each by its name
    fmt: Formats,
    chart_id: str,
    title: Words,
    places: Sequence[date | str | int],
    series: Sequence[Line],
    *,
    unit: Unit,
    place_name: Words,
    value_name: Words,
    months: bool = False,
) -> Chart:
    """Return lines over days, months (`months=True`) or named places, with bands where known.

    Up to five lines are named at their end, more in a legend.
    """
    named = [_place(fmt, place, months=months) for place in places]
    direct = 1 < len(series) <= DIRECT
    drawn = [
        part
        for at, line in enumerate(series)
        for part in _line(fmt, line, unit, _hue(series, at), direct=direct)
    ]
    margin = 16 + (max(_width(line.name) for line in series) if direct else 8)
    option = {
        "grid": {
            "left": 8,
            "right": min(max(margin, 30), 150),
            "top": 34,
            "bottom": 26,
            "containLabel": True,
        },
        "tooltip": {"trigger": "axis", "formatter": {"$tip": True, "head": True}},
        "xAxis": {
            "type": "category",
            "data": named,
            "boundaryGap": False,
            "name": _word(fmt, place_name),
            "nameLocation": "middle",
            "nameGap": 30,
            "axisLabel": {"hideOverlap": True},
        },
        "yAxis": value_axis(fmt, unit, value_name),
        "series": drawn,
        **(
            {}
            if direct or len(series) == 1
            else {"legend": {"type": "scroll", "top": 0, "right": 0}}
        ),
    }
    kind = _KIND[unit]
    headers: list[tuple[Words, str]] = [(place_name, "text")]
    for line in series:
        headers.append((line.name if len(series) > 1 else value_name, kind))
        if line.low:
            headers += [(message("From"), kind), (message("To"), kind)]
    rows = [
        [place, *(value for line in series for value in _values_at(line, at))]
        for at, place in enumerate(named)
    ]
    return Chart(chart_id, title, option, DataTable(f"{chart_id}-table", headers, rows))


def _values_at(line: Line, at: int) -> list[float | None]:
    return [line.values[at], *((line.low[at], line.high[at]) if line.low else ())]


def _hue(series: Sequence[Line], at: int) -> str:
    if series[at].rest:
        return REST
    return SERIES[sum(not line.rest for line in series[:at]) % len(SERIES)]


def _line(
    fmt: Formats, line: Line, unit: Unit, colour: str, *, direct: bool
) -> list[dict[str, Any]]:
    points = [
        {"value": value, "tip": _named(line, said(fmt, value, unit))} for value in line.values
    ]
    main: dict[str, Any] = {
        "type": "line",
        "name": line.name,
        "data": points,
        "color": colour,
        "symbol": "circle",
        "symbolSize": 5,
        "showSymbol": len(points) <= 13,
        "lineStyle": {"width": 1.5 if line.rest else 2.25, "color": colour},
        "z": 2 if line.rest else 3,
    }
    if direct:
        # The line height keeps names apart where lines end close to each other.
        named = {"show": True, "formatter": "{a}", "color": "var(--v-ink)", "lineHeight": 18}
        # A line of one point has no end: ECharts would put the label at NaN while it draws.
        if sum(value is not None for value in line.values) > 1:
            main["endLabel"] = named
        else:
            main["label"] = {**named, "position": "right"}
        main["labelLayout"] = {"moveOverlap": "shiftY"}
    return [*_band(line, colour), main]


def _band(line: Line, colour: str) -> list[dict[str, Any]]:
    """Two stacked lines without strokes: the low end, and the filled height above it."""
    if not line.low:
        return []
    heights = [
        None if low is None or high is None else high - low
        for low, high in zip(line.low, line.high, strict=True)
    ]
    shared = {
        "type": "line",
        "stack": f"band of {line.name}",
        "stackStrategy": "all",  # also where the low end is below zero
        "symbol": "none",
        "silent": True,
        "lineStyle": {"opacity": 0},
        "tooltip": {"show": False},
    }
    hue = colour.removesuffix(")") + ", 0.18)"
    return [
        {**shared, "data": list(line.low)},
        {**shared, "data": heights, "areaStyle": {"color": hue, "opacity": 1}},
    ]


def _named(line: Line, value: str) -> str:
    return f"{line.name}: {value}" if line.name else value


def _place(fmt: Formats, place: date | str | int, *, months: bool) -> str:
    if isinstance(place, date):
        return fmt.month(place) if months else fmt.day(place)
    return str(place)


def _word(fmt: Formats, words: Words) -> str:
    return words if isinstance(words, str) else fmt.language.worded(words)


def _width(text: str) -> int:
    """Guess how many pixels a label of 12 px takes: a Chinese sign is twice as wide."""
    return sum(13 if ord(sign) > 0x2E7F else 7 for sign in text)


def _size(count: int) -> Size:
    return "s" if count <= 5 else "m" if count <= 9 else "l" if count <= 14 else "xl"
