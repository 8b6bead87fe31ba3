"""Surveys as their authors write them: what is wrong is said in a sentence, and nothing is kept."""

from copy import deepcopy

import pytest
from tests.experience.surveys.surveys import AFTER_DELIVERY, EVERY_KIND

from valence.definitions import FaultyDefinitionError
from valence.experience.surveys.definition import KIND


def faults(document):
    with pytest.raises(FaultyDefinitionError) as wrong:
        KIND.parsed(document)
    return str(wrong.value)


def with_question(**changes):
    document = deepcopy(AFTER_DELIVERY)
    document["questions"].append(
        {"id": "more", "kind": "csat", **changes},
    )
    return document


@pytest.mark.parametrize("document", [AFTER_DELIVERY, EVERY_KIND])
def test_a_survey_of_all_kinds_of_questions_is_sound(document):
    assert len(KIND.parsed(document).questions) == len(document["questions"])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"id": "easy"}, "each question needs an id of its own; twice: ['easy']"),
        ({"id": "How?"}, "'How?' cannot be the id of a question"),
        ({"id": "today"}, "'today' cannot be the id of a question"),
        ({"kind": "stars"}, "'stars' is not known here"),
        ({"kind": "choice", "ask": {"en": "A?", "zh": "A?"}}, "a choice needs two answers"),
        ({"choices": [{"value": "a"}]}, "more: only a choice has answers to choose from"),
        ({"kind": "kano"}, "more: say in `about` which feature, service or product it is"),
        ({"kind": "text"}, "there are no usual words for a text; write `ask`"),
        ({"ask": {"en": "How was it?"}}, "more, ask: the words are missing in zh"),
        ({"reason_of": "easy"}, "more: only open text can be the reason of a score"),
        ({"show_if": "recomend <= 6"}, "Did you mean 'recommend'"),
        ({"show_if": "recommend <= "}, "more: "),
        ({"show_if": "more > 1"}, "more: "),
        ({"kind": "text", "ask": {"en": "Why?", "zh": "?"}, "reason_of": "parcel"},
         "there is no earlier score 'parcel'"),
        ({"colour": "red"}, "There is no such field"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_question_is_said(changes, sentence):
    assert sentence in faults(with_question(**changes))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"share": 0}, "greater than 0"),
        ({"share": 20}, "less than or equal to 1"),
        ({"rest_days": -1}, "greater than or equal to 0"),
        ({"embed": ["shop.example"]}, "'shop.example' is no address of a site"),
        ({"embed": ["https://a.example; script-src *"]}, "is no address of a site"),
        ({"embed": ["https://a.example/page"]}, "is no address of a site"),
        ({"title": {"zh": "配送"}}, "title: the words are missing in en"),
        ({"questions": []}, "at least 1 item"),
        ({"languages": ["fr"]}, "'fr' is not known here"),
    ],
)
def test_what_is_wrong_with_the_survey_is_said(changes, sentence):
    assert sentence in faults({**AFTER_DELIVERY, **changes})


def test_one_language_needs_the_words_of_one():
    plain = {
        "title": {"zh": "配送"},
        "languages": ["zh"],
        "questions": [{"id": "n", "kind": "nps"}],
    }
    assert KIND.parsed(plain).languages == ("zh",)
