"""The workbench: how far a statement is, and breaking one off."""

import pytest

from valence.lake.workbench import Workbench

LONG = "CREATE OR REPLACE TEMP TABLE long AS SELECT md5(md5(md5(i))) AS m FROM numbers"


@pytest.fixture
def bench(tmp_path):
    made = Workbench(tmp_path / "scratch", threads=1)
    made.sql("CREATE TABLE numbers AS SELECT i::VARCHAR AS i FROM range(2000000) t(i)")
    yield made
    made.close()


def test_a_statement_at_work_tells_how_far_it_is(bench):
    told = []
    with bench.watched(told.append):
        bench.sql(LONG)
    assert told
    assert all(0 < share <= 1 for share in told)
    assert told == sorted(told)


def test_a_listener_that_raises_breaks_the_statement_off(bench):
    def stop(share):
        raise RuntimeError(f"stopped at {share:.0%}")

    with pytest.raises(RuntimeError, match="stopped at"), bench.watched(stop):
        bench.sql(LONG)
    assert bench.rows("SELECT 1") == [(1,)]


def test_an_error_of_the_statement_itself_comes_out_as_it_is(bench):
    with pytest.raises(ZeroDivisionError), bench.watched([].append):
        raise ZeroDivisionError
