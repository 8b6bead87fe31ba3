"""Columns: what only a whole column tells of its dates, decimals and currency."""

import pytest

from valence.intake import columns
from valence.intake.columns import date_order, decimals, with_currency
from valence.intake.mapping import Cell, FileMapping

MAPPING = FileMapping(
    name="any", kind="orders", columns={"net_amount": Cell(column=("amount",))}
)  # fmt: skip


def written(opened, name, cells):
    return opened("a.csv", f"n|{name}\n" + "".join(f"{i}|{c}\n" for i, c in enumerate(cells)))


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["2024-03-05", "2024-12-31"], "ymd"),
        (["05/03/2024", "31/12/2024"], "dmy"),
        (["03/05/2024", "12/31/2024"], "mdy"),
        (["45356", "45357"], "excel"),
        (["1709600000", "1709600001"], "epoch"),
        (["20240305", "20240306"], "ymd"),
    ],
)
def test_the_order_of_dates_shows_in_the_whole_column(bench, opened, cells, order):
    finding = date_order(bench, written(opened, "day", cells), "day")
    assert (finding.order, finding.question) == (order, None)


@pytest.mark.parametrize(("month_first", "order"), [(False, "dmy"), (True, "mdy")])
def test_dates_that_could_be_either_are_assumed_and_told(bench, opened, month_first, order):
    source = written(opened, "day", ["03/05/2024", "04/05/2024"])
    finding = date_order(bench, source, "day", month_first=month_first)
    assert finding.order == order
    assert f"They are read as {order}; say `--date dmy` or `--date mdy`" in str(
        finding.question.text
    )


@pytest.mark.parametrize(("later", "order"), [("2024-03-05", "ymd"), ("31/12/2024", "dmy")])
def test_what_stands_late_in_a_large_file_counts_as_well(bench, opened, monkeypatch, later, order):
    monkeypatch.setattr(columns, "LARGE", 1_000)
    cells = ["2024-03-05 10:00"] * 2_000 + [later] * 3_000
    assert date_order(bench, written(opened, "day", cells), "day").order == order


@pytest.mark.parametrize(
    ("cells", "sign"),
    [
        (["1.234,50", "2"], "comma"),
        (["1,234.50", "2"], "point"),
        (["1,5", "2"], "comma"),
        (["1,234", "2"], "point"),
        (["1.5"], "point"),
    ],
)
def test_the_sign_of_decimals_shows_in_the_whole_column(bench, opened, cells, sign):
    assert decimals(bench, written(opened, "amount", cells), "amount") == sign


@pytest.mark.parametrize(
    ("cells", "home", "currency"),
    [
        (["€5", "6 €"], "GBP", "EUR"),
        (["£5", "£6"], "GBP", ""),
        (["$5", "$6"], "CAD", ""),
        (["$5", "$6"], "GBP", "USD"),
        (["5 kr", "6 kr"], "DKK", ""),
        (["¥5", "¥6"], "CNY", ""),
        (["5", "6"], "GBP", ""),
    ],
)
def test_a_sign_throughout_a_column_is_the_currency_of_the_file(
    bench, opened, cells, home, currency
):
    source, mapping, _ = with_currency(bench, written(opened, "amount", cells), MAPPING, home)
    assert mapping.currency == currency
    assert source.names == ("n", "amount")


def test_signs_that_differ_become_a_column(bench, opened):
    source, mapping, said = with_currency(
        bench, written(opened, "amount", ["€5", "£6", "7"]), MAPPING, "GBP"
    )
    assert mapping.columns["currency"] == Cell(column=("currency of amount",))
    rows = bench.rows(f'SELECT "currency of amount" FROM ({source.relation})')
    assert [row[0] for row in rows] == ["EUR", "GBP", None]
    assert len(said) == 1


def test_a_mapping_that_says_the_currency_is_left_as_it_is(bench, opened):
    source = written(opened, "amount", ["€5", "£6"])
    told = MAPPING.model_copy(update={"currency": "EUR"})
    assert with_currency(bench, source, told, "GBP") == (source, told, ())
