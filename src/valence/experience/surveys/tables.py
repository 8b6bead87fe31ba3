"""Operational tables of surveys: who was asked, what they began, and each answer."""

from __future__ import annotations

import sqlalchemy as sa

from valence.store.columns import Document, Id, Instant, Words
from valence.store.metadata import metadata

invitations = sa.Table(
    "survey_invitations",
    metadata,
    sa.Column("invitation_id", Id, primary_key=True, comment="What a link names."),
    sa.Column("survey", Words, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, comment="In force when the link was made."),
    sa.Column("kind", sa.String(8), nullable=False, comment="customer, place or visit"),
    sa.Column("run_id", Id, nullable=False, comment="Links that were made together."),
    sa.Column("parent_id", Id, comment="Of a visit: the place whose code was scanned."),
    sa.Column("customer_id", Id, comment="Who is asked; empty: nobody is named."),
    sa.Column("id_type", Words, comment="Identifier by which the lake knows the customer."),
    sa.Column("id_key", sa.String(22)),
    sa.Column("place", Words, nullable=False, comment="Store or spot where a code hangs."),
    sa.Column("touchpoint", Words, nullable=False, comment="What it is about; may be empty."),
    sa.Column("channel", Words, nullable=False, comment="How the link was sent."),
    sa.Column("order_id", Words, comment="Order it is about, where known."),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("opened_at", Instant, comment="When it was first opened."),
    sa.CheckConstraint("kind IN ('customer', 'place', 'visit')", name="kind"),
)
sa.Index("ix_survey_invitations_survey", invitations.c.survey, invitations.c.made_at)
sa.Index("ix_survey_invitations_customer", invitations.c.customer_id, invitations.c.made_at)

responses = sa.Table(
    "survey_responses",
    metadata,
    sa.Column("response_id", Id, primary_key=True),
    sa.Column("invitation_id", Id, sa.ForeignKey("survey_invitations.invitation_id"),
              nullable=False),
    sa.Column("survey", Words, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, comment="Whose questions were seen."),
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("device", sa.String(22), comment="Random name of the browser, where it keeps one."),
    sa.Column("trapped", sa.Boolean, nullable=False, comment="A field no person sees was filled."),
    sa.Column("begun_at", Instant, nullable=False, comment="When the first answer came."),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("state", sa.String(8), nullable=False, comment="partial, complete, held, dropped"),
    sa.Column("completed_at", Instant),
    sa.Column("words_hash", sa.String(64), comment="Of its open words, to find the same again."),
    sa.Column("held_reason", sa.String(16), comment="quick, device, trap or words"),
    sa.Column("reviewed_by", Words),
    sa.Column("reviewed_at", Instant),
    sa.Column("landed_at", Instant, comment="When its answers came into the lake."),
    sa.UniqueConstraint("invitation_id"),
    sa.CheckConstraint("state IN ('partial', 'complete', 'held', 'dropped')", name="state"),
)  # fmt: skip
sa.Index("ix_survey_responses_survey", responses.c.survey, responses.c.completed_at)
sa.Index(
    "ix_survey_responses_landing",
    responses.c.response_id,
    sqlite_where=sa.and_(responses.c.state == "complete", responses.c.landed_at.is_(None)),
    postgresql_where=sa.and_(responses.c.state == "complete", responses.c.landed_at.is_(None)),
)

answers = sa.Table(
    "survey_answers",
    metadata,
    sa.Column("response_id", Id, sa.ForeignKey("survey_responses.response_id"), primary_key=True),
    sa.Column("question", Words, primary_key=True),
    sa.Column("answer", Document, comment="By part; empty: passed over."),
    sa.Column("answered_at", Instant, nullable=False),
)
