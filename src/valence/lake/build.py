"""The build: make the marts that changes call for, and publish them all at once.

A build killed at any point leaves the last good marts published. What it had finished is found
again by the next build through the state kept with each commit, and is not computed twice.
"""

from __future__ import annotations

import gc
import shutil
import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir

from valence.core import clock
from valence.core.errors import BadInputError
from valence.core.messages import message
from valence.core.progress import Progress, Step, silent
from valence.lake.canonical import CANONICAL, WITHOUT_ORDERS
from valence.lake.changes import Changed, Changes, within
from valence.lake.delta import Table
from valence.lake.engines import Engine, engine
from valence.lake.head import Head, MartState, TableState, publish
from valence.lake.internal import IDENTIFIER_MAP, TOUCHED
from valence.lake.lake import Lake
from valence.lake.lease import lease
from valence.lake.marts import BuildContext, Inputs, Mart, Score
from valence.lake.plan import Planned, plan
from valence.lake.runs import MartRun, Run, RunLog, explained, written
from valence.lake.serving import ServingCopy, serving_copy
from valence.lake.zones import settle

_TEXTS: dict[Hashable, str] = {}  # queries that this process has put together
_MOST_TEXTS = 256
MOST_MONTHS = 6  # more changed months than this and the whole mart is as quick


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
    with lease(lake.path, "build", wait=ask.wait), _seldom_collected():
        shutil.rmtree(lake.scratch, ignore_errors=True)  # of a process that died
        settle(lake)
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


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Look for rings of objects less often: queries are many small ones, and none is in a ring."""
    before, seldom = gc.get_threshold(), (50_000, 20, 50)  # every 700: a tenth of a small build
    if before == seldom:  # so set by a build beside this one, which sets it back
        yield
        return
    gc.set_threshold(*seldom)
    try:
        yield
    finally:
        gc.set_threshold(*before)


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
        self._stored: dict[str, Table] = {}
        self._queries: dict[str, Future[str]] = {}
        self.changes = Changes(self.engine, self.table, self.marts)

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
            with serving_copy(self.lake, run.run_id) as copy:
                with self._ahead(planned, context):
                    for number, item in enumerate(planned):
                        label = message("Building {mart}", mart=item.mart.title)
                        progress(Step(label, number, len(planned)))
                        done.append(self.make(item, context))
                        if item.mart.served and self._fresh(item.mart):
                            copy.take(item.mart, self.made[item.mart.name])
                progress(Step(message("Publishing"), len(planned), len(planned)))
                self.publish(planned, context, run.run_id, copy)
        except BaseException as wrong:
            log.finish(run, marts=tuple(done), error=explained(wrong))
            raise
        return log.finish(run, marts=tuple(done))

    def last_day(self) -> date:
        """The last business day that orders cover; cancelled ones only where there are no others.

        An order that was called off may be dated long after the last that was not. A brand
        without any order stands for the last day of what its customers did and said.
        """
        orders = self.table("orders")
        real = ibis.coalesce(orders.kind, "") != "cancelled"
        last = ibis.coalesce(orders.ordered_on.max(where=real), orders.ordered_on.max())
        found = self.engine.rows(orders.aggregate(last=last))[0]["last"]
        if found is None:
            found = max(filter(None, map(self._last_of, WITHOUT_ORDERS)), default=None)
        if found is None:
            raise BadInputError(
                "There are no orders to build from. Bring some in with `valence import "
                "orders.csv`, or what customers did and said: events, feedback, contacts."
            )
        return date.fromisoformat(str(found)[:10])

    def _last_of(self, name: str) -> str | None:
        """The last day of a canonical table, as text."""
        t = self.table(name)
        last = self.engine.rows(t.aggregate(last=t[CANONICAL[name].day].max()))[0]["last"]
        return None if last is None else str(last)[:10]

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
        table = self._table(name)
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
        self._tables.pop(name, None)
        self.table(name)  # from here on, in queries too that were made before, the mart as made
        seconds = time.perf_counter() - started
        rows, why = self.made[name].rows, item.why
        return MartRun(name, mode, str(why), rows, round(seconds, 3), written(why))

    def publish(
        self, planned: Sequence[Planned], context: BuildContext, run_id: str, copy: ServingCopy
    ) -> None:
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
        serving = self.head.serving
        if any(map(self._fresh, served)) or (served and not serving):
            for mart in served:
                copy.take(mart, tables[mart.name])
            serving = copy.finished()
        head = replace(self.head, tables=tables, marts=states, serving=serving)
        publish(self.lake.path, head)

    def _fresh(self, mart: Mart) -> bool:
        return self.made[mart.name] != self.head.tables.get(mart.name)

    def _stands(self, item: Planned, context: BuildContext) -> bool:
        state = self.head.marts[item.mart.name]
        return state.as_of == context.as_of.isoformat() and state.sequence == self.head.sequence

    def table(self, name: str) -> ir.Table:
        """A canonical table or mart: as made in this build, else as published."""
        if name not in self._tables:
            state = self.made.get(name) or self.head.tables.get(name)
            self._tables[name] = self._read(name, state, view=name)
        return self._tables[name]

    def _table(self, name: str) -> Table:
        return self._stored.setdefault(name, self.lake.table(name))

    def _read(self, name: str, state: TableState | None, view: str = "") -> ir.Table:
        files = [] if state is None else self._table(name).files(state.version)
        return self.engine.table([file.path for file in files], self.lake.columns(name), view)

    @contextmanager
    def _ahead(self, planned: Sequence[Planned], context: BuildContext) -> Iterator[None]:
        """Put together the queries of marts to be made whole, while the engine is at others."""
        if not self.engine.ahead:
            yield
            return
        pool = ThreadPoolExecutor(1)
        try:
            for mart in (item.mart for item in planned if item.mode == "whole"):
                if mart.score is None:
                    inputs = self._inputs(mart)
                    self._queries[mart.name] = pool.submit(self._query, mart, inputs, context)
            yield
        finally:
            pool.shutdown(cancel_futures=True)

    def _query(self, mart: Mart, inputs: Inputs, context: BuildContext) -> str:
        """The text of a mart's query; the same day after another import it is the same again."""
        declared = tuple(self.lake.columns(name) for name in mart.inputs)
        asked = mart.compute, mart.inputs, declared, repr(context)
        text = _TEXTS.get(asked)
        if text is None:
            text = self.engine.query(mart.compute(inputs, context))
            if len(_TEXTS) >= _MOST_TEXTS:
                _TEXTS.clear()
            _TEXTS[asked] = text
        return text

    def _compute(self, item: Planned, context: BuildContext, state: str) -> _Made:
        mart = item.mart
        if mart.score is not None:
            return self._scored(item, mart.score, context, state)
        mode: str = item.mode
        replacing: list[str] | None = None
        expression: ir.Table | str | None = None
        if mode == "part" and mart.rebuild == "customer":
            patch = self._summed if mart.sums else self._patched
            expression = patch(item, context)
        elif mode == "part":
            months = self.changes.months(item, context.as_of)
            if len(months) <= MOST_MONTHS:
                replacing = months
                made = mart.compute(self._inputs(mart, months=months), context)
                expression = made.filter(within(made[mart.day], months))
            else:
                mode = "whole"
        if replacing == []:
            return _Made(self.head.tables[mart.name], "keep")
        if expression is None and mart.name in self._queries:
            expression = self._queries[mart.name].result()
        elif expression is None:
            expression = mart.compute(self._inputs(mart), context)
        return _Made(self._write(mart, expression, replacing, state, mode), mode)

    def _write(
        self,
        mart: Mart,
        expression: ir.Table | str,
        replacing: list[str] | None,
        state: str,
        mode: str,
    ) -> TableState:
        # What stays of a patched mart lies in order already; sorting all of it would cost more
        # than the few rows at its end do when they are read.
        order_by = () if mode == "part" and not mart.day else mart.order_by
        files = self.engine.write(expression, mart.columns, order_by=order_by, month_of=mart.day)
        return self._commit(mart, files, replacing, state)

    def _scored(self, item: Planned, score: Score, context: BuildContext, state: str) -> _Made:
        """Make a mart that is no query, in batches."""
        mart = item.mart
        inputs = dict(self._inputs(mart))
        before = self.head.marts.get(mart.name)
        same = before is not None and before.fingerprint == item.fingerprint
        if before is not None and (mart.keeps or (same and not self.ask.whole)):
            inputs[mart.name] = self.table(mart.name)
        batches = score(inputs, context, self.engine.batches)
        if batches is None:
            return _Made(self.head.tables[mart.name], "keep")
        files = self.engine.write_batches(batches, mart.columns)
        return _Made(self._commit(mart, files, None, state), item.mode)

    def _commit(
        self,
        mart: Mart,
        files: Sequence[tuple[Path, str]],
        replacing: Sequence[str] | None,
        state: str,
    ) -> TableState:
        table = self._table(mart.name)
        parts = [table.adopt(path, part) for path, part in files]
        published = self.head.tables.get(mart.name)
        version = table.commit(
            [part for part in parts if part.rows],
            replacing=replacing,
            at=-1 if published is None else published.version,
            state=state,
        )
        return TableState(version, sum(file.rows for file in table.files(version)))

    def _patched(self, item: Planned, context: BuildContext) -> ir.Table:
        """The mart with the rows of changed customers made anew."""
        mart = item.mart
        changed = self.changes.customers(item, context.as_of)
        made = mart.compute(self._inputs(mart, changed=changed), context)
        kept = self.table(mart.name).anti_join(changed.customers, "customer_id")
        return kept.union(_like(kept, made))

    def _summed(self, item: Planned, context: BuildContext) -> ir.Table:
        """The mart less what changed customers were in it, and with what they are now."""
        mart = item.mart
        changed = self.changes.customers(item, context.as_of)
        kept = self.table(mart.name)
        before = {
            name: self._read(name, self.head.tables.get(name)).semi_join(
                changed.customers, "customer_id"
            )
            for name in mart.inputs
        }
        then = replace(context, as_of=item.as_of_before or context.as_of)
        gone = _like(kept, mart.compute(before, then))
        gone = gone.mutate(**{name: gone[name].negate() for name in mart.sums})
        made = _like(kept, mart.compute(self._inputs(mart, changed=changed), context))
        t = kept.union(_like(kept, gone), made)
        t = t.group_by(mart.grain).agg(**{name: t[name].sum() for name in mart.sums})
        return t.filter(t[mart.sums[0]] != 0)

    def _inputs(
        self,
        mart: Mart,
        *,
        changed: Changed | None = None,
        months: Sequence[str] | None = None,
    ) -> Mapping[str, ir.Table]:
        tables = {}
        for name in mart.inputs:
            table = self.table(name)
            day = CANONICAL[name].day if name in CANONICAL else mart.day
            if months is not None and day in table.columns:
                table = table.filter(within(table[day], months))
            if name in CANONICAL and CANONICAL[name].customer:
                table = self._with_customer(table, changed, few=months is not None)
            elif changed is not None and "customer_id" in table.columns:
                table = table.semi_join(changed.customers, "customer_id")
            tables[name] = table
        return tables

    def _with_customer(self, table: ir.Table, changed: Changed | None, *, few: bool) -> ir.Table:
        if changed is not None:
            return table.inner_join(changed.keys, "id_key")
        known = self.table(IDENTIFIER_MAP.name).select("id_key", "customer_id")
        if few:  # a join with all identifiers would cost more than the rows do
            known = known.semi_join(table, "id_key")
        return table.left_join(known, "id_key").drop("id_key_right")


def _like(kept: ir.Table, made: ir.Table) -> ir.Table:
    """The rows with the columns of `kept`, in their order and of their types."""
    return made.select(kept.columns).cast(dict(kept.schema().items()))
