"""Writing: a simulated brand as the files its owner would have, and the truth beside them."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from shutil import copytree
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

from valence.demo.simulate import Simulation

# How each system writes a moment: year first, but the tills day first and to the minute.
_TIMES = {"Date": "%d/%m/%Y %H:%M"}
_TIME = "%Y-%m-%d %H:%M:%S"

# What each column of each file is, in canonical words. `line` amounts are of the whole line; net is
# quantity × unit price - discount; a return has a negative quantity and an order id of its own.
MEANINGS: dict[str, dict[str, str]] = {
    "shop_orders.csv": {
        "order_id": "orders.order_id",
        "order_time": "orders.ordered_at",
        "user_id": "identifiers.user_id",
        "email": "identifiers.email",
        "phone": "identifiers.phone",
        "product_id": "order_lines.product_id",
        "product_name": "order_lines.description",
        "category": "order_lines.category",
        "quantity": "order_lines.quantity",
        "unit_price": "list price of one unit",
        "discount": "order_lines.discount_amount",
        "cost": "order_lines.cost_amount",
        "currency": "orders.currency",
        "coupon": "orders.coupon",
        "channel": "orders.channel",
        "store": "orders.store",
        "status": "orders.status",
        "refund_of": "order_id of the sale that a refund belongs to",
    },
    "store_orders.csv": {
        "Receipt No": "orders.order_id",
        "Date": "orders.ordered_at",
        "Outlet": "orders.store",
        "Loyalty No": "identifiers.loyalty_no",
        "Mobile": "identifiers.phone",
        "SKU": "order_lines.product_id",
        "Item": "order_lines.description",
        "Department": "order_lines.category",
        "Qty": "order_lines.quantity",
        "Unit Price": "list price of one unit",
        "Markdown": "order_lines.discount_amount",
        "Cost": "order_lines.cost_amount",
        "Type": "orders.status",
        "Original Receipt": "receipt of the sale that a refund belongs to",
    },
    "customers.csv": {
        "user_id": "identifiers.user_id",
        "email": "identifiers.email",
        "phone": "identifiers.phone",
        "loyalty_no": "identifiers.loyalty_no",
        "name": "people.name",
        "city": "identifiers.attributes",
        "joined": "identifiers.attributes",
        "acquisition_channel": "identifiers.attributes",
    },
    "products.csv": {
        "product_id": "products.product_id",
        "name": "products.name",
        "category": "products.category",
        "brand": "products.brand",
        "list_price": "products.list_price",
        "cost": "products.cost_amount",
    },
    "web_events.csv": {
        "event_id": "events.event_id",
        "time": "events.occurred_at",
        "event": "events.name",
        "user_id": "identifiers.user_id",
        "channel": "events.channel",
        "session": "events.session_id",
        "product_id": "events.properties",
    },
    "deliveries.csv": {
        "scan_no": "events.event_id",
        "scan": "events.name",
        "scanned": "events.occurred_at",
        "promised": "events.promised_at",
        "courier": "events.properties",
        "order_id": "events.properties",
        "user_id": "identifiers.user_id",
        "recipient_phone": "identifiers.phone",
    },
    "service_contacts.csv": {
        "ticket": "contacts.contact_id",
        "case_no": "contacts.case_id",
        "opened": "contacts.opened_at",
        "answered": "contacts.answered_at",
        "solved": "contacts.solved_at",
        "via": "contacts.channel",
        "topic": "contacts.category",
        "agent": "contacts.agent",
        "reopened": "contacts.reopened",
        "complaint": "contacts.complaint",
        "words": "contacts.text",
        "language": "language of the words",
        "user_id": "identifiers.user_id",
        "phone": "identifiers.phone",
    },
    "surveys.csv": {
        "answer_id": "feedback.feedback_id",
        "answered": "feedback.answered_at",
        "question": "feedback.metric",
        "about": "feedback.touchpoint",
        "score": "feedback.score",
        "scale": "feedback.scale",
        "comment": "feedback.text",
        "language": "feedback.language",
        "order_id": "feedback.order_id",
        "asked_via": "feedback.channel",
        "user_id": "identifiers.user_id",
        "loyalty_no": "identifiers.loyalty_no",
    },
    "research.csv": {
        "note_id": "feedback.feedback_id",
        "noted": "feedback.answered_at",
        "question": "feedback.metric",
        "about": "feedback.touchpoint",
        "brand": "feedback.subject",
        "score": "feedback.score",
        "scale": "feedback.scale",
        "words": "feedback.text",
        "language": "feedback.language",
        "via": "feedback.channel",
        "user_id": "identifiers.user_id",
    },
    "messages.csv": {
        "message_id": "messages.message_id",
        "channel": "messages.channel",
        "campaign": "messages.campaign",
        "sent": "messages.sent_at",
        "delivered": "messages.delivered_at",
        "opened": "messages.opened_at",
        "clicked": "messages.clicked_at",
        "cost": "messages.cost_amount",
        "user_id": "identifiers.user_id",
    },
}


def write(simulation: Simulation, folder: Path, *, truth: Path | None = None) -> list[Path]:
    """Write the observed tables as CSV (UTF-8) into `folder` and return the files' paths.

    With `truth`, one Parquet file per table of the truth goes into that folder; keep it outside
    `folder`, so that importing that sees the brand's files alone. Files are overwritten; the same
    simulation gives the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [_write_csv(folder, *item) for item in simulation.observed.items()]
    if truth is not None:
        truth.mkdir(parents=True, exist_ok=True)
        paths += [_write_parquet(truth, *item) for item in simulation.truth.items()]
    return paths


def _write_csv(folder: Path, name: str, table: pa.Table) -> Path:
    path = folder / f"{name}.csv"
    columns = {
        column: _as_text(table[column], _TIMES.get(column, _TIME))
        if pa.types.is_timestamp(table[column].type)
        else table[column]
        for column in table.column_names
    }
    csv.write_csv(pa.table(columns), path, csv.WriteOptions(quoting_style="needed"))
    return path


def _as_text(times: Any, form: str) -> Any:
    # Formatting each distinct day once is ten times faster than strftime on every row.
    day_form, time_form = form.split(" ")
    day = pc.strftime(pc.unique(times.cast(pa.date32())), day_form)
    at = pc.index_in(times.cast(pa.date32()), value_set=pc.unique(times.cast(pa.date32())))
    clock = pc.utf8_slice_codeunits(
        times.cast(pa.string()), 11, 11 + (8 if "%S" in time_form else 5)
    )
    return pc.binary_join_element_wise(day.take(at), clock, " ")


def _write_parquet(folder: Path, name: str, table: pa.Table) -> Path:
    path = folder / f"{name}.parquet"
    pq.write_table(table, path, compression="zstd")
    return path


def write_definitions(folder: Path) -> list[Path]:
    """Write what the brand defines of itself (YAML, as `definitions apply` reads it)."""
    with resources.as_file(resources.files("valence.demo").joinpath("definitions")) as own:
        copytree(own, folder, dirs_exist_ok=True)
    return sorted(folder.rglob("*.yaml"))


def mappings() -> dict[str, str]:
    """Return the mapping of each file of the brand by its name: YAML, as intake reads it."""
    found = resources.files("valence.demo").joinpath("mappings").iterdir()
    return {one.name: one.read_text("utf-8") for one in sorted(found, key=str)}


def write_mappings(folder: Path) -> list[Path]:
    """Write the mapping of each file of the brand (YAML, as intake reads them) into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in mappings().items():
        paths.append(folder / name)
        paths[-1].write_text(text, "utf-8")
    return paths
