"""The summary of an import: figures that a user can check against the source."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from valence.core.messages import Message, message
from valence.intake.amounts import cancelled_sql, cancelled_word_sql
from valence.intake.mapping import FileMapping
from valence.intake.staging import Staged, good
from valence.lake.workbench import Workbench, literal
from valence.store.sentences import kept, restored


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the rows that landed or were known: what a user sees in the source's report."""

    month: str  # 2011-11
    rows: int
    orders: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """Control totals over the rows of a file that could be read, in the source's own figures."""

    orders: int = 0
    customers: int = 0  # people, however many identifiers their rows name
    quantity: float | None = None
    # Net, original currency: quantity × price where lines have both. None: the file has none.
    amount: Decimal | None = None
    without_customer: int = 0
    without_customer_amount: Decimal = Decimal(0)
    cancelled: int = 0  # orders among them that were called off: no purchases
    cancelled_amount: Decimal = Decimal(0)
    cancelled_as: Mapping[str, int] = field(default_factory=dict)  # the source's words for it


@dataclass(frozen=True, slots=True)
class FileSummary:
    """What became of one file."""

    file: str
    kind: str
    mapping: str
    read: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    outranked: int = 0  # lines of orders whose lines a more trusted source tells
    repeated: int = 0  # what another row of the file tells too: it counts there
    unnamed: int = 0  # rows of customers that name nobody
    orders_new: int = 0
    orders_updated: int = 0
    orders_unchanged: int = 0
    first: datetime | None = None
    last: datetime | None = None
    totals: Totals = Totals()
    months: tuple[Month, ...] = ()
    skipped: bool = False  # the same bytes landed before under the same mapping
    again: str = ""  # replayed or waited: these rows stood in quarantine before
    warnings: tuple[Message, ...] = ()
    form: str = ""  # title of the mapping that it was read by
    origin: str = ""  # of the mapping: kept, ready, guessed, given

    @property
    def accounted(self) -> int:
        """The sum of what became of its rows: each row that was read is in one count."""
        landed = self.new + self.updated + self.unchanged
        return landed + self.outranked + self.repeated + self.unnamed + self.quarantined


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import did, file by file and together."""

    import_id: str
    files: tuple[FileSummary, ...] = ()
    warnings: tuple[Message, ...] = field(default=())

    def _sum(self, name: str) -> int:
        return sum(getattr(file, name) for file in self.files)

    @property
    def read(self) -> int:
        """Rows read, good and bad."""
        return self._sum("read")

    @property
    def new(self) -> int:
        """Rows that were not there before."""
        return self._sum("new")

    @property
    def updated(self) -> int:
        """Rows that were there with other contents."""
        return self._sum("updated")

    @property
    def unchanged(self) -> int:
        """Rows that were there already, the same."""
        return self._sum("unchanged")

    @property
    def quarantined(self) -> int:
        """Rows that stand in quarantine."""
        return self._sum("quarantined")

    @property
    def without_customer(self) -> int:
        """Rows that name no customer; they are kept."""
        return sum(file.totals.without_customer for file in self.files)


def totals_of(bench: Workbench, keyed: str, staged: Staged) -> tuple[Totals, tuple[Month, ...]]:
    """Return the control totals and the months of a file's good rows.

    Who its customers are is known once the identifiers of all files are: see `people`.

    Parameters
    ----------
    bench
        Where they are staged.
    keyed
        SQL of the good rows with their customer.
    staged
        The staged file; view `orders` has what became of its orders.
    """
    if staged.mapping.kind not in {"orders", "order_lines"}:
        nobody = staged.mapping.kind in {"products", "spend", "fx_rates"}
        return (Totals(), ()) if nobody else _plain_totals(bench, keyed)
    # A file of orders without amounts (they stand on its lines) has no sum of its own.
    names, lines = staged.names(bench), staged.mapping.kind == "order_lines"
    net = "_net" if "_net" in names else "NULL::DECIMAL(18,4)"
    units = "quantity" if lines else "units"
    sums = bench.rows(
        f"SELECT sum({units}), sum({net}), count(*) FILTER (id_key IS NULL), "
        f"coalesce(sum({net}) FILTER (id_key IS NULL), 0) FROM ({keyed})"
    )[0]
    orders = bench.rows(
        # Groups spill to the disk, `count(DISTINCT)` does not.
        f"SELECT count(order_id) FROM (SELECT order_id FROM ({keyed}) GROUP BY order_id)"
    )[0][0]
    months = bench.rows(
        "SELECT strftime(month, '%Y-%m'), sum(n)::BIGINT, count(order_id), sum(net) FROM "
        "(SELECT date_trunc('month', ordered_day) AS month, order_id, count(*) AS n, "
        f"coalesce(sum({net}), 0) AS net FROM ({with_days(staged)}) WHERE ordered_day IS NOT NULL "
        "GROUP BY month, order_id) GROUP BY month ORDER BY month"
    )
    totals = Totals(int(orders), 0, *sums)
    totals = replace(totals, **_cancelled(bench, keyed, staged.mapping, net))
    return totals, tuple(Month(*month) for month in months)


def with_days(staged: Staged) -> str:
    """Return SQL of a file's good rows; lines without a day have that of their order."""
    if not staged.mapping.leaves_day_to_order:
        return good(staged)
    return (
        "SELECT s.* REPLACE (coalesce(s.ordered_at, o.ordered_at) AS ordered_at, "
        f"coalesce(s.ordered_day, o.ordered_on) AS ordered_day) FROM ({good(staged)}) s LEFT JOIN "
        "(SELECT order_id, ordered_at, ordered_on FROM orders WHERE namespace = "
        f"{literal(staged.mapping.namespace)}) o USING (order_id)"
    )


