"""Words of the designed journey: its steps, ways on, and what was designed of them."""

from __future__ import annotations

from urllib.parse import urlencode

from valence.core.messages import message
from valence.journey.designed.answers import Designed, Onward, Place
from valence.kit.codes import TOUCHPOINTS, lasting, named
from valence.kit.format import Formats

NOWHERE = message("nowhere else")


def went_said(name: str, fmt: Formats) -> str:
    """Return where customers went, or that they went nowhere."""
    return named(TOUCHPOINTS, name, fmt) if name else fmt.language.worded(NOWHERE)


def behind(place: Place, went_to: str) -> str:
    """Return the address of the customers who went from a step to a touchpoint."""
    return f"/journey/designed/customers?{urlencode({'step': place.number, 'to': went_to})}"


def on_of(place: Place) -> Onward:
    """Return how customers go on from a step that is not the last."""
    if place.onward is None:
        raise ValueError(f"nobody goes on from {place.touchpoint.name}")
    return place.onward


def name_of(place: Place, fmt: Formats) -> str:
    """Return a step's touchpoint in the reader's language."""
    return named(TOUCHPOINTS, place.touchpoint.name, fmt)


def pair_of(place: Place, found: Designed, fmt: Formats) -> str:
    """Return a step and the one designed after it."""
    return f"{name_of(place, fmt)} → {name_of(found.after(place), fmt)}"


def hours_of(place: Place, fmt: Formats) -> str:
    """Return the time designed to the next step."""
    hours = place.designed.onward_hours
    return "–" if hours is None else lasting(3600 * hours, fmt)
