"""The engines that compute marts: DuckDB in this process, or Spark. The one place that knows both.

An engine gives Ibis tables over Parquet files and writes an Ibis expression as Parquet files of
declared columns. Everything above is the same code.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from valence.core import ids
from valence.core.errors import MissingExtraError
from valence.lake.columns import ARROW, IBIS, Column
from valence.lake.workbench import SQL_TYPE, configure, disk_space, literal, quoted, select_files

# Bloom filters and dictionaries of many values cost a fifth of a copy and spare no read of ours.
_PARQUET = (
    "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, WRITE_BLOOM_FILTER false, "
    "DICTIONARY_SIZE_LIMIT 2000"
)
BATCH = 100_000  # rows that a model scores at once


class Engine(Protocol):
    """What a build asks of an engine."""

    name: str
    ahead: bool  # whether `query` may be asked for beside other work

    def table(self, files: Sequence[str], columns: Sequence[Column], name: str = "") -> ir.Table:
        """An Ibis table over Parquet files; typed and empty if there are none.

        Where queries may be made ahead, a name given again stands for the newer files.
        """

    def query(self, expression: ir.Expr) -> str:
        """Return the text of what computes the expression."""

    def write(
        self,
        expression: ir.Table | str,
        columns: Sequence[Column],
        *,
        order_by: Sequence[str] = (),
        month_of: str = "",
    ) -> list[tuple[Path, str]]:
        """Compute the expression, or its text, and write Parquet files of exactly these columns.

        Without `order_by`, rows that come from a file keep about its order.
        Returns the files, each with its part: the month (2025-01) of column `month_of`, or "all".
        """

    def rows(self, expression: ir.Expr) -> list[dict[str, Any]]:
        """Compute an expression whose answer is small."""

    def batches(self, expression: ir.Table) -> Iterator[pa.RecordBatch]:
        """Compute an expression and give its rows in batches."""

    def write_batches(
        self, batches: Iterable[pa.RecordBatch], columns: Sequence[Column]
    ) -> list[tuple[Path, str]]:
        """Write rows made in Python as `write` does those of an expression, in their order."""

    def close(self) -> None:
        """Let go of everything."""


class DuckEngine:
    """DuckDB in this process, spilling to the lake's scratch folder."""

    name, ahead = "duckdb", True

    def __init__(self, scratch: Path, *, memory: str = "", threads: int = 0) -> None:
        self.folder = scratch / str(ids.new_id())
        self.folder.mkdir(parents=True)
        self.connection = duckdb.connect()
        configure(self.connection, self.folder, memory=memory, threads=threads)
        # Marts are sets. One that is not sorted still lies, but for the row groups that threads
        # interleave, as what it was made from; to keep more than that costs a third of the copy.
        self.connection.execute("SET preserve_insertion_order = false")
        self._views = 0

    def table(self, files: Sequence[str], columns: Sequence[Column], name: str = "") -> ir.Table:
        """See `Engine.table`."""
        self._views += 1
        view = f"now_{name}" if name else f"input_{self._views}"  # Ibis names its parts t0, t1, …
        source = select_files(files, columns)
        self.connection.execute(f"CREATE OR REPLACE VIEW {view} AS {source}")
        return ibis.table({c.name: IBIS[c.kind] for c in columns}, name=view)

    def query(self, expression: ir.Expr) -> str:
        """See `Engine.query`."""
        return str(ibis.to_sql(expression, dialect="duckdb", pretty=False))

    def write(
        self,
        expression: ir.Table | str,
        columns: Sequence[Column],
        *,
        order_by: Sequence[str] = (),
        month_of: str = "",
    ) -> list[tuple[Path, str]]:
        """See `Engine.write`."""
        target = self.folder / str(ids.new_id())
        cast = ", ".join(
            f"CAST({quoted(c.name)} AS {SQL_TYPE[c.kind]}) AS {quoted(c.name)}" for c in columns
        )
        text = expression if isinstance(expression, str) else self.query(expression)
        order = f" ORDER BY {', '.join(quoted(name) for name in order_by)}" if order_by else ""
        options = _PARQUET
        if month_of:
            cast += f", strftime({quoted(month_of)}, '%Y-%m') AS part"
            options += ", PARTITION_BY (part)"
        else:
            target = target.with_suffix(".parquet")
        with disk_space(self.folder):
            self.connection.execute(
                f"COPY (SELECT {cast} FROM ({text}){order}) TO {literal(str(target))} ({options})"
            )
        return _parts(target)

    def rows(self, expression: ir.Expr) -> list[dict[str, Any]]:
        """See `Engine.rows`."""
        cursor = self.connection.execute(self.query(expression))
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def batches(self, expression: ir.Table) -> Iterator[pa.RecordBatch]:
        """See `Engine.batches`."""
        text = self.query(expression)
        # A cursor of its own: what is read in batches may be read beside something else.
        with disk_space(self.folder), self.connection.cursor() as cursor:
            yield from cursor.execute(text).to_arrow_reader(BATCH)

    def write_batches(
        self, batches: Iterable[pa.RecordBatch], columns: Sequence[Column]
    ) -> list[tuple[Path, str]]:
        """See `Engine.write_batches`."""
        with disk_space(self.folder):
            return _written(self.folder, batches, columns)

    def close(self) -> None:
        """See `Engine.close`."""
        self.connection.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class SparkEngine:
    """Spark: the running session, or a local one."""

    name, ahead = "spark", False

    def __init__(self, scratch: Path, *, memory: str = "", threads: int = 0) -> None:
        self.folder = scratch / str(ids.new_id())
        self.folder.mkdir(parents=True)
        self.session = spark_session(memory=memory, threads=threads)
        self.backend = ibis.pyspark.connect(self.session)

    def table(self, files: Sequence[str], columns: Sequence[Column], name: str = "") -> ir.Table:
        """See `Engine.table`."""
        schema = ", ".join(f"`{c.name}` {_spark_type(c)}" for c in columns)
        name = f"input_{ids.new_id().hex}"
        frame = (
            self.session.read.schema(schema).parquet(*files)
            if files
            else self.session.createDataFrame([], schema)
        )
        frame.createOrReplaceTempView(name)
        return self.backend.table(name).cast({c.name: IBIS[c.kind] for c in columns})

    def query(self, expression: ir.Expr) -> str:
        """See `Engine.query`."""
        return str(self.backend.compile(expression))

    def write(
        self,
        expression: ir.Table | str,
        columns: Sequence[Column],
        *,
        order_by: Sequence[str] = (),
        month_of: str = "",
    ) -> list[tuple[Path, str]]:
        """See `Engine.write`."""
        target = self.folder / str(ids.new_id())
        cast = ", ".join(f"CAST(`{c.name}` AS {_spark_type(c)}) AS `{c.name}`" for c in columns)
        if month_of:
            cast += f", date_format(`{month_of}`, 'yyyy-MM') AS part"
        text = expression if isinstance(expression, str) else self.query(expression)
        frame = self.session.sql(f"SELECT {cast} FROM ({text})")
        if month_of:
            frame = frame.repartition("part").sortWithinPartitions("part", *order_by)
        elif order_by:
            frame = frame.orderBy(*order_by)
        writer = frame.write.option("compression", "zstd")
        (writer.partitionBy("part") if month_of else writer).parquet(str(target))
        return _parts(target)

    def rows(self, expression: ir.Expr) -> list[dict[str, Any]]:
        """See `Engine.rows`."""
        rows: list[dict[str, Any]] = self.backend.to_pyarrow(expression.as_table()).to_pylist()
        return rows

    def batches(self, expression: ir.Table) -> Iterator[pa.RecordBatch]:
        """See `Engine.batches`."""
        # Cast as Ibis would: Spark's own types of days and moments differ from Arrow's.
        yield from self.backend.to_pyarrow(expression).to_batches(BATCH)

    def write_batches(
        self, batches: Iterable[pa.RecordBatch], columns: Sequence[Column]
    ) -> list[tuple[Path, str]]:
        """See `Engine.write_batches`."""
        return _written(self.folder, batches, columns)

    def close(self) -> None:
        """See `Engine.close`. The session stays: starting one takes seconds."""
        shutil.rmtree(self.folder, ignore_errors=True)


