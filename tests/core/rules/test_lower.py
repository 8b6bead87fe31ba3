"""Small letters are the same everywhere, for each code point there is."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from valence.core.rules import Catalog, Type, compile_expression
from valence.core.rules.lower import lower

LOWER = compile_expression("lower(c)", Catalog({"c": Type.TEXT}))


@pytest.fixture(scope="module")
def characters() -> pa.Table:
    every = [chr(c) for c in range(1, 0x110000) if not 0xD800 <= c <= 0xDFFF]
    return pa.table({"c": [*every, "ΑΣ", "ΑΣ.", "İSTANBUL", "ÄÖÜ", "ΣΑΣ Σ"]})


def test_a_final_sigma_and_a_turkish_i_become_plain_letters():
    assert [lower(text) for text in ("ΑΣ", "İ", "GOLD", "北京")] == ["ασ", "i", "gold", "北京"]


def test_duckdb_agrees_on_every_character(characters):
    from tests.core.rules.generate import AS_OF
    from valence.core.rules import annotate

    found = annotate(ibis.memtable(characters), {"low": LOWER}, as_of=AS_OF).to_pyarrow()
    assert found["low"].to_pylist() == [lower(c) for c in found["c"].to_pylist()]


@pytest.mark.spark
def test_spark_agrees_on_every_character(characters, spark, tmp_path):
    from tests.core.rules.compare import rows_of
    from tests.core.rules.generate import AS_OF
    from valence.core.rules import annotate

    pq.write_table(characters, tmp_path / "c.parquet")
    spark.read.parquet(str(tmp_path / "c.parquet")).createOrReplaceTempView("characters")
    con = ibis.pyspark.connect(spark)
    rows = rows_of(con, annotate(con.table("characters"), {"low": LOWER}, as_of=AS_OF))
    assert [row["low"] for row in rows] == [lower(row["c"]) for row in rows]
