"""Random rules over random rows answer alike on DuckDB, on Spark and in Python."""

from __future__ import annotations

import random

import pytest

from tests.core.rules.compare import differences, run
from tests.core.rules.generate import CATALOG, Maker
from valence.core.rules import compile_expression, compile_rule


@pytest.fixture
def seed() -> int:
    chosen = random.SystemRandom().randrange(2**32)
    print(f"seed {chosen}: python -m tests.core.rules.compare --seed {chosen}")
    return chosen


def test_five_hundred_random_rules_are_equal_on_duckdb_and_in_python(duck, data, seed):
    assert run(duck, data, Maker(seed), rules=500, batch=100) == []


@pytest.fixture
def interpreted(spark_tables):
    """Spark without generated code: its other way to carry out an expression, quicker to start."""
    conf = spark_tables._session.conf
    conf.set("spark.sql.codegen.wholeStage", "false")
    conf.set("spark.sql.codegen.factoryMode", "NO_CODEGEN")
    yield spark_tables
    conf.unset("spark.sql.codegen.wholeStage")
    conf.unset("spark.sql.codegen.factoryMode")


@pytest.mark.spark
def test_random_rules_are_equal_on_interpreting_spark(interpreted, data, seed):
    assert run(interpreted, data, Maker(seed), rules=50, batch=50) == []


@pytest.mark.spark
def test_random_rules_are_equal_on_compiling_spark(spark_tables, data, seed):
    assert run(spark_tables, data, Maker(seed), rules=25, batch=25) == []


@pytest.mark.parametrize("con", ["duck", pytest.param("spark_tables", marks=pytest.mark.spark)])
def test_rows_that_cannot_be_told_count_as_none_and_not_as_missing(request, data, con):
    # Spark adds truths up, and where none of a customer's is known the sum was missing.
    asked = {"n": compile_expression("count(orders, 1234567.891 + lines >= lines - net)", CATALOG)}
    assert differences(request.getfixturevalue(con), data, asked) == []


def test_the_canonical_text_of_random_rules_reads_back_as_itself_and_the_same_rule(seed):
    maker = Maker(seed)
    for _ in range(500):
        rule = compile_rule(maker.rule(), CATALOG)
        again = compile_rule(rule.text, CATALOG)
        assert (again.text, again.node) == (rule.text, rule.node)
