"""Layers of value and the pyramid: where Kano and competitors put a service."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from valence.experience.kano import CATEGORIES, Kano
from valence.experience.layers import Placed, Rated, ahead_of, layer_of
from valence.experience.offers import OffersDefinition
from valence.experience.panel import Measured


def service(category, n=40, ahead=None, **measured):
    kano = Kano({one: n if one == category else 0 for one in CATEGORIES})
    return Placed("it", kano, ahead, **measured)


@pytest.mark.parametrize(
    ("category", "ahead", "level", "layer"),
    [
        ("M", True, "basic", "basic"),  # however well it is done, nobody buys for it
        ("O", None, "enhanced", "added"),
        ("O", False, "enhanced", "added"),
        ("O", True, "enhanced", "differentiating"),
        ("A", None, "surprise", "differentiating"),
        ("A", False, "surprise", "added"),  # a competitor delights as well
        ("A", True, "surprise", "differentiating"),
        ("I", True, None, None),
        ("R", None, None, None),
    ],
)
def test_a_service_stands_where_kano_and_competitors_put_it(category, ahead, level, layer):
    placed = service(category, ahead=ahead)
    assert (placed.level, placed.layer) == (level, layer)
    assert layer_of(level, ahead) == layer


MORE, LESS = Measured(0.5, 0.3, 0.7), Measured(0.1, 0.05, 0.2)


@pytest.mark.parametrize(
    ("category", "measured", "level", "layer"),
    [
        ("I", {"at_stake": Measured(9e3, 2e3, 2e4)}, "basic", "basic"),  # its lack costs
        ("I", {"explains": MORE, "equal": 0.25}, "enhanced", "added"),
        ("I", {"explains": MORE, "equal": 0.25, "ahead": True}, "enhanced", "added"),
        ("I", {"explains": LESS, "equal": 0.25}, None, None),
        ("I", {"explains": MORE, "equal": 0.4}, None, None),  # no more than chance
        ("R", {"explains": MORE, "equal": 0.25}, None, None),
        ("A", {"explains": LESS, "equal": 0.25}, "surprise", "added"),
        ("A", {"explains": MORE, "equal": 0.25}, "surprise", "differentiating"),
    ],
)
def test_what_is_measured_has_its_say_in_where_a_service_stands(category, measured, level, layer):
    placed = service(category, **measured)
    assert (placed.level, placed.layer) == (level, layer)
    assert placed.by_effect == (category == "I" and level is not None)


def test_below_thirty_people_a_service_stands_nowhere():
    assert service("M", n=29).level is None
    assert service("M", n=29).told()["category"] is None
    assert Placed("it", None).told()["n"] == 0


def test_ahead_is_better_than_each_competitor_by_more_than_chance():
    here = Rated(200, 5.5, 1.0)
    assert ahead_of(here, [Rated(80, 5.0, 1.0), Rated(80, 4.0, 1.0)])
    assert ahead_of(here, [Rated(80, 5.45, 1.0), Rated(80, 4.0, 1.0)]) is False
    assert ahead_of(here, [Rated(20, 4.0, 1.0)]) is None  # too few to hold against
    assert ahead_of(None, [Rated(80, 4.0, 1.0)]) is None
    assert ahead_of(here, []) is None


def test_an_offer_and_its_services_are_named_once():
    twice = {"name": "Tea", "services": [{"name": "cup"}, {"name": "cup"}]}
    with pytest.raises(ValidationError, match=r"Tea: each service is named once; twice: .*cup"):
        OffersDefinition.model_validate({"offers": [twice]})
    one = {"name": "Tea", "services": [{"name": "cup"}]}
    with pytest.raises(ValidationError, match="each offer needs a name of its own"):
        OffersDefinition.model_validate({"offers": [one, one]})