def _cancelled(bench: Workbench, keyed: str, mapping: FileMapping, net: str) -> dict[str, Any]:
    """Orders of a file that it says were called off, and of which nothing is left: their totals."""
    off = cancelled_sql(mapping)
    if off == "false":
        return {}
    amount = f"coalesce(sum({net}) FILTER ({off}), 0)"
    if "status" in mapping.fill_down:  # which the first line says for all of them
        amount = f"CASE WHEN bool_or({off}) THEN coalesce(sum({net}), 0) ELSE 0 END"
    said = bench.rows(
        "SELECT word, count(*), sum(amount) FROM "
        f"(SELECT order_id, bool_or({off}) AS off, {amount} AS amount, "
        f"max({cancelled_word_sql(mapping)}) FILTER ({off}) AS word FROM ({keyed}) "
        "GROUP BY order_id) SEMI JOIN (SELECT order_id FROM orders WHERE kind = 'cancelled' AND "
        f"namespace = {literal(mapping.namespace)}) USING (order_id) WHERE off GROUP BY word "
        "ORDER BY count(*) DESC, word"
    )
    return {
        "cancelled": sum(orders for _, orders, _ in said),
        "cancelled_amount": sum((total for *_, total in said), Decimal(0)),
        "cancelled_as": {word: orders for word, orders, _ in said if word},
    }


def _plain_totals(bench: Workbench, keyed: str) -> tuple[Totals, tuple[Month, ...]]:
    [[without]] = bench.rows(f"SELECT count(*) FILTER (id_key IS NULL) FROM ({keyed})")
    return Totals(without_customer=without), ()


def landed_before(before: FileSummary, file: str) -> FileSummary:
    """Return the summary of a file whose bytes landed before: everything is unchanged."""
    return replace(
        before,
        file=file,
        new=0,
        updated=0,
        unchanged=before.new + before.updated + before.unchanged,
        orders_new=0,
        orders_updated=0,
        orders_unchanged=before.orders_new + before.orders_updated + before.orders_unchanged,
        skipped=True,
        warnings=(
            message(
                "{file} was imported before, byte by byte the same; nothing changed.", file=file
            ),
        ),
    )


def summary_as_json(summary: FileSummary) -> dict[str, Any]:
    """Return a file's summary as plain JSON values; messages as sentences."""
    told = asdict(replace(summary, warnings=()))
    told["warnings"] = [str(warning) for warning in summary.warnings]
    plain: dict[str, Any] = json.loads(json.dumps(told, default=_plain))
    return plain


def summary_to_keep(summary: FileSummary) -> dict[str, Any]:
    """Return a file's summary as JSON whose sentences can be worded in any language later."""
    return summary_as_json(summary) | {"warnings": [kept(one) for one in summary.warnings]}


def summary_from(told: Mapping[str, Any]) -> FileSummary:
    """Return the summary that `summary_to_keep` or `summary_as_json` gave."""
    known = {name.name for name in fields(FileSummary)}
    totals = dict(told["totals"])
    for name in ("amount", "without_customer_amount", "cancelled_amount"):
        told_amount = totals.get(name, 0)
        totals[name] = None if told_amount is None else Decimal(told_amount)
    months = tuple(Month(**{**m, "amount": Decimal(m["amount"])}) for m in told["months"])
    instants = {
        name: datetime.fromisoformat(told[name]) if told[name] else None
        for name in ("first", "last")
    }
    return FileSummary(
        **{
            **{name: value for name, value in told.items() if name in known},
            **instants,
            "totals": Totals(**totals),
            "months": months,
            "warnings": sentences(told["warnings"]),
        }
    )


def sentences(told: Sequence[Any]) -> tuple[Message, ...]:
    """Return sentences that were kept; older logs hold them as English text."""
    found = (Message(one) if isinstance(one, str) else restored(one) for one in told)
    return tuple(one for one in found if one is not None)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
