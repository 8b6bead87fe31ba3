"""Migrations: from nothing to the tables of the code, once, and never backwards."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from valence.core.errors import ConflictError
from valence.store import Store, migrations
from valence.store.columns import Instant
from valence.store.metadata import metadata
from valence.store.migrations.draft import draft, load_tables


@pytest.fixture
def empty(empty_url):
    store = Store(empty_url)
    yield store
    store.close()


def test_migrations_make_exactly_the_tables_that_the_rooms_declare(empty):
    assert "valence.store.tables" in load_tables()
    empty.migrate()
    with empty.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_migrations_are_one_line_in_the_order_of_their_numbers(empty):
    with empty.engine.connect() as connection:
        scripts = ScriptDirectory.from_config(migrations.config(connection))
        line = [script.revision for script in scripts.walk_revisions()]
    assert line[::-1] == migrations.numbers()


def test_a_migrated_store_is_left_as_it_is(empty):
    assert migrations.version(empty.engine) is None
    empty.migrate()
    empty.migrate()
    assert migrations.version(empty.engine) == migrations.numbers()[-1]


def test_threads_that_start_at_once_migrate_once(empty):
    with ThreadPoolExecutor(4) as threads:
        for task in [threads.submit(empty.migrate) for _ in range(4)]:
            task.result()
    assert migrations.version(empty.engine) == migrations.numbers()[-1]


def test_processes_that_start_at_once_migrate_once(empty_url):
    code = "import sys; from valence.store import Store; Store(sys.argv[1]).migrate()"
    command = [sys.executable, "-c", code, empty_url]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said


def test_a_store_of_a_newer_version_is_refused_and_left_alone(store):
    with store.writing() as unit:
        unit.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConflictError, match=r"written by a newer Valence: it is at migration 9999"):
        store.migrate()


def test_a_migration_that_fails_leaves_the_store_as_it_was(empty, monkeypatch):
    monkeypatch.setattr(migrations, "_check_foreign_keys", lambda _connection: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        empty.migrate()
    with empty.reading() as view:
        assert sa.inspect(view.connection).get_table_names() == []


def test_a_draft_of_a_migration_holds_what_was_declared_and_nothing_else(tmp_path, monkeypatch):
    shutil.copytree(migrations.FOLDER, tmp_path / "migrations")
    monkeypatch.setattr(migrations, "FOLDER", tmp_path / "migrations")
    table = sa.Table("zz_new", metadata, sa.Column("at", Instant))
    try:
        [path] = draft("zz new", {"store"})
    finally:
        metadata.remove(table)
    written = path.read_text("utf-8")
    assert path.name == f"{int(migrations.numbers()[-2]) + 1:04}_zz_new.py"
    assert "op.create_table('zz_new',\n    sa.Column('at', Instant()" in written
    assert "outbox" not in written
