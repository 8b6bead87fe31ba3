"""Charts carry their words, their intervals and their table."""

import json
from datetime import date

from valence.core.messages import message
from valence.kit.charts import Bar, Line, bars, lines, too_little
from valence.kit.columns import columns
from valence.kit.format import Formats
from valence.kit.grids import Cell, grid, lorenz, waterfall
from valence.kit.languages import language

EN = Formats(language("en"), "CNY")
ZH = Formats(language("zh"), "CNY")
NAMES = {"name": "Touchpoint", "value_name": "At stake"}


def stake(fmt=EN, rows=None, **options):
    rows = rows or [Bar("a", 1e5), Bar("b", None), Bar("c", 1.9e6, 1.4e6, 2.5e6), Bar("d", -2e5)]
    return bars(fmt, "stake", "Where?", rows, unit="money", **NAMES, **options)


def test_bars_are_sorted_by_size_with_the_unknown_last():
    assert stake().option["yAxis"]["data"] == ["c", "a", "d", "b"]
    assert stake(sort=False).option["yAxis"]["data"] == ["a", "b", "c", "d"]


def test_an_interval_is_drawn_worded_and_in_the_table():
    chart = stake()
    whisker = next(s for s in chart.option["series"] if s["type"] == "custom")
    assert whisker["data"] == [[0, 1.4e6, 2.5e6]]
    assert "(¥1.4–2.5" in chart.option["series"][0]["data"][0]["tip"]
    assert chart.table.rows[0] == ["c", 1.9e6, 1.4e6, 2.5e6]


def test_chinese_axes_say_the_unit_once_and_group_by_wan():
    axis = stake(ZH).option["xAxis"]
    assert axis["name"] == "At stake（元）"
    assert axis["axisLabel"]["formatter"]["$format"]["units"][1][2] == "万"


def test_a_band_is_its_low_end_and_its_height():
    chart = lines(
        EN,
        "worth",
        "How?",
        [date(2026, 1, 1), date(2026, 2, 1)],
        [Line("w", [1.0, None], [-2.0, None], [3.0, None])],
        unit="number",
        place_name="Month",
        value_name="Worth",
        months=True,
    )
    low, height, _ = chart.option["series"]
    assert low["data"] == [-2.0, None]
    assert height["data"] == [5.0, None]
    assert chart.table.rows == [["Jan 2026", 1.0, -2.0, 3.0], ["Feb 2026", None, None, None]]


def test_up_to_five_lines_are_named_at_their_end_and_more_in_a_legend():
    def drawn(count):
        series = [Line(f"s{i}", [1, 2]) for i in range(count)]
        return lines(
            EN, "l", "?", ["a", "b"], series, unit="count", place_name="x", value_name="y"
        ).option

    assert "legend" not in drawn(5)
    assert all("endLabel" in s for s in drawn(5)["series"])
    assert "legend" in drawn(6)


def test_a_line_of_one_point_is_named_at_the_point():
    """It has no end: the label at its end stood at NaN, with an error in the console."""
    both = [Line("now", [1, 2]), Line("before", [None, 3])]
    chart = lines(EN, "c", "t", ["a", "b"], both, unit="count", place_name="p", value_name="v")
    now, before = chart.option["series"]
    assert "label" not in now
    assert now["endLabel"]["show"]
    assert "endLabel" not in before
    assert before["label"]["formatter"] == "{a}"


def test_an_interval_near_zero_shows_its_ends():
    chart = bars(
        EN, "c", "t", [Bar("a", 0.03, 0.004, 0.056)], unit="number", name="n", value_name="v"
    )
    assert chart.option["series"][0]["data"][0]["tip"] == "a: 0.03 (0.004–0.06)"


def test_a_grid_leaves_out_what_is_not_known_and_heats_its_table():
    cells = [[Cell(1.0), Cell(0.5)], [Cell(0.0), Cell(None)]]
    chart = grid(
        EN, "g", "?", ["r1", "r2"], ["0", "1"], cells,
        unit="percent", row_name="Cohort", column_name="Month",
    )  # fmt: skip
    assert len(chart.option["series"][0]["data"]) == 3
    assert chart.table.heat == [[0, 10, 5], [0, 1, 0]]


def test_a_grid_of_equal_or_no_values_can_be_drawn():
    for value in (None, 0, 7):
        chart = grid(
            EN, "g", "?", ["r"], ["c"], [[Cell(value)]], unit="count", row_name="R", column_name="C"
        )
        assert chart.option["visualMap"]["max"] > chart.option["visualMap"]["min"]


def test_a_waterfall_signs_its_changes_and_ends_where_they_lead():
    steps = [("start", 10.0, True), ("won", 5.0, False), ("lost", -7.0, False), ("end", 8.0, True)]
    unseen, marks = waterfall(
        EN, "w", "?", steps, unit="count", value_name="n"
    ).option["series"]  # fmt: skip
    assert unseen["data"] == [0.0, 10.0, 8.0, 0.0]
    assert [m["label"]["formatter"] for m in marks["data"]] == ["10", "+5", "−7", "8"]


def test_a_lorenz_table_is_short_and_keeps_both_ends():
    points = [(x / 1000, (x / 1000) ** 0.3) for x in range(1001)]
    chart = lorenz(EN, "l", "?", points, mark=(0.05, 0.4), mark_says=message("5 %"))
    assert chart.table.rows[0] == [0.0, 0.0]
    assert chart.table.rows[-1] == [1.0, 1.0]
    assert len(chart.table.rows) < 25


def test_columns_keep_their_order_and_hang_below_zero_in_the_other_hue():
    months = [date(2026, 9, 1), date(2026, 10, 1)]
    chart = columns(
        EN, "c", "?", months, [1200.0, -80.0], unit="money", place_name="M", value_name="V",
        months=True,
    )  # fmt: skip
    (bars_drawn,) = chart.option["series"]
    assert [mark["tip"] for mark in bars_drawn["data"]] == ["Sep 2026: ¥1,200", "Oct 2026: −¥80.00"]
    assert len({mark["itemStyle"]["color"] for mark in bars_drawn["data"]}) == 2
    assert chart.table.rows == [["Sep 2026", 1200.0], ["Oct 2026", -80.0]]


def test_options_are_plain_json():
    for chart in (stake(), stake(ZH), too_little("t", "?", message("not enough data"))):
        json.dumps(chart.option, allow_nan=False)
