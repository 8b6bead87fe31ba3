"""Silent leavers: simulated customers whose leaving and speaking are known."""

from __future__ import annotations

import json
from datetime import date, timedelta
from math import inf

import ibis
import numpy as np
import pyarrow as pa
import pytest
from tests.experience.loop import complaint, house_of, land
from tests.value.faces.fixtures import client
from typer.testing import CliRunner

from valence.audience.declaration import AUDIENCE
from valence.experience.commands import experience
from valence.kit.silence import Silence, hurt, scaled, silence_counts, spoken, together
from valence.value.declaration import VALUE

DAY = date(2025, 3, 31)
SINCE = date(2023, 3, 31)


@pytest.fixture(
    params=["duck", pytest.param("on_spark", marks=[pytest.mark.spark, pytest.mark.long])]
)
def con(request):
    return request.getfixturevalue(request.param)


def table(schema, rows):
    return ibis.memtable(
        pa.Table.from_pylist(
            [dict(zip(schema, row, strict=True)) for row in rows], schema=pa.schema(schema.items())
        )
    )


CUSTOMER = {
    "customer_id": pa.string(), "tier": pa.string(), "last_order_on": pa.date32(),
    "purchase_days": pa.int64(), "gap_days": pa.float64(), "days_since_order": pa.int64(),
}  # fmt: skip
WORTH = {"customer_id": pa.string(), "alive_probability": pa.float64()}
WHO = {"customer_id": pa.string()}
ANSWER = {
    "customer_id": pa.string(), "bad": pa.bool_(), "on": pa.date32(), "subject": pa.string(),
    "metric": pa.string(),
}  # fmt: skip
CONTACT = {
    "customer_id": pa.string(), "complaint": pa.bool_(), "opened_on": pa.date32(),
}  # fmt: skip
STEP = {
    "customer_id": pa.string(), "on": pa.date32(), "standard_kept": pa.bool_(),
    "source": pa.string(),
}  # fmt: skip


def test_who_left_counts_by_how_sure_that_is_and_who_left_long_ago_not_at_all(con):
    new, old = DAY - timedelta(days=50), date(2020, 1, 1)
    customers = table(CUSTOMER, [
        ("a", "top", new, 5, 10.0, 50), ("b", "top", new, 5, 100.0, 50),
        ("c", "top", old, 5, 10.0, 1900), ("d", "base", new, 1, None, 50),
    ])  # fmt: skip
    worth = table(WORTH, [("a", 0.1), ("b", 0.8), ("c", 0.0), ("d", 0.5)])
    spoke, wronged = table(WHO, [("a",), ("c",)]), table(WHO, [("b",)])
    made = silence_counts(customers, worth, spoke, wronged, since=SINCE)
    rows = con.to_pyarrow(made.order_by("tier", "wronged")).to_pylist()
    assert [(r["tier"], r["wronged"], r["customers"], r["spoke"]) for r in rows] == [
        ("base", False, 1, 0), ("top", False, 1, 1), ("top", True, 1, 0),
    ]  # fmt: skip
    assert rows[1]["left_sum"] == pytest.approx(0.9)
    assert rows[1]["left_squares"] == pytest.approx(0.81)
    assert rows[1]["left_spoke"] == pytest.approx(0.9)
    made = silence_counts(customers, worth, spoke, wronged, since=SINCE, by="rhythm")
    rows = con.to_pyarrow(made.order_by("wronged")).to_pylist()
    assert [(r["customers"], r["left_sum"]) for r in rows] == [(1, 1.0), (1, 0.0)]
    assert isinstance(rows[0]["left_sum"], float)  # a sum of the literals 1.0 and 0.0 was a decimal


