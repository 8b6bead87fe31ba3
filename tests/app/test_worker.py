"""The worker of a brand: jobs, events, and the chores that put right what a crash left."""

import time

import pytest
import sqlalchemy as sa

from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.app.worker import Background
from valence.intake import healing
from valence.intake.importing import import_files
from valence.intake.tables import unannounced
from valence.store.tables import outbox_events


@pytest.fixture
def house(tmp_path):
    opened = WholeHouse(make_folder(tmp_path / "brand", name="B", currency="GBP", timezone="UTC"))
    yield opened
    opened.close()


def events(house):
    with house.store.reading() as view:
        return list(view.scalars(sa.select(outbox_events.c.name)))


def test_a_worker_that_starts_announces_what_landed_before_a_crash(house, tmp_path, monkeypatch):
    path = tmp_path / "o.csv"
    path.write_text("order_id,order date,customer id,amount\n1,2024-03-05,7,5\n")
    with monkeypatch.context() as crash:
        crash.setattr(healing, "announce", lambda *_: None)
        import_files(house.brand, [path], yes=True, store=house.store)
    with house.store.reading() as view:
        assert view.rows(sa.select(unannounced))
    assert healing.LANDED not in events(house)
    working = Background(house)
    working.start()
    until = time.monotonic() + 20
    while healing.LANDED not in events(house) and time.monotonic() < until:
        time.sleep(0.05)
    working.stop()
    assert events(house).count(healing.LANDED) == 1
