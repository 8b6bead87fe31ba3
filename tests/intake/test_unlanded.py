"""An import that does not land leaves nothing behind: no rows, no who is who, no contacts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from valence.app.folder import make_folder
from valence.core.progress import Step
from valence.intake.importing import import_files
from valence.people.decisions import link
from valence.people.keys import Keyring
from valence.people.lookup import find_customer
from valence.people.tables import customers, identifiers, people_batches, vault_entries
from valence.people.vault import Vault
from valence.store import Store

HEAD = "order_id,order date,customer id,email,amount\n"
FIRST = HEAD + "1,2024-03-05,u1,a@x.org,10\n2,2024-03-06,u2,b@x.org,20\n3,2024-03-07,u3,c@x.org,5\n"
JOINS = HEAD + "4,2024-03-08,u1,agent@x.org,1\n5,2024-03-08,u2,agent@x.org,2\n6,2024-03-09,u9,,3\n"
OTHER = HEAD + "7,2024-03-09,u3,c@x.org,4\n"


class StoppedError(Exception):
    """Somebody pressed Cancel."""


@pytest.fixture
def brand(tmp_path):
    brand = make_folder(tmp_path / "brand", name="B", currency="EUR", timezone="UTC")
    bring(brand, tmp_path, "first.csv", FIRST)
    return brand


def bring(brand, folder: Path, name: str, text: str, **how):
    path = folder / name
    path.write_text(text, "utf-8")
    return import_files(brand, [path], yes=True, **how)


def state(brand):
    """Who is who and what the vault holds, as plain values."""
    store = Store(brand.store_url)
    with store.reading() as view:
        rows = {
            table.name: sorted(map(repr, view.execute(table.select()).all()))
            for table in (customers, identifiers, vault_entries, people_batches)
        }
    store.close()
    return rows


def stop_at_publishing(step: Step) -> None:
    if str(step.label) == "Publishing":
        raise StoppedError


def test_a_stopped_import_joins_nobody_and_keeps_no_contact(brand, tmp_path):
    before = state(brand)
    with pytest.raises(StoppedError):
        bring(brand, tmp_path, "joins.csv", JOINS, progress=stop_at_publishing)
    assert state(brand) == before
    assert before["people_batches"] == []
    bring(brand, tmp_path, "other.csv", OTHER)
    store = Store(brand.store_url)
    who = [find_customer(store, Keyring.of(brand), f"user_id:u{n}") for n in (1, 2, 3)]
    assert len(set(who)) == 3
    assert not Vault(store, Keyring.of(brand)).search("agent@x.org")
    store.close()


def test_an_import_that_is_done_again_after_it_was_stopped_lands_whole(brand, tmp_path):
    with pytest.raises(StoppedError):
        bring(brand, tmp_path, "joins.csv", JOINS, progress=stop_at_publishing)
    bring(brand, tmp_path, "joins.csv", JOINS)
    store = Store(brand.store_url)
    who = [find_customer(store, Keyring.of(brand), f"user_id:u{n}") for n in (1, 2, 3)]
    assert who[0] == who[1] != who[2]
    assert len(Vault(store, Keyring.of(brand)).search("agent@x.org")) == 1
    store.close()


_KILLED = """
import os, signal, sys
from pathlib import Path
from valence.core.settings import load
from valence.intake.importing import import_files
def die(step):
    if str(step.label) == "Publishing":
        os.kill(os.getpid(), signal.SIGKILL)
import_files(load(Path(sys.argv[1])), [Path(sys.argv[2])], yes=True, progress=die)
"""


def test_what_a_killed_import_joined_is_taken_back_by_the_next_one(brand, tmp_path):
    before = state(brand)
    path = tmp_path / "joins.csv"
    path.write_text(JOINS, "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(brand.root), str(path)],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert state(brand) != before, "it was killed before it did anything"
    store = Store(brand.store_url)
    one, two = (find_customer(store, Keyring.of(brand), f"user_id:u{n}") for n in (3, 1))
    with pytest.raises(Exception, match="An import is bringing identifiers"):
        link(store, one, two, reason="I know them", actor="me")
    store.close()
    bring(brand, tmp_path, "first.csv", FIRST)  # nothing new in it
    assert state(brand) == before
