"""NPS, CSAT, CES: published numbers, intervals, significance, weighting to the base."""

from __future__ import annotations

from datetime import date

import ibis
import numpy as np
import pytest

from valence.core.errors import BadInputError
from valence.experience.scores import Score, change, reweighted, scores


def table(metric, values, scale=None, **columns):
    n = len(values)
    return ibis.memtable(
        {"metric": [metric] * n, "score": [float(v) for v in values],
         "scale": [scale or ""] * n, **columns}
    )  # fmt: skip


def one(con, made):
    (row,) = con.to_pyarrow(made).to_pylist()
    return row


def test_the_nps_of_real_answers_is_the_published_one_by_stage(duck, shared_data):
    """`nps_verbatims`: −24.69 of 2,353; by stage as in the data's README."""
    t = duck.read_parquet(str(shared_data / "nps_verbatims/nps_verbatims.parquet"))
    t = t.select(metric=ibis.literal("nps"), score=t.NPS_SCORE, stage=t.SURVEY_SUB_TYPE)
    whole = one(duck, scores(t, metric="nps"))
    assert (whole["n"], whole["good"], whole["bad"]) == (2_353, 690, 1_271)
    assert round(whole["score"], 2) == -24.69
    assert whole["low"] < whole["score"] < whole["high"]
    stages = duck.to_pyarrow(scores(t, metric="nps", by=["stage"])).to_pylist()
    got = {row["stage"]: (row["n"], round(row["score"], 2)) for row in stages}
    assert sorted(got.values()) == sorted(
        [(962, -9.98), (1_130, -29.29), (231, -56.71), (30, -76.67)]
    )


def test_the_interval_of_nps_covers_what_is_true():
    """Simulated: 90 % intervals of 300 answers hold the true NPS in about nine of ten samples."""
    random, held, true = np.random.default_rng(3), 0, 100 * (0.35 - 0.25)
    for _ in range(400):
        drawn = random.choice([1, 0, -1], size=300, p=[0.35, 0.40, 0.25])
        p, d = (drawn == 1).mean(), (drawn == -1).mean()
        error = 100 * ((p + d - (p - d) ** 2) / 300) ** 0.5
        low, high = Score(300, 100 * (p - d), error).interval()
        held += low <= true <= high
    assert 345 <= held <= 375


def test_nine_promotes_and_six_detracts(duck):
    got = one(duck, scores(table("nps", [10, 9, 8, 7, 6, 0]), metric="nps"))
    assert (got["good"], got["bad"], got["score"]) == (2, 2, 0)


def test_satisfaction_counts_the_two_best_of_its_scale(duck):
    five = one(duck, scores(table("csat", [5, 4, 3, 2, 1]), metric="csat"))
    ten = one(duck, scores(table("csat", [10, 8, 5], "1-10"), metric="csat"))
    assert (five["good"], five["bad"], five["score"]) == (2, 2, 40)
    assert ten["good"] == 2


def test_effort_is_better_where_it_is_higher(duck):
    got = one(duck, scores(table("ces", [7, 6, 5, 4, 3, 1]), metric="ces"))
    assert (got["good"], got["bad"]) == (3, 2)


def test_scores_beside_the_scale_are_not_counted(duck):
    assert one(duck, scores(table("nps", [11, -1, 10]), metric="nps"))["n"] == 1


def test_days_and_competitors_are_told_apart(duck):
    t = table(
        "nps", [10, 0, 0], answered_on=[date(2025, 1, 1), date(2025, 2, 1), date(2025, 2, 2)],
        subject=["own", "", "Rival"],
    )  # fmt: skip
    assert one(duck, scores(t, metric="nps", until=date(2025, 1, 31)))["score"] == 100
    assert one(duck, scores(t, metric="nps", since=date(2025, 2, 1)))["score"] == -100
    assert one(duck, scores(t, metric="nps", subject="rival"))["n"] == 1


def test_no_answers_give_no_score(duck):
    assert duck.to_pyarrow(scores(table("ces", [3]), metric="nps")).to_pylist() == []


def test_another_metric_is_refused(duck):
    with pytest.raises(BadInputError, match="'kano' is no score of experience"):
        scores(table("nps", [1]), metric="kano")


def test_a_change_says_how_likely_it_is_by_chance():
    assert not change(Score(100, 12, 8), Score(100, 10, 8)).significant()
    moved = change(Score(900, 30, 3), Score(900, 10, 3))
    assert moved.significant()
    assert moved.probability == pytest.approx(2.4e-6, rel=0.1)


def test_who_answers_is_weighted_to_who_buys():
    """The best customers answer most; the base is mostly others."""
    got = reweighted(
        {"top": Score(80, 60.0, 5.0), "base": Score(20, -20.0, 15.0)}, {"top": 5, "base": 95}
    )
    assert got.score == pytest.approx(0.05 * 60 - 0.95 * 20)
    assert got.error == pytest.approx((0.25**2 + 14.25**2) ** 0.5)
    assert reweighted({"top": Score(3, 1.0, 1.0)}, {"base": 9}) is None


def test_all_of_one_mind_against_all_of_another_is_no_chance():
    """100 % of 30 against 0 % of 30: no error in either, z of 7.75 together."""
    found = change(Score.of("csat", 30, 30, 0), Score.of("csat", 30, 0, 30))
    assert found.significant()
    assert found.probability == pytest.approx(9.5e-15, rel=0.1)
    assert change(Score(30, 50.0, 0.0), Score(30, 50.0, 0.0)).probability is None


def test_weighted_answers_are_worth_fewer_that_count_once():
    strata = {"top": Score(80, 100.0, 0.0), "base": Score(20, 100.0, 0.0)}
    assert reweighted(strata, {"top": 80, "base": 20}).effective == pytest.approx(100)
    assert reweighted(strata, {"top": 5, "base": 95}).effective == pytest.approx(
        1 / (0.05**2 / 80 + 0.95**2 / 20)
    )
