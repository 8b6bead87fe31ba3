"""Migrations: numbered steps that bring any earlier database to the tables of this code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from valence.core.errors import ConflictError
from valence.store.engine import WRITES, take_lock

FOLDER = Path(__file__).parent
_NUMBERED = re.compile(r"(\d{4})_\w+\.py")


def numbers() -> list[str]:
    """Return the numbers of all migrations of this code, in order: `["0001", "0002", …]`."""
    files = (FOLDER / "versions").iterdir()
    return sorted(match[1] for file in files if (match := _NUMBERED.fullmatch(file.name)))


def version(engine: sa.Engine) -> str | None:
    """Return the number of the last migration that ran on this database; None on an empty one."""
    with engine.connect() as connection:
        return _version(connection)


def migrate(engine: sa.Engine) -> None:
    """Run the migrations that are missing, all or none; one process does, the others wait.

    Raises
    ------
    ConflictError
        If the database was written by a newer Valence than this one.
    """
    where = engine.url.render_as_string(hide_password=True)
    if not _missing(version(engine), where):
        return
    from alembic import command  # noqa: PLC0415 - slow to import, and rarely needed

    with _alone(engine) as connection:
        # Another process may have migrated while this one waited for the lock.
        if _missing(_version(connection), where):
            command.upgrade(config(connection), "head")


def config(connection: sa.Connection) -> Any:
    """Return Alembic's configuration for the migrations in this package, on `connection`."""
    from alembic.config import Config  # noqa: PLC0415 - slow to import, and rarely needed

    alembic = Config()
    alembic.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    alembic.attributes["connection"] = connection
    return alembic


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def _missing(found: str | None, where: str) -> bool:
    known = numbers()
    if found is not None and found not in known:
        raise ConflictError(
            "The store at {where} was written by a newer Valence: it is at migration {found}, and "
            "this one knows {newest} as the last. Update Valence, or open the store with the "
            "version that wrote it; nothing was changed.",
            where=where,
            found=found,
            newest=known[-1],
        )
    return found != known[-1]


@contextmanager
def _alone(engine: sa.Engine) -> Iterator[sa.Connection]:
    with engine.connect() as plain:
        connection = plain.execution_options(**{WRITES: True})
        with _foreign_keys_at_the_end(connection), connection.begin():
            take_lock(connection, "migrations")
            yield connection
            _check_foreign_keys(connection)


@contextmanager
def _foreign_keys_at_the_end(connection: sa.Connection) -> Iterator[None]:
    # SQLite changes most things by copying the table and dropping the old one, and dropping one
    # that others refer to would delete their rows. The switch works outside transactions only.
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _check_foreign_keys(connection: sa.Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RuntimeError(f"a migration left a row of {broken[0]!r} without its {broken[2]!r}")