def engine(name: str, scratch: Path, *, memory: str = "", threads: int = 0) -> Engine:
    """Return the engine of that name, `duckdb` or `spark`."""
    kind = SparkEngine if name == "spark" else DuckEngine
    return kind(scratch, memory=memory, threads=threads)


def spark_session(*, memory: str = "", threads: int = 0) -> Any:
    """Return the running Spark session, or start a local one.

    Raises
    ------
    MissingExtraError
        If pyspark or Java is not there; the message says how to install it.
    """
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra
    except ImportError as missing:
        raise MissingExtraError(
            "Spark is not installed. Install it with `pip install 'valence[spark]'` (in a clone of "
            "the project: `make dev`) and Java 17, or use `--engine duckdb`."
        ) from missing
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise MissingExtraError(
            "Spark needs Java 17 and none was found. Install it (Debian: `apt-get install "
            "openjdk-17-jre-headless`) or use `--engine duckdb`."
        )
    memory = memory.strip().lower().replace(" ", "").removesuffix("b") or "3g"
    builder = SparkSession.builder.master(f"local[{threads or '*'}]").appName("valence")
    for key, value in {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": memory,
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        "spark.ui.showConsoleProgress": "false",
    }.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def _spark_type(column: Column) -> str:
    arrow = ARROW[column.kind]
    if pa.types.is_decimal(arrow):
        return f"DECIMAL({arrow.precision},{arrow.scale})"
    names = {"text": "STRING", "json": "STRING", "int": "BIGINT", "float": "DOUBLE"}
    others = {"bool": "BOOLEAN", "day": "DATE", "instant": "TIMESTAMP"}
    return {**names, **others}[column.kind]


def _written(
    folder: Path, batches: Iterable[pa.RecordBatch], columns: Sequence[Column]
) -> list[tuple[Path, str]]:
    """Write batches as one Parquet file of exactly these columns."""
    target = folder / f"{ids.new_id()}.parquet"
    schema = pa.schema([(c.name, ARROW[c.kind]) for c in columns])
    with pq.ParquetWriter(target, schema, compression="zstd", compression_level=1) as writer:
        for batch in batches:
            writer.write_batch(batch.select(schema.names).cast(schema))
    return [(target, "all")]


def _parts(target: Path) -> list[tuple[Path, str]]:
    """The Parquet files of a written target, with the part that their folder names."""
    if target.is_file():
        return [(target, "all")]
    return [
        (path, path.parent.name.removeprefix("part=") if path.parent != target else "all")
        for path in sorted(target.rglob("*.parquet"))
    ]
