"""The build: make the marts that changes call for, and publish them all at once.

A build killed at any point leaves the last good marts published. What it had finished is found
again by the next build through the state kept with each commit, and is not computed twice.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from valence.core import clock
from valence.core.errors import BadInputError
from valence.core.messages import message
from valence.core.progress import Progress, Step, silent
from valence.lake.canonical import CANONICAL
from valence.lake.columns import Column
from valence.lake.engines import Engine, engine
from valence.lake.head import Head, MartState, TableState, publish
from valence.lake.internal import IDENTIFIER_MAP, TOUCHED
from valence.lake.lake import Lake
from valence.lake.lease import lease
from valence.lake.marts import BuildContext, Mart
from valence.lake.plan import Planned, canonical_inputs, plan
from valence.lake.runs import MartRun, Run, RunLog, explained, written
from valence.lake.serving import serve_copy

MOST_MONTHS = 6  # more changed months than this and the whole mart is as quick
_CUSTOMER_ID = (Column("customer_id", "text", "Customer to make anew."),)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of a build."""

    as_of: date | None = None  # the day the marts stand for; by default the last that orders cover
    engine: str = "duckdb"  # or spark; the marts are the same
    whole: bool = False  # make everything anew, whatever changed
    wait: float = 0  # seconds to wait for the lease


def build(
    lake: Lake,
    marts: Sequence[Mart],
    context_for: Callable[[date], BuildContext],
    *,
    ask: Ask = Ask(),
    progress: Progress = silent,
) -> Run:
    """Bring all marts up to date and publish them at once.

    Parameters
    ----------
    lake
        The lake; its lease is taken.
    marts
        Every declared mart.
    context_for
        Gives the settings and definitions for a day.
    ask
        For which day, by which engine, and whether everything anew.
    progress
        Told before each mart; may raise to stop the build, which then changes nothing.

    Raises
    ------
    BadInputError
        If no orders have been imported yet.
    BusyError
        If somebody else writes and `ask.wait` is over.
    """
    with lease(lake.path, "build", wait=ask.wait):
        shutil.rmtree(lake.scratch, ignore_errors=True)  # of a process that died
        building = _Building(lake, marts, ask)
        try:
            return building.run(context_for, progress)
        finally:
            building.engine.close()


def explain(
    lake: Lake,
    marts: Sequence[Mart],
    context_for: Callable[[date], BuildContext],
    *,
    ask: Ask = Ask(),
) -> list[Planned]:
    """Return what a build would do now, and why; nothing is written."""
    lake.scratch.mkdir(parents=True, exist_ok=True)
    building = _Building(lake, marts, ask)
    try:
        return building.plan(context_for(ask.as_of or building.last_day()))
    finally:
        building.engine.close()


@dataclass(frozen=True)
class _Made:
    """A mart's new version and how much of it was made."""

    state: TableState
    mode: str


