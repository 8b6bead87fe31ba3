"""What is watched: scores, words, contacts and standards, by whatever they are known by."""

from datetime import UTC, date, datetime

import ibis
import pyarrow as pa
import pytest
from pydantic import ValidationError

from valence.experience.alerts.definition import AlertRule, AlertsDefinition
from valence.experience.alerts.judging import charts
from valence.experience.alerts.measures import measured


def at(day, hour):
    return datetime(2025, 3, day, hour, tzinfo=UTC)


def table(**columns):
    return ibis.memtable(pa.table(columns))


def days(*numbers):
    return pa.array([date(2025, 3, each) for each in numbers], pa.date32())


def texts(*values):
    return pa.array(values, pa.string())


class Held:
    """Published tables that are a few rows in memory."""

    def __init__(self, **tables):
        self.tables = tables
        self.con = ibis.duckdb.connect()

    def has(self, name):
        return name in self.tables

    def table(self, name):
        return self.tables[name]

    def rows(self, expression):
        return self.con.to_pyarrow(expression).to_pylist()


ANSWERS = table(
    source=texts("s", "s", "s"), feedback_id=texts("1", "2", "3"),
    customer_id=texts("ann", "ann", "bo"), at=[at(10, 12), at(28, 12), at(10, 9)],
    on=days(10, 28, 10), metric=texts("nps", "nps", "nps"), subject=texts("own", "own", "own"),
    touchpoint=texts("Service contact", "delivery", None), order_id=texts(None, None, None),
    channel=texts("web", "web", "web"), store=texts("Bath", None, None),
    agent=texts(None, None, None), good=[True, False, True], bad=[False, True, False],
)  # fmt: skip
CONTACTS = table(
    source=texts("d", "d", "d"), contact_id=texts("1", "2", "3"), id_key=texts("k", "k", "k"),
    opened_at=[at(8, 9), at(9, 9), at(10, 13)], opened_on=days(8, 9, 10),
    solved_at=pa.array([at(10, 9), at(11, 10), None], pa.timestamp("us", "UTC")),
    agent=texts("Ag", "Bo", "Cy"), complaint=[True, False, None], category=texts("a", "b", "b"),
    channel=texts("phone", "chat", "chat"),
)  # fmt: skip
HELD = Held(
    answers=ANSWERS,
    contacts=CONTACTS,
    identifier_map=table(id_key=texts("k"), customer_id=texts("ann")),
    touchpoint_names=table(
        name=texts("service contact"), stage=texts("service"), source=texts("contacts")
    ),
    customers=table(customer_id=texts("ann", "bo"), segment=texts("loyal", None)),
    feedback_texts=table(
        source=texts("s", "s", "d", "s"), feedback_id=texts("1", "2", "contact:3", "i:1"),
        customer_id=texts("ann", "ann", "ann", "bo"), on=days(10, 28, 10, 10),
        subject=texts("own", "own", "own", "own"), sentiment=[-0.4, None, 0.6, -0.9],
        metric=texts("nps", "nps", "contact", "focus_group"),
        touchpoint=texts("Service contact", "delivery", "service contact", "delivery"),
        channel=texts("web", "web", "chat", ""), language=texts("en", "en", "zh", "en"),
    ),
    touchpoint_days=table(
        on=days(10), touchpoint=texts("delivery"), channel=texts("web"), promised=[8], kept=[6]
    ),
)  # fmt: skip


def counts(metric, by):
    rows = HELD.rows(measured(HELD, metric, by))
    return sorted((row["entity"], row["on"].day, row["n"], row["good"]) for row in rows)


def test_scores_are_watched_by_agent_stage_and_segment():
    assert counts("nps", "agent") == [("Bo", 10, 1, 1)]  # who took the last contact before
    assert counts("nps", "stage") == [("service", 10, 1, 1)]
    assert counts("nps", "segment") == [("loyal", 10, 1, 1), ("loyal", 28, 1, 0)]


def test_words_contacts_and_standards_are_watched():
    # Words of contacts too, and no passage of a focus group.
    assert counts("sentiment", "all") == [("", 10, 1, 0), ("", 10, 1, 1)]
    assert counts("sentiment", "agent") == [("Bo", 10, 1, 0), ("Cy", 10, 1, 1)]
    assert counts("sentiment", "language") == [("en", 10, 1, 0), ("zh", 10, 1, 1)]
    assert counts("sentiment", "store") == [("Bath", 10, 1, 0)]
    assert counts("sentiment", "segment") == [("loyal", 10, 1, 0), ("loyal", 10, 1, 1)]
    assert counts("no_complaint", "all") == [("", 8, 1, 0), ("", 9, 1, 1)]
    assert counts("solved", "agent") == [("Ag", 8, 1, 1), ("Bo", 9, 1, 0), ("Cy", 10, 1, 0)]
    assert counts("standard", "touchpoint") == [("delivery", 10, 8, 6)]


def test_of_contacts_younger_than_48_hours_nobody_knows_whether_they_were_solved():
    rule = AlertRule(name="solved", metric="solved", by="all", period="day")
    (chart,) = charts(HELD, rule, as_of=date(2025, 3, 11))
    assert chart.last == date(2025, 3, 9)  # not that of the 10th


def test_what_was_never_published_is_not_watched():
    assert measured(Held(), "solved", "all") is None
    assert measured(Held(), "nps", "all") is None


def test_a_rule_by_what_its_measure_does_not_know_is_refused():
    with pytest.raises(ValidationError, match="standard is not known by agent"):
        AlertsDefinition(rules=(AlertRule(name="a", metric="standard", by="agent"),))
    with pytest.raises(ValidationError, match="set grace_days to 2 or more"):
        AlertsDefinition(rules=(AlertRule(name="a", metric="solved", by="all", grace_days=1),))
