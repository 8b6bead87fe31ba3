"""Importing: what lands, what waits, and what the user reads."""

from datetime import date
from decimal import Decimal

import pytest

from valence.core.errors import BadInputError, NotFoundError
from valence.intake import quarantine
from valence.intake.choosing import NeedsConfirmationError
from valence.intake.mapping import read_mapping
from valence.people.keys import Keyring

HEAD = "order_id,order date,customer id,amount\n"
LINES = "order_id,order date,customer id,sku,quantity,price\n"


def told(summary):
    return " ".join(str(w) for one in summary.files for w in one.warnings)


def in_quarantine(shop):
    with shop.store.reading() as view:
        rows = quarantine.page(view, Keyring.of(shop.brand))
    return [(row.file, row.line, row.column, row.value, str(row.reason)) for row in rows]


def test_a_file_of_orders_lands_with_its_figures(shop):
    got = shop.bring("o.csv", HEAD + "1,2024-03-05,7,10.50\n2,2024-04-01 09:30,8,-2\n")
    assert (got.read, got.new, got.quarantined) == (2, 2, 0)
    assert got.files[0].totals.amount == Decimal("8.50")
    assert [(m.month, m.amount) for m in got.files[0].months] == [
        ("2024-03", Decimal("10.50")),
        ("2024-04", Decimal(-2)),
    ]
    assert shop.rows(
        "orders", "order_id", "ordered_on", "kind", "net_amount", "returned_amount"
    ) == [
        ("1", date(2024, 3, 5), "sale", Decimal("10.5"), 0),
        ("2", date(2024, 4, 1), "return", Decimal(-2), Decimal(2)),
    ]


def test_the_same_file_twice_changes_nothing(shop):
    text = HEAD + "1,2024-03-05,7,10\n"
    shop.bring("o.csv", text)
    before = shop.rows("orders", "order_id", "row_hash", "batch_id")
    got = shop.bring("o.csv", text)
    assert (got.new, got.updated, got.unchanged) == (0, 0, 1)
    assert "byte by byte the same" in told(got)
    assert shop.rows("orders", "order_id", "row_hash", "batch_id") == before


def test_the_same_rows_in_another_file_change_nothing(shop):
    shop.bring(
        "a.csv", LINES + "1,2024-03-05,7,A,1,5\n1,2024-03-05,7,A,1,5\n1,2024-03-05,7,B,1,2\n"
    )
    got = shop.bring("b.csv", LINES + "1,2024-03-05,7,B,1,2\n1,2024-03-05,7,A,1,5\n")
    assert (got.new, got.updated, got.unchanged) == (0, 0, 2)
    assert shop.rows("orders", "net_amount", "lines") == [(Decimal(12), 3)]


def test_a_later_file_with_some_of_the_lines_takes_nothing_away(shop):
    shop.bring("a.csv", LINES + "1,2024-03-05,7,A,2,5\n1,2024-03-05,7,B,1,2\n")
    got = shop.bring("b.csv", LINES + "1,2024-03-05,7,C,1,3\n")
    assert shop.rows("orders", "order_id", "net_amount", "lines") == [("1", Decimal(15), 3)]
    assert "1 orders of b.csv were known with other contents" in told(got)


def test_the_same_order_with_other_contents_is_reported_and_updated(shop):
    shop.bring("a.csv", HEAD + "1,2024-03-05,7,10\n")
    got = shop.bring("b.csv", HEAD + "1,2024-03-05,7,12\n2,2024-03-05,7,1\n")
    assert (got.new, got.updated) == (1, 1)
    assert "known with other contents" in told(got)
    assert shop.rows("orders", "order_id", "net_amount") == [("1", Decimal(12)), ("2", Decimal(1))]


def test_a_bad_row_waits_with_line_column_value_and_reason_while_others_land(shop):
    got = shop.bring(
        "o.csv", HEAD + "1,2024-03-05,7,10\n2,soon,7,1\n3,2024-03-05,7,ten\n,2024-03-05,7,1\n"
    )
    assert (got.new, got.quarantined) == (1, 3)
    assert in_quarantine(shop) == [
        ("o.csv", 3, "order date", "soon", "The value cannot be read as what the column holds."),
        ("o.csv", 4, "amount", "ten", "The value cannot be read as what the column holds."),
        ("o.csv", 5, "order_id", None, "The value is missing, and a row needs it."),
    ]
    assert "3 of 4 rows of o.csv stand in quarantine; the others landed." in told(got)


def test_an_order_with_a_line_in_quarantine_is_incomplete(shop):
    shop.bring(
        "o.csv", LINES + "1,2024-03-05,7,A,1,5\n1,2024-03-05,7,B,one,5\n2,2024-03-05,7,A,1,5\n"
    )
    assert shop.rows("orders", "order_id", "incomplete") == [("1", True), ("2", False)]


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2031-01-01", "The date lies in the future."),
        ("1900-01-01", "The date is before 1970: it stands for no date."),
    ],
)
def test_dates_that_cannot_be_wait(shop, day, reason):
    shop.bring("o.csv", HEAD + f"1,{day},7,10\n2,2024-06-02,7,10\n")
    assert [row[-1] for row in in_quarantine(shop)] == [reason]
    assert shop.rows("orders", "order_id") == [("2",)]