class _Building:
    """One build: the engine, the tables it reads, and what it has made so far."""

    def __init__(self, lake: Lake, marts: Sequence[Mart], ask: Ask) -> None:
        self.lake = lake
        self.ask = ask
        self.marts = {mart.name: mart for mart in marts}
        self.snapshot = lake.snapshot()
        self.head: Head = self.snapshot.head
        self.engine: Engine = engine(
            ask.engine, lake.scratch, memory=lake.memory, threads=lake.threads
        )
        self.made: dict[str, TableState] = {}
        self._tables: dict[str, ir.Table] = {}
        self._changed: dict[tuple[int, date | None, date], ir.Table] = {}

    def run(
        self,
        context_for: Callable[[date], BuildContext],
        progress: Progress,
    ) -> Run:
        """Plan, make, publish."""
        context = context_for(self.ask.as_of or self.last_day())
        log = RunLog(self.lake.path)
        run = log.start(self.engine.name, context.as_of)
        done: list[MartRun] = []
        try:
            planned = self.plan(context)
            for number, item in enumerate(planned):
                label = message("Building {mart}", mart=item.mart.title)
                progress(Step(label, number, len(planned)))
                done.append(self.make(item, context))
            progress(Step(message("Publishing"), len(planned), len(planned)))
            self.publish(planned, context, run.run_id)
        except BaseException as wrong:
            log.finish(run, marts=tuple(done), error=explained(wrong))
            raise
        return log.finish(run, marts=tuple(done))

    def last_day(self) -> date:
        """The last business day that orders cover."""
        orders = self.table("orders")
        last = self.engine.rows(orders.aggregate(last=orders.ordered_on.max()))[0]["last"]
        if last is None:
            raise BadInputError(
                "There are no orders to build from. Bring some in with `valence import orders.csv`."
            )
        return date.fromisoformat(str(last)[:10])

    def plan(self, context: BuildContext) -> list[Planned]:
        """Decide for every mart: keep, patch or make anew."""
        touched = self.table(TOUCHED.name)
        seen = touched.select("sequence", "table_name").distinct()
        changes = [(row["sequence"], row["table_name"]) for row in self.engine.rows(seen)]
        marts = list(self.marts.values())
        return plan(marts, self.head, context, touched=changes, whole=self.ask.whole)

    def make(self, item: Planned, context: BuildContext) -> MartRun:
        """Make one mart, unless it stands already."""
        started = time.perf_counter()
        name = item.mart.name
        mode: str = item.mode
        state = f"{item.fingerprint} {context.as_of} {self.head.sequence}"
        table = self.lake.table(name)
        if mode == "keep":
            self.made[name] = self.head.tables[name]
        elif (
            not self.ask.whole and (newest := table.version()) >= 0 and table.state(newest) == state
        ):
            mode = "keep"  # finished by a build that was killed before it could publish
            self.made[name] = TableState(newest, sum(file.rows for file in table.files(newest)))
        else:
            made = self._compute(item, context, state)
            self.made[name], mode = made.state, made.mode
        seconds = time.perf_counter() - started
        rows, why = self.made[name].rows, item.why
        return MartRun(name, mode, str(why), rows, round(seconds, 3), written(why))

    def publish(self, planned: Sequence[Planned], context: BuildContext, run_id: str) -> None:
        """Make the new marts, and the serving copy, the published ones."""
        sequence = self.head.sequence
        at = clock.now().isoformat()
        states = {
            item.mart.name: self.head.marts[item.mart.name]
            if item.mode == "keep" and self._stands(item, context)
            else MartState(item.fingerprint, context.as_of.isoformat(), sequence, run_id, at)
            for item in planned
        }
        # Every mart has taken up all changes, so the marks can go.
        marks = self.lake.table(TOUCHED.name)
        tables = {**self.head.tables, **self.made}
        if (held := self.head.tables.get(TOUCHED.name)) is not None and held.rows:
            tables[TOUCHED.name] = TableState(marks.commit([], replacing=None, at=held.version), 0)
        served = [item.mart for item in planned if item.mart.served]
        fresh = any(tables[m.name] != self.head.tables.get(m.name) for m in served)
        serving = self.head.serving
        if fresh or (served and not serving):
            serving = serve_copy(self.lake, served, tables, run_id)
        head = replace(self.head, tables=tables, marts=states, serving=serving)
        publish(self.lake.path, head)

    def _stands(self, item: Planned, context: BuildContext) -> bool:
        state = self.head.marts[item.mart.name]
        return state.as_of == context.as_of.isoformat() and state.sequence == self.head.sequence

    def table(self, name: str) -> ir.Table:
        """A canonical table or mart: as made in this build, else as published."""
        if name not in self._tables:
            state = self.made.get(name) or self.head.tables.get(name)
            files = [] if state is None else self.lake.table(name).files(state.version)
            self._tables[name] = self.engine.table(
                [file.path for file in files], self.lake.columns(name)
            )
        return self._tables[name]

    def _compute(self, item: Planned, context: BuildContext, state: str) -> _Made:
        mart = item.mart
        mode: str = item.mode
        replacing: list[str] | None = None
        table = self.lake.table(mart.name)
        expression: ir.Table | None = None
        if mode == "part" and mart.rebuild == "customer":
            changed = self._changed_customers(item, context.as_of)
            made = mart.compute(self._inputs(mart, customers=changed), context)
            kept = self.table(mart.name).anti_join(changed, "customer_id")
            names = [column.name for column in mart.columns]
            types = dict(kept.schema().items())
            expression = kept.select(names).union(made.cast(types).select(names))
        elif mode == "part":
            months = self._changed_months(item, context.as_of)
            if len(months) <= MOST_MONTHS:
                replacing = months
                made = mart.compute(self._inputs(mart, months=months), context)
                expression = made.filter(_within(made[mart.day], months))
            else:
                mode = "whole"
        if expression is None:
            expression = mart.compute(self._inputs(mart), context)
        if replacing == []:
            return _Made(self.head.tables[mart.name], "keep")
        files = self.engine.write(
            expression, mart.columns, order_by=mart.order_by, month_of=mart.day
        )
        parts = [table.adopt(path, part) for path, part in files]
        self._tables.pop(mart.name, None)
        published = self.head.tables.get(mart.name)
        version = table.commit(
            [part for part in parts if part.rows],
            replacing=replacing,
            at=-1 if published is None else published.version,
            state=state,
        )
        rows = sum(file.rows for file in table.files(version))
        return _Made(TableState(version, rows), mode)

    def _inputs(
        self,
        mart: Mart,
        *,
        customers: ir.Table | None = None,
        months: Sequence[str] | None = None,
    ) -> Mapping[str, ir.Table]:
        tables = {}
        for name in mart.inputs:
            table = self.table(name)
            if months is not None and mart.day in table.columns:
                table = table.filter(_within(table[mart.day], months))
            if name in CANONICAL and CANONICAL[name].customer:
                table = self._with_customer(table, customers)
            elif customers is not None and "customer_id" in table.columns:
                table = table.semi_join(customers, "customer_id")
            tables[name] = table
        return tables

    def _with_customer(self, table: ir.Table, customers: ir.Table | None) -> ir.Table:
        known = self.table(IDENTIFIER_MAP.name).select("id_key", "customer_id")
        if customers is None:
            return table.left_join(known, "id_key").drop("id_key_right")
        return table.inner_join(known.semi_join(customers, "customer_id"), "id_key")

    def _touched_since(self, item: Planned) -> ir.Table:
        touched = self.table(TOUCHED.name)
        return touched.filter(touched.sequence > item.since)

    def _changed_customers(self, item: Planned, as_of: date) -> ir.Table:
        """Customers with changed rows, as a small written table: it is joined many times."""
        key = (item.since, item.as_of_before, as_of)
        if key not in self._changed:
            touched = self._touched_since(item)
            known = self.table(IDENTIFIER_MAP.name)
            found = [
                known.semi_join(touched.filter(touched.id_key.notnull()), "id_key"),
                touched.filter(touched.customer_id.notnull()),
                *self._between_days(item.as_of_before, as_of),
            ]
            expression = ibis.union(*(t.select("customer_id") for t in found)).distinct()
            written = self.engine.write(expression, _CUSTOMER_ID)
            self._changed[key] = self.engine.table([str(p) for p, _ in written], _CUSTOMER_ID)
        return self._changed[key]

    def _between_days(self, before: date | None, as_of: date) -> list[ir.Table]:
        """Rows that another as-of day lets in or leaves out."""
        if before is None or before == as_of:
            return []
        low, high = sorted((before, as_of))
        names = {n for mart in self.marts.values() for n in canonical_inputs(mart, self.marts)}
        found = []
        for name in sorted(names):
            if (declared := CANONICAL[name]).customer and declared.day:
                table = self._with_customer(self.table(name), None)
                day = table[declared.day]
                found.append(table.filter(day > low, day <= high, table.customer_id.notnull()))
        return found

    def _changed_months(self, item: Planned, as_of: date) -> list[str]:
        names = [
            name
            for name in canonical_inputs(item.mart, self.marts)
            if CANONICAL[name].day == item.mart.day
        ]
        touched = self._touched_since(item)
        days = touched.filter(touched.table_name.isin(names), touched.day.notnull())
        found = [days.select(month=days.day.truncate("M"))]
        remapped = touched.filter(touched.table_name == IDENTIFIER_MAP.name)
        for name in names:
            rows = self.table(name).semi_join(remapped, "id_key")
            found.append(rows.select(month=rows[item.mart.day].truncate("M")))
        months = {str(row["month"])[:7] for row in self.engine.rows(ibis.union(*found).distinct())}
        if item.as_of_before is not None and item.as_of_before != as_of:
            day, high = sorted((item.as_of_before, as_of))
            months |= {f"{day + timedelta(days=n):%Y-%m}" for n in range(1, (high - day).days + 1)}
        return sorted(months)


def _within(day: ir.DateValue, months: Sequence[str]) -> ir.BooleanValue:
    """Whether a day lies in one of the months, as ranges that let an engine skip files."""
    spans = []
    for month in months:
        first = date.fromisoformat(f"{month}-01")
        following = (first + timedelta(days=32)).replace(day=1)
        spans.append((day >= first) & (day < following))
    return ibis.or_(*spans) if spans else ibis.literal(value=False)
