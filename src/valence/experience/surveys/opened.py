"""What a link opens: the invitation, the version of the survey that holds, the answers so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from valence.core.clock import now
from valence.core.errors import BadInputError, NotFoundError, did_you_mean
from valence.definitions.documents import content_hash
from valence.definitions.versions import Version, definition_at, heads, history
from valence.experience.surveys.definition import KIND, SURVEY, SurveyDefinition
from valence.experience.surveys.questions import Question
from valence.experience.surveys.replies import Replies, asked, following
from valence.experience.surveys.tables import answers, invitations, responses
from valence.outbound.links import ExpiredLinkError, ForgedLinkError, Link
from valence.store import View

OVER = ("complete", "held", "dropped")


class SurveyOverError(NotFoundError):
    """The survey was taken back before anybody answered by this link."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One link, opened."""

    invitation: Mapping[str, Any]
    response: Mapping[str, Any] | None
    version: int
    definition: SurveyDefinition
    replies: Replies
    at: datetime

    @property
    def over(self) -> bool:
        """Whether it was answered to the end."""
        return self.response is not None and self.response["state"] in OVER

    @property
    def asked(self) -> list[Question]:
        """The questions that are asked of this person."""
        return asked(self.definition, self.replies, on=self.at.date())

    @property
    def following(self) -> Question | None:
        """The question that comes next."""
        return following(self.definition, self.replies, on=self.at.date())


def opened(view: View, link: Link, *, seen: int | None = None) -> Opened:
    """Return what a link opens.

    Parameters
    ----------
    view
        A view or a unit of work.
    link
        As its token says.
    seen
        The version whose questions are on the screen already, where nothing is kept yet.

    Raises
    ------
    ForgedLinkError
        If the store knows no such invitation.
    ExpiredLinkError
        If the store ended it earlier than the link says.
    SurveyOverError
        If the survey was retired before it was begun.
    """
    at = now()
    invitation = view.row(sa.select(invitations).where(invitations.c.invitation_id == link.id))
    if invitation is None:
        raise ForgedLinkError("This link leads to nothing that is here. Ask for a new one.")
    if invitation["expires_at"] <= at:
        raise ExpiredLinkError("This link was ended. Ask for a new one if you want to answer.")
    response = view.row(sa.select(responses).where(responses.c.invitation_id == link.id))
    if response is not None:
        version = version_of(view, invitation["survey"], response["version"])
        given = replies_of(view, [response["response_id"]])[response["response_id"]]
        return Opened(
            plain(invitation), plain(response), version.version, parsed(version), given, at
        )
    version = _to_begin(view, invitation["survey"], seen, at)
    return Opened(plain(invitation), None, version.version, parsed(version), {}, at)


def tidy(text: str) -> str:
    """Return a name that somebody typed without control characters and double spaces."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def plain(row: sa.RowMapping) -> dict[str, Any]:
    """Return a row by the names of its columns."""
    return {str(name): value for name, value in row.items()}


def _to_begin(view: View, name: str, seen: int | None, at: datetime) -> Version:
    if seen is not None:
        found = next((one for one in history(view, SURVEY, name) if one.version == seen), None)
        # A draft is nobody's to answer, and a version of next month is not there yet.
        if found and found.effective_from is not None and found.effective_from <= at:
            return found
    current = definition_at(view, SURVEY, name, at)
    if current is None:
        raise SurveyOverError("This survey is over. Thank you for wanting to answer.")
    return current


def version_of(view: View, name: str, version: int) -> Version:
    """Return one version of a survey, whatever its state.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    for one in history(view, SURVEY, name):
        if one.version == version:
            return one
    raise NotFoundError("The survey {name} has no version {version}.", name=name, version=version)


def current(view: View, name: str) -> Version:
    """Return the version of a survey that is in force now.

    Raises
    ------
    NotFoundError
        If there is none, with the near name.
    BadInputError
        If it is a draft, or retired.
    """
    if found := definition_at(view, SURVEY, name, now()):
        return found
    known = {one.name: one for one in heads(view, SURVEY)}
    if name not in known:
        raise NotFoundError(
            "There is no survey {name!r}. {fix}", name=name, fix=did_you_mean(name, sorted(known))
        )
    raise BadInputError(
        "The survey {name} is not in force: it is {state}. Publish it first.",
        name=name,
        state=known[name].state,
    )


def parsed(version: Version) -> SurveyDefinition:
    """Return a version's document as a survey."""
    return _parsed(_Kept(version.document))


def replies_of(view: View, ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return the replies of responses, by question."""
    found: dict[UUID, dict[str, Any]] = {id_: {} for id_ in ids}
    for first in range(0, len(ids), 500):
        some = ids[first : first + 500]
        for row in view.rows(sa.select(answers).where(answers.c.response_id.in_(some))):
            found[row["response_id"]][row["question"]] = row["answer"]
    return found


class _Kept:
    """A document that is told by its content, so that each is parsed once."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document, self._hash = document, content_hash(document)

    def __hash__(self) -> int:
        return hash(self._hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and other._hash == self._hash


@lru_cache(maxsize=64)
def _parsed(kept: _Kept) -> SurveyDefinition:
    found: SurveyDefinition = KIND.parsed(kept.document)
    return found
