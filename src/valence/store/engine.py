"""Engines: how a SQLAlchemy engine is set up for SQLite and for PostgreSQL."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, ExceptionContext, make_url

from valence.core.errors import BadInputError, MissingExtraError, SettingsError

WRITES = "valence_writes"  # execution option: this transaction is going to write
WAIT_SECONDS = 30.0  # how long a writer waits for the lock before it gives up

_dumps = partial(json.dumps, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def open_engine(url: str) -> sa.Engine:
    """Return an engine for a `sqlite:///` or `postgresql://` URL; nothing is connected yet.

    Raises
    ------
    SettingsError
        If the URL cannot be read, is of another database, or is SQLite without a file.
    MissingExtraError
        If PostgreSQL is asked for and its driver is not installed.
    """
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError as wrong:
        raise SettingsError(
            "The store's URL {url!r} cannot be read. Write `sqlite:///data/store.db` or "
            "`postgresql://user@host/database`.",
            url=url,
        ) from wrong
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(parsed)
        case "postgresql" | "postgres":
            return _postgres(parsed)
        case other:
            raise SettingsError(
                "The store runs on sqlite or postgresql, not on {other!r} (store.url).",
                other=other,
            )


def _sqlite(url: URL) -> sa.Engine:
    if not url.database or url.database == ":memory:":
        raise SettingsError(
            "The store needs a file that several processes can open; give "
            "`sqlite:///path/store.db` instead of a database in memory."
        )
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        url.set(drivername="sqlite+pysqlite"),
        json_serializer=_dumps,
        hide_parameters=True,
        pool_size=16,
        max_overflow=48,
        connect_args={"timeout": WAIT_SECONDS, "check_same_thread": False},
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transaction control begins late and commits around DDL: take it over.
    connection.isolation_level = None
    # FULL: a committed ledger entry survives a power cut, which WAL alone does not promise.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later cannot be promoted while another one writes;
    # writers therefore take the lock at once.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgres(url: URL) -> sa.Engine:
    if find_spec("psycopg") is None:
        raise MissingExtraError(
            "A PostgreSQL store needs its driver. Install it with "
            "`pip install 'valence[postgres]'`."
        )
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        json_serializer=_dumps,
        hide_parameters=True,
        pool_size=8,
        max_overflow=24,
        pool_pre_ping=True,
        connect_args={
            "options": f"-c timezone=UTC -c lock_timeout={int(WAIT_SECONDS * 1000)}",
            "application_name": "valence",
        },
    )
    sa.event.listen(engine, "handle_error", _withhold_rows)
    return engine


def _withhold_rows(context: ExceptionContext) -> None:
    # PostgreSQL adds "DETAIL: Key (email)=(…)" or the whole failing row: neither is for a log.
    for fault in (context.original_exception, context.sqlalchemy_exception):
        if fault is not None and fault.args:
            first, _, more = str(fault.args[0]).partition("\nDETAIL:")
            fault.args = (first, *fault.args[1:]) if more else fault.args


def checked_json(value: object, *, what: str) -> object:
    """Return `value` as it comes back from a JSON column.

    Raises
    ------
    BadInputError
        If it holds something that JSON cannot say (NaN, a date, a set).
    """
    try:
        return json.loads(_dumps(value))
    except (TypeError, ValueError) as wrong:
        raise BadInputError(
            "{what} cannot be kept as JSON: {why}.", what=what, why=str(wrong)
        ) from wrong


def take_lock(connection: sa.Connection, *names: str) -> None:
    """Hold these names to the end of the transaction; see `Unit.lock`."""
    if connection.dialect.name == "sqlite":
        return
    for key in sorted({_lock_key(name) for name in names}):
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def _lock_key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
