"""What stands in two columns: a date and its time of day, a first and a last name."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from valence.intake.guessing import guess
from valence.intake.mapping import mapping_yaml, read_mapping
from valence.people.keys import Keyring
from valence.people.vault import Vault


@pytest.fixture
def guessed(opened):
    return lambda text: guess(opened("a.csv", text))


def moments(shop):
    return [at for (at,) in shop.rows("orders", "ordered_at")]


def names(shop, *searched):
    vault = Vault(shop.store, Keyring.of(shop.brand))
    return {
        e.value for text in searched for e in vault.search(text, masked=False) if e.kind == "name"
    }


def utc(*at):
    return datetime(*at, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "clock", "at"),
    [
        ("2024-03-05", "14:05", utc(2024, 3, 5, 14, 5)),
        ("2024-03-05", "2:05:06 PM", utc(2024, 3, 5, 14, 5, 6)),
        ("05/03/2024", "14.05", utc(2024, 3, 5, 14, 5)),
        ("2024年3月5日", "下午2:05", utc(2024, 3, 5, 14, 5)),
        ("2024-03-05 00:00:00", "1899-12-30 14:05:00", utc(2024, 3, 5, 14, 5)),
        ("45356", "14:05", utc(2024, 3, 5, 14, 5)),
        ("2024-03-05", "", utc(2024, 3, 5)),
    ],
)
def test_a_day_and_a_time_beside_it_make_a_moment(shop, day, clock, at):
    rows = f"order_id,date,time,amount\n1,{day},{clock},5\n"
    order = "dmy" if "/" in day else "excel" if day.isdigit() else "ymd"
    mapping = read_mapping(
        "version: 1\nname: t\nkind: orders\ncolumns: {order_id: order_id, net_amount: amount, "
        f"ordered_at: {{column: date, time: time, date: {order}}}}}\n",
        where="m",
    )
    shop.bring("o.csv", rows, mapping=mapping)
    assert moments(shop) == [at]


def test_the_time_is_found_beside_the_date_and_read_by_itself(shop):
    """All orders of a day stood at midnight, in whatever order they came."""
    header = "Receipt No,Sale Date,Sale Time,Email,Total"
    shop.bring("o.csv", f"{header}\n1,13/03/2024,09:30,a@x.org,5\n2,13/03/2024,,b@x.org,7\n")
    assert moments(shop) == [utc(2024, 3, 13), utc(2024, 3, 13, 9, 30)]


def test_a_file_with_typed_columns_has_its_moments_too(shop, tmp_path):
    table = pa.table(
        {"order_id": ["1"], "date": [date(2024, 3, 5)], "time": [time(14, 5)], "amount": [5.0]}
    )
    pq.write_table(table, tmp_path / "o.parquet")
    shop.take(tmp_path / "o.parquet")
    assert moments(shop) == [utc(2024, 3, 5, 14, 5)]


@pytest.mark.parametrize(
    "header",
    ["order_id,date,Waiting time,amount", "order_id,date,Delivery Time,amount"],
)
def test_a_duration_is_no_time_of_day(guessed, header):
    got = guessed(f"{header}\n1,2024-03-05,00:12,5\n")
    assert got.mapping.columns["ordered_at"].time == ()


def test_a_date_that_has_its_time_needs_no_other(guessed):
    got = guessed("order_id,date,time,amount\n1,2024-03-05 10:00,11:00,5\n")
    assert got.mapping.columns["ordered_at"].time == ()
    assert "time" in got.unused


def test_a_time_that_is_none_goes_to_quarantine_with_its_row(shop):
    got = shop.bring(
        "o.csv",
        "order_id,date,time,amount\n1,2024-03-05,10:00,5\n2,2024-03-05,25:99,5\n3,2024-03-05,11:00,5\n3,2024-03-06,11:10,5\n4,2024-03-05,11:30,5\n",
    )
    assert got.quarantined == 1


def test_a_number_that_is_made_of_customer_and_moment_has_the_time_in(guessed):
    got = guessed("date,time,customer,amount\n2024-03-05,10:00,a@x.org,5\n")
    assert got.mapping.columns["order_id"].together == ("customer", "date", "time")


@pytest.mark.parametrize(
    ("header", "row", "name"),
    [
        ("First Name,Last Name", "Ann,Lee", "Ann Lee"),
        ("姓,名", "王,小明", "王小明"),
        ("名,姓", "小明,王", "王小明"),
        ("Nom,Prénom", "Dupont,Zoé", "Zoé Dupont"),
        ("Vorname,Name", "Jörg,Maß", "Jörg Maß"),
        ("Name,Surname", "Ann,Lee", "Ann Lee"),
        ("First Name,Last Name", "小明,Wang", "小明 Wang"),
        ("First Name,Last Name", ",Lee", "Lee"),
        ("Full Name,First Name,Last Name", "Dr. Ann Lee,Ann,Lee", "Dr. Ann Lee"),
        ("Nombre", "Ana", "Ana"),
    ],
)
def test_first_and_last_name_make_the_name_in_the_vault(shop, header, row, name):
    """They were not imported at all, and people stood there without a name."""
    shop.bring("c.csv", f"email,{header}\na@x.org,{row}\n")
    assert names(shop, name.split()[-1]) == {name}


def test_a_mapping_says_both_in_words_that_read_themselves(shop):
    text = (
        "version: 1\nname: till\nkind: orders\ncolumns:\n  order_id: Bon\n  ordered_at:\n"
        "    column: Tag\n    time: Uhr\n    date: dmy\n  net_amount: Summe\nidentifiers:\n"
        "  email: Mail\ncontact:\n  first_name: Vor\n  last_name: Nach\n"
    )
    mapping = read_mapping(text, where="m")
    assert mapping_yaml(mapping) == text
    shop.bring(
        "b.csv",
        "Bon,Tag,Uhr,Summe,Mail,Vor,Nach\n1,05.03.2024,14:05,5,a@x.org,Ann,Lee\n",
        mapping=mapping,
    )
    assert moments(shop) == [utc(2024, 3, 5, 14, 5)]
    assert names(shop, "lee") == {"Ann Lee"}
