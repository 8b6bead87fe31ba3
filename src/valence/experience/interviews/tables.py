"""Operational tables of interviews: which there are, and how their passages were coded.

No word of a customer stands here: passages are rows of canonical feedback.
"""

from __future__ import annotations

import sqlalchemy as sa

from valence.store.columns import Id, Instant, Words
from valence.store.metadata import metadata

interviews = sa.Table(
    "interviews",
    metadata,
    sa.Column("interview_id", Id, primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False, comment="interview or focus_group."),
    sa.Column("title", Words, nullable=False),
    sa.Column("held_on", sa.Date, nullable=False),
    sa.Column("prefix", sa.String(16), nullable=False, unique=True,
              comment="Of the feedback_id of its passages: a hash of the transcript."),
    sa.Column("passages", sa.Integer, nullable=False, comment="Of participants."),
    sa.Column("voices", sa.Integer, nullable=False, comment="Participants who speak."),
    sa.Column("imported_at", Instant, nullable=False),
    sa.Column("imported_by", Words, nullable=False),
)  # fmt: skip
interview_codes = sa.Table(
    "interview_codes",
    metadata,
    sa.Column("code_id", Id, primary_key=True),
    sa.Column(
        "interview_id", Id, sa.ForeignKey("interviews.interview_id"), nullable=False, index=True
    ),
    sa.Column("feedback_id", Words, nullable=False, comment="The passage."),
    sa.Column("theme", Words, nullable=False, comment="Empty: none."),
    sa.Column("touchpoint", Words, nullable=False, comment="Empty: none."),
    sa.Column("stage", Words, nullable=False, comment="Of the touchpoint; empty where not known."),
    sa.Column("mood", sa.String(8), nullable=False, comment="good, bad, or empty."),
    sa.Column("coder", Words, nullable=False),
    sa.Column("coded_at", Instant, nullable=False),
    sa.Column("removed_at", Instant, comment="When it was taken back; empty while it holds."),
    sa.Column("removed_by", Words, comment="Who took it back; the coder may be another."),
    sa.Index("ix_interview_codes_theme", "theme"),
    sa.Index("ix_interview_codes_touchpoint", "touchpoint"),
)
# One coder says one thing of a passage once, whoever clicks twice.
sa.Index(
    "uq_interview_codes_holding",
    interview_codes.c.feedback_id,
    interview_codes.c.coder,
    interview_codes.c.theme,
    interview_codes.c.touchpoint,
    unique=True,
    sqlite_where=interview_codes.c.removed_at.is_(None),
    postgresql_where=interview_codes.c.removed_at.is_(None),
)
