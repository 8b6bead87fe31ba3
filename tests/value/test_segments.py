from collections import Counter

import ibis

from valence.value.segments import GRID, SEGMENTS, segment_summary, segmented


def test_every_cell_has_a_segment_and_every_segment_a_cell():
    cells = Counter(code for row in GRID for code in row)
    assert sum(cells.values()) == 25
    assert set(cells) == set(SEGMENTS)


def test_all_scores_of_all_numbers_of_bins_fall_into_a_segment(rows):
    for bins in range(2, 10):
        every = range(1, bins + 1)
        scores = ibis.memtable(
            [
                {"recency_score": r, "frequency_score": f, "monetary_score": m}
                for r in every
                for f in every
                for m in every
            ]
        )
        got = rows(segmented(scores, bins=bins))
        assert all(row["segment"] in SEGMENTS for row in got)
        assert {1, 5} <= {row["recency_level"] for row in got} | ({1, 5} if bins < 4 else set())


def test_the_best_are_champions_and_first_small_purchases_are_new(rows):
    scores = [(5, 5, 5), (5, 1, 2), (1, 5, 5), (1, 1, 1), (3, 3, 3)]
    names = ("recency_score", "frequency_score", "monetary_score")
    table = ibis.memtable([dict(zip(names, row, strict=True)) for row in scores])
    got = {tuple(r[n] for n in names): r["segment"] for r in rows(segmented(table))}
    assert [got[row] for row in scores] == [
        "champions", "new", "cannot_lose", "lost", "need_attention",
    ]  # fmt: skip


def test_the_cells_sum_to_everyone(rows):
    table = ibis.memtable(
        {
            "recency_level": [5, 5, 1],
            "fm_level": [5, 5, 1],
            "segment": ["champions", "champions", "lost"],
            "value_amount": [60, 30, 10],
        }
    ).cast({"value_amount": "decimal(18, 4)"})
    got = rows(segment_summary(table), "segment")
    assert [(r["segment"], r["customers"], r["value_share"]) for r in got] == [
        ("champions", 2, 0.9),
        ("lost", 1, 0.1),
    ]