def test_who_spoke_and_who_was_wronged(con):
    answers = table(ANSWER, [
        ("a", True, DAY, "own", "nps"), ("b", False, DAY, "own", "nps"),
        ("c", True, DAY, "rival", "nps"), ("d", True, date(2020, 1, 1), "own", "nps"),
        (None, True, DAY, "own", "nps"), ("a", True, DAY, "own", "csat"),
    ])  # fmt: skip
    contacts = table(CONTACT, [
        ("e", True, date(2025, 1, 2)), ("f", False, date(2025, 1, 2)), ("h", None, DAY),
        ("g", True, date(2020, 1, 2)),
    ])  # fmt: skip
    steps = table(STEP, [
        ("i", DAY, False, "events"), ("j", DAY, True, "events"), ("k", DAY, None, "orders"),
        ("l", DAY, False, "contacts"),
    ])  # fmt: skip

    def who(made):
        return sorted(r["customer_id"] for r in con.to_pyarrow(made).to_pylist())

    assert who(spoken(answers, contacts, since=SINCE)) == ["a", "e"]
    assert who(hurt(steps, since=SINCE)) == ["i"]  # who called has spoken


def drawn(random, n, *, gone, speaks):
    """Silence of n customers, told by a calibrated probability of having left, and the truth."""
    p = random.beta(gone * 2, (1 - gone) * 2, n)  # of having left; mostly near 0 or 1
    left, spoke = random.random(n) < p, random.random(n) < speaks
    counts = Silence(n, int(spoke.sum()), p.sum(), (p * p).sum(), p[spoke].sum())
    return counts, 1 - spoke[left].mean()


@pytest.mark.parametrize(("n", "speaks"), [(400, 0.1), (400, 0.3), (2000, 0.04)])
def test_the_interval_of_the_silent_holds_what_is_true_of_the_many(n, speaks):
    """The share of all such leavers who say nothing, in about 90 of 100 samples."""
    random, held = np.random.default_rng(9), 0
    for _ in range(600):
        counts, _ = drawn(random, n, gone=0.4, speaks=speaks)
        low, high = counts.silent_interval()
        held += low <= 1 - speaks <= high
    assert 0.87 <= held / 600 <= 0.95


def test_complaints_are_scaled_to_all_who_are_dissatisfied():
    """4 % speak: the interval of what voiced complaints stand for holds the truth as often."""
    random, held = np.random.default_rng(4), 0
    for _ in range(600):
        counts, _ = drawn(random, 3000, gone=0.4, speaks=0.1)
        voiced = random.poisson(0.1 * 800)  # of 800 to whom it happened, in expectation
        found = scaled("delivery", voiced, counts)
        held += found.low <= 800 <= found.high
    assert 0.86 <= held / 600 <= 0.95


def test_nobody_who_left_had_spoken():
    silence = Silence(100, 0, 50.0, 45.0, 0.0)
    assert silence.silent == 1.0
    assert silence.factor is None
    assert silence.factor_interval()[1] == inf
    with pytest.raises(ValueError, match="no leaver had spoken"):
        scaled("x", 3, silence)


def test_nobody_at_all_says_nothing_and_fails_nowhere():
    nothing = together([])
    assert nothing.silent is None
    assert not nothing.enough
    assert nothing.silent_interval() == (0.0, 1.0)
    assert nothing.leaving is None


def test_leavers_that_are_not_sure_count_for_fewer():
    sure = Silence(100, 10, 50.0, 50.0, 5.0)
    unsure = Silence(100, 10, 50.0, 25.0 + 6, 5.0)
    assert sure.effective == 50
    assert unsure.effective > 50  # a hundred halves are more people than fifty wholes
    assert together([sure, sure]).effective == pytest.approx(100)


def test_on_page_by_api_and_by_command_too_few_are_said_to_be_too_few(tmp_path):
    house = house_of(tmp_path / "brand", AUDIENCE, VALUE)
    land(house, contacts=complaint("k1", "2", "2025-03-29"))
    house.build()
    web = client(house)
    page = web.get("/experience/silent")
    assert page.status_code == 200, page.text
    assert "Too few have left to say" in page.text
    told = web.get("/api/v1/experience/silent").json()
    assert told["all"]["enough"] is False
    assert told["all"]["silent_share"] is None
    assert told["by_rhythm"]["left"] >= 0
    run = CliRunner().invoke(experience.app, ["silent", "--json", "--brand", str(house.brand.root)])
    assert json.loads(run.stdout)["all"]["customers"] == told["all"]["customers"] > 0
    house.close()
