"""Lineage: which tables, marts and pages rest on which, as values and as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from valence.app.desk.numbers import READS
from valence.app.house import WholeHouse
from valence.core.errors import NotFoundError, did_you_mean
from valence.core.messages import Message, message
from valence.kit.charts import MAIN, REST, SERIES, Chart, DataTable
from valence.kit.format import Formats
from valence.kit.titles import TABLE_TITLES
from valence.lake.canonical import CANONICAL, CanonicalTable
from valence.lake.columns import Column
from valence.lake.head import Head, MartState
from valence.lake.internal import IDENTIFIER_MAP, INTERNAL
from valence.lake.marts import Mart
from valence.lake.plan import in_order

Layer = Literal["table", "mart", "page"]
LAYERS: Mapping[str, Message] = {
    "table": message("Table"),
    "mart": message("Mart"),
    "page": message("Pages"),
}
_COLOURS: Mapping[str, str] = {"table": REST, "mart": MAIN, "page": SERIES[1]}
_TABLES: Mapping[str, CanonicalTable] = {**CANONICAL, IDENTIFIER_MAP.name: IDENTIFIER_MAP}


@dataclass(frozen=True, slots=True)
class Node:
    """One table, mart, or group of pages."""

    name: str
    layer: Layer
    title: Message
    href: str
    rows: int | None = None
    built: MartState | None = None
    inputs: tuple[str, ...] = ()
    used_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lineage:
    """All nodes by name, tables first, each mart after those that it reads, pages last."""

    nodes: Mapping[str, Node] = field(default_factory=dict)

    @property
    def edges(self) -> list[tuple[str, str]]:
        """What feeds what."""
        return [(source, node.name) for node in self.nodes.values() for source in node.inputs]


def lineage(house: WholeHouse, head: Head) -> Lineage:
    """Return what rests on what, with the rows that are published."""
    inputs: dict[str, tuple[str, ...]] = {mart.name: _inputs(mart) for mart in house.marts}
    titles = {mart.name: mart.title for mart in in_order(house.marts)}
    pages = _pages(house)
    inputs |= {name: reads for name, (_, _, reads) in pages.items()}
    tables = [name for name in _TABLES if any(name in reads for reads in inputs.values())]
    nodes: dict[str, Node] = {}
    for name in [*tables, *titles, *pages]:
        layer: Layer = "table" if name in _TABLES else "mart" if name in titles else "page"
        state = head.tables.get(name)
        title, href = TABLE_TITLES.get(name, Message(name)), f"/builds/tables/{name}"
        if layer == "page":
            title, href, _ = pages[name]
        nodes[name] = Node(
            name,
            layer,
            titles.get(name, title),
            href,
            None if layer == "page" else 0 if state is None else state.rows,
            head.marts.get(name),
            inputs.get(name, ()),
            tuple(other for other, reads in inputs.items() if name in reads),
        )
    return Lineage(nodes)


def _inputs(mart: Mart) -> tuple[str, ...]:
    # Rows of customers reach their customer through the identifier map, so it is an input too.
    named = any(name in CANONICAL and CANONICAL[name].customer for name in mart.inputs)
    return (*mart.inputs, *((IDENTIFIER_MAP.name,) if named else ()))


def _pages(house: WholeHouse) -> dict[str, tuple[Message, str, tuple[str, ...]]]:
    """The pages of each capability that publishes marts: they read what is served or ends here."""
    read_by_marts = {name for mart in house.marts for name in mart.inputs}
    published = {mart.name for mart in house.marts}
    found: dict[str, tuple[Message, str, tuple[str, ...]]] = {}
    if mine := tuple(name for name in READS if name in published):
        found["pages:desk"] = (message("Overview"), "/", mine)
    for capability in house.capabilities:
        own = [mart for mart in house.marts if mart.owner == capability.name]
        reads = tuple(m.name for m in own if m.served or m.name not in read_by_marts)
        if reads and capability.nav:
            found[f"pages:{capability.name}"] = (capability.title, capability.nav[0].path, reads)
    return found


@dataclass(frozen=True, slots=True)
class TableInfo:
    """One table or mart of the lake: what it holds and what each column means."""

    name: str
    title: Message
    about: Message
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    mart: Mart | None = None


def table_info(house: WholeHouse, name: str) -> TableInfo:
    """Return what a table of the lake is.

    Raises
    ------
    NotFoundError
        With the near name, if there is none.
    """
    marts = {mart.name: mart for mart in house.marts}
    if mart := marts.get(name):
        grain = ", ".join(mart.grain)
        about = message("One row for each {grain}.", grain=grain) if grain else message("One row.")
        return TableInfo(name, mart.title, about, mart.columns, mart.grain, mart)
    declared = {**CANONICAL, **INTERNAL}
    if table := declared.get(name):
        title = TABLE_TITLES.get(name, Message(name))
        return TableInfo(name, title, Message(table.grain), table.columns, table.key)
    raise NotFoundError(
        "There is no table {name!r} in the lake. {fix}",
        name=name,
        fix=did_you_mean(name, [*marts, *declared]),
    )


def lineage_chart(fmt: Formats, drawn: Lineage) -> Chart:
    """Return the lineage as a Sankey diagram, with its table."""
    nodes = [node for node in drawn.nodes.values() if node.inputs or node.used_by]
    names = {node.name: fmt.language.worded(node.title) for node in drawn.nodes.values()}
    series: dict[str, Any] = {
        "type": "sankey",
        "data": [_drawn_node(fmt, node, names[node.name]) for node in nodes],
        "links": [
            {
                "source": source,
                "target": target,
                # Who shows a mart is thinner than what makes it, or pages would tower over all.
                "value": 0.4 if drawn.nodes[target].layer == "page" else 1,
                "tip": f"{names.get(source, source)} → {names[target]}",
            }
            for source, target in drawn.edges
        ],
        "left": 4,
        "right": 110,
        "top": 8,
        "bottom": 8,
        "nodeWidth": 12,
        "nodeGap": 12,
        "draggable": False,
        "emphasis": {"focus": "adjacency"},
        "lineStyle": {"color": "source", "opacity": 0.25},
        "label": {"color": "var(--v-ink)", "fontSize": 12, "width": 150, "overflow": "truncate"},
    }
    option = {
        "tooltip": {"trigger": "item", "formatter": {"$tip": True}},
        "series": [series],
    }
    return Chart(
        "lineage",
        message("What is made from what?"),
        option,
        _as_table(fmt, drawn, names),
        message("From left to right: what came in, what is computed from it, who shows it."),
        "l" if len(nodes) > 10 else "m",
        wide=True,
    )


def _drawn_node(fmt: Formats, node: Node, name: str) -> dict[str, Any]:
    rows = "" if node.rows is None else f": {fmt.language.worded(_rows(fmt, node.rows))}"
    return {
        "name": node.name,
        "tip": f"{name}{rows}",
        "href": node.href,
        "label": {"formatter": name.replace("{", "")},
        "itemStyle": {"color": _COLOURS[node.layer], "borderWidth": 0},
    }


def _rows(fmt: Formats, rows: int) -> Message:
    return message("{rows} rows", rows=fmt.integer(rows))


def _as_table(fmt: Formats, drawn: Lineage, names: Mapping[str, str]) -> DataTable:
    def listed(found: Iterable[str]) -> str:
        return ", ".join(names.get(name, name) for name in found) or "–"

    nodes = list(drawn.nodes.values())
    return DataTable(
        "lineage-table",
        (
            (message("Name"), "text"),
            (message("What it is"), "text"),
            (message("Rows"), "int"),
            (message("Made from"), "text"),
            (message("Used by"), "text"),
        ),
        [
            [
                names[node.name],
                fmt.language.worded(LAYERS[node.layer]),
                node.rows,
                listed(node.inputs),
                listed(node.used_by),
            ]
            for node in nodes
        ],
        links=[node.href for node in nodes],
        absent=message("pages have no rows"),
    )
