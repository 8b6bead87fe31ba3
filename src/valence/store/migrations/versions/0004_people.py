"""People: who is who, the decisions about it, and the contact vault."""

import sqlalchemy as sa
from alembic import op

from valence.store.columns import Counter, Document, Id, Instant, Words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "customers",
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("redirect_to", Id, comment="Customer it was merged into; empty: it stands."),
        sa.Column("revision", sa.BigInteger(), nullable=False, comment="Revision that made it."),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customers")),
    )
    op.create_index(
        "ix_customers_redirect_to",
        "customers",
        ["redirect_to"],
        unique=False,
        sqlite_where=sa.text("redirect_to IS NOT NULL"),
        postgresql_where=sa.text("redirect_to IS NOT NULL"),
    )

    op.create_table(
        "identifier_links",
        sa.Column("id_key", sa.String(length=22), nullable=False, comment="The lesser of the two."),
        sa.Column(
            "link_key", sa.String(length=22), nullable=False, comment="Seen in the same record."
        ),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id_key", "link_key", name=op.f("pk_identifier_links")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_identifier_links_link_key", "identifier_links", ["link_key"], unique=False)

    op.create_table(
        "identifier_scopes",
        sa.Column("scope_id", Counter, autoincrement=False, nullable=False),
        sa.Column("id_type", Words, nullable=False),
        sa.Column(
            "source", Words, nullable=False, comment="Namespace of the key, else its source."
        ),
        sa.PrimaryKeyConstraint("scope_id", name=op.f("pk_identifier_scopes")),
        sa.UniqueConstraint("id_type", "source", name=op.f("uq_identifier_scopes_id_type_source")),
    )
    op.create_table(
        "identifiers",
        sa.Column("id_key", sa.String(length=22), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column(
            "customer_id", Id, comment="Its customer before redirects; empty: shared by many."
        ),
        sa.Column("user_ids", sa.Integer(), nullable=False, comment="User ids seen with it."),
        sa.Column("first_revision", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False, comment="Last change of the row."),
        sa.PrimaryKeyConstraint("id_key", name=op.f("pk_identifiers")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_identifiers_customer_id", "identifiers", ["customer_id"], unique=False)
    op.create_index("ix_identifiers_revision", "identifiers", ["revision"], unique=False)

    op.create_table(
        "merge_decisions",
        sa.Column("decision_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("rule", Words, nullable=False, comment="Why: the rule, or the person's words."),
        sa.Column("evidence", Document, nullable=False, comment="id_keys that speak for it."),
        sa.Column("reverses", Id, comment="The decision that this split takes back."),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", Words, nullable=False),
        sa.CheckConstraint(
            "kind IN ('merge', 'split', 'link')", name=op.f("ck_merge_decisions_kind")
        ),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_merge_decisions")),
        sa.UniqueConstraint("reverses", name=op.f("uq_merge_decisions_reverses")),
    )
    op.create_index("ix_merge_decisions_revision", "merge_decisions", ["revision"], unique=False)

    op.create_table(
        "people_keys",
        sa.Column(
            "fingerprint", sa.String(length=16), nullable=False, comment="Of the master key."
        ),
        sa.Column("first_used_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_people_keys")),
    )
    op.create_table(
        "people_revisions",
        sa.Column("revision", Counter, autoincrement=False, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", Words, nullable=False, comment="Who or what changed the map."),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_people_revisions")),
    )
    op.create_table(
        "vault_entries",
        sa.Column("entry_id", Counter, autoincrement=False, nullable=False),
        sa.Column("customer_id", Id, nullable=False, comment="Whose key seals it."),
        sa.Column("kind", Words, nullable=False, comment="name, address, or a kind of identifier."),
        sa.Column(
            "id_key", sa.String(length=22), comment="The identifier that the record came under."
        ),
        sa.Column(
            "blind",
            sa.String(length=22),
            nullable=False,
            comment="Keyed hash of kind and normal value.",
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="Nonce and sealed value."),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_vault_entries")),
        sa.UniqueConstraint(
            "blind", "customer_id", name=op.f("uq_vault_entries_blind_customer_id")
        ),
    )
    op.create_index("ix_vault_entries_customer_id", "vault_entries", ["customer_id"], unique=False)
    op.create_index("ix_vault_entries_id_key", "vault_entries", ["id_key"], unique=False)

    op.create_table(
        "vault_subjects",
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), comment="Empty: destroyed."),
        sa.Column("generation", sa.Integer(), nullable=False, comment="Secret that wraps the key."),
        sa.Column("shredded_at", Instant),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_vault_subjects")),
    )
    op.create_index("ix_vault_subjects_generation", "vault_subjects", ["generation"], unique=False)

    op.create_table(
        "vault_tokens",
        sa.Column("token", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("token", "entry_id", name=op.f("pk_vault_tokens")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_vault_tokens_entry_id", "vault_tokens", ["entry_id"], unique=False)

    op.create_table(
        "merge_decision_customers",
        sa.Column("decision_id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("survives", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["merge_decisions.decision_id"],
            name=op.f("fk_merge_decision_customers_decision_id_merge_decisions"),
        ),
        sa.PrimaryKeyConstraint(
            "decision_id", "customer_id", name=op.f("pk_merge_decision_customers")
        ),
    )
    op.create_index(
        "ix_merge_decision_customers_customer_id",
        "merge_decision_customers",
        ["customer_id"],
        unique=False,
    )
