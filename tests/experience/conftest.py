"""An engine for the tests of experience."""

import ibis
import pytest


@pytest.fixture(scope="session")
def duck():
    con = ibis.duckdb.connect()
    con.raw_sql("SET threads = 2; SET TimeZone = 'UTC'")
    return con
