import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valence.value import RfmDefinition, ScoreWeights, corrected_score

SCHEMA = {
    "customer_id": "string",
    "recency_score": "int64",
    "frequency_score": "int64",
    "monetary_score": "int64",
    "breadth": "int64",
    "return_share": "float64",
    "complaints": "int64",
    "contacts": "int64",
    "orders": "int64",
}
GOOD = (5, 5, 5, 9, 0.0, 0, 1, 10)


def score(rows, *customers, **fields):
    names = list(SCHEMA)
    data = [dict(zip(names, (f"c{n}", *row), strict=True)) for n, row in enumerate(customers)]
    table = ibis.memtable(data, schema=SCHEMA)
    return rows(corrected_score(table, definition=RfmDefinition(**fields)), "customer_id")


def test_with_all_parts_at_their_best_it_is_a_hundred(rows):
    (got,) = score(rows, GOOD, breadth_full=5)
    assert (got["corrected_score"], got["missing_parts"]) == (100, "")


def test_parts_without_data_are_named_and_count_neither_way(rows):
    (got,) = score(rows, (5, 5, 5, None, None, 0, 0, 10))
    assert got["corrected_score"] == 100
    assert got["missing_parts"] == "breadth, returns, complaints"


def test_returns_and_complaints_lower_it_by_their_weights(rows):
    (got,) = score(rows, (5, 5, 5, 9, 0.5, 10, 10, 10), breadth_full=5)
    assert got["corrected_score"] == pytest.approx(100 - 10 * 0.5 - 10)


def test_a_weight_of_nothing_leaves_a_part_out(rows):
    weights = ScoreWeights(breadth=0, returns=0, complaints=0)
    (got,) = score(rows, (1, 1, 5, None, 1.0, 5, 5, 5), weights=weights)
    assert got["corrected_score"] == pytest.approx(100 * 30 / 70)
    assert got["missing_parts"] == ""


def test_who_has_no_scores_has_no_corrected_one(rows):
    (got,) = score(rows, (None, None, None, 3, None, 0, 0, 0))
    assert got["corrected_score"] is None


def test_rfm_without_any_weight_is_refused():
    with pytest.raises(ValueError, match="needs a weight"):
        ScoreWeights(recency=0, frequency=0, monetary=0)


grade = st.integers(1, 5)
someone = st.tuples(
    grade, grade, grade,
    st.integers(1, 9), st.floats(0, 2), st.integers(0, 9), st.just(9), st.integers(1, 9),
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(someone, st.sampled_from([None, 4]))
def test_it_is_bounded_and_never_falls_when_a_part_gets_better(rows, row, full):
    r, f, m, breadth, returned, complaints, contacts, orders = row
    better = [
        (min(r + 1, 5), f, m, breadth, returned, complaints, contacts, orders),
        (r, min(f + 1, 5), m, breadth, returned, complaints, contacts, orders),
        (r, f, min(m + 1, 5), breadth, returned, complaints, contacts, orders),
        (r, f, m, breadth + 1, returned, complaints, contacts, orders),
        (r, f, m, breadth, returned / 2, complaints, contacts, orders),
        (r, f, m, breadth, returned, complaints // 2, contacts, orders),
    ]
    first, *rest = [got["corrected_score"] for got in score(rows, row, *better, breadth_full=full)]
    assert 0 <= first <= 100
    assert all(other >= first - 1e-9 for other in rest)
