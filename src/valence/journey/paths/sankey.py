"""The picture of ways: a Sankey, step by step, with what cannot be read folded into others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from valence.core.messages import message
from valence.journey.paths.words import touchpoint
from valence.kit.charts import MAIN, REST, Chart, DataTable
from valence.kit.format import Formats
from valence.kit.page import Words

Row = Mapping[str, Any]
MOST = 6  # touchpoints of one step that are drawn by name, unless unfolded
OTHERS, ENDED, BEGAN = "\0others", "\0ended", "\0began"
_WORDS = {
    OTHERS: message("others"),
    ENDED: message("nothing more"),
    BEGAN: message("it begins"),
}


def folded_flows(flows: Sequence[Row], *, most: int = MOST) -> list[dict[str, Any]]:
    """Return flows with all but the `most` frequent touchpoints of each step as others.

    Journeys are added up; where a journey begins and ends stays apart.
    """
    at: dict[int, Counter[str]] = {}
    for flow in flows:
        for position, name in _ends(flow):
            if name not in _WORDS:
                at.setdefault(position, Counter())[name] += flow["journeys"]
    kept = {
        position: {name for name, _ in sorted(names.items(), key=lambda n: (-n[1], n[0]))[:most]}
        for position, names in at.items()
    }
    sums: Counter[tuple[int, str, str]] = Counter()
    for flow in flows:
        ends = [
            name if name in _WORDS or name in kept[position] else OTHERS
            for position, name in _ends(flow)
        ]
        sums[flow["position"], ends[0], ends[1]] += flow["journeys"]
    return [
        {"position": position, "from": start, "to": end, "journeys": n}
        for (position, start, end), n in sorted(sums.items(), key=lambda s: (s[0][0], -s[1], s[0]))
    ]


def _ends(flow: Row) -> tuple[tuple[int, str], tuple[int, str]]:
    start, end, at = flow["from_touchpoint"], flow["to_touchpoint"], flow["position"]
    return (at, BEGAN if start is None else start), (at + 1, ENDED if end is None else end)


def named(name: str, fmt: Formats) -> str:
    """Return what an end of a flow is called."""
    words = _WORDS.get(name)
    return touchpoint(name, fmt) if words is None else fmt.language.worded(words)


def sankey(
    fmt: Formats,
    chart_id: str,
    title: Words,
    flows: Sequence[Row],
    *,
    most: int = MOST,
    main: str = "",
    page: Callable[[int, str, str], str] = lambda _position, _start, _end: "",
) -> Chart:
    """Return the ways of journeys as a Sankey, from left to right; each band opens its customers.

    `main` is the touchpoint that the ways are told from or to, drawn in the one hue; `page` gives
    the address of the customers behind a band.
    """
    drawn = folded_flows(flows, most=most)
    places = {(flow["position"], flow["from"]) for flow in drawn}
    places |= {(flow["position"] + 1, flow["to"]) for flow in drawn}
    first = min((position for position, _ in places), default=0)
    option = {
        "tooltip": {"trigger": "item", "formatter": {"$tip": True}},
        "series": [
            {
                "type": "sankey",
                "left": 4, "right": 110, "top": 10, "bottom": 10,
                "nodeWidth": 12, "nodeGap": 10, "nodeAlign": "left", "layoutIterations": 24,
                "draggable": False,
                "emphasis": {"focus": "adjacency"},
                "lineStyle": {"color": REST, "opacity": 0.3, "curveness": 0.5},
                "label": {"color": "var(--v-ink)", "fontSize": 12},
                "data": [
                    _node(fmt, position, name, position - first, drawn, main)
                    for position, name in sorted(places)
                ],
                "links": [_link(fmt, flow, page) for flow in drawn],
            }
        ],
        # On a phone the steps stand so near that long names would cover the next ones.
        "media": [
            {
                "query": {"maxWidth": 760},
                "option": {
                    "series": [{"right": 76, "label": {"width": 72, "overflow": "truncate"}}]
                },
            }
        ],
    }  # fmt: skip
    return Chart(chart_id, title, option, _table(fmt, chart_id, drawn, page), size="xl", wide=True)


def _id(position: int, name: str) -> str:
    return f"{position}|{name}"


def _node(
    fmt: Formats, position: int, name: str, depth: int, drawn: Sequence[Row], main: str
) -> dict[str, Any]:
    into = sum(f["journeys"] for f in drawn if (f["position"] + 1, f["to"]) == (position, name))
    out = sum(f["journeys"] for f in drawn if (f["position"], f["from"]) == (position, name))
    said, n = named(name, fmt), max(into, out)
    quiet = name in _WORDS or (main and name != main)
    return {
        "name": _id(position, name),
        "depth": depth,
        "itemStyle": {"color": REST if quiet else MAIN},
        "label": {"formatter": f"{said.replace('{', '')} {fmt.short(n)}"},
        "tip": _journeys(fmt, said, n),
    }


def _link(fmt: Formats, flow: Row, page: Callable[[int, str, str], str]) -> dict[str, Any]:
    said = f"{named(flow['from'], fmt)} → {named(flow['to'], fmt)}"
    link: dict[str, Any] = {
        "source": _id(flow["position"], flow["from"]),
        "target": _id(flow["position"] + 1, flow["to"]),
        "value": flow["journeys"],
        "tip": _journeys(fmt, said, flow["journeys"]),
    }
    href = _page(flow, page)
    return {**link, "href": href} if href else link


def _page(flow: Row, page: Callable[[int, str, str], str]) -> str:
    """The customers of a band; those of others are of several touchpoints."""
    if OTHERS in (flow["from"], flow["to"]):
        return ""
    ends = ["" if name in (BEGAN, ENDED) else name for name in (flow["from"], flow["to"])]
    return page(flow["position"], *ends)


def _journeys(fmt: Formats, said: str, n: int) -> str:
    many = message("{way}: {n} journeys", way=said, n=fmt.integer(n))
    return fmt.language.worded(many)


def _table(
    fmt: Formats, chart_id: str, drawn: Sequence[Row], page: Callable[[int, str, str], str]
) -> DataTable:
    begins = drawn[0]["position"] if drawn else 0
    of = {
        position: sum(f["journeys"] for f in drawn if f["position"] == position)
        for position in {f["position"] for f in drawn}
    }
    rows = [
        [
            named(flow["from"], fmt), named(flow["to"], fmt), flow["position"] - begins + 1,
            flow["journeys"], flow["journeys"] / of[flow["position"]],
        ]
        for flow in drawn
    ]  # fmt: skip
    headers: tuple[tuple[Words, str], ...] = (
        (message("From touchpoint"), "text"),
        (message("To touchpoint"), "text"),
        (message("Step of the way"), "int"),
        (message("Journeys"), "int"),
        (message("Share of this step"), "percent"),
    )
    links = [_page(flow, page) for flow in drawn]
    return DataTable(f"{chart_id}-table", headers, rows, links=links)
