"""What all tests share: the engines, the stores, and where the shared data lies."""

from __future__ import annotations

import gc
import os
import shutil
from pathlib import Path

import hypothesis
import ibis
import pytest

# How long an example takes depends on what else the machine does: no test is timed.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

pytest_plugins = ["tests.stores", "tests.browsing"]

SHARED = Path(__file__).parents[2] / "shared" / "data"
ONE_WORKER = ("spark", "browser")  # one session, one browser: their tests stay on one worker


def pytest_addoption(parser: pytest.Parser) -> None:
    """More of the same than every run needs."""
    parser.addoption("--long", action="store_true", help="run what `make prove` runs, too")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep on one worker what shares a costly thing: the session, the browser, a file's brand."""
    if not config.getoption("long"):
        left = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]
    for item in items:
        group = next((mark for mark in ONE_WORKER if item.get_closest_marker(mark)), None)
        item.add_marker(
            pytest.mark.xdist_group(group or f"{item.path.parent.name}/{item.path.stem}")
        )


def pytest_collection_finish() -> None:
    """Let the collector pass over what stays: expressions are many small objects, none in rings."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public data beside the project."""
    if not SHARED.is_dir():
        pytest.skip("the shared data folder ../shared/data is not there")
    return SHARED


@pytest.fixture(scope="session")
def spark():
    """One local Spark session for the whole run."""
    pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("Spark needs Java 17, and none was found")
    from valence.lake.engines import spark_session

    # Each query runs once: compiling it as for a thousand runs takes a third of the time.
    os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    return spark_session(memory="3g", threads=2)


@pytest.fixture(scope="session")
def duck():
    con = ibis.duckdb.connect()
    con.raw_sql("SET threads = 2; SET TimeZone = 'UTC'")
    return con


@pytest.fixture(scope="session")
def on_spark(spark):
    return ibis.pyspark.connect(spark)


ENGINES = ["duckdb", pytest.param("spark", marks=pytest.mark.spark)]
# For a test whose like has been on Spark already: there it is run by `make prove`.
spark_seldom = pytest.mark.parametrize(
    "engine_name",
    ["duckdb", pytest.param("spark", marks=[pytest.mark.spark, pytest.mark.long])],
    indirect=True,
)


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine's name in turn."""
    if request.param == "spark":
        request.getfixturevalue("spark")
    return str(request.param)
