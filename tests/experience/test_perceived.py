"""Perceived value person by person: by brand, by segment, beside what customers are worth."""

from __future__ import annotations

from datetime import date

import ibis
import pytest
from tests.experience.held import Held, answer, answers, customers

from valence.core.errors import BadInputError
from valence.experience.panel import latest
from valence.experience.perceived import PARTS, nets
from valence.experience.perceived_answers import perceived

AS_OF = date(2025, 3, 31)


@pytest.fixture(
    params=["duck", pytest.param("on_spark", marks=[pytest.mark.spark, pytest.mark.long])]
)
def con(request):
    return request.getfixturevalue(request.param)


def rated(number, scores, subject="own"):
    return [
        {**answer(1000 * number + at, "perceived_value", 0.5, touchpoint=part.title()),
         "customer_id": f"c{number}", "score": float(score), "subject": subject}
        for at, (part, score) in enumerate(zip(PARTS, scores, strict=False))
    ]  # fmt: skip


def test_what_is_left_is_what_one_gets_less_what_one_gives(con):
    rival = rated(3, (1, 1, 1, 7, 7), "x")
    t = answers(*rated(1, (6, 5, 4, 3, 2)), *rated(2, (6, 5, 4, 3)), *rival)
    rows = con.to_pyarrow(nets(t).order_by("customer_id")).to_pylist()
    # The second left a part out: nobody knows what is left to them.
    assert [(r["customer_id"], r["subject"], r["gets"], r["gives"], r["net"]) for r in rows] == [
        ("c1", "own", 15, 5, 10), ("c3", "x", 3, 14, -11),
    ]  # fmt: skip


@pytest.fixture
def found(duck):
    """Top customers perceive 10 and are worth 900, the others 4 and 100; half rate a rival."""
    rows = [
        row for n in range(90) for row in rated(n, (6, 5, 4, 3, 2) if n < 30 else (4, 3, 3, 3, 3))
    ]
    rows += [row for n in range(40) for row in rated(n, (5, 5, 5, 2, 2), "Mingya")]
    known = [(f"c{n}", "top" if n < 30 else "base", "web") for n in range(90)]
    worth = ibis.memtable({
        "customer_id": [f"c{n}" for n in range(90)],
        "worth_amount": [900.0 if n < 30 else 100.0 for n in range(90)],
    })  # fmt: skip
    held = Held(duck, answers=answers(*rows), customers=customers(*known), worth=worth)
    return perceived(held, AS_OF, by="tier")


def test_brands_and_segments_have_n_interval_and_worth(found):
    assert [(one.name, one.n, one.net) for one in found.brands] == [
        ("own", 90, pytest.approx(6.0)), ("Mingya", 40, pytest.approx(11.0)),
    ]  # fmt: skip
    own = found.brands[0]
    assert own.low < own.net < own.high
    assert [(one.name, one.net, one.worth) for one in found.segments] == [
        ("base", 4.0, 100.0), ("top", 10.0, 900.0),
    ]  # fmt: skip


def test_who_perceives_most_stands_beside_what_they_are_worth(found):
    assert [(one.name, one.n, one.worth) for one in found.thirds] == [
        ("least", 30, 100.0), ("middling", 30, 100.0), ("most", 30, 900.0),
    ]  # fmt: skip


def test_below_thirty_people_nothing_is_said(duck):
    held = Held(duck, answers=answers(*rated(1, (6, 5, 4, 3, 2))), customers=customers())
    told = perceived(held, AS_OF).told()
    assert told["brands"][0]["n"] == 1
    assert told["brands"][0]["net"] is None
    assert told["thirds"] == []
    with pytest.raises(BadInputError, match="apart by 'channel'"):
        perceived(held, AS_OF, by="channel")


def test_a_customer_who_answers_twice_counts_once_and_no_part_is_told_of_few(duck):
    late = [{**row, "source": "later", "at": row["at"].replace(day=9)}
            for row in rated(1, (7, 5, 4, 3, 2))]  # fmt: skip
    found = perceived(Held(duck, answers=answers(*rated(1, (1, 5, 4, 3, 2)), *late)), AS_OF)
    assert [(one.n, one.net) for one in found.brands] == [(1, 11.0)]
    told = found.told()
    assert (told["net"], told["parts"][0]["n"], told["parts"][0]["mean"]) == (
        {"own": None},
        1,
        None,
    )


def test_what_was_said_last_counts_on_every_engine(con):
    early = rated(1, (1, 1, 1, 1, 1))
    late = [{**row, "source": "later", "at": row["at"].replace(day=9)}
            for row in rated(1, (7, 7, 7, 7, 7))]  # fmt: skip
    nobody = [{**row, "customer_id": None} for row in rated(2, (4,)) + rated(3, (4,))]
    kept = latest(answers(*early, *late, *nobody), "touchpoint", "subject")
    rows = con.to_pyarrow(kept).to_pylist()
    assert sorted(row["score"] for row in rows) == [4, 4, 7, 7, 7, 7, 7]


def test_people_whom_nobody_knows_are_not_made_one(con):
    """Two strangers of a file gave other parts on one day: neither is known to have given all."""
    rows = [{**row, "customer_id": None} for row in rated(1, (6, 5, 4))]
    rows += [{**row, "customer_id": None} for row in rated(2, (1, 1, 1, 3, 2))[3:]]
    assert con.to_pyarrow(nets(answers(*rows))).to_pylist() == []
