"""Quarantine: rows are sealed, held once, and leave when they land."""

from decimal import Decimal

from valence.core import clock
from valence.intake import held, quarantine
from valence.intake.replaying import replay
from valence.people.keys import Keyring

LINES = "order_id,order date,customer id,sku,quantity,price\n"


def waiting(shop):
    with shop.store.reading() as view:
        return quarantine.page(view, Keyring.of(shop.brand))


def test_what_is_sealed_cannot_be_read_in_the_database(shop):
    shop.bring("o.csv", "order_id,order date,email,amount\n1,soon,anna@example.org,5\n")
    with shop.store.engine.connect() as connection:
        stored = repr(connection.exec_driver_sql("SELECT * FROM quarantined_rows").fetchall())
    assert "anna" not in stored
    assert waiting(shop)[0].cells["email"] == "anna@example.org"


def test_the_same_bad_row_is_held_once(shop):
    text = LINES + "1,2024-03-05,7,A,one,5\n"
    shop.bring("o.csv", text)
    shop.bring("o.csv", text + "2,2024-03-05,7,A,1,5\n")
    assert len(waiting(shop)) == 1


def test_a_broken_line_keeps_its_words_and_the_header(shop):
    shop.bring("o.csv", LINES + "1,2024-03-05,7,A,1,5\n2,2024-03-05,7\n")
    row = waiting(shop)[0]
    assert (row.line, row.cells) == (3, {"": "2,2024-03-05,7"})
    assert row.header == tuple(LINES.strip().split(","))


def test_a_mended_row_leaves_when_it_lands(shop):
    shop.bring("o.csv", LINES + "1,2024-03-05,7,A,1,5\n1,2024-03-05,7,B,two,5\n")
    [row] = waiting(shop)
    with shop.store.writing() as unit:
        held.amend(unit, Keyring.of(shop.brand), row.row_id, {"quantity": "2"})
    done = replay(shop.brand, shop.store, [row.row_id])
    assert (done.landed, done.again, waiting(shop)) == (1, 0, [])
    assert shop.rows("orders", "net_amount", "lines", "incomplete") == [(Decimal(15), 2, False)]


def test_a_row_that_is_held_again_keeps_its_place_and_has_its_new_reason(shop):
    shop.bring("o.csv", LINES + "1,2024-03-05,7,A,1,5\n\n1,2024-03-05,7,B,two,5\n")
    [row] = waiting(shop)
    with shop.store.writing() as unit:
        held.amend(unit, Keyring.of(shop.brand), row.row_id, {"quantity": "2", "price": "x"})
    done = replay(shop.brand, shop.store, [row.row_id])
    assert (done.landed, done.again) == (0, 1)
    [again] = waiting(shop)
    assert (again.file, again.line, again.column, again.value) == ("o.csv", 4, "price", "x")
    assert again.row_id != row.row_id


def test_an_amended_row_is_sealed_like_every_other(shop):
    shop.bring("o.csv", "order_id,order date,email,amount\n1,soon,anna@example.org,5\n")
    [row] = waiting(shop)
    with shop.store.writing() as unit:
        held.amend(unit, Keyring.of(shop.brand), row.row_id, {"email": "ben@example.org"})
    with shop.store.engine.connect() as connection:
        stored = repr(connection.exec_driver_sql("SELECT * FROM quarantined_rows").fetchall())
    assert "ben" not in stored
    assert waiting(shop)[0].cells["email"] == "ben@example.org"


def test_rows_of_an_import_that_died_before_it_was_published_are_dropped(shop):
    shop.bring("o.csv", LINES + "1,2024-03-05,7,A,one,5\n")
    keyring, now = Keyring.of(shop.brand), clock.now()
    assert now
    row = waiting(shop)[0]
    with shop.store.writing() as unit:
        mapping = quarantine.mapping_of(unit, row.mapping_hash)
        lost = quarantine.Held("b.csv", 2, "price", "x", "unreadable", '{"price": "x"}', mapping)
        quarantine.hold(unit, keyring, "an import that never landed", [lost])
    assert len(waiting(shop)) == 1
    shop.bring("c.csv", LINES + "2,2024-03-05,7,A,1,5\n")
    assert [row.file for row in waiting(shop)] == ["o.csv"]


def test_the_line_number_counts_line_breaks_within_cells_and_blank_lines(shop):
    text = LINES + '1,2024-03-05,7,"A\nB",1,5\n\n2,2024-03-05,7,A,one,5\n3,2024-03-05,7\n'
    shop.bring("o.csv", text)
    assert [(row.line, row.column) for row in waiting(shop)] == [(5, "quantity"), (6, "")]


def test_however_many_rows_are_bad_some_are_in_memory_at_once(shop, monkeypatch):
    monkeypatch.setattr(quarantine, "BLOCK", 3)
    rows = [f"{i},2024-03-05,7,A,{'one' if i % 3 else 1},5\n" for i in range(20)]
    rows[7:7] = ["7b,2024-03-05\n", "7c,2024-03-05,7,A,1,5,6\n"]
    got = shop.bring("o.csv", LINES + "".join(rows))
    bad = [line for line, row in enumerate(rows, 2) if "one" in row or row[1] in "bc"]
    assert (got.new, got.quarantined) == (7, 15)
    assert [row.line for row in waiting(shop)] == bad
    later = shop.bring("p.csv", LINES + "1,2024-03-05,7,B,1,5\n0,2024-03-05,7,B,1,5\n")
    assert (later.new, later.quarantined) == (2, 0)
    assert dict(shop.rows("orders", "order_id", "incomplete"))["1"] is True
