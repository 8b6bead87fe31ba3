"""Operational tables: who is who, every decision about it, and the contact vault."""

from __future__ import annotations

import sqlalchemy as sa

from valence.store.columns import Counter, Document, Id, Instant, Words
from valence.store.metadata import metadata

ID_KEY = sa.String(22)

people_revisions = sa.Table(
    "people_revisions",
    metadata,
    sa.Column("revision", Counter, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", Words, nullable=False, comment="Who or what changed the map."),
)
people_keys = sa.Table(
    "people_keys",
    metadata,
    sa.Column("fingerprint", sa.String(16), primary_key=True, comment="Of the master key."),
    sa.Column("first_used_at", Instant, nullable=False),
)
customers = sa.Table(
    "customers",
    metadata,
    sa.Column("customer_id", Id, primary_key=True),
    sa.Column("redirect_to", Id, comment="Customer it was merged into; empty: it stands."),
    sa.Column("revision", sa.BigInteger, nullable=False, comment="Revision that made it."),
)
sa.Index(
    "ix_customers_redirect_to",
    customers.c.redirect_to,
    sqlite_where=customers.c.redirect_to.is_not(None),
    postgresql_where=customers.c.redirect_to.is_not(None),
)
identifier_scopes = sa.Table(
    "identifier_scopes",
    metadata,
    sa.Column("scope_id", Counter, primary_key=True, autoincrement=False),
    sa.Column("id_type", Words, nullable=False),
    sa.Column("source", Words, nullable=False, comment="Namespace of the key, else its source."),
    sa.UniqueConstraint("id_type", "source"),
)
identifiers = sa.Table(
    "identifiers",
    metadata,
    sa.Column("id_key", ID_KEY, primary_key=True),
    sa.Column("scope_id", sa.Integer, nullable=False),
    sa.Column("customer_id", Id, comment="Its customer before redirects; empty: shared by many."),
    sa.Column("user_ids", sa.Integer, nullable=False, comment="User ids seen with it."),
    sa.Column("first_revision", sa.BigInteger, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False, comment="Last change of the row."),
    sqlite_with_rowid=False,
)
sa.Index("ix_identifiers_customer_id", identifiers.c.customer_id)
sa.Index("ix_identifiers_revision", identifiers.c.revision)
identifier_links = sa.Table(
    "identifier_links",
    metadata,
    sa.Column("id_key", ID_KEY, primary_key=True, comment="The lesser of the two."),
    sa.Column("link_key", ID_KEY, primary_key=True, comment="Seen in the same record."),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
sa.Index("ix_identifier_links_link_key", identifier_links.c.link_key)
merge_decisions = sa.Table(
    "merge_decisions",
    metadata,
    sa.Column("decision_id", Id, primary_key=True),
    sa.Column("kind", sa.String(5), nullable=False),
    sa.Column("rule", Words, nullable=False, comment="Why: the rule, or the person's words."),
    sa.Column("evidence", Document, nullable=False, comment="id_keys that speak for it."),
    sa.Column("reverses", Id, comment="The decision that this split takes back."),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", Words, nullable=False),
    sa.UniqueConstraint("reverses"),
    sa.CheckConstraint("kind IN ('merge', 'split', 'link')", name="kind"),
)
sa.Index("ix_merge_decisions_revision", merge_decisions.c.revision)
merge_decision_customers = sa.Table(
    "merge_decision_customers",
    metadata,
    sa.Column("decision_id", Id, sa.ForeignKey("merge_decisions.decision_id"), primary_key=True),
    sa.Column("customer_id", Id, primary_key=True),
    sa.Column("survives", sa.Boolean, nullable=False),
)
sa.Index("ix_merge_decision_customers_customer_id", merge_decision_customers.c.customer_id)
people_batches = sa.Table(
    "people_batches",
    metadata,
    sa.Column("batch_id", Words, primary_key=True, comment="The import at work."),
    sa.Column("revision", sa.BigInteger, nullable=False, comment="The last one before it."),
    sa.Column("entry_id", sa.BigInteger, nullable=False, comment="The last one before it."),
    sa.Column("begun_at", Instant, nullable=False),
)
identifiers_before = sa.Table(
    "identifiers_before",
    metadata,
    sa.Column("id_key", ID_KEY, primary_key=True, comment="Changed by the batch at work."),
    sa.Column("customer_id", Id),
    sa.Column("user_ids", sa.Integer, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
customers_before = sa.Table(
    "customers_before",
    metadata,
    sa.Column("customer_id", Id, primary_key=True, comment="Redirected by the batch at work."),
    sa.Column("redirect_to", Id),
)
vault_subjects = sa.Table(
    "vault_subjects",
    metadata,
    sa.Column("customer_id", Id, primary_key=True),
    sa.Column("wrapped_key", sa.LargeBinary, comment="Empty: destroyed."),
    sa.Column("generation", sa.Integer, nullable=False, comment="Secret that wraps the key."),
    sa.Column("shredded_at", Instant),
)
sa.Index("ix_vault_subjects_generation", vault_subjects.c.generation)
vault_entries = sa.Table(
    "vault_entries",
    metadata,
    sa.Column("entry_id", Counter, primary_key=True, autoincrement=False),
    sa.Column("customer_id", Id, nullable=False, comment="Whose key seals it."),
    sa.Column("kind", Words, nullable=False, comment="name, address, or a kind of identifier."),
    sa.Column("id_key", ID_KEY, comment="The identifier that the record came under."),
    sa.Column("blind", ID_KEY, nullable=False, comment="Keyed hash of kind and normal value."),
    sa.Column("sealed", sa.LargeBinary, nullable=False, comment="Nonce and sealed value."),
    sa.UniqueConstraint("blind", "customer_id"),
)
sa.Index("ix_vault_entries_customer_id", vault_entries.c.customer_id)
sa.Index("ix_vault_entries_id_key", vault_entries.c.id_key)
vault_tokens = sa.Table(
    "vault_tokens",
    metadata,
    sa.Column("token", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("entry_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
sa.Index("ix_vault_tokens_entry_id", vault_tokens.c.entry_id)
