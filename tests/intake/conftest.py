"""What tests of intake share: a brand folder, files from literal text, the lake read back."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from valence.app.house import WholeHouse
from valence.core import clock
from valence.core.settings import Brand, load
from valence.intake.importing import import_files
from valence.intake.reading import Source, open_source
from valence.intake.summary import ImportSummary
from valence.lake.build import build
from valence.lake.lake import Lake
from valence.lake.marts import Mart
from valence.lake.workbench import Workbench
from valence.store import Store

DATA = Path(__file__).parents[3] / "shared" / "data"
NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _stopped_clock() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    made = Workbench(tmp_path / "scratch")
    yield made
    made.close()


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def opened(bench: Workbench, file: Callable[..., Path]) -> Callable[..., Source]:
    return lambda name, content, **more: open_source(bench, file(name, content), **more)


def needed(marts: Iterable[Mart], name: str) -> list[Mart]:
    """A mart and all that it is made from."""
    named = {mart.name: mart for mart in marts}
    wanted, waiting = {}, [name]
    while waiting:
        if mart := named.get(waiting.pop()):
            wanted[mart.name] = mart
            waiting += [other for other in mart.inputs if other not in wanted]
    return list(wanted.values())


class Shop:
    """A brand folder of its own, with what a test wants to know of it."""

    def __init__(self, root: Path, settings: str = "") -> None:
        root.mkdir(exist_ok=True)
        (root / "valence.toml").write_text(
            f'[brand]\ncurrency = "GBP"\ntimezone = "Europe/London"\n{settings}'
        )
        self.root = root
        self.brand: Brand = load(root, {})
        self.store = Store(self.brand.store_url)

    def file(self, name: str, content: str | bytes) -> Path:
        folder = self.root / "in"
        folder.mkdir(exist_ok=True)
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def take(self, *paths: Path, **more: object) -> ImportSummary:
        return import_files(self.brand, paths, store=self.store, **{"yes": True, **more})

    def bring(self, name: str, content: str | bytes, **more: object) -> ImportSummary:
        return self.take(self.file(name, content), **more)

    def built(self, mart: str, *columns: str) -> list[tuple]:
        """Build one mart, with what it is made from, and return some of its columns."""
        house = WholeHouse(self.brand)
        try:
            build(house.lake, needed(house.marts, mart), house.context)
            reader = house.lake.reader()
            found = [tuple(row[c] for c in columns) for row in reader.rows(reader.table(mart))]
            reader.close()
        finally:
            house.close()
        return sorted(found, key=lambda row: tuple(map(str, row)))

    def rows(self, table: str, *columns: str) -> list[tuple]:
        reader = Lake.of(self.brand).reader()
        try:
            found = reader.rows(reader.table(table))
        finally:
            reader.close()
        return sorted(
            (tuple(row[c] for c in columns) for row in found), key=lambda row: tuple(map(str, row))
        )

    def version(self) -> int:
        return Lake.of(self.brand).snapshot().head.revision


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "brand")
    yield made
    made.store.close()


@pytest.fixture
def shop_of(tmp_path: Path) -> Iterator[Callable[[str], Shop]]:
    made: list[Shop] = []

    def make(settings: str) -> Shop:
        made.append(Shop(tmp_path / f"brand{len(made)}", settings))
        return made[-1]

    yield make
    for one in made:
        one.store.close()
