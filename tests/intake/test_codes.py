"""Texts as numbers while rows are grouped."""

from valence.intake.codes import coded, decoded

ROWS = (
    "SELECT * FROM (VALUES ('1', 'b', NULL), ('1', 'Z', 'x'), ('1', NULL, 'y'), ('2', NULL, NULL)) "
    "AS t(order_id, status, store)"
)


def test_the_greatest_code_is_that_of_the_greatest_text(bench):
    rows = coded(bench, ROWS, ["status", "store"])
    groups = (
        f"SELECT order_id, max(_status) AS _status, max(_store) AS _store FROM ({rows}) GROUP BY 1"
    )
    told = decoded(groups, ["status", "store"])
    plain = f"SELECT order_id, max(status), max(store) FROM ({ROWS}) GROUP BY 1 ORDER BY 1"
    assert bench.rows(f"SELECT order_id, status, store FROM ({told}) ORDER BY 1") == bench.rows(
        plain
    )


def test_rows_without_texts_stay_as_they_are(bench):
    assert bench.rows(decoded(coded(bench, ROWS, []), [])) == bench.rows(ROWS)
