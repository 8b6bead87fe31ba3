"""Healing: after a crash between the commits of lake and store nothing is undone or done twice."""

import pytest
import sqlalchemy as sa
from tests.intake.test_importing import HEAD, LINES

from valence.intake import healing, held, quarantine
from valence.intake.replaying import replay
from valence.kit.opened import OpenBrand
from valence.lake.writer import Writer
from valence.people.keys import Keyring
from valence.store.tables import outbox_events


class KilledError(Exception):
    """Stands for the end of a process."""


def announced(shop):
    with shop.store.reading() as view:
        rows = view.rows(sa.select(outbox_events).order_by(outbox_events.c.written))
        return [
            (str(row["id"]), row["payload"]["files"])
            for row in rows
            if row["name"] == healing.LANDED
        ]


def held_rows(shop):
    with shop.store.reading() as view:
        return quarantine.page(view, Keyring.of(shop.brand))


@pytest.fixture
def dying(monkeypatch):
    """Lets a process die just before or just after it publishes."""

    def die(*, published):
        commit = Writer.commit

        def last_act(writer):
            if published:
                commit(writer)
            # A process that is dead puts nothing right on its way out.
            monkeypatch.setattr(healing, "heal", lambda *_: None)
            raise KilledError

        monkeypatch.setattr(Writer, "commit", last_act)

    yield die
    monkeypatch.undo()


def killed(shop, monkeypatch, dying, act, *, published):
    dying(published=published)
    with pytest.raises(KilledError):
        act()
    monkeypatch.undo()


def test_an_import_is_announced_once_under_its_own_id(shop):
    got = shop.bring("o.csv", HEAD + "1,2024-03-05,7,10\n")
    shop.bring("o.csv", HEAD + "1,2024-03-05,7,10\n")
    assert announced(shop) == [(got.import_id, ["o.csv"])]


def test_what_landed_before_a_crash_is_announced_by_the_next_import(shop, monkeypatch, dying):
    text = HEAD + "1,2024-03-05,7,10\n"
    killed(shop, monkeypatch, dying, lambda: shop.bring("o.csv", text), published=True)
    assert announced(shop) == []
    assert shop.rows("orders", "order_id") == [("1",)]
    shop.bring("p.csv", HEAD + "2,2024-03-05,7,10\n")
    assert [files for _, files in announced(shop)] == [["o.csv"], ["p.csv"]]


def test_what_landed_before_a_crash_is_announced_by_the_worker(shop, monkeypatch, dying):
    text = HEAD + "1,2024-03-05,7,10\n"
    killed(shop, monkeypatch, dying, lambda: shop.bring("o.csv", text), published=True)
    opened = OpenBrand(shop.brand)
    for _ in range(2):
        healing.announce_landed(opened)
    assert [files for _, files in announced(shop)] == [["o.csv"]]
    opened.close()


def test_an_import_that_was_not_published_is_never_announced(shop, monkeypatch, dying):
    text = HEAD + "1,2024-03-05,7,10\n"
    killed(shop, monkeypatch, dying, lambda: shop.bring("o.csv", text), published=False)
    opened = OpenBrand(shop.brand)
    healing.announce_landed(opened)
    opened.close()
    shop.bring("p.csv", HEAD + "2,2024-03-05,7,10\n")
    assert [files for _, files in announced(shop)] == [["p.csv"]]
    assert shop.rows("orders", "order_id") == [("2",)]


@pytest.mark.parametrize("published", [True, False])
def test_rows_that_landed_by_a_replay_that_was_killed_leave_and_others_stay(
    shop, monkeypatch, dying, published
):
    shop.bring("o.csv", LINES + "1,2024-03-05,7,A,1,5\n1,2024-03-05,7,B,two,5\n")
    [row] = held_rows(shop)
    with shop.store.writing() as unit:
        held.amend(unit, Keyring.of(shop.brand), row.row_id, {"quantity": "2"})
    act = lambda: replay(shop.brand, shop.store, [row.row_id])  # noqa: E731
    killed(shop, monkeypatch, dying, act, published=published)
    shop.bring("p.csv", LINES + "9,2024-03-05,7,A,1,5\n")
    assert len(held_rows(shop)) == (0 if published else 1)
    assert len(shop.rows("order_lines", "line_key")) == (3 if published else 2)
