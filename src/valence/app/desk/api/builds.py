"""Builds, lineage and tables for programs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from valence.app.desk.api.jobs import JobOut, job_out
from valence.app.desk.api.router import api
from valence.app.desk.building import BuildParams, ask_for_build
from valence.app.desk.lineage import lineage, table_info
from valence.app.desk.pages.builds import find_run
from valence.app.desk.standing import fault_of, run_log, standing, status_of
from valence.app.house import WholeHouse
from valence.kit.ask import Ask, Asked
from valence.kit.commands import plain
from valence.kit.idempotency import IdempotencyKey
from valence.kit.outgoing import filled
from valence.kit.paging import Cursor, Order, Sort, decode, encode, page, place_of, shape_of
from valence.lake import build as lake_build
from valence.lake.runs import Run, started

LOG = 500  # runs that the log keeps


class MartRunOut(BaseModel):
    """What a build did about one mart."""

    mart: str
    mode: Literal["keep", "part", "whole"] = Field(
        description="keep: it stood already; part: patched; whole: made anew."
    )
    why: str
    rows: int
    seconds: float


class RunOut(BaseModel):
    """One build."""

    run_id: str
    status: Literal["running", "succeeded", "stopped", "failed", "killed"]
    as_of: date
    engine: str
    started_at: datetime
    seconds: float
    code_version: str
    error: str = Field(description="Why it did not end well; empty where it did.")
    marts: list[MartRunOut]


class RunsOut(BaseModel):
    """Builds, newest first."""

    items: list[RunOut]
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class PlannedOut(BaseModel):
    """What a build would do about one mart."""

    mart: str
    mode: Literal["keep", "part", "whole"]
    why: str
    inputs: list[str]


class StandingOut(BaseModel):
    """How the figures stand."""

    as_of: date | None
    built_at: datetime | None
    marts: int
    rows: int
    waiting: int = Field(description="Changed rows that no mart has taken up yet.")
    active: JobOut | None = Field(description="The build that runs or waits.")


class NodeOut(BaseModel):
    """One table, mart, or group of pages."""

    name: str
    layer: Literal["table", "mart", "page"]
    title: str
    rows: int | None
    built_at: datetime | None
    inputs: list[str]
    used_by: list[str]


class LineageOut(BaseModel):
    """What rests on what: tables first, each mart after those that it reads."""

    nodes: list[NodeOut]


class ColumnOut(BaseModel):
    """One column."""

    name: str
    type: str
    meaning: str
    required: bool
    privacy: str


class TableOut(BaseModel):
    """One table or mart of the lake."""

    name: str
    title: str
    about: str
    key: list[str]
    rows: int
    inputs: list[str]
    used_by: list[str]
    rebuild: str | None = Field(description="customer, day or whole; null for what is imported.")
    built_at: datetime | None
    columns: list[ColumnOut]


class RowsOut(BaseModel):
    """One page of rows."""

    items: list[dict[str, Any]]
    next: str | None
    previous: str | None


def _house(ask: Asked) -> WholeHouse:
    return ask.service(WholeHouse)


@api.get("/figures", permission="house:read")
def figures(ask: Ask) -> StandingOut:
    """Return for which day the figures stand, and whether something waits to be built."""
    where = standing(_house(ask), runs=1)
    active = job_out(ask, where.active) if where.active else None
    return filled(StandingOut, where, active=active)


@api.get("/builds", permission="house:read")
def builds(
    ask: Ask,
    limit: Annotated[int, Query(ge=1, le=LOG, description="Builds on a page.")] = 50,
    cursor: Annotated[str, Query(description="Cursor of the page, from `next`.")] = "",
) -> RunsOut:
    """Return the last builds, newest first."""
    runs = run_log(_house(ask), LOG)
    if before := place_of(cursor, _RUNS):
        runs = [run for run in runs if run.run_id < str(before)]
    shown = runs[:limit]
    more = encode(Cursor((shown[-1].run_id,)), _RUNS) if len(runs) > limit else None
    return RunsOut(items=[run_out(ask, run) for run in shown], next=more)


_RUNS = shape_of("builds")


@api.post("/builds", permission="house:build", status_code=202)
def start_build(ask: Ask, body: BuildParams, key: IdempotencyKey = None) -> JobOut:
    """Ask for a build. It is a job: follow it at `/api/v1/jobs/{id}`."""
    house = _house(ask)
    job = house.store.transact(
        lambda unit: ask_for_build(house, unit, body, actor=ask.actor.id, key=key)
    )
    return job_out(ask, job)


@api.get("/builds/plan", permission="house:read")
def plan(ask: Ask) -> list[PlannedOut]:
    """Return what a build would do now, mart by mart, in its order."""
    return [
        PlannedOut(
            mart=item.mart.name,
            mode=item.mode,
            why=ask._(item.why),
            inputs=list(item.mart.inputs),
        )
        for item in _house(ask).explain(lake_build.Ask())
    ]


@api.get("/builds/{run_id}", permission="house:read")
def one_build(ask: Ask, run_id: str) -> RunOut:
    """Return one build, mart by mart."""
    return run_out(ask, find_run(run_log(_house(ask), LOG), run_id))


@api.get("/lineage", permission="house:read")
def lineage_of_all(ask: Ask) -> LineageOut:
    """Return what rests on what."""
    drawn = lineage(_house(ask), ask.reader.snapshot.head)
    return LineageOut(
        nodes=[
            filled(
                NodeOut,
                node,
                title=ask._(node.title),
                built_at=node.built.built_at if node.built else None,
            )
            for node in drawn.nodes.values()
        ]
    )


@api.get("/tables/{name}", permission="house:read")
def one_table(ask: Ask, name: str) -> TableOut:
    """Return what a table or mart of the lake holds, and what each column means."""
    house, head = _house(ask), ask.reader.snapshot.head
    info = table_info(house, name)
    node = lineage(house, head).nodes.get(name)
    state = head.marts.get(name)
    return TableOut(
        name=name,
        title=ask._(info.title),
        about=ask._(info.about),
        key=list(info.key),
        rows=head.tables[name].rows if name in head.tables else 0,
        inputs=list(node.inputs) if node else [],
        used_by=list(node.used_by) if node else [],
        rebuild=info.mart.rebuild if info.mart else None,
        built_at=datetime.fromisoformat(state.built_at) if state else None,
        columns=[
            filled(ColumnOut, column, type=column.kind, meaning=ask._(column.meaning))
            for column in info.columns
        ],
    )


@api.get("/tables/{name}/rows", permission="house:read")
def table_rows(
    ask: Ask,
    name: str,
    limit: Annotated[int, Query(ge=1, le=1000, description="Rows on a page.")] = 100,
    cursor: Annotated[str, Query(description="Cursor of the page, from `next`.")] = "",
) -> RowsOut:
    """Return rows of a table or mart, ordered by its key."""
    info = table_info(_house(ask), name)
    table = ask.reader.table(name)
    key = info.key or (info.columns[0].name,)
    shape = shape_of("rows", name)
    found = page(
        ask.reader,
        table,
        Order(Sort(key[0]), tuple(key)),
        limit,
        decode(cursor, shape) if cursor else None,
        shape=shape,
    )
    items = [plain(row) for row in found.rows]
    return RowsOut(items=items, next=found.next, previous=found.previous)


def run_out(ask: Asked, run: Run) -> RunOut:
    """Return a run as the API tells it."""
    fault = fault_of(run)
    return filled(
        RunOut,
        run,
        status=status_of(run),
        started_at=started(run),
        error=ask._(fault) if fault else "",
        marts=[filled(MartRunOut, mart, why=ask._(mart.reason)) for mart in run.marts],
    )
