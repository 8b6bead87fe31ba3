"""Operational tables of intake: rows that could not land, imports not yet announced."""

from __future__ import annotations

import sqlalchemy as sa

from valence.store.columns import Counter, Document, Instant, Words
from valence.store.metadata import metadata

quarantined_rows = sa.Table(
    "quarantined_rows",
    metadata,
    sa.Column("row_id", Counter, primary_key=True, autoincrement=True),
    sa.Column("import_id", sa.String(36), nullable=False, comment="The import that met it."),
    sa.Column("landed", sa.Boolean, nullable=False, comment="Whether that import was published."),
    sa.Column("file", Words, nullable=False),
    sa.Column("line", sa.BigInteger, nullable=False, comment="Where the row begins in the file."),
    sa.Column("source_column", Words, nullable=False, comment="First column at fault."),
    sa.Column("reason", Words, nullable=False),
    sa.Column("kind", Words, nullable=False, comment="Kind of file: orders, customers…"),
    sa.Column("namespace", Words, nullable=False),
    sa.Column("order_id", Words, comment="Order that it is a line of, where it could be read."),
    sa.Column("mapping_hash", sa.String(16), nullable=False),
    sa.Column("content_hash", sa.String(32), nullable=False, comment="Keyed hash of the row."),
    sa.Column("generation", sa.Integer, nullable=False, comment="Secret that seals the row."),
    sa.Column("sealed", sa.LargeBinary, nullable=False, comment="The row as it stood."),
    sa.Column("held_at", Instant, nullable=False),
    sa.Column("leaves_by", sa.String(36), comment="The import that lands it, until published."),
    sa.Index("ix_quarantined_rows_import_id", "import_id"),
    sa.Index("ix_quarantined_rows_order_id", "namespace", "order_id"),
    sa.Index("ix_quarantined_rows_content_hash", "content_hash"),
)
unannounced = sa.Table(
    "unannounced_imports",
    metadata,
    sa.Column("import_id", sa.String(36), primary_key=True),
    sa.Column("payload", Document, nullable=False, comment="What the house is to be told."),
    sa.Column("noted_at", Instant, nullable=False),
)
quarantine_mappings = sa.Table(
    "quarantine_mappings",
    metadata,
    sa.Column("mapping_hash", sa.String(16), primary_key=True),
    sa.Column("document", Words, nullable=False, comment="The mapping as YAML."),
)
