"""The map: what is told of touchpoints, and what is odd about their rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from pydantic import ValidationError

from valence.journey.definition import JourneyDefinition, Touchpoint
from valence.journey.feelings import Feeling, Felt, told_changes
from valence.journey.map_answers import JourneyMap
from valence.journey.map_view import cautions
from valence.kit.format import Formats
from valence.kit.languages import language


def nps(good, bad, n=100):
    return Feeling("nps", n, good, bad)


def test_channels_differ_where_the_farthest_of_all_pairs_differs_more_than_chance():
    # 24 points between two channels are no chance; among six pairs of channels they may be.
    two = {"web": {"nps": nps(60, 30)}, "app": {"nps": nps(50, 40)}}
    assert Felt({}, {}, two).inconsistent("nps") is None
    apart = {"web": {"nps": nps(62, 28)}, "app": {"nps": nps(50, 40)}}
    assert Felt({}, {}, apart).inconsistent("nps") == ("app", "web")
    between = {"shop": {"nps": nps(56, 34)}, "mail": {"nps": nps(56, 34)}}
    assert Felt({}, {}, {**apart, **between}).inconsistent("nps") is None
    far = {**apart, **between, "desk": {"nps": nps(20, 70)}}
    assert Felt({}, {}, far).inconsistent("nps") == ("desk", "web")


def test_of_many_scores_those_that_chance_would_move_are_not_told_to_have_moved():
    one = Felt({"nps": nps(62, 28)}, {"nps": nps(50, 40)}, {})
    still = Felt({"nps": nps(50, 40)}, {"nps": nps(50, 40)}, {})
    assert told_changes({"order": one})["order"].moved("nps") == 24.0
    many = told_changes({"order": one, **{f"step {n}": still for n in range(9)}})
    assert many["order"].moved("nps") is None


def test_one_name_is_that_of_one_touchpoint():
    touchpoints = [Touchpoint(name="order", stage="buy"), Touchpoint(name="pay", stage="buy")]
    for other in ("Order ", "till"):
        clash = [
            touchpoints[0].model_copy(update={"also": ("till",)}),
            touchpoints[1].model_copy(update={"also": (other,)}),
        ]
        with pytest.raises(ValidationError, match="pay: order is called"):
            JourneyDefinition(touchpoints=clash)


def test_every_oddity_of_rules_is_told():
    rules = {"visit": "", "order": 'kind == "sale"', "own": "channel is not missing"}
    definition = JourneyDefinition(
        touchpoints=[
            Touchpoint(name=name, stage="buy", rule=rule, source="orders" if rule else "events")
            for name, rule in rules.items()
        ]
    )
    claims = [
        {"touchpoint": name, "source": "events", "rows": 9, "held": held, "taken": taken}
        for name, held, taken in (
            ("hidden", 4, 0), ("shared", 5, 3), ("order", 9, 9), ("own", 9, 9), ("none", 0, 0),
        )
    ]  # fmt: skip
    found = JourneyMap(
        definition, date(2025, 1, 1), date(2026, 1, 1), [], {}, Felt({}, {}, {}), {}, claims, []
    )
    fmt = Formats(language("en"), "EUR")
    said = [fmt.language.worded(each) for each in cautions(found, fmt)]
    assert [(": hidden." in each, "shared (2 rows)" in each, ": own." in each, ": none." in each)
            for each in said] == [tuple(n == at for n in range(4)) for at in range(4)]  # fmt: skip
    assert cautions(replace(found, claims=claims[2:3]), fmt) == []
