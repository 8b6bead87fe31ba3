"""Sentiment: language first, then what each text says, whatever it holds."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest

from valence.experience.text.card import card
from valence.experience.text.codes import batch
from valence.experience.text.features import features
from valence.experience.text.held_out import Data, auc, measured
from valence.experience.text.language import languages
from valence.experience.text.linear import quantised, unpacked
from valence.experience.text.sentiment import sentiment
from valence.experience.text.tokens import tokens, word_hash
from valence.experience.text.training import folds


def said(*texts):
    return sentiment(list(texts)).to_pylist()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("送货很快，质量也好", "zh"),
        ("iPhone很好用", "zh"),
        ("Never again, the worst service ever", "en"),
        ("good", "en"),
        ("It’s not bad at all", "en"),
        ("快递 is slow, very slow delivery service 服务态度也很差", "mixed"),
        ("Das ist nicht gut und sehr langsam", "other"),
        ("la entrega fue muy rápida", "other"),
        ("O produto chegou rápido, recomendo", "other"),
        ("これはとても良い商品です", "other"),
        ("배송이 빨라요", "other"),
        ("доставка быстрая", "other"),
        ("12345 !!", ""),
        ("😡😡", ""),
        ("", ""),
    ],
)
def test_the_language_of_a_text(text, language):
    assert languages(batch([text])).tolist() == [language]


@pytest.mark.parametrize(
    ("text", "praise"),
    [
        ("送货很快，质量也好", True),
        ("太慢了，等了两个小时，菜都凉了", False),
        ("不好吃", False),
        ("The staff were friendly and helpful", True),
        ("not good at all", False),
        ("The router was faulty and nobody helped", False),
        ("<p>Great &amp; <b>fast</b> delivery</p>", True),
        ("😡😡", False),
        ("👍", True),
    ],
)
def test_praise_and_complaint_are_told_apart(text, praise):
    (found,) = said(text)
    assert (found["probability"] > 0.5) is praise
    assert found["sentiment"] == pytest.approx(2 * found["probability"] - 1)


def test_nothing_is_said_where_nothing_can_be():
    for row in said("", None, "   ", "12345", "Das ist nicht gut und sehr langsam", "<br/>"):
        assert row["sentiment"] is None
        assert row["probability"] is None


def test_any_text_is_read_whole_or_to_its_first_ten_thousand_signs():
    texts = ["好" * 10_000, "a" * 50_000, "\ud800 bad", "\0\0", "bad " * 30_000, "很差\n\n\t很差"]
    rows = said(*texts)
    assert [row["language"] for row in rows] == ["zh", "en", "en", "", "en", "zh"]
    assert rows[4]["sentiment"] < 0
    assert rows[5]["sentiment"] < 0


def test_a_text_is_judged_alike_alone_and_among_others():
    texts = [
        "送货很快",
        "never again",
        "",
        "ok",
        "质量差 and the staff were rude and slow 不好",
    ] * 3
    together = [row["probability"] for row in said(*texts)]
    alone = [said(text)[0]["probability"] for text in texts]
    assert together == pytest.approx(alone, nan_ok=True)


def test_words_are_hashed_alike_wherever_they_stand():
    found = tokens(batch(["Slow delivery, don't buy", "don't"]))
    assert found.hashes[-1] == word_hash("don't")
    assert word_hash("don't") in found.hashes[:-1].tolist()
    assert found.clause[0] == found.clause[1] != found.clause[2]


def test_a_feature_counts_once_in_a_text():
    once, twice = (features(batch([text]), "en").hashes for text in ("slow", "slow. slow"))
    assert set(once.tolist()) <= set(twice.tolist())
    assert len(np.unique(twice)) == len(twice)


def test_a_table_gives_back_the_weights_that_it_was_made_of():
    rng = np.random.default_rng(1)
    hashes = rng.integers(0, 2**32, 200, dtype=np.uint32)
    weights = rng.normal(size=200)
    model = unpacked(quantised(hashes, weights, 0.5, 16).packed())
    from valence.experience.text.features import Found

    found = Found(np.arange(200, dtype=np.int32), hashes)
    logits, hits = model.logits(found, 200)
    known = hits > 0
    assert known.sum() >= 195  # weights of nothing, and the lighter of two in one place, are gone
    assert np.abs(logits - 0.5 - weights)[known].max() < np.abs(weights).max() / 127


def test_the_same_text_never_stands_in_two_folds():
    fold = folds(["a", "b", "a", "c", "b", "a"], 3, 1)
    assert fold[0] == fold[2] == fold[5]
    assert fold[1] == fold[4]


def test_the_area_under_the_curve_counts_ties_by_half():
    assert auc(np.array([1.0, 2.0, 2.0, 3.0]), np.array([0, 0, 1, 1])) == 0.875


def test_the_card_names_data_and_scores_held_out():
    for language, least in (("zh", 0.94), ("en", 0.84)):
        one = card()[language]
        assert one["trained_on"]
        assert one["held_out"][0]["accuracy"] >= least
        assert one["held_out"][0]["calibration_error"] < 0.03


@pytest.mark.long
def test_models_trained_here_reach_on_english_what_the_card_says(shared_data):
    scores, _ = measured(Data(shared_data), "en")
    told = {score["what"]: score["accuracy"] for score in card()["en"]["held_out"]}
    for score in scores:
        assert score.accuracy == pytest.approx(told[score.what], abs=0.01)


def test_the_shipped_models_know_answers_of_another_trade(shared_data):
    """Promoters and detractors of a telecom: nothing of it was trained on."""
    held = pq.read_table(shared_data / "nps_verbatims" / "nps_verbatims.parquet").to_pydict()
    told = [
        (text, score >= 9)
        for text, score in zip(held["text"], held["NPS_SCORE"], strict=True)
        if text and score is not None and (score >= 9 or score <= 6)
    ]
    found = sentiment([text for text, _ in told])["probability"].to_pylist()
    right = [(p > 0.5) == good for p, (_, good) in zip(found, told, strict=True) if p is not None]
    assert np.mean(right) >= 0.88
