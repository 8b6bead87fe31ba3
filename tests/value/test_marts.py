"""Each published table: of declared columns, equal on both engines, patched as if built whole."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

import ibis
import pyarrow as pa
import pytest
from pyarrow import parquet
from tests.value.conftest import RETAIL_DAY

from valence.core.errors import BadInputError
from valence.definitions.reading import published
from valence.lake.canonical import CANONICAL
from valence.lake.columns import ARROW, IBIS
from valence.lake.marts import BuildContext
from valence.lake.plan import in_order
from valence.value.definitions import RFM_KIND, RfmDefinition
from valence.value.marts import MARTS

WITH_CUSTOMERS = (
    "order_facts", "customer_facts", "customer_voice", "first_purchases", "value_model", "worth",
    "customers",
)  # fmt: skip
CONTEXT = BuildContext(RETAIL_DAY, "GBP", Decimal("0.35"), {})


def canonical(given):
    """The given tables with all canonical columns, empty where the source has none."""
    tables = {}
    orders = given["orders"]
    given = {**given, "feedback": answers(orders), "identifiers": firms(orders)}
    for name in CANONICAL:
        wanted = {column.name: IBIS[column.kind] for column in CANONICAL[name].columns}
        if CANONICAL[name].customer:
            wanted["customer_id"] = "string"
        table = given.get(name, given["orders"].limit(0).select("customer_id"))
        lacking = {n: ibis.null(k) for n, k in wanted.items() if n not in table.columns}
        tables[name] = table.mutate(**lacking).cast(wanted).select(*wanted)
    return tables


def answers(orders):
    """What some customers say, drawn from the numbers of their orders."""
    digit = orders.order_id.right(1)
    t = orders.filter(digit.isin(["3", "5", "7"]), orders.customer_id.notnull())
    digit = t.order_id.right(1)
    return t.select(
        "customer_id",
        feedback_id=t.order_id,
        answered_on=t.ordered_on,
        answered_at=t.ordered_at,
        metric=digit.cases(("3", "nps"), ("5", "csat"), else_="share_of_wallet"),
        score=digit.cases(("3", 9.0), ("5", 2.0), else_=85.0),
    )


def firms(orders):
    """What firms some customers are said to belong to, a few to more than one."""
    t = orders.filter(orders.customer_id.endswith("7") | orders.customer_id.endswith("7.0"))
    firm = ibis.literal("firm ").concat(t.customer_id.substr(2, 2), t.order_id.right(1))
    return t.select("customer_id", account_id=firm, loaded_at=t.ordered_at)


def computed(con, mart, tables, context=CONTEXT):
    """A mart as the builder makes it, cast to its columns, as Arrow."""
    wanted = {column.name: IBIS[column.kind] for column in mart.columns}
    inputs = {name: tables[name] for name in mart.inputs}
    if mart.score is None:
        return con.to_pyarrow(mart.compute(inputs, context).select(*wanted).cast(wanted))
    batches = mart.score(inputs, context, con.to_pyarrow_batches)
    schema = pa.schema([(column.name, ARROW[column.kind]) for column in mart.columns])
    rows = [batch.select(schema.names).cast(schema) for batch in batches or ()]
    return pa.Table.from_batches(rows, schema)


def built(con, given, context=CONTEXT, marts=MARTS, *, prefix="m"):
    """All marts as the builder makes them: cast to their columns, each kept as a table."""
    tables = canonical(given)
    for mart in in_order(marts):
        made = computed(con, mart, tables, context)
        tables[mart.name] = con.create_table(f"{prefix}_{mart.name}", made, overwrite=True)
    return {mart.name: tables[mart.name] for mart in marts}


@pytest.fixture(scope="module")
def marts(duck, retail):
    return built(duck, retail)


def sorted_rows(con, mart, table):
    rows = con.to_pyarrow(table).to_pylist()
    return sorted(rows, key=lambda row: tuple(str(row[name]) for name in mart.grain))


def same(one, other):
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, rel=1e-9, abs=1e-9)
    if isinstance(one, datetime) and isinstance(other, datetime):  # Arrow of Spark drops the zone
        return one.replace(tzinfo=None) == other.replace(tzinfo=None)
    return one == other


def assert_equal(first, second):
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        differing = {n: (one[n], other[n]) for n in one if not same(one[n], other[n])}
        assert not differing


def test_the_golden_numbers_of_online_retail(duck, marts):
    (got,) = duck.to_pyarrow(marts["value_summary"]).to_pylist()
    assert got["order_rows"] == 25_900
    assert got["customers"] == 4_372
    assert got["revenue_amount"] == Decimal("9747747.9340")
    assert got["buyers"] == 4_339
    assert got["value_basis"] == "margin_rate"
    assert got["as_of"] == RETAIL_DAY


def test_tiers_segments_and_cohorts_each_hold_everyone_once(duck, marts):
    def total(name, column):
        return duck.to_pyarrow(marts[name][column].sum().as_table()).to_pylist()[0].popitem()[1]

    assert total("value_tiers", "customers") == 4_372
    assert total("value_tiers", "value_share") == pytest.approx(1)
    assert total("segments", "customers") == 4_339
    value = total("customers", "value_amount")
    assert total("value_tiers", "value_amount") == value
    curve = duck.to_pyarrow(marts["value_lorenz"].order_by("percent")).to_pylist()
    assert (curve[-1]["value_amount"], curve[-1]["customers"]) == (value, 4_372)
    # From the second positive customer on, the curve only rises.
    assert all(a["value_share"] <= b["value_share"] for a, b in pairwise(curve[2:]))


def test_every_mart_has_one_row_for_each_of_its_grain(duck, marts):
    for mart in MARTS:
        table = marts[mart.name]
        keys = table.select(*mart.grain)
        assert duck.execute(keys.distinct().count()) == duck.execute(table.count()), mart.name


def a_tenth(given):
    """One customer in ten, and what nobody in particular bought on one day of the month."""
    return {
        name: t.filter(
            t.customer_id.endswith("7.0") | (t.customer_id.isnull() & (t.ordered_on.day() == 7))
        )
        if "customer_id" in t.columns
        else t
        for name, t in given.items()
    }


@pytest.mark.spark
def test_every_mart_is_equal_on_duckdb_and_spark(duck, on_spark, retail, spark_retail, tmp_path):
    # Of all customers it is proven by `make prove`.
    tables, marts = canonical(a_tenth(spark_retail)), built(duck, a_tenth(retail), prefix="few")
    for mart in in_order(MARTS):
        wanted = {column.name: IBIS[column.kind] for column in mart.columns}
        made = computed(on_spark, mart, tables)
        parquet.write_table(made, tmp_path / f"{mart.name}.parquet")
        table = on_spark.read_parquet(str(tmp_path / f"{mart.name}.parquet"))
        tables[mart.name] = table.cast(wanted)
        assert_equal(
            sorted_rows(duck, mart, marts[mart.name]),
            sorted_rows(on_spark, mart, tables[mart.name]),
        )


def test_facts_of_a_few_customers_alone_are_those_of_the_whole(duck, marts, retail):
    mart = next(mart for mart in MARTS if mart.name == "customer_facts")
    whole = marts["customer_facts"]
    few = whole.filter(whole.customer_id.endswith("7.0") | whole.customer_id.endswith("7"))
    few = few.select("customer_id")
    inputs = {**canonical(retail), "order_facts": marts["order_facts"]}
    inputs = {
        name: t.semi_join(few, "customer_id") if "customer_id" in t.columns else t
        for name, t in inputs.items()
    }
    wanted = {column.name: IBIS[column.kind] for column in mart.columns}
    patch = mart.compute(inputs, CONTEXT).select(*wanted).cast(wanted)
    got = sorted_rows(duck, mart, patch)
    assert len(got) > 100
    assert_equal(got, sorted_rows(duck, mart, whole.semi_join(few, "customer_id")))


def test_without_any_order_every_mart_is_there_and_empty(duck, retail):
    nothing = {name: table.limit(0) for name, table in retail.items()}
    got = built(duck, nothing)
    counts = {name: duck.execute(table.count()) for name, table in got.items()}
    one_row = {"value_summary": 1, "value_tiers": 3, "value_lorenz": 101, "value_model": 1}
    assert counts == {mart.name: one_row.get(mart.name, 0) for mart in MARTS}
    (summary,) = duck.to_pyarrow(got["value_summary"]).to_pylist()
    assert (summary["orders"], summary["revenue_amount"], summary["value_basis"]) == (0, 0, None)


def test_every_column_says_in_words_what_it_is():
    for mart in MARTS:
        for column in mart.columns:
            assert column.meaning.endswith("."), (mart.name, column.name)


def test_a_published_definition_that_does_not_fit_is_refused_by_field():
    with pytest.raises(BadInputError, match="bins: Input should be less than or equal to 9"):
        published({RFM_KIND: {"bins": 12}}, RFM_KIND, RfmDefinition)


def test_a_window_changes_the_scores_and_not_the_facts(duck, retail, marts):
    context = BuildContext(RETAIL_DAY, "GBP", None, {RFM_KIND: {"window_months": 3}})
    wide = [mart for mart in MARTS if mart.name in WITH_CUSTOMERS]
    got = built(duck, retail, context, wide)["customers"]
    scored, everyone = got.recency_score.count(), got.count()
    assert duck.execute(everyone) == 4_372
    assert 0 < duck.execute(scored) < 4_339
    last = got.filter(got.segment.notnull()).last_order_on.min()
    assert duck.to_pyarrow(last).as_py() > date(2011, 9, 9)
