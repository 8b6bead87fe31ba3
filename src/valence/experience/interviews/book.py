"""The book of interviews: transcripts that were brought in, and the codes of their passages."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa

from valence.core.clock import now
from valence.core.errors import BadInputError, ConflictError, NotFoundError, did_you_mean
from valence.core.ids import new_id
from valence.experience.interviews.tables import interview_codes, interviews
from valence.experience.interviews.transcript import Passage, Transcript
from valence.experience.landed import Row, merge_feedback, remove_feedback
from valence.kit.codes import INTERVIEWER
from valence.kit.opened import OpenBrand
from valence.store import Event, Unit, View

SOURCE = "interviews"  # of the passages in canonical feedback
KINDS = ("interview", "focus_group")
MOODS = ("", "good", "bad")
CODED = "experience.interview_coded"
Kind = Literal["interview", "focus_group"]


@dataclass(frozen=True, slots=True)
class Interview:
    """One transcript."""

    interview_id: UUID
    kind: str
    title: str
    held_on: date
    prefix: str
    passages: int
    voices: int
    imported_at: datetime
    imported_by: str


@dataclass(frozen=True, slots=True)
class About:
    """What a transcript is of, as whoever brings it in says."""

    title: str
    kind: str
    held_on: date
    touchpoint: str = ""
    who: tuple[str, str] | None = None  # id_type and id_key of the only participant


@dataclass(frozen=True, slots=True)
class Code:
    """What one coder says that a passage is about."""

    interview_id: UUID
    feedback_id: str
    theme: str
    touchpoint: str
    mood: str
    coder: str
    stage: str = ""
    code_id: UUID | None = None
    coded_at: datetime | None = None


def bring_in(house: OpenBrand, found: Transcript, about: About, *, actor: str) -> Interview:
    """Keep a transcript: its passages as feedback, itself in the store.

    Raises
    ------
    BadInputError
        If it has no title, its day is to come, its kind is none, or it is to be of one customer
        and several speak.
    ConflictError
        If the same transcript is there already.
    BusyError
        If an import or a build holds the lake.
    """
    zone = house.brand.settings.zone
    _checked(about, found, now().astimezone(zone).date())
    prefix = _prefix(found)
    with house.store.reading() as view:
        _not_there(view, prefix)
    # The lake first: what landed and could not be kept lands again as the same rows.
    at = datetime.combine(about.held_on, time(12), zone).astimezone(UTC)
    merge_feedback(house, _rows(found, about, prefix, at), "a transcript")
    made = Interview(
        new_id(), about.kind, about.title.strip(), about.held_on, prefix, len(found.said),
        found.voices, now(), actor,
    )  # fmt: skip

    def work(unit: Unit) -> None:
        unit.lock("experience:interviews")
        _not_there(unit, prefix)
        unit.execute(sa.insert(interviews), _values(made))

    house.store.transact(work)
    return made


def _checked(about: About, found: Transcript, today: date) -> None:
    if not about.title.strip():
        raise BadInputError("Say what the interview is called.")
    if about.kind not in KINDS:
        raise BadInputError(
            "{kind!r} is neither interview nor focus_group. {fix}",
            kind=about.kind,
            fix=did_you_mean(about.kind, KINDS),
        )
    if about.held_on > today:
        raise BadInputError("{day} has not come yet.", day=about.held_on)
    if about.who is not None and found.voices != 1:
        raise BadInputError(
            "{n} participants speak, so their words cannot all be of one customer. Leave the "
            "customer empty.",
            n=found.voices,
        )


def _prefix(found: Transcript) -> str:
    text = "\n".join(f"{each.voice}:{each.text}" for each in found.passages)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _not_there(view: View, prefix: str) -> None:
    same = view.scalar(sa.select(interviews.c.title).where(interviews.c.prefix == prefix))
    if same is not None:
        raise ConflictError("This transcript is there already: {title}.", title=same)


def passage_id(prefix: str, passage: Passage) -> str:
    """Return under which id a passage lies among feedback."""
    return f"{prefix}:{passage.number:04d}:{passage.voice}"


def _rows(found: Transcript, about: About, prefix: str, at: datetime) -> list[Row]:
    kind, key = about.who or (None, None)
    return [
        {
            "source": SOURCE,
            "feedback_id": passage_id(prefix, each),
            "answered_at": at,
            "answered_on": about.held_on,
            "metric": INTERVIEWER if each.asked else about.kind,
            "touchpoint": about.touchpoint,
            "subject": "own",
            "text": each.text,
            "id_type": None if each.asked else kind,
            "id_key": None if each.asked else key,
        }
        for each in found.passages
    ]


def remove(house: OpenBrand, interview_id: UUID) -> Interview:
    """Take a transcript back: its words, its codes and itself are gone, for good.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    BusyError
        If an import or a build holds the lake.
    """
    with house.store.reading() as view:
        one = interview(view, interview_id)
    # The lake first: what cannot be deleted there stays on the list, to be taken back again.
    remove_feedback(house, SOURCE, f"{one.prefix}:", "a transcript")

    def work(unit: Unit) -> None:
        unit.lock("experience:interviews")
        for table in (interview_codes, interviews):
            unit.execute(sa.delete(table).where(table.c.interview_id == interview_id))

    house.store.transact(work)
    return one


def interview(view: View, interview_id: UUID) -> Interview:
    """Return one interview.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    row = view.row(sa.select(interviews).where(interviews.c.interview_id == interview_id))
    if row is None:
        raise NotFoundError("There is no interview {id}.", id=interview_id)
    return Interview(**row)


def all_interviews(view: View) -> list[Interview]:
    """Return all interviews, the newest first."""
    query = sa.select(interviews).order_by(
        interviews.c.held_on.desc(), interviews.c.interview_id.desc()
    )
    return [Interview(**row) for row in view.rows(query)]


