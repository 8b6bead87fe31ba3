"""The guide's survey is one that can be published."""

import re
from pathlib import Path

from valence.definitions.documents import from_yaml
from valence.experience.surveys.definition import KIND
from valence.experience.surveys.questions import PARTS

GUIDE = (Path(__file__).parents[3] / "docs/guide/surveys.md").read_text("utf-8")


def test_the_survey_of_the_guide_is_sound():
    text = re.search(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)[1]
    survey = KIND.parsed(from_yaml(text).document["definition"])
    assert [each.id for each in survey.questions] == ["recommend", "why", "easy", "tracking"]


def test_every_kind_and_metric_is_in_the_guide():
    metrics = {part.metric for parts in PARTS.values() for part in parts}
    assert [name for name in {*PARTS, *metrics} if f"`{name}`" not in GUIDE] == []


def test_what_a_new_survey_begins_with_can_be_published():
    assert KIND.faults(KIND.defaults()) == []
