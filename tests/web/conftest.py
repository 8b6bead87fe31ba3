"""A whole brand to look at: simulated customers, a file with bad rows, work and definitions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.browsing import served

from valence.app.demo import prepared
from valence.app.desk.building import BuildParams, ask_for_build
from valence.app.desk.defined import kinds_of
from valence.app.house import WholeHouse
from valence.app.serve import application
from valence.core.progress import silent
from valence.definitions import lifecycle
from valence.definitions.lifecycle import base_of
from valence.intake.importing import import_files
from valence.jobs import cancel
from valence.jobs.worker import Worker

BROKEN = """order_id,order date,email,amount
1,2026-01-05,ann@example.com,10.50
2,2026-01-06,bob@example.com,abc
3,not a day,eve@example.com,50.50
"""


@pytest.fixture(scope="session")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeHouse]:
    """A brand with something on every page."""
    folder = tmp_path_factory.mktemp("web")
    house = prepared(folder / "brand", customers=800, sample="", progress=silent)
    _bad_rows(house, folder / "broken.csv")
    _definitions(house)
    _work(house)
    yield house
    house.close()


def _bad_rows(house: WholeHouse, path: Path) -> None:
    path.write_text(BROKEN, "utf-8")
    import_files(house.brand, [path], yes=True, progress=silent, store=house.store)


def _definitions(house: WholeHouse) -> None:
    """RFM: version 1 holds, version 2 is a draft."""
    kind = kinds_of(house)["rfm"]
    document = kind.defaults() or {}

    def change(unit):
        drafted = lifecycle.save_draft(
            unit, kind, "rfm", {**document, "bins": 4}, actor="local", based_on=None
        )
        held = lifecycle.publish(
            unit, kind, "rfm", actor="local", based_on=base_of(drafted), effective_from=None
        )
        lifecycle.save_draft(
            unit, kind, "rfm", {**document, "bins": 3}, actor="local", based_on=base_of(held)
        )

    house.store.transact(change)


def _work(house: WholeHouse) -> None:
    """A build that is done, and one that was cancelled."""
    house.store.transact(lambda unit: ask_for_build(house, unit, BuildParams(), actor="local"))
    Worker(house.store, house.job_kinds).run_once()
    job = house.store.transact(
        lambda unit: ask_for_build(house, unit, BuildParams(), actor="local")
    )
    house.store.transact(lambda unit: cancel(unit, job.id, actor="local"))


@pytest.fixture(scope="session")
def address(brand: WholeHouse) -> Iterator[str]:
    """Where the brand is served for a browser."""
    with served(application(brand)) as at:
        yield at
