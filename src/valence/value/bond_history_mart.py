"""The published past of bonds: how many were strong, and whether the bond foretold what came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from valence.core.days import months_before
from valence.core.intervals import wilson
from valence.core.messages import message
from valence.definitions.reading import published
from valence.lake.columns import ARROW, Column
from valence.lake.marts import BuildContext, Inputs, Mart, Read, rows_read
from valence.lake.portable import in_panel
from valence.value.bond import LEVELS
from valence.value.bond_definition import BOND_KIND, BondDefinition
from valence.value.bond_history import bonds_before, later
from valence.value.refit import not_due

if TYPE_CHECKING:
    from valence.value.bond_proof import BondProof, Effect

PANEL = 50_000  # customers at most who are looked at on earlier days
REFRESH_DAYS = 28
FEWEST = 300  # customers: of fewer, a share is not even known to five points
BOND_HISTORY = (
    Column("number", "int", "Order of the rows."),
    Column("made_on", "day", "Day that all of it was told on."),
    Column("kind", "text", "share (of bonds on a day), later (what came a year after) or proof."),
    Column("on", "day", "Day that the bonds stood on."),
    Column("name", "text", "none, weak or strong; or what a proof is."),
    Column("customers", "int", "Customers it is told of."),
    Column("value", "float", "Share with that bond; share who bought again; the figure."),
    Column("low", "float", "Lower end of the 90 % interval."),
    Column("high", "float", "Upper end of it."),
    Column("later_value", "float", "Mean value in the year after."),
)
_SCHEMA = pa.schema([(column.name, ARROW[column.kind]) for column in BOND_HISTORY])
_TABLES = ("order_lines", "products", "contacts", "feedback", "events")
_READ = ("bond_index", "days_since_order", "orders", "value_amount", "later_orders",
         "later_value_amount")  # fmt: skip


def _history(inputs: Inputs, context: BuildContext, read: Read) -> Iterator[pa.RecordBatch] | None:
    if "bond_history" in inputs and _stands(inputs["bond_history"], context.as_of, read):
        return None
    return _told(inputs, context, read)


def _stands(before: ir.Table, as_of: date, read: Read) -> bool:
    made = rows_read(before.agg(on=before.made_on.max()), read)[0]["on"]
    return not_due(made, as_of, REFRESH_DAYS)


def _told(inputs: Inputs, context: BuildContext, read: Read) -> Iterator[pa.RecordBatch]:
    customers = inputs["customers"]
    bought = customers.filter(customers.bond.notnull()).select("customer_id")
    n = rows_read(bought.agg(n=bought.count()), read)[0]["n"]
    if n < FEWEST:
        return
    tables = {name: inputs[name] for name in _TABLES} | {"orders": inputs["order_facts"]}
    if n > PANEL:
        panel = bought.filter(in_panel(bought.customer_id, PANEL / n))
        tables = {
            name: t.semi_join(panel, "customer_id") if "customer_id" in t.columns else t
            for name, t in tables.items()
        }
    definition = published(context.definitions, BOND_KIND, BondDefinition)
    as_of = context.as_of
    bonds = bonds_before(tables, as_of=as_of, definition=definition, among=customers)
    since = months_before(as_of, 12)
    came = later(tables["orders"], since=since, as_of=as_of)
    t = bonds.left_join(came, "customer_id").drop("customer_id_right")
    amounts = {name: t[name].cast("float64") for name in ("value_amount", "later_value_amount")}
    t = t.mutate(**amounts).order_by("months_back", "customer_id")
    batches = list(read(t.select("months_back", "bond", *_READ)))
    if batches:
        yield _batch(pa.Table.from_batches(batches), as_of)


def _batch(table: pa.Table, as_of: date) -> pa.RecordBatch:
    from valence.value.bond_proof import prove  # noqa: PLC0415 - scipy is heavy

    back = np.asarray(table.column("months_back").to_numpy())
    bond = np.array(table.column("bond").to_pylist(), dtype=object)
    rows: list[dict[str, Any]] = []
    for months in sorted(set(back.tolist()), reverse=True):
        on, there = months_before(as_of, months), back == months
        for level in LEVELS:
            n, share = int(there.sum()), float((bond[there] == level).mean())
            rows.append({"kind": "share", "on": on, "name": level, "customers": n, "value": share})
    first = months_before(as_of, 12)
    old = back == 12
    arrays = [
        np.nan_to_num(np.asarray(table.column(name).cast(pa.float64()).to_numpy(), dtype=float))
        for name in _READ
    ]
    index, recency, orders, value, again, brought = (each[old] for each in arrays)
    again = (again > 0).astype(float)
    for level in reversed(LEVELS):
        own = bond[old] == level
        n = int(own.sum())
        if n:
            stayed = int(again[own].sum())
            low, high = wilson(stayed, n, 0.9)
            rows.append({"kind": "later", "on": first, "name": level, "customers": n,
                         "value": stayed / n, "low": low, "high": high,
                         "later_value": float(brought[own].mean())})  # fmt: skip
    rows += _proof(prove(index, recency, orders, value, again, brought), first)
    numbered = [{**row, "number": n, "made_on": as_of} for n, row in enumerate(rows)]
    return pa.RecordBatch.from_pylist(numbered, schema=_SCHEMA)


def _proof(proof: BondProof | None, on: date) -> Sequence[dict[str, Any]]:
    if proof is None:
        return []

    def row(name: str, effect: Effect | float) -> dict[str, Any]:
        """One figure of the proof, with its interval where it has one."""
        known = (
            {"value": effect}
            if isinstance(effect, float)
            else {"value": effect.value, "low": effect.low, "high": effect.high}
        )
        return {"kind": "proof", "on": on, "name": name, "customers": proof.customers, **known}

    return [
        row("odds", proof.odds),
        row("later_value", proof.value),
        row("auc_rfm", proof.auc_rfm),
        row("auc_both", proof.auc_both),
        row("gain", proof.gain),
    ]


BOND_HISTORY_MARTS = (
    Mart(
        name="bond_history",
        owner="value",
        title=message("Bonds on earlier days"),
        grain=("number",),
        rebuild="whole",
        inputs=("order_facts", "customers", *_TABLES),
        columns=BOND_HISTORY,
        score=_history,
        definitions=(BOND_KIND,),
        served=True,
    ),
)
