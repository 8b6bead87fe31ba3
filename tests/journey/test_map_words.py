"""The words about a touchpoint: those of customers of the own brand, each once."""

from datetime import date

import pytest
from tests.experience.held import Held, table

from valence.experience.text.columns import TEXTS
from valence.journey.definition import JourneyDefinition
from valence.journey.map_reading import _sentiment

DAY = date(2025, 3, 20)


def test_neither_competitors_nor_passages_of_interviews_speak_for_a_touchpoint(duck):
    rows = [
        ("delivery", "nps", "own", 0.5), ("Delivery", "contact", "own", 0.1),
        ("delivery", "nps", "rival", -1.0), ("delivery", "focus_group", "own", -1.0),
    ]  # fmt: skip
    names = ("touchpoint", "metric", "subject", "sentiment")
    texts = table(TEXTS, [{**dict(zip(names, row, strict=True)), "on": DAY} for row in rows])
    found = _sentiment(Held(duck, feedback_texts=texts), JourneyDefinition(), DAY)
    assert found == {"delivery": {"touchpoint": "delivery", "n": 2, "mean": pytest.approx(0.3)}}
