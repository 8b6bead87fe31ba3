"""Answers on one scale: who is on which side, and what is off its scale, on each engine."""

from __future__ import annotations

from datetime import UTC, date, datetime

import ibis
import pyarrow as pa
import pytest

from valence.experience.answers import ANSWERS, answers_given
from valence.lake.canonical import CANONICAL
from valence.lake.columns import Column, arrow_schema

DAY = date(2025, 6, 30)


def feedback(*rows):
    columns = (*CANONICAL["feedback"].columns, Column("customer_id", "text", "Customer."))
    made = [
        {
            "source": "survey", "feedback_id": str(at), "metric": metric, "score": score,
            "scale": scale, "answered_at": datetime(2025, 6, day, 12, tzinfo=UTC),
            "answered_on": date(2025, 6, day), "customer_id": "ann", "text": text,
        }
        for at, (metric, score, scale, day, text) in enumerate(rows)
    ]  # fmt: skip
    return ibis.memtable(pa.Table.from_pylist(made, schema=arrow_schema(columns)))


@pytest.fixture(
    params=["duck", pytest.param("on_spark", marks=[pytest.mark.spark, pytest.mark.long])]
)
def con(request):
    return request.getfixturevalue(request.param)


def test_each_answer_stands_on_its_side_of_its_own_scale(con):
    table = feedback(
        ("nps", 9.0, None, 1, "很好 👍"),
        ("nps", 7.0, "0-10", 1, ""),
        ("nps", 6.0, "0-10", 1, "  \n"),
        ("CSAT", 4.0, None, 1, "<b>ok</b>"),
        ("csat", 2.0, "1-5", 1, None),
        ("csat", 80.0, "0-100", 1, None),
        ("ces", 5.0, None, 1, None),
        ("ces", 3.0, "1-7", 1, None),
        ("review", 5.0, "1-5", 1, "w" * 10_000),
        ("nps", 11.0, "0-10", 1, None),
        ("kano_functional", 1.0, "1-5", 1, None),
        ("nps", 10.0, "0-10", 30, None),
        ("nps", 0.0, "0-10", 29, None),
    )
    found = answers_given(table, as_of=date(2025, 6, 29))
    assert found.columns == tuple(column.name for column in ANSWERS)
    rows = con.to_pyarrow(found).to_pylist()
    told = {int(row["feedback_id"]): (row["good"], row["bad"]) for row in rows}
    assert told == {
        0: (True, False), 1: (False, False), 2: (False, True), 3: (True, False), 4: (False, True),
        5: (True, False), 6: (True, False), 7: (False, True), 8: (True, False), 9: (None, None),
        10: (None, None), 12: (False, True),
    }  # fmt: skip
    worded = {int(row["feedback_id"]) for row in rows if row["words"]}
    assert worded == {0, 3, 8}
    assert {row["metric"] for row in rows} == {"nps", "csat", "ces", "review", "kano_functional"}
    assert {row["subject"] for row in rows} == {"own"}


def test_nobody_answered(con):
    assert con.to_pyarrow(answers_given(feedback(), as_of=DAY)).num_rows == 0
