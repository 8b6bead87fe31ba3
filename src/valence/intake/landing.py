"""Landing: the rows of one file go to the lake's tables, those at fault to the quarantine."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from itertools import islice

import pyarrow as pa

from valence.core import clock
from valence.core.settings import Brand
from valence.intake import quarantine
from valence.intake.cautions import cautions
from valence.intake.identities import Identities
from valence.intake.opening import OpenFile
from valence.intake.orders import OrderCounts, land_lines, land_orders
from valence.intake.people import People
from valence.intake.planning import Check, Rules
from valence.intake.quotes import as_written, stage_lines
from valence.intake.rates import may_be_foreign, rates_at_hand, tell_of_orders, without_rate
from valence.intake.records import land_records, load_lookup
from valence.intake.remarks import Faults, remarks
from valence.intake.staging import Staged, good, mark
from valence.intake.stepping import Steps
from valence.intake.summary import FileSummary, landed_before, summary_from, totals_of, with_days
from valence.intake.targets import KINDS
from valence.lake.workbench import literal
from valence.lake.writer import Counts, Writer
from valence.people.keys import Keyring
from valence.store import Store


class Landing:
    """Lands the files of one import, one after the other; nothing is published."""

    def __init__(
        self, brand: Brand, store: Store, writer: Writer, keyring: Keyring, actor: str
    ) -> None:
        self._store, self._writer, self._bench = store, writer, writer.bench
        self._currency = brand.settings.brand.currency
        secret = keyring.wrapping_key(1).hex()
        self._rules = Rules(brand.settings.brand.timezone, self._currency, clock.now(), secret)
        self._keyring = keyring
        self._identities = Identities(writer, store, keyring, actor)
        self.people = People(writer)
        self._staged = 0
        self.leaving: list[int] = []  # rows of the quarantine that these files stand for

    def file(self, file: OpenFile, siblings: set[str], steps: Steps) -> FileSummary:
        """Land one file and return what became of it.

        `siblings` are the names of the mappings of this import.
        """
        steps.reading(file.name)
        if file.again is not None:
            self.leaving.extend(file.again.row_ids)
        elif known := self._known(file):
            steps.known()
            self.people.nobody()
            return known
        rates_at_hand(self._writer)
        staged = self._stage(file, steps)
        if file.mapping.kind == "lookup":
            steps.known()
            load_lookup(self._bench, staged)
            self.people.nobody()
            words = FileSummary(file.name, "lookup", file.mapping.name, read=staged.read)
            return _read_by(file, words)
        steps.people(file.name)
        faults = self._hold(file, staged)
        self._wait(staged)
        keyed = self._identities.keyed(staged)
        self._bench.sql(f"CREATE OR REPLACE TEMP VIEW _keyed AS {keyed}")
        steps.landing(file.name)
        counts = self._land(staged, siblings)
        self.people.named(staged, keyed)
        found = self._summary(file, staged, counts, keyed)
        self._bench.sql(f"DROP TABLE IF EXISTS {staged.table}")
        found = replace(_read_by(file, found), quarantined=faults.rows)
        told = (*remarks(file, staged, counts, faults), *cautions(file.mapping, found))
        return replace(found, warnings=told)

    def _hold(self, file: OpenFile, staged: Staged) -> Faults:
        """Write the rows that cannot land to the quarantine, some at a time; return what is wrong.

        Nobody sees them before the import is published.
        """
        rows = as_written(staged, quarantine.held(self._bench, staged))
        if file.again is not None:
            rows = map(file.again.placed, rows)
        faults = Faults()
        while block := list(islice(rows, quarantine.BLOCK)):
            with self._store.writing() as unit:
                quarantine.hold(unit, self._keyring, self._writer.batch_id, block, self.leaving)
            faults.add(block)
        return faults

    def _stage(self, file: OpenFile, steps: Steps) -> Staged:
        self._staged += 1
        with self._bench.watched(steps.part):
            staged = stage_lines(
                self._bench, file.source, file.mapping, self._rules, f"staged_{self._staged}"
            )
        return staged if file.mapping.kind == "lookup" else self._refused_later(staged)

    def _summary(
        self, file: OpenFile, staged: Staged, counts: OrderCounts, keyed: str
    ) -> FileSummary:
        if staged.mapping.kind in {"orders", "order_lines"}:
            self._writer.table_of("orders")
        totals, months = totals_of(self._bench, keyed, staged)
        first, last = self._span(staged)
        return FileSummary(
            file.name,
            file.mapping.kind,
            file.mapping.name,
            read=staged.read,
            new=counts.lines.new,
            updated=counts.lines.updated,
            unchanged=counts.lines.unchanged,
            outranked=counts.outranked,
            repeated=counts.repeated,
            unnamed=totals.without_customer if staged.mapping.kind == "customers" else 0,
            orders_new=counts.orders.new,
            orders_updated=counts.orders.updated,
            orders_unchanged=counts.orders.unchanged,
            first=first,
            last=last,
            totals=totals,
            months=months,
            again=file.again.why if file.again else "",
        )

    def _land(self, staged: Staged, siblings: set[str]) -> OrderCounts:
        mapping, rows = staged.mapping, "SELECT * FROM _keyed"
        match mapping.kind:
            case "order_lines":
                return land_lines(self._writer, mapping, rows, self._currency, bare=good(staged))
            case "orders":
                return land_orders(self._writer, mapping, rows, self._currency)
            case _:
                landed, again = land_records(self._writer, staged, siblings, self._currency)
                return OrderCounts(Counts(), landed, repeated=again)

    def _refused_later(self, staged: Staged) -> Staged:
        """Refuse rows without a rate, and lines of orders that nobody knows."""
        mapping = staged.mapping
        if mapping.kind not in {"orders", "order_lines"}:
            return staged
        if may_be_foreign(mapping, self._currency):
            tell_of_orders(self._writer, good(staged), mapping, self._currency)
            rows = without_rate(good(staged), mapping, self._currency)
            cell = mapping.columns.get("currency")
            column = cell.column[0] if cell and cell.column else ""
            staged = mark(self._bench, staged, Check(column, "no rate", f"_row IN ({rows})"))
        if mapping.leaves_day_to_order:
            self._writer.table_of("orders")
            known = (
                f"order_id IN (SELECT order_id FROM orders WHERE namespace = "
                f"{literal(mapping.namespace)} UNION ALL SELECT order_id FROM ({good(staged)}) "
                "WHERE ordered_at IS NOT NULL)"
            )
            column = mapping.columns["order_id"].column[0]
            staged = mark(self._bench, staged, Check(column, "unknown order", f"NOT {known}"))
        return staged

    def _wait(self, staged: Staged) -> None:
        """Make `_waiting`: orders that have a row in quarantine, or get one."""
        bench, namespace = self._bench, staged.mapping.namespace
        bench.sql("CREATE OR REPLACE TEMP TABLE _some_wait (order_id VARCHAR)")
        with self._store.reading() as view:
            for orders in quarantine.waiting_orders(view, namespace, self.leaving):
                bench.register("_wait_block", pa.Table.from_batches([orders]))
                bench.sql("INSERT INTO _some_wait SELECT * FROM _wait_block")
        if staged.bad and "order_id" in staged.names(bench) - dict(staged.absent).keys():
            bench.sql(f"INSERT INTO _some_wait SELECT order_id FROM {staged.table} WHERE _bad <> 0")
        bench.sql(
            f"CREATE OR REPLACE TEMP TABLE _waiting AS SELECT DISTINCT {literal(namespace)} AS "
            "namespace, order_id FROM _some_wait WHERE order_id IS NOT NULL"
        )

    def _span(self, staged: Staged) -> tuple[datetime | None, datetime | None]:
        dated = KINDS[staged.mapping.kind].dated
        if not dated:
            return None, None
        first, last = self._bench.rows(
            f"SELECT min({dated}), max({dated}) FROM ({with_days(staged)})"
        )[0]
        return first, last

    def _known(self, file: OpenFile) -> FileSummary | None:
        """Return the summary of the same bytes under the same mapping, if they landed before."""
        if file.mapping.kind == "lookup":
            return None
        self._writer.table_of("imports")
        rows = self._bench.rows(
            "SELECT summary FROM imports WHERE file_hash = ? ORDER BY imported_at DESC LIMIT 1",
            [file.content_hash],
        )
        if not rows:
            return None
        return landed_before(summary_from(json.loads(rows[0][0])), file.name)


def _read_by(file: OpenFile, told: FileSummary) -> FileSummary:
    return replace(told, form=file.mapping.title or file.mapping.name, origin=file.origin)
