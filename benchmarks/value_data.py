"""Canonical tables of a simulated shop as Parquet, made by DuckDB alone, in seconds."""

from __future__ import annotations

from pathlib import Path

import duckdb

DAYS = 730
FIRST = "2023-01-01"
LAST = "2024-12-30"

# Shares are of the kind that real shops have: most customers buy once or twice, a few very often;
# hash() stands for the draws, so that the same rows come out whatever the number of threads.
ORDERS = """
CREATE OR REPLACE TEMP TABLE drawn AS
WITH customer AS (
  SELECT i AS number, hash(i, 1) % 1000000 / 1e6 AS u,
    {days} * power(hash(i, 2) % 1000000 / 1e6, 1.3) AS starts,
    1 + least(400, floor(0.85 * power(1 - (hash(i, 3) % 1000000) / 1e6 + 1e-6, -0.62)))::INT AS n
  FROM range({customers}) t(i)
)
SELECT number, k, DATE '{first}' + least({days} - 1, CASE WHEN k = 0 THEN starts ELSE
    starts + ({days} - starts) * (hash(number, k, 4) % 1000000 / 1e6) END)::INT AS day,
  (1 + hash(number, k, 5) % 100000 / 1e5 * 6)::INT AS n_lines,
  hash(number, k, 6) % 100 < 4 AS gives_back
FROM customer, range(n) r(k)
"""
LINES = """
CREATE OR REPLACE TEMP TABLE line AS
SELECT d.number, d.k, l.j, d.day, d.gives_back,
  hash(number, k, j, 7) % 8000 AS product,
  (CASE WHEN gives_back THEN -1 ELSE 1 END) * (1 + hash(number, k, j, 8) % 3) AS quantity,
  ((200 + hash(number, k, j, 9) % 9800) / 100.0)::DECIMAL(18, 4) AS price
FROM drawn d, range(n_lines) l(j)
"""
_ID = "md5('id ' || number)"
_ORDER = "'o' || number || '-' || k"
_LINEAGE = "'b1' AS batch_id, TIMESTAMPTZ '2025-01-01' AS loaded_at, NULL::VARCHAR AS row_hash"
_WHO = f"'shop' AS source, 'user_id' AS id_type, {_ID} AS id_key"
_MONEY = """'EUR' AS currency, {net} AS original_amount, {net} AS net_amount,
  0::DECIMAL(18, 4) AS discount_amount, 0::DECIMAL(18, 4) AS tax_amount,
  CASE WHEN {known} THEN ({net} * 0.6)::DECIMAL(18, 4) END AS cost_amount,
  0::DECIMAL(18, 4) AS returned_amount"""
_NET = "(quantity * price)::DECIMAL(18, 4)"
TABLES = {
    "order_lines": f"""
SELECT 'shop' AS namespace, {_ORDER} AS order_id, j::VARCHAR AS line_key,
  (day + INTERVAL 10 HOUR)::TIMESTAMPTZ AS ordered_at, day AS ordered_on,
  'p' || product AS product_id, 'Product ' || product AS description, NULL::VARCHAR AS category,
  quantity::DOUBLE AS quantity, price AS unit_price, {_MONEY.format(net=_NET, known="true")},
  {_WHO}, {_LINEAGE}
FROM line ORDER BY day""",
    "orders": f"""
WITH o AS (
  SELECT number, k, day, gives_back, sum(quantity) AS quantity, count(*) AS lines,
    sum({_NET})::DECIMAL(18, 4) AS net
  FROM line GROUP BY ALL
)
SELECT 'shop' AS namespace, {_ORDER} AS order_id,
  (day + INTERVAL 10 HOUR)::TIMESTAMPTZ AS ordered_at, day AS ordered_on,
  CASE WHEN gives_back THEN 'return' ELSE 'sale' END AS kind, 'done' AS status,
  {_MONEY.format(net="net", known="true")}, quantity::DOUBLE AS units, lines, false AS incomplete,
  ['web', 'app', 'store'][1 + (hash(number, k, 10) % 5 % 3)::INT] AS channel,
  'store ' || number % 40 AS store,
  ['DE', 'FR', 'NL', 'AT'][1 + (number % 7 % 4)::INT] AS country,
  NULL::VARCHAR AS coupon, NULL::VARCHAR AS campaign, NULL::VARCHAR AS account_id,
  {_WHO}, {_LINEAGE}
FROM o ORDER BY day""",
    "products": f"""
SELECT 'shop' AS namespace, 'p' || i AS product_id, 'Product ' || i AS name,
  'category ' || i % 40 AS category, NULL::VARCHAR AS brand, NULL::DECIMAL(18, 4) AS list_price,
  NULL::DECIMAL(18, 4) AS cost_amount, {_LINEAGE}
FROM range(8000) t(i)""",
    "contacts": f"""
SELECT 'c' || i AS contact_id, NULL::VARCHAR AS case_id,
  TIMESTAMPTZ '2024-06-01' AS opened_at, DATE '{FIRST}' + (hash(i, 11) % {DAYS})::INT AS opened_on,
  NULL::TIMESTAMPTZ AS answered_at, NULL::TIMESTAMPTZ AS solved_at, 'mail' AS channel,
  'question' AS category, NULL::VARCHAR AS agent, 0::BIGINT AS reopened, i % 4 = 0 AS complaint,
  NULL::VARCHAR AS text, 'desk' AS source, 'user_id' AS id_type,
  md5('id ' || hash(i, 12) % {{customers}}) AS id_key, {_LINEAGE}
FROM range({{customers}} // 20) t(i)""",
    "identifier_map": """
SELECT md5('id ' || i) AS id_key,
  substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-7' || substr(h, 13, 3) || '-' || substr(h, 16, 4)
    || '-' || substr(h, 20, 12) AS customer_id, 'user_id' AS id_type, 'shop' AS source
FROM (SELECT i, md5('customer ' || i) AS h FROM range({customers}) t(i))""",
}


def make(folder: Path, customers: int) -> dict[str, str]:
    """Write the tables that are not there yet; return the path of each."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{name}.parquet" for name in TABLES}
    if all(path.exists() for path in paths.values()):
        return {name: str(path) for name, path in paths.items()}
    with duckdb.connect() as con:
        con.execute(f"SET temp_directory = '{folder / 'spill'}'; SET memory_limit = '8GB'")
        con.execute(ORDERS.format(customers=customers, days=DAYS, first=FIRST))
        con.execute(LINES)
        for name, query in TABLES.items():
            text = query.replace("{customers}", str(customers))
            con.execute(f"COPY ({text}) TO '{paths[name]}' (FORMAT parquet, COMPRESSION zstd)")
    return {name: str(path) for name, path in paths.items()}
