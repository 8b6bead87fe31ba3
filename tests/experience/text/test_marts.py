"""What is published of customers' words: new texts only are judged, words open to their texts."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import pyarrow as pa
import pytest

from valence.experience.text import marts
from valence.experience.text.columns import ASPECTS, TEXTS, WORD_TEXTS, WORDS
from valence.experience.text.marts import TEXT_MARTS, text_aspects
from valence.experience.text.said import words_of
from valence.lake.columns import arrow_schema
from valence.lake.marts import BuildContext

AS_OF = date(2026, 6, 30)
CONTEXT = BuildContext(AS_OF, "EUR", None, {})
MARTS = {mart.name: mart for mart in TEXT_MARTS}


def answer(n, text, on=AS_OF, **other):
    return {
        "source": "shop", "feedback_id": f"f{n}", "row_hash": f"h{n}", "customer_id": f"c{n}",
        "answered_on": on, "metric": "nps", "touchpoint": "order", "channel": "web",
        "subject": "own", "score": 3.0, "text": text, **other,
    }  # fmt: skip


def table(rows):
    schema = pa.schema(
        [(n, pa.date32() if n == "answered_on" else pa.float64() if n == "score" else pa.string())
         for n in answer(0, "")]
    )  # fmt: skip
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema))


def read(expression):
    yield from expression.to_pyarrow().to_batches()


def made(name, columns, **inputs):
    batches = list(MARTS[name].score(inputs, CONTEXT, read) or [])
    return pa.Table.from_batches(batches, schema=arrow_schema(columns))


def test_every_answer_with_words_up_to_the_day_is_judged():
    rows = [
        answer(1, "Delivery was terribly slow"),
        answer(2, "  "),
        answer(3, None),
        answer(4, "太贵了", subject=None),
        answer(5, "great", on=AS_OF + timedelta(1)),
        answer(6, "😀", subject="Rival"),
    ]
    found = {
        r["feedback_id"]: r for r in made("feedback_texts", TEXTS, feedback=table(rows)).to_pylist()
    }
    assert sorted(found) == ["f1", "f4", "f6"]
    assert found["f1"]["sentiment"] < 0
    assert {part.split(":")[0] for part in found["f1"]["aspects"].split()} == {"delivery", "speed"}
    assert (found["f4"]["language"], found["f4"]["subject"]) == ("zh", "own")
    assert (found["f6"]["language"], found["f6"]["subject"]) == ("", "rival")


def test_words_of_contacts_are_judged_beside_answers_and_open_to_their_texts():
    contacts = ibis.memtable(
        pa.table({
            "source": ["shop", "shop"], "contact_id": ["f1", "k2"], "row_hash": ["a", "b"],
            "customer_id": ["c1", None], "opened_on": pa.array([AS_OF, AS_OF], pa.date32()),
            "channel": ["phone", "chat"], "text": ["The parcel never came, terrible", None],
        })
    )  # fmt: skip
    feedback = table([answer(1, "Lovely staff"), answer(2, "Why?", metric="interview_question")])
    texts = made("feedback_texts", TEXTS, feedback=feedback, contacts=contacts)
    found = {row["feedback_id"]: row for row in texts.to_pylist()}
    assert sorted(found) == ["contact:f1", "f1"]  # neither an empty contact nor a question
    one = found["contact:f1"]
    assert (one["metric"], one["touchpoint"], one["channel"]) == (
        "contact", "service contact", "phone",
    )  # fmt: skip
    assert one["sentiment"] < 0 < found["f1"]["sentiment"]
    words = words_of(feedback, contacts).to_pyarrow().to_pylist()
    assert {row["feedback_id"]: row["text"] for row in words}["contact:f1"].startswith("The parcel")


def test_only_new_and_changed_texts_are_read_again(monkeypatch):
    rows = [answer(n, f"slow delivery number {n}") for n in range(5)]
    before = made("feedback_texts", TEXTS, feedback=table(rows))
    seen = []
    judge = marts.judged_batch

    def counted(batch, definition):
        seen.extend(batch.column("feedback_id").to_pylist())
        return judge(batch, definition)

    monkeypatch.setattr(marts, "judged_batch", counted)
    rows[1] = answer(1, "lovely", row_hash="other", customer_id="merged")
    rows[2]["customer_id"] = "merged"
    rows = [*rows[:4], answer(9, "never again")]
    after = made(
        "feedback_texts", TEXTS, feedback=table(rows), feedback_texts=ibis.memtable(before)
    )
    assert sorted(seen) == ["f1", "f9"]
    whole = made("feedback_texts", TEXTS, feedback=table(rows))

    def by_id(t):
        return sorted(t.to_pylist(), key=lambda r: r["feedback_id"])

    assert by_id(after) == by_id(whole)


@pytest.mark.parametrize("engine", ["duck", pytest.param("on_spark", marks=pytest.mark.spark)])
def test_aspects_are_rows_on_every_engine(engine, request):
    con = request.getfixturevalue(engine)
    texts = made(
        "feedback_texts", TEXTS,
        feedback=table([answer(1, "Great price, slow app"), answer(2, "ok"), answer(3, "贵")]),
    )  # fmt: skip
    made_there = text_aspects(ibis.memtable(texts))
    found = con.to_pyarrow(made_there.order_by("feedback_id", "aspect"))
    assert found.column_names == [c.name for c in ASPECTS]
    told = [(r["feedback_id"], r["aspect"]) for r in found.to_pylist()]
    assert told == [("f1", "app"), ("f1", "price"), ("f1", "speed"), ("f3", "price")]
    assert found["sentiment"].to_pylist()[1] > 0 > found["sentiment"].to_pylist()[2]


def test_words_of_complaints_open_to_their_texts():
    rows = [
        answer(n, "The parcel leaks" if n % 3 else "Terrible support, parcel slow",
               on=AS_OF - timedelta(n))
        for n in range(90)
    ]  # fmt: skip
    feedback = table(rows)
    texts = ibis.memtable(made("feedback_texts", TEXTS, feedback=feedback))
    words = made("complaint_words", WORDS, feedback=feedback, feedback_texts=texts)
    by_term = {row["term"]: row for row in words.to_pylist()}
    assert by_term["parcel"]["complaints"] >= 30
    opened = made(
        "complaint_word_texts", WORD_TEXTS, feedback=feedback, feedback_texts=texts,
        complaint_words=ibis.memtable(words),
    )  # fmt: skip
    for term, row in by_term.items():
        assert opened["term"].to_pylist().count(term) == row["complaints"]


def test_no_feedback_gives_no_rows():
    feedback = table([])
    texts = made("feedback_texts", TEXTS, feedback=feedback)
    assert texts.num_rows == 0
    held = ibis.memtable(texts)
    words = made("complaint_words", WORDS, feedback=feedback, feedback_texts=held)
    assert words.num_rows == 0
