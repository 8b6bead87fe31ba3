"""The migration of people's tables makes what `tables.py` declares."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from valence.people.tables import customers
from valence.store.metadata import metadata


def test_the_migrated_store_has_the_declared_tables(store):
    ours = {
        name for name in metadata.tables if name.startswith(("people", "ident", "merge", "vault"))
    } | {customers.name}

    def declared(_item, name, kind, *_rest):
        return kind != "table" or name in ours

    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": declared})
        assert compare_metadata(context, metadata) == []
