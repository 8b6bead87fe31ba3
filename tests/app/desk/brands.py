"""A small real brand: two years of orders of 240 customers, written and built as users do."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from valence.app.desk.declaration import DESK
from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.core.messages import message
from valence.kit.capability import Capability, NavItem
from valence.kit.opened import OpenBrand

AS_OF = date(2026, 10, 31)
# Only what the desk reads by name: marts and definitions of value, without its pages.
VALUE = Capability(
    "value",
    message("Value"),
    marts="valence.value.marts:MARTS",
    definition_kinds="valence.value.kinds:KINDS",
    nav=(NavItem("measure", message("Worth"), "/value", "value:read"),),
)


def empty_brand(root: Path, *, currency: str = "GBP") -> WholeHouse:
    """A brand folder without data."""
    brand = make_folder(root, name="Blossom & Bay", currency=currency, timezone="Europe/London")
    return WholeHouse(brand, (VALUE, DESK))


def orders(customers: int = 240) -> list[dict]:
    """Orders of two years: a few customers buy much, some fall silent, some give back."""
    rows = []
    start = AS_OF.replace(year=AS_OF.year - 2) + timedelta(days=1)
    for who in range(customers):
        begun = start + timedelta(days=(who * 37) % 200)
        gap = 21 + (who * 11) % 60
        gone = who % 4 == 1
        day, number = begun, 0
        while day <= (AS_OF - timedelta(days=200) if gone else AS_OF):
            amount = (400 if who % 20 == 0 else 30) + (who * 7 + number * 13) % 40
            rows.append(_row(f"{who}-{number}", day, who, amount))
            if number % 9 == 4:
                rows.append(_row(f"C{who}-{number}", min(day + timedelta(days=5), AS_OF), who, -20))
            day, number = day + timedelta(days=gap), number + 1
    return rows


def _row(order_id: str, day: date, who: int, amount: float) -> dict:
    return {
        "namespace": "shop",
        "order_id": order_id,
        "ordered_on": day,
        "id_key": f"k{who}",
        "net_amount": amount,
        "kind": "return" if amount < 0 else "sale",
        "account_id": f"firm {who % 20}",
    }


def land(house: OpenBrand, rows: list[dict]) -> None:
    """Write orders into the lake, each identifier a customer of its own."""
    with house.lake.writing("import orders.csv") as writer:
        table = pa.Table.from_pylist([{"account_id": None, **row} for row in rows])
        writer.bench.register("given", table)
        writer.merge(
            "orders",
            "SELECT namespace, order_id, ordered_on, CAST(ordered_on AS TIMESTAMPTZ) AS ordered_at,"
            " kind, net_amount, 'file' AS source, 'user_id' AS id_type, id_key, 'web' AS channel, "
            "CAST(account_id AS VARCHAR) AS account_id FROM given",
        )
        writer.merge(
            "identifier_map",
            "SELECT DISTINCT id_key, 'customer-' || id_key AS customer_id, 'user_id' AS id_type, "
            "'file' AS source FROM given WHERE id_key IS NOT NULL",
        )
        writer.commit()


def small_brand(root: Path) -> WholeHouse:
    """A brand folder with two years of orders, built."""
    house = empty_brand(root)
    land(house, orders())
    house.build()
    return house
