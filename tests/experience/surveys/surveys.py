"""Surveys that these tests ask."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from valence.core.clock import now
from valence.core.ids import new_id
from valence.definitions import base_of, head, publish, save_draft
from valence.experience.surveys.definition import KIND
from valence.experience.surveys.tables import invitations
from valence.outbound.links import Link
from valence.store import Unit

AFTER_DELIVERY: dict[str, Any] = {
    "title": {"en": "Your delivery", "zh": "您的配送"},
    "intro": {"en": "Four short questions.", "zh": "四个简短的问题。"},
    "thanks": {"en": "Your words help us.", "zh": "您的意见对我们很有帮助。"},
    "touchpoint": "delivery",
    "questions": [
        {"id": "recommend", "kind": "nps", "required": True},
        {
            "id": "why",
            "kind": "text",
            "reason_of": "recommend",
            "ask": {"en": "What went wrong?", "zh": "哪里出了问题?"},
            "show_if": "recommend <= 6",
        },
        {"id": "easy", "kind": "ces"},
        {
            "id": "parcel",
            "kind": "choice",
            "ask": {"en": "How did the parcel look?", "zh": "包裹外观如何?"},
            "choices": [
                {"value": "fine", "label": {"en": "Fine", "zh": "完好"}},
                {"value": "broken", "label": {"en": "Broken", "zh": "破损"}},
            ],
        },
    ],
}
EVERY_KIND: dict[str, Any] = {
    "title": {"en": "Everything", "zh": "全部"},
    "questions": [
        {"id": "sat", "kind": "csat"},
        {"id": "track", "kind": "kano", "about": "live tracking"},
        {"id": "staff", "kind": "gap", "about": "staff"},
        {"id": "staff_weight", "kind": "importance", "about": "staff"},
        {"id": "rival", "kind": "csat", "about": "staff", "subject": "Rival"},
        {"id": "price", "kind": "price", "about": "membership"},
        {"id": "wallet", "kind": "share_of_wallet"},
        {
            "id": "ways",
            "kind": "choice",
            "several": True,
            "ask": {"en": "Where do you shop?", "zh": "您在哪里购物?"},
            "choices": [{"value": "web"}, {"value": "app"}, {"value": "store"}],
        },
        {"id": "words", "kind": "text", "ask": {"en": "Anything else?", "zh": "还有什么?"}},
    ],
}


def published(unit: Unit, name: str, document: dict[str, Any]) -> int:
    """Publish a survey, or its next version; return the number of the version."""
    before = head(unit, KIND.name, name)
    draft = save_draft(
        unit, KIND, name, document, actor="t", based_on=base_of(before) if before else None
    )
    return publish(unit, KIND, name, actor="t", based_on=base_of(draft)).version


def invited(unit: Unit, survey: str, *, kind: str = "customer", days: float = 14, **more) -> Link:
    """Make an invitation; return its link."""
    from datetime import timedelta

    at = now()
    row = {
        "invitation_id": new_id(), "survey": survey, "version": 1, "kind": kind, "run_id": uuid4(),
        "place": "", "touchpoint": "", "channel": "email", "made_at": at,
        "expires_at": at + timedelta(days=days), **more,
    }  # fmt: skip
    unit.execute(sa.insert(invitations), row)
    return Link(row["invitation_id"], row["expires_at"])