def code(
    unit: Unit,
    ask: Code,
    *,
    themes: Collection[str],
    places: Mapping[str, str],
    actor: str,
    at: datetime,
) -> Code:
    """Keep what a coder says of a passage; said again it is the same code.

    Parameters
    ----------
    unit
        The open unit of work.
    ask
        The passage, theme and touchpoint (either may be empty), mood, coder.
    themes, places
        The themes there are, and the touchpoints with the stage of each.
    actor, at
        Who keeps it, and when.

    Raises
    ------
    NotFoundError
        If there is no such interview or passage.
    BadInputError
        If neither theme nor touchpoint is named, or there is none of that name.
    """
    _fits(interview(unit, ask.interview_id), ask, themes, places)
    unit.lock("experience:interviews")
    made = replace(
        ask,
        coder=ask.coder.strip(),
        stage=places.get(ask.touchpoint, ""),
        code_id=new_id(),
        coded_at=at,
    )
    same = sa.and_(
        interview_codes.c.feedback_id == made.feedback_id,
        interview_codes.c.coder == made.coder,
        interview_codes.c.theme == made.theme,
        interview_codes.c.touchpoint == made.touchpoint,
    )
    before = unit.row(sa.select(interview_codes).where(same, _HOLDS))
    if before is not None and before["mood"] == made.mood:
        return _told([before])[0]
    if before is not None:
        _take_back(unit, before["code_id"], actor, at)
    unit.execute(sa.insert(interview_codes), _values(made))
    unit.emit(Event(CODED, f"interview:{ask.interview_id}", {"by": made.coder}, occurred_at=at))
    return made


def _fits(one: Interview, ask: Code, themes: Collection[str], places: Mapping[str, str]) -> None:
    if not ask.feedback_id.startswith(f"{one.prefix}:"):
        raise NotFoundError("The interview has no passage {id!r}.", id=ask.feedback_id)
    if ask.feedback_id.endswith(":Q"):
        raise BadInputError("This is what the interviewer asks: code what was answered.")
    if not (ask.theme or ask.touchpoint):
        raise BadInputError("Choose what it is about: a theme, a touchpoint, or both.")
    if not ask.coder.strip():
        raise BadInputError("Say who codes: a name that stays the same.")
    if ask.mood not in MOODS:
        raise BadInputError("The mood is good, bad, or not said; not {mood!r}.", mood=ask.mood)
    _known(ask, themes, places)


def _known(ask: Code, themes: Collection[str], places: Mapping[str, str]) -> None:
    if ask.theme and ask.theme not in themes:
        raise BadInputError(
            "There is no theme {name!r}. {fix}", name=ask.theme, fix=did_you_mean(ask.theme, themes)
        )
    check_place(ask.touchpoint, places)


def check_place(touchpoint: str, places: Collection[str]) -> None:
    """Refuse a touchpoint that is not there; an empty one is none.

    Raises
    ------
    BadInputError
        With the name that comes near.
    """
    if touchpoint and touchpoint not in places:
        raise BadInputError(
            "There is no touchpoint {name!r}. {fix}",
            name=touchpoint,
            fix=did_you_mean(touchpoint, places),
        )


def take_back(unit: Unit, code_id: UUID, coder: str, *, actor: str, at: datetime) -> None:
    """Take one of a coder's codes back; who did so is kept.

    Raises
    ------
    NotFoundError
        If the coder has none of that id that holds.
    """
    unit.lock("experience:interviews")
    own = interview_codes.c.coder == coder
    here = sa.and_(interview_codes.c.code_id == code_id, own, _HOLDS)
    if unit.scalar(sa.select(interview_codes.c.code_id).where(here)) is None:
        raise NotFoundError("{coder} has no code {id} that holds.", coder=coder, id=code_id)
    _take_back(unit, code_id, actor, at)


def undo(unit: Unit, interview_id: UUID, coder: str, *, actor: str, at: datetime) -> Code | None:
    """Take back the last code of a coder in an interview; None where there is none."""
    unit.lock("experience:interviews")
    own = sa.and_(
        interview_codes.c.interview_id == interview_id, interview_codes.c.coder == coder, _HOLDS
    )
    query = sa.select(interview_codes).where(own)
    last = unit.row(
        query.order_by(interview_codes.c.coded_at.desc(), interview_codes.c.code_id.desc()).limit(1)
    )
    if last is None:
        return None
    _take_back(unit, last["code_id"], actor, at)
    return _told([last])[0]


def codes_of(
    view: View, *, interview_id: UUID | None = None, theme: str = "", touchpoint: str = ""
) -> list[Code]:
    """Return the codes that hold, oldest first: of an interview, a theme, a touchpoint, or all."""
    query = sa.select(interview_codes).where(_HOLDS)
    for column, value in (
        (interview_codes.c.interview_id, interview_id),
        (interview_codes.c.theme, theme),
        (interview_codes.c.touchpoint, touchpoint),
    ):
        if value:
            query = query.where(column == value)
    return _told(view.rows(query.order_by(interview_codes.c.coded_at, interview_codes.c.code_id)))


_HOLDS = interview_codes.c.removed_at.is_(None)


def _take_back(unit: Unit, code_id: UUID, actor: str, at: datetime) -> None:
    gone = sa.update(interview_codes).where(interview_codes.c.code_id == code_id)
    unit.execute(gone.values(removed_at=at, removed_by=actor))


def _told(rows: Sequence[sa.RowMapping]) -> list[Code]:
    names = [field.name for field in fields(Code)]
    return [Code(**{name: row[name] for name in names}) for row in rows]


def _values(made: Interview | Code) -> dict[str, Any]:
    return {field.name: getattr(made, field.name) for field in fields(made)}
