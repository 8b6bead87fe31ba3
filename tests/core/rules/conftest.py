"""The data that the tests of rules share, on DuckDB and on Spark."""

from __future__ import annotations

import pytest

from tests.core.rules.compare import Data, duckdb_of, spark_of
from tests.core.rules.generate import Maker

SEED = 20240229


@pytest.fixture(scope="session")
def data() -> Data:
    return Data(Maker(SEED))


@pytest.fixture(scope="session")
def duck(data):
    return duckdb_of(data.tables())


@pytest.fixture(scope="session")
def spark_tables(data, spark, tmp_path_factory):
    return spark_of(spark, data.tables(), tmp_path_factory.mktemp("rules"))
