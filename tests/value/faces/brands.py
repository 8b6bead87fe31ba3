"""Brand folders to look at: filled through the lake's writer, people's map and the vault, built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.audience.declaration import AUDIENCE
from valence.core.settings import load
from valence.people.publish import publish_map
from valence.people.resolve import resolve
from valence.people.vault import Vault
from valence.value.declaration import VALUE

SAMPLE = Path(__file__).parents[3] / "samples/online-retail/online_retail_ii_2010_2011.csv.gz"
SHOP = "online-retail"

# As an importer has it: `C…` invoices are returns, `A…` ones (bad debt) adjustments.
_LINES = """
SELECT {shop} AS namespace, invoice AS order_id, timezone('UTC', placed) AS ordered_at,
  placed::DATE AS ordered_on, {shop} AS source, 'user_id' AS id_type, k.id_key,
  md5(concat_ws('|', product, description, quantity, placed, price)) || row_number() OVER (
    PARTITION BY invoice, product, description, quantity, placed, price) AS line_key,
  product AS product_id, description, quantity::DOUBLE AS quantity,
  price::DECIMAL(18, 4) AS unit_price, 'GBP' AS currency,
  (quantity * price::DECIMAL(18, 4))::DECIMAL(18, 4) AS net_amount, country
FROM raw LEFT JOIN keys k ON k.value = raw.customer
"""
_ORDERS = """
SELECT namespace, order_id, min(ordered_at) AS ordered_at, min(ordered_on) AS ordered_on,
  CASE WHEN order_id LIKE 'C%' THEN 'return' WHEN order_id LIKE 'A%' THEN 'adjustment'
    ELSE 'sale' END AS kind, {shop} AS source, 'user_id' AS id_type, max(id_key) AS id_key,
  sum(net_amount)::DECIMAL(18, 4) AS net_amount, sum(quantity) AS units, count(*) AS lines,
  'GBP' AS currency, 'web' AS channel, max(country) AS country
FROM lines GROUP BY namespace, order_id
"""


def brand_house(folder: Path, **settings: dict[str, object]) -> WholeHouse:
    """Return the house of a new, empty brand folder with both capabilities."""
    brand = make_folder(
        folder, name="Blossom & Bay", currency="GBP", timezone="Europe/London", **settings
    )
    return WholeHouse(brand, [AUDIENCE, VALUE])


def house_of(folder: Path) -> WholeHouse:
    """Return the house of a brand folder that is there, with both capabilities."""
    return WholeHouse(load(folder), [AUDIENCE, VALUE])


def fill(
    house: WholeHouse,
    lines: str,
    people: Mapping[str, Mapping[str, str]] | None = None,
    others: Mapping[str, str] | None = None,
) -> None:
    """Land order lines and who they are of.

    Parameters
    ----------
    house
        The house of a brand folder.
    lines
        SQL of `invoice, product, description, quantity, placed, price, customer, country`.
    people
        What is known of a customer besides the number: `{"1": {"name": …, "email": …}}`.
    others
        SQL of other canonical tables by name; `keys(value, id_key)` says who is who.
    """
    shop = f"'{SHOP}'"
    with house.lake.writing("test lines") as writer:
        bench = writer.bench
        bench.sql(f"CREATE TEMP TABLE raw AS SELECT * FROM ({lines})")
        bench.sql("UPDATE raw SET customer = NULL WHERE customer = ''")
        numbers = bench.arrow("SELECT DISTINCT customer FROM raw WHERE customer IS NOT NULL")[
            "customer"
        ].combine_chunks()
        keys = house.keyring.id_keys(numbers, "user_id", SHOP)
        bench.register("keys", pa.table({"value": numbers, "id_key": keys}))
        known = dict(zip(numbers.to_pylist(), keys.to_pylist(), strict=True))
        _take_in(house, known, people or {})
        bench.sql(f"CREATE TEMP TABLE lines AS {_LINES.format(shop=shop)}")
        writer.merge("order_lines", "SELECT * EXCLUDE (country) FROM lines")
        writer.merge("orders", _ORDERS.format(shop=shop))
        for name, select in (others or {}).items():
            writer.merge(name, select)
        publish_map(writer, house.store)
        writer.commit()


def _take_in(
    house: WholeHouse, known: Mapping[str, str], people: Mapping[str, Mapping[str, str]]
) -> None:
    """Resolve the customers and keep what is known of them in the vault."""
    records = [(key, key, "user_id") for key in known.values()]
    entries = [("user_id", number, key) for number, key in known.items()]
    for number, facts in people.items():
        for kind, value in facts.items():
            entries.append((kind, value, known[number]))
            if kind in ("email", "phone"):
                key = house.keyring.id_key(kind, value)
                assert key, f"{value} is no {kind}"
                records.append((key, known[number], kind))
    found = _table(("id_key", "link_key", "id_type"), records)
    resolve(
        house.store, found.append_column("source", pa.array([SHOP] * len(records), pa.string()))
    )
    Vault(house.store, house.keyring).put_many(_table(("kind", "value", "id_key"), entries))


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> pa.Table:
    schema = pa.schema([(name, pa.string()) for name in names])
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema)


def define(house: WholeHouse, name: str, document: dict[str, object]) -> None:
    """Publish a definition of a kind of which there is one."""
    from valence.app.desk.defined import kinds_of
    from valence.definitions import lifecycle
    from valence.definitions.lifecycle import base_of

    kind = kinds_of(house)[name]

    def change(unit):
        drafted = lifecycle.save_draft(unit, kind, name, document, actor="local", based_on=None)
        lifecycle.publish(
            unit, kind, name, actor="local", based_on=base_of(drafted), effective_from=None
        )

    house.store.transact(change)


def retail_lines(path: Path = SAMPLE, *, invoices: str = "true") -> str:
    """Return SQL of the lines of Online Retail II, or of some of its invoices."""
    read = (
        f"read_parquet('{path}')"
        if path.suffix == ".parquet"
        else f"read_csv('{path}', types={{'Invoice': 'VARCHAR', 'StockCode': 'VARCHAR'}})"
    )
    return (
        'SELECT "Invoice" AS invoice, "StockCode" AS product, "Description" AS description, '
        '"Quantity" AS quantity, "InvoiceDate" AS placed, "Price" AS price, '
        f'"Customer ID"::BIGINT::VARCHAR AS customer, "Country" AS country FROM {read} '
        f"WHERE {invoices}"
    )


def literal_lines(rows: Sequence[tuple[object, ...]]) -> str:
    """Return SQL of a few literal lines: invoice, product, quantity, at, price, customer."""
    values = ", ".join(
        "({}, {}, {}, {}, {}, {}, {})".format(
            _literal(invoice), _literal(product), _literal(f"The {product}"), quantity,
            f"TIMESTAMP '{at}'", price, _literal(customer),
        )
        for invoice, product, quantity, at, price, customer in rows
    )  # fmt: skip
    names = "invoice, product, description, quantity, placed, price, customer"
    if not rows:
        return (
            "SELECT NULL::VARCHAR invoice, NULL::VARCHAR product, NULL::VARCHAR description, "
            "0 quantity, NULL::TIMESTAMP placed, 0.0 price, NULL::VARCHAR customer, "
            "NULL::VARCHAR country WHERE false"
        )
    return f"SELECT *, 'United Kingdom' AS country FROM (VALUES {values}) AS t({names})"


def _literal(value: object) -> str:
    return "NULL::VARCHAR" if value is None else "'" + str(value).replace("'", "''") + "'"
