"""Who is due a follow-up, on each engine."""

from datetime import UTC, date, datetime

import ibis
import pyarrow as pa
import pytest

from valence.experience.answers import answers_given
from valence.experience.followups.definition import FollowUpDefinition, Owner, Theme
from valence.experience.followups.due import bad_answers, complained_of, complaints, themes

DAY = date(2025, 3, 31)
SINCE = date(2025, 1, 1)
AT = datetime(2025, 3, 20, 10, tzinfo=UTC)
FEEDBACK = [
    # id, metric, score, scale, text, day, subject
    ("a", "nps", 3.0, "0-10", "It came LATE", date(2025, 3, 20), "own"),
    ("b", "nps", 9.0, "0-10", "late, but fine", date(2025, 3, 20), "own"),
    ("c", "csat", 2.0, "1-5", "", date(2025, 3, 20), "own"),
    ("d", "nps", 2.0, "0-10", "", date(2025, 1, 2), "own"),
    ("e", "nps", 1.0, "0-10", "", date(2025, 3, 20), "rival"),
    ("f", "nps", 7.0, "0-10", "快递太慢了", date(2025, 3, 20), "own"),
    ("g", "nps", 11.0, "0-10", "", date(2025, 3, 20), "own"),
    ("h", "interview", None, "", "Too late for me", date(2025, 3, 20), "own"),
]
CONTACTS = [
    ("k1", True, "delivery", date(2025, 3, 20), AT),
    ("k2", False, "Refund", date(2025, 3, 20), AT),
    ("k3", None, None, date(2025, 3, 20), AT),
    ("k4", True, None, date(2025, 1, 2), AT),
    ("k5", True, None, date(2026, 1, 2), datetime(2026, 1, 2, tzinfo=UTC)),
    ("k6", True, "lost", date(2025, 3, 22), datetime(2025, 3, 22, tzinfo=UTC), "case 1"),
    ("k7", True, "still lost", date(2025, 3, 24), datetime(2025, 3, 24, tzinfo=UTC), "case 1"),
]


@pytest.fixture(
    params=["duck", pytest.param("on_spark", marks=[pytest.mark.spark, pytest.mark.long])]
)
def con(request):
    return request.getfixturevalue(request.param)


def feedback():
    keys = ("feedback_id", "metric", "score", "scale", "text", "answered_on", "subject")
    rows = [
        {**dict(zip(keys, row, strict=True)), "source": "s", "answered_at": AT, "customer_id": "c"}
        for row in FEEDBACK
    ]
    schema = pa.schema(
        [("feedback_id", pa.string()), ("metric", pa.string()), ("score", pa.float64()),
         ("scale", pa.string()), ("text", pa.string()), ("answered_on", pa.date32()),
         ("subject", pa.string()), ("source", pa.string()),
         ("answered_at", pa.timestamp("us", "UTC")), ("customer_id", pa.string())]
    )  # fmt: skip
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema))


def contacts():
    keys = ("contact_id", "complaint", "category", "opened_on", "opened_at", "case_id")
    rows = [{**dict(zip(keys, row, strict=False)), "source": "desk"} for row in CONTACTS]
    schema = pa.schema(
        [("contact_id", pa.string()), ("complaint", pa.bool_()), ("category", pa.string()),
         ("opened_on", pa.date32()), ("opened_at", pa.timestamp("us", "UTC")),
         ("source", pa.string()),
         ("case_id", pa.string())]
    )  # fmt: skip
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema))


def ids(con, table):
    rows = con.to_pyarrow(table.order_by("row_id")).to_pylist()
    return [(row["row_id"], row["matter"]) for row in rows]


def test_bad_answers_of_our_own_that_are_new_and_on_their_scale(con):
    answers = answers_given(feedback(), as_of=DAY)
    found = bad_answers(answers, metrics=("nps", "csat"), since=date(2025, 3, 1))
    assert ids(con, found) == [("a", "nps"), ("c", "csat")]
    assert ids(con, bad_answers(answers, metrics=("csat",), since=DAY)) == []


def test_complaints_and_named_categories_but_none_from_the_future(con):
    def found(**what):
        since, until = date(2025, 3, 1), datetime(2025, 4, 1, tzinfo=UTC)
        return ids(con, complaints(contacts(), since=since, until=until, **what))

    lost = ("case 1", "lost")  # two contacts of one case
    assert found(complaints=True, categories=()) == [lost, ("k1", "delivery")]
    assert found(complaints=True, categories=("refund",)) == [
        lost, ("k1", "delivery"), ("k2", "Refund"),
    ]  # fmt: skip
    assert found(complaints=False, categories=()) == []


def test_a_matter_is_found_in_words_of_both_languages_but_not_of_the_pleased(con):
    answers = answers_given(feedback(), as_of=DAY)
    late = Theme(name="late", words=("late", "太慢"))
    found = themes(answers, feedback(), themes=[late], since=date(2025, 3, 1))
    # The passage of an interview is none: one conversation would open a follow-up for each.
    assert ids(con, found) == [("a", "late"), ("f", "late")]


def test_a_text_that_complains_of_an_aspect_counts_for_the_one_felt_worst(con):
    names = ("source", "feedback_id", "aspect", "sentiment", "on", "subject", "metric")
    rows = [
        ("b", "delivery", -0.8, DAY, "own", "nps"), ("b", "price", -0.9, DAY, "own", "nps"),
        ("f", "delivery", -0.1, DAY, "own", "nps"), ("c", "app", -0.9, DAY, "own", "csat"),
        ("e", "price", -0.9, DAY, "rival", "nps"), ("d", "price", -0.9, SINCE, "own", "nps"),
        ("h", "price", -0.9, DAY, "own", "interview"),
    ]  # fmt: skip
    text = pa.string()
    kinds = (text, text, text, pa.float64(), pa.date32(), text, text)
    made = [dict(zip(names, ("s", *row), strict=True)) for row in rows]
    schema = pa.schema(list(zip(names, kinds, strict=True)))
    felt = ibis.memtable(pa.Table.from_pylist(made, schema=schema))
    answers = answers_given(feedback(), as_of=DAY)
    found = complained_of(felt, answers, wanted=("delivery", "price"), since=date(2025, 3, 1))
    assert ids(con, found) == [("b", "price")]


def test_the_owner_is_the_first_rule_that_fits_then_the_map_then_the_default():
    set_ = FollowUpDefinition(
        owners=(
            Owner(by="store", named="Bath", owner="Bo"),
            Owner(by="channel", named="web", owner="Wu"),
        )
    )
    mapped = {"delivery": "Di"}
    assert set_.owner_of({"store": "bath", "channel": "web"}, mapped) == "Bo"
    assert set_.owner_of({"store": None, "channel": "web"}, mapped) == "Wu"
    assert set_.owner_of({"touchpoint": "Delivery"}, mapped) == "Di"
    assert set_.owner_of({}, mapped) == "customer care"
