"""The summary at the terminal: what a user compares with the report of the source."""

import pytest
from tests.intake.test_importing import HEAD, LINES

from valence.core.settings import load
from valence.intake.telling import told


@pytest.fixture
def printed(capsys):
    def show(shop, summary):
        told(summary, shop.brand)
        return capsys.readouterr()

    return show


def test_days_stay_the_days_of_the_source_in_every_zone(shop_of, printed):
    shop = shop_of("")
    (shop.root / "valence.toml").write_text(
        '[brand]\ncurrency = "GBP"\ntimezone = "Asia/Shanghai"\n'
    )
    shop.brand = load(shop.root, {})
    out = printed(shop, shop.bring("o.csv", HEAD + "1,2024-03-05,7,10.50\n2,2024-04-01,8,1\n")).out
    assert "2024-03-05" in out
    assert "2024-04-01" in out
    assert "16:00" not in out


def test_what_a_file_cannot_tell_is_not_printed_as_nothing(shop, printed):
    out = printed(shop, shop.bring("c.csv", "customer id,email\n7,a@example.org\n")).out
    assert "Customers" in out
    for word in ("amount", "quantity", "orders"):
        assert word not in out


def test_months_are_added_up(shop, printed):
    text = HEAD + "1,2024-03-05,7,10.50\n2,2024-04-01,8,1000\n"
    out = printed(shop, shop.bring("o.csv", text)).out
    assert [line.split()[-2] for line in out.splitlines() if "together" in line] == ["1,010.50"]


def test_several_files_stand_in_one_table(shop, printed):
    shop.file("o.csv", HEAD + "1,2024-03-05,7,10.50\n")
    shop.file("l.csv", LINES + "2,2024-03-05,7,A,2,5\n")
    shop.file("notes.csv", "a,b\n1,2\n")
    got = printed(shop, shop.take(shop.root / "in"))
    assert "What became of the rows" in got.out
    assert "To compare with the source" in got.out
    assert "notes.csv was passed over" in got.err
    assert got.err.rstrip().endswith("Next: valence build, then valence serve.")