def test_rows_with_too_few_or_too_many_cells_wait(shop):
    shop.bring(
        "o.csv", HEAD + "1,2024-03-05,7,10\n2,2024-03-05\n3,2024-03-05,7,1,9\n4,2024-03-05,7,1\n"
    )
    assert [(row[1], row[4]) for row in in_quarantine(shop)] == [
        (3, "The row has fewer cells than the header."),
        (4, "The row has more cells than the header."),
    ]
    assert shop.rows("orders", "order_id") == [("1",), ("4",)]


def test_a_file_that_stops_in_the_middle_of_a_row_is_named_with_its_line(shop):
    shop.bring("o.csv", HEAD + "1,2024-03-05,7,10\n2,2024-0")
    assert [(row[1], row[4]) for row in in_quarantine(shop)] == [
        (3, "The file ends in the middle of this row: it may have been cut off."),
    ]


def test_an_empty_file_is_refused_in_a_sentence(shop):
    with pytest.raises(BadInputError, match=r"o\.csv is empty \(0 bytes\)"):
        shop.bring("o.csv", "")
    assert shop.version() == 0


def test_a_header_without_rows_is_no_fault(shop):
    got = shop.bring("o.csv", HEAD)
    assert (got.read, got.new) == (0, 0)
    assert "o.csv has a header and no rows" in told(got)


def test_a_missing_column_is_named_with_the_nearest(shop):
    mapping = read_mapping(
        "name: mine\nkind: orders\ncolumns:\n  order_id: order_id\n  ordered_at: order date\n"
        "  net_amount: amounts\n",
        where="mine.yaml",
    )
    with pytest.raises(BadInputError, match=r"'amounts' is missing\. Did you mean 'amount'\?"):
        shop.bring("b.csv", HEAD + "1,2024-03-05,7,10\n", mapping=mapping)


def test_two_columns_that_could_be_the_amount_are_asked_about_even_with_yes(shop):
    sentence = "several columns that could be the amount: amount, total"
    with pytest.raises(NeedsConfirmationError, match=sentence) as asked:
        shop.bring("o.csv", "order_id,order date,total,amount\n1,2024-03-05,12,10\n")
    assert asked.value.guess.questions[0].choices == ("amount", "total")
    assert shop.version() == 0


def test_a_guess_has_to_be_confirmed(shop):
    with pytest.raises(NeedsConfirmationError, match="met for the first time"):
        shop.bring("o.csv", HEAD + "1,2024-03-05,7,10\n", yes=False)


def test_mixed_currencies_need_rates_and_those_without_wait(shop):
    shop.bring("fx.csv", "day,from,to,rate\n2024-03-01,EUR,GBP,0.8\n2024-03-10,EUR,GBP,0.9\n")
    shop.bring(
        "o.csv",
        "order_id,order date,amount,currency\n1,2024-03-05,10,GBP\n2,2024-03-05,10,EUR\n"
        "3,2024-03-12,10,eur\n4,2024-02-01,10,EUR\n5,2024-03-05,10,USD\n",
    )
    assert shop.rows("orders", "order_id", "currency", "original_amount", "net_amount") == [
        ("1", "GBP", Decimal(10), Decimal(10)),
        ("2", "EUR", Decimal(10), Decimal(8)),
        ("3", "EUR", Decimal(10), Decimal(9)),
    ]
    assert [(row[1], row[2], row[3]) for row in in_quarantine(shop)] == [
        (5, "currency", "EUR"),
        (6, "currency", "USD"),
    ]


def test_lines_without_a_customer_are_kept_and_counted_apart(shop):
    got = shop.bring("o.csv", HEAD + "1,2024-03-05,7,10\n2,2024-03-05,,4\n")
    assert (got.new, got.without_customer) == (2, 1)
    assert got.files[0].totals.without_customer_amount == Decimal(4)


def test_a_folder_without_tables_is_refused(shop, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotFoundError, match="There is nothing to import"):
        shop.take(tmp_path / "empty")


def test_names_of_any_kind_and_length_land(shop):
    names = ["x" * 500, "🛒 Zoë", "שלום עולם"]
    text = "".join(f"{i},2024-03-05,7,{name},1,1\n" for i, name in enumerate(names))
    shop.bring("o.csv", LINES.replace("sku", "product name") + text)
    assert {row[0] for row in shop.rows("order_lines", "description")} == set(names)


def test_zero_and_negative_spend_and_one_day_and_one_customer_land(shop):
    got = shop.bring("o.csv", HEAD + "1,2024-03-05,7,0\n2,2024-03-05,7,-5\n3,2024-03-05,7,5\n")
    assert (got.new, got.files[0].totals.customers, got.files[0].totals.amount) == (3, 1, 0)
