"""Where surveys stand: what the pages, the API and the commands tell of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from valence.core.clock import now
from valence.core.errors import NotFoundError, did_you_mean
from valence.definitions.versions import Version, definition_at, heads
from valence.experience.surveys.definition import SURVEY, SurveyDefinition
from valence.experience.surveys.opened import parsed
from valence.experience.surveys.rates import Likeness, Rate, Response, response_of
from valence.experience.surveys.results import Result
from valence.store import View


@dataclass(frozen=True, slots=True)
class Standing:
    """One survey: the version in force, else the newest, and how far its links led."""

    name: str
    version: int
    state: str
    definition: SurveyDefinition
    response: Response

    def told(self) -> dict[str, Any]:
        """Return it as one row."""
        found = self.response
        rate = found.rate(found.answered)
        return {
            "survey": self.name,
            "title": self.definition.title.en or self.definition.title.zh,
            "version": self.version,
            "state": self.state,
            "asked": found.asked,
            "opened": found.opened,
            "begun": found.begun,
            "answered": found.answered,
            "visits": found.visits,
            "visits_answered": found.visits_answered,
            "held": found.held,
            "dropped": found.dropped,
            **rate_told(rate),
        }


def rate_told(rate: Rate) -> dict[str, Any]:
    """Return a response rate as fields; without figures below the survey's minimum."""
    return {
        name: None if value is None else round(value, 4)
        for name, value in (
            ("response_share", rate.share),
            ("response_low", rate.low),
            ("response_high", rate.high),
        )
    }


def surveys_of(view: View) -> list[Standing]:
    """Return every survey by name."""
    return [_standing(view, newest) for newest in heads(view, SURVEY)]


def survey_of(view: View, name: str) -> Standing:
    """Return one survey.

    Raises
    ------
    NotFoundError
        If there is none of that name.
    """
    known = {one.name: one for one in heads(view, SURVEY)}
    if name not in known:
        raise NotFoundError(
            "There is no survey {name!r}. {fix}", name=name, fix=did_you_mean(name, sorted(known))
        )
    return _standing(view, known[name])


def _standing(view: View, newest: Version) -> Standing:
    version = definition_at(view, SURVEY, newest.name, now()) or newest
    definition = parsed(version)
    return Standing(
        newest.name,
        version.version,
        version.state,
        definition,
        response_of(view, newest.name, definition.minimum),
    )


def result_told(result: Result) -> dict[str, Any]:
    """Return the result of one question as a row."""
    return {
        "question": result.question,
        "kind": result.kind,
        "part": result.part,
        "about": result.about,
        "n": result.n,
        "counts": dict(result.counts),
        "mean": None if result.mean is None else round(result.mean, 3),
        "score": None if result.score is None else round(result.score, 2),
        "low": None if result.low is None else round(result.low, 2),
        "high": None if result.high is None else round(result.high, 2),
        "enough": result.enough,
    }


def likeness_told(found: Likeness) -> dict[str, Any]:
    """Return whether those who answered are like those who were asked, as data."""
    traits = [
        {
            "trait": one.trait,
            "level": one.level,
            "asked": round(one.asked, 4),
            "answered": round(one.answered, 4),
            "difference": None if one.difference is None else round(one.difference, 3),
            "unlike": one.unlike,
        }
        for one in found.traits
    ]
    return {"asked": found.asked, "answered": found.answered, "traits": traits}
