"""What rules mean, by small examples; each is asked in Python and of DuckDB."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from tests.core.rules.compare import ARROW
from valence.core.errors import BadInputError
from valence.core.rules import (
    Catalog,
    History,
    RuleError,
    Type,
    annotate,
    column_type,
    compile_expression,
    compile_rule,
)

AS_OF = date(2025, 1, 31)
COLUMNS = {
    "customer_id": Type.INT,
    "tier": Type.TEXT,
    "visits": Type.INT,
    "spent": Type.DECIMAL,
    "score": Type.FLOAT,
    "vip": Type.BOOL,
    "joined_on": Type.DAY,
    "seen_at": Type.INSTANT,
}
LOGIN = {"name": Type.TEXT, "hits": Type.INT, "weight": Type.FLOAT, "on": Type.DAY}
CATALOG = Catalog(COLUMNS, {"events": History(LOGIN, "on")})
ADA = {
    "customer_id": 1,
    "tier": "gold",
    "visits": 7,
    "spent": Decimal("19.99"),
    "score": 4.5,
    "vip": None,
    "joined_on": date(2024, 2, 29),
    "seen_at": datetime(2025, 1, 31, 9, 30, tzinfo=UTC),
}
NOBODY = {"customer_id": 2, **dict.fromkeys(list(COLUMNS)[1:])}
EVENTS = [
    {"customer_id": 1, "name": "login", "hits": 2, "weight": 0.1, "on": date(2025, 1, 31)},
    {"customer_id": 1, "name": "login", "hits": 3, "weight": 0.2, "on": date(2025, 1, 2)},
    {"customer_id": 1, "name": "login", "hits": None, "weight": 0.7, "on": date(2025, 1, 1)},
    {"customer_id": 1, "name": "call", "hits": 9, "weight": None, "on": date(2024, 6, 1)},
    {"customer_id": 1, "name": "login", "hits": 50, "weight": 50.0, "on": date(2025, 2, 1)},
    {"customer_id": 1, "name": "login", "hits": 60, "weight": 60.0, "on": None},
]


def table(rows, columns):
    schema = pa.schema([(name, ARROW[kind]) for name, kind in columns.items()])
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema))


def asked(text: str) -> tuple[object, object]:
    """Return the answers for Ada and for Nobody, after DuckDB has agreed with Python."""
    expression = compile_expression(text, CATALOG)
    mine = {1: EVENTS, 2: []}
    here = [
        expression.value(row, as_of=AS_OF, histories={"events": mine[row["customer_id"]]})
        for row in (ADA, NOBODY)
    ]
    found = annotate(
        table([ADA, NOBODY], COLUMNS),
        {"answer": expression},
        as_of=AS_OF,
        histories={"events": table(EVENTS, {"customer_id": Type.INT, **LOGIN})},
    )
    there = found.order_by("customer_id").to_pyarrow()["answer"].to_pylist()
    assert there == here
    return here[0], here[1]


@pytest.mark.parametrize(
    ("text", "ada", "nobody"),
    [
        ('tier == "gold"', True, False),
        ('tier != "silver"', True, False),  # a comparison with missing is false, whatever it is
        ('not (tier == "gold")', False, True),
        ('tier not in ("silver", "bronze")', True, False),
        ("tier is missing", False, True),
        ("vip is not missing", False, False),
        ("(true is not missing) is not missing", True, True),
        ("(tier is missing) is missing", False, False),
        ("not coalesce(vip, false)", True, True),
        ('tier == "Gold" or lower(tier) == "gold"', True, False),
        ("4 < visits <= 7", True, False),
        ("vip or visits > 6 and not vip", True, False),
        ("spent == 19.99 and spent > 19", True, False),
        ("visits in (7, 8.5)", True, False),
        ('joined_on + 366 == day("2025-03-01")', True, False),
        ('seen_at < instant("2025-01-31T18:00:00+08:00")', True, False),
        ('"Z" < "a" and "z" < "中" and "中" < "😀"', True, True),  # by code point
        ('startswith(tier, "go") and contains(tier, "")', True, False),
    ],
)
def test_conditions(text, ada, nobody):
    assert asked(text) == (ada, nobody)


@pytest.mark.parametrize(
    ("text", "ada", "nobody"),
    [
        ("visits / 2", 3.5, None),
        ("visits / (visits - 7)", None, None),  # a zero divisor
        ("spent * 3", Decimal("59.97"), None),
        ("spent + 0.0001 - 1", Decimal("18.9901"), None),
        ("visits * 9223372036854775807", None, None),  # overflow
        ("spent * 9000000000000", None, None),
        ("0.5 * 9223372036854775807", None, None),  # DuckDB's NULL of constants has another type
        ("max(19.99 + 9223372036854775807, spent)", Decimal("19.99"), None),
        ("9223372036854775807 + 1", None, None),
        ("4611686018427387904 - visits >= 2 - visits", True, False),
        ("abs(-visits) * -1", -7, None),
        ("len(tier)", 4, None),
        ("min(visits, 3, 9)", 3, 3),  # a missing one is passed over
        ("max(spent, 20)", Decimal("20"), Decimal("20")),
        ("coalesce(score, 0.5)", 4.5, 0.5),
        ("year(joined_on) * 100 + month(joined_on)", 202402, None),
        ("weekday(today)", 5, 5),  # a Friday
        ("days_between(joined_on, today)", 337, None),
        ("today - joined_on", 337, None),
        ('day("9999-12-31") + visits', None, None),
    ],
)
def test_values(text, ada, nobody):
    assert asked(text) == (ada, nobody)


@pytest.mark.parametrize(
    ("text", "ada", "nobody"),
    [
        ("count(events)", 4, 0),  # not those after as_of, nor those without a day
        ('count(events, name == "login", last=30)', 2, 0),  # 2 January is the first of 30 days
        ('count(events, name == "login", last=31)', 3, 0),
        ('count(events, since=day("2025-01-02"), before=today)', 1, 0),
        ("sum(events, hits)", 14, 0),
        ("sum(events, weight, last=60)", 1.0, 0.0),  # exact, in whichever order
        ("mean(events, hits)", 14 / 3, None),
        ("first(events, hits)", 9, None),
        ("last(events, hits, hits > 2)", 3, None),
        ("max(events, on)", date(2025, 1, 31), None),
        ("days_since(events, name == 'call')", 244, None),
        ("distinct(events, name)", 2, 0),
        ("exists(events, hits is missing)", True, False),
    ],
)
def test_histories(text, ada, nobody):
    assert asked(text) == (ada, nobody)


def test_a_rule_tells_the_columns_and_tables_that_it_reads():
    rule = compile_rule('tier == "gold" and sum(events, hits, name != "x") > visits', CATALOG)
    assert rule.names == {"tier", "visits"}
    assert rule.histories == {"events": {"hits", "name", "on"}}
    assert rule.type is Type.BOOL


def test_a_table_is_filtered_to_the_customers_for_whom_the_rule_is_true():
    rule = compile_rule("count(events, last=30) == 2 and tier is not missing", CATALOG)
    events = table(EVENTS, {"customer_id": Type.INT, **LOGIN})
    kept = rule.filter(table([ADA, NOBODY], COLUMNS), as_of=AS_OF, histories={"events": events})
    assert kept.columns == tuple(COLUMNS)
    assert kept.to_pyarrow()["customer_id"].to_pylist() == [1]


def test_rules_without_history_give_a_column_of_any_table():
    rule = compile_rule("visits > 3", CATALOG)
    customers = table([ADA, NOBODY], COLUMNS)
    assert customers.filter(rule.ibis(customers, as_of=AS_OF)).count().execute() == 1
    with pytest.raises(ValueError, match="use annotate or filter"):
        compile_rule("exists(events)", CATALOG).ibis(customers, as_of=AS_OF)


def test_many_rules_ask_one_history_in_one_group_by():
    rules = {f"r{i}": compile_rule(f"count(events, last={i}) > 1", CATALOG) for i in range(1, 20)}
    events = table(EVENTS, {"customer_id": Type.INT, **LOGIN})
    found = annotate(table([ADA], COLUMNS), rules, as_of=AS_OF, histories={"events": events})
    assert str(ibis.to_sql(found, dialect="duckdb")).count("GROUP BY") == 1


def test_one_text_stands_for_all_ways_to_type_a_rule():
    typed = "( tier=='gold' ) and\n not(visits>1_000) or vip==True and spent>1.50"
    assert compile_rule(typed, CATALOG).text == (
        'tier == "gold" and not visits > 1000 or vip == true and spent > 1.5'
    )


def test_a_profile_that_lacks_a_column_or_holds_another_type_is_refused():
    rule = compile_rule("spent > 1", CATALOG)
    with pytest.raises(BadInputError, match="asks for 'spent', which is not given"):
        rule.matches({"tier": "gold"}, as_of=AS_OF)
    with pytest.raises(BadInputError, match=r"spent must be an amount, not 1\.5"):
        rule.matches({"spent": 1.5}, as_of=AS_OF)
    with pytest.raises(BadInputError, match="rows of 'events', and none are given"):
        compile_rule("exists(events)", CATALOG).matches({}, as_of=AS_OF)


def test_as_of_is_a_day_and_not_an_instant():
    with pytest.raises(TypeError, match="as_of is a date"):
        compile_rule("vip", CATALOG).matches(ADA, as_of=datetime(2025, 1, 31, tzinfo=UTC))


def test_kinds_of_the_lake_have_a_type_in_rules():
    assert column_type("amount") is Type.DECIMAL
    with pytest.raises(BadInputError, match="cannot read a column of the kind 'json'"):
        column_type("json")


def test_a_catalog_refuses_names_that_no_rule_could_say():
    with pytest.raises(BadInputError, match="'first name', 'missing'"):
        Catalog({"missing": Type.INT, "first name": Type.TEXT})
    with pytest.raises(BadInputError, match="may not have one name: tier"):
        Catalog({"tier": Type.TEXT}, {"tier": History({"on": Type.DAY}, "on")})


def test_a_condition_must_be_true_or_false():
    with pytest.raises(RuleError, match=r"visits is a whole number\. Compare it"):
        compile_rule("visits", CATALOG)
