"""Importing: what lands, what waits, and what the user reads."""

from datetime import date
from decimal import Decimal

import pytest

from valence.core.errors import NotFoundError
from valence.intake import quarantine
from valence.intake.choosing import NeedsConfirmationError
from valence.people.keys import Keyring

HEAD = "order_id,order date,customer id,amount\n"
LINES = "order_id,order date,customer id,sku,quantity,price\n"
MISSING = "The value is missing, and a row needs it. Words such as NaN, NULL or n/a are none."


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
    assert "1 order of b.csv was known with other contents" in told(got)


def test_a_bad_row_waits_with_line_column_value_and_reason_while_others_land(shop):
    got = shop.bring(
        "o.csv", HEAD + "1,2024-03-05,7,10\n2,soon,7,1\n3,2024-03-05,7,ten\n,2024-03-05,7,1\n"
    )
    assert (got.new, got.quarantined) == (1, 3)
    assert in_quarantine(shop) == [
        ("o.csv", 3, "order date", "soon", "The value cannot be read as a day."),
        ("o.csv", 4, "amount", "ten", "The value cannot be read as an amount."),
        ("o.csv", 5, "order_id", None, MISSING),
    ]
    assert "3 of 4 rows of o.csv stand in quarantine; the others landed." in told(got)


def test_an_order_with_a_line_in_quarantine_is_incomplete(shop):
    shop.bring(
        "o.csv", LINES + "1,2024-03-05,7,A,1,5\n1,2024-03-05,7,B,one,5\n2,2024-03-05,7,A,1,5\n"
    )
    assert shop.rows("orders", "order_id", "incomplete") == [("1", True), ("2", False)]


def test_a_guess_has_to_be_confirmed(shop):
    with pytest.raises(NeedsConfirmationError, match="met for the first time"):
        shop.bring("o.csv", HEAD + "1,2024-03-05,7,10\n", yes=False)


def test_a_folder_without_tables_is_refused(shop, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotFoundError, match="There is nothing to import"):
        shop.take(tmp_path / "empty")
