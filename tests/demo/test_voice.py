"""Contacts, answers, panels and letters: who speaks, how it goes, and in which words."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from valence.demo.phrases import ASPECTS, CLOSINGS, OPENINGS
from valence.demo.phrases_chinese import CHINESE
from valence.demo.phrases_english import ENGLISH
from valence.demo.troubles import MATTERS
from valence.experience.kano import TABLE


@pytest.fixture(scope="module")
def contacts(brand):
    return brand.observed["service_contacts"].to_pylist()


@pytest.fixture(scope="module")
def answers(brand):
    return brand.observed["surveys"].to_pylist()


@pytest.fixture(scope="module")
def research(brand):
    return brand.observed["research"].to_pylist()


def _cjk(text):
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_every_aspect_has_words_of_both_kinds_in_both_languages():
    assert set(ENGLISH) == set(CHINESE) == set(ASPECTS)
    for words in (ENGLISH, CHINESE):
        for sides in words.values():
            assert all(len(set(side)) == len(side) >= 6 for side in sides)
    assert all(_cjk(phrase) for sides in CHINESE.values() for side in sides for phrase in side)
    assert not any(_cjk(phrase) for sides in ENGLISH.values() for side in sides for phrase in side)
    for sets in (OPENINGS, CLOSINGS):
        assert all(len(one) == 3 for one in sets.values())


def test_the_matters_of_contacts_are_the_first_aspects():
    assert [m.rstrip("s") for m in ASPECTS[:5]] == [m.rstrip("s") for m in MATTERS[1:]]


def test_contacts_are_opened_before_they_are_answered_and_answered_before_they_are_solved(contacts):
    assert [row["opened"] for row in contacts] == sorted(row["opened"] for row in contacts)
    for row in contacts:
        assert row["answered"] is None or row["answered"] > row["opened"]
        assert row["solved"] is None or row["solved"] > row["answered"]
        assert row["user_id"] or row["phone"]


def test_some_contacts_stay_unsolved_some_are_reopened_and_some_come_again_elsewhere(contacts):
    cases = defaultdict(list)
    for row in contacts:
        cases[row["case_no"]].append(row)
    unsolved = [rows for rows in cases.values() if all(row["solved"] is None for row in rows)]
    again = [rows for rows in cases.values() if len(rows) > 1]
    assert 0.1 < len(unsolved) / len(cases) < 0.35
    assert 0.1 < len(again) / len(cases) < 0.4
    assert sum(len({row["via"] for row in rows}) > 1 for rows in again) > 0.4 * len(again)
    assert all(len({row["topic"] for row in rows}) == 1 for rows in cases.values())
    assert 0.03 < np.mean([row["reopened"] > 0 for row in contacts]) < 0.3


def test_a_late_delivery_makes_a_contact_likelier(brand):
    truth = brand.truth["experiences"].to_pylist()
    late = [row["spoke"] for row in truth if row["late"]]
    sales = {row["order_id"] for row in brand.observed["shop_orders"].to_pylist()
             if row["status"] == "completed"}  # fmt: skip
    others = sum(row["spoke"] for row in truth if not row["late"])
    assert np.mean(late) > 4 * others / len(sales)


def test_texts_are_never_empty_and_are_in_the_language_that_they_say(contacts, answers):
    texts = [(row["words"], row["language"]) for row in contacts]
    texts += [(row["comment"], row["language"]) for row in answers if row["comment"] is not None]
    assert Counter(language for _, language in texts).keys() == {"zh", "en"}
    for text, language in texts:
        assert text.strip() == text != ""
        assert _cjk(text) == (language == "zh")


def test_texts_are_not_all_alike(answers):
    texts = [row["comment"] for row in answers if row["comment"]]
    assert len(set(texts)) > 0.7 * len(texts)
    assert Counter(texts).most_common(1)[0][1] < 0.02 * len(texts)


def test_scores_lie_on_their_scales_and_follow_what_happened(brand, answers):
    late = {row["order_id"] for row in brand.truth["experiences"].to_pylist() if row["late"]}
    by = defaultdict(list)
    for row in answers:
        low, high = map(int, row["scale"].split("-"))
        assert low <= row["score"] <= high
        by[row["question"], row["about"], row["order_id"] in late].append(row["score"])
    assert {(q, about) for q, about, _ in by} >= {
        ("nps", "order"), ("csat", "delivery"), ("ces", "service contact"), ("review", "product"),
    }  # fmt: skip
    assert np.mean(by["csat", "delivery", True]) < np.mean(by["csat", "delivery", False]) - 1
    assert np.mean(by["nps", "order", True]) < np.mean(by["nps", "order", False]) - 1


def test_who_complains_is_heard_in_the_words(brand, answers):
    """An unhappy answer about a late parcel speaks of delivery first, and badly."""
    late = {row["order_id"] for row in brand.truth["experiences"].to_pylist() if row["late"]}
    said = {row["answer_id"]: row for row in brand.truth["answers"].to_pylist()}
    unhappy = [row for row in answers if row["order_id"] in late and row["question"] == "nps"
               and row["score"] <= 6 and row["comment"]]  # fmt: skip
    assert unhappy
    for row in unhappy:
        told = said[row["answer_id"]]
        assert (told["first_aspect"], told["first_good"]) == ("delivery", False)
        words = ENGLISH if row["language"] == "en" else CHINESE
        assert any(phrase in row["comment"] for phrase in words["delivery"][0])


def test_answers_are_biased_towards_those_who_feel_strongly_and_speak(brand, answers):
    truth = brand.truth["experiences"].to_pylist()
    reviewed = {row["order_id"] for row in answers if row["question"] == "nps"}
    rate = {
        spoke: np.mean([row["order_id"] in reviewed for row in truth if row["spoke"] == spoke])
        for spoke in (True, False)
    }
    assert rate[True] > 1.2 * rate[False]


def test_the_truth_has_a_row_for_every_answer(brand, answers):
    assert brand.truth["answers"]["answer_id"].to_pylist() == [row["answer_id"] for row in answers]


def test_kano_pairs_are_complete_and_delight_becomes_expected(research):
    pairs = defaultdict(dict)
    for row in research:
        if row["question"].startswith("kano"):
            key = row["user_id"], row["noted"], row["about"]
            pairs[key][row["question"]] = int(row["score"])
    assert all(len(pair) == 2 for pair in pairs.values())
    assert len(TABLE) == 5
    first = min(noted for _, noted, _ in pairs).year
    shares = {}
    for year in (first, first + 1):
        of = [pair for (_, noted, about), pair in pairs.items()
              if about == "order tracking" and noted.year == year]  # fmt: skip
        found = [TABLE[p["kano_functional"] - 1][p["kano_dysfunctional"] - 1] for p in of]
        shares[year] = found.count("M") / len(found), found.count("A") / len(found)
    assert shares[first][1] > shares[first][0]
    assert shares[first + 1][0] > shares[first + 1][1]


def test_expectation_perception_and_importance_come_together(research):
    asked = defaultdict(set)
    for row in research:
        if row["question"] in {"expectation", "perception", "importance"} and row["brand"] == "own":
            asked[row["user_id"], row["noted"], row["about"]].add(row["question"])
    assert asked
    assert all(len(questions) == 3 for questions in asked.values())


def test_rivals_wallets_mystery_visits_and_interviews_are_there(research):
    by = Counter((row["question"], row["brand"] == "own") for row in research)
    assert min(by[q, own] for q in ("share_of_wallet", "mystery", "perception", "perceived_value")
               for own in (True, False)) > 10  # fmt: skip
    assert by["nps", False] > 100
    talks = [row for row in research if row["question"] == "interview"]
    assert len(talks) >= 20
    assert all(len(row["words"]) > 15 and row["score"] is None for row in talks)


def test_letters_are_opened_after_they_came_and_clicked_after_they_were_opened(brand):
    rows = brand.observed["messages"].to_pylist()
    assert len({row["channel"] for row in rows}) == 4
    opened = [row for row in rows if row["opened"]]
    assert 0.1 < len(opened) / len(rows) < 0.5
    for row in opened:
        assert row["opened"] > row["delivered"] > row["sent"]
        assert row["clicked"] is None or row["clicked"] > row["opened"]


def test_brands_are_asked_about_of_customers_and_others_and_shift_no_earlier_number(research):
    asked = [row for row in research if row["question"].startswith("awareness")]
    assert {row["brand"] == "own" for row in asked} == {True, False}
    assert {row["user_id"] is None for row in asked} == {True, False}
    numbers = [row["note_id"] for row in research]
    assert numbers == sorted(numbers)
    later = {"overall", "awareness_unaided", "awareness_aided", "distinctiveness",
             "emotional_connection"}  # fmt: skip
    new = [row["question"] in later for row in research]
    assert new == sorted(new)  # after all others


def test_what_is_felt_of_delivery_moves_overall_satisfaction_most(research):
    felt = defaultdict(dict)
    overall = {}
    for row in research:
        if row["brand"] == "own" and row["question"] == "perception":
            felt[row["user_id"], row["noted"]][row["about"]] = row["score"]
        if row["question"] == "overall":
            overall[row["user_id"], row["noted"]] = row["score"]
    assert overall.keys() == felt.keys()
    keys = sorted(overall, key=str)
    told = {
        about: np.corrcoef([felt[k][about] for k in keys], [overall[k] for k in keys])[0, 1]
        for about in ("delivery", "quality", "app")
    }
    assert told["delivery"] > told["quality"] > told["app"]
