"""The demo: a brand folder filled through the importers that a user has, built, and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING

from valence.app.desk.defined import kinds_of
from valence.app.desk.findings import Finding, findings
from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.core.errors import NotFoundError, did_you_mean
from valence.core.messages import message
from valence.core.progress import Progress, Step
from valence.core.settings import FILE, Brand, load
from valence.definitions import folder as folders
from valence.demo.simulate import simulate
from valence.demo.talks import TALKS, Talk
from valence.demo.writing import MEANINGS, mappings, write, write_definitions
from valence.kit.format import Formats
from valence.kit.languages import language

if TYPE_CHECKING:
    from valence.experience.interviews.book import Interview
    from valence.experience.interviews.transcript import Transcript

SEED = 1
ACTOR = "demo"


@dataclass(frozen=True, slots=True)
class Sample:
    """A real data set that comes with the project, outside the wheel."""

    folder: str
    brand: Mapping[str, str]


SAMPLES = {
    "online-retail": Sample(
        "online-retail",
        {"name": "Online Retail", "currency": "GBP", "timezone": "Europe/London", "country": "GB"},
    ),
}
SIMULATED = {
    "name": "Chaye · 茶叶",
    "currency": "CNY",
    "timezone": "Asia/Shanghai",
    "country": "CN",
}


def prepared(folder: Path, *, customers: int, sample: str, progress: Progress) -> WholeHouse:
    """Return the demo's house with its data built; what stands already is used again.

    Parameters
    ----------
    folder
        The brand folder to make or use.
    customers
        How many customers to simulate, over 24 months.
    sample
        Name of a bundled sample to use instead of the simulation; empty for the simulation.

    Raises
    ------
    NotFoundError
        If there is no such sample here.
    """
    if (folder / FILE).exists():
        house = WholeHouse(load(folder))
        if house.lake.snapshot().head.marts:
            return house
    else:
        settings = dict(_sample(sample).brand if sample else SIMULATED)
        make_folder(folder, **settings)
        house = WholeHouse(load(folder))
    files = sample_folder(sample) if sample else _simulated(folder, customers, progress)
    _import(house, files, progress)
    define(house, files / "definitions")
    held = [] if sample else _talks(house)
    house.build(progress=progress)
    _coded(house, held)
    return house


def told(house: WholeHouse) -> tuple[list[Finding], Formats]:
    """Return the findings that matter most, and the formats that word them for the brand."""
    brand = house.brand.settings
    formats = Formats(language(brand.brand.language), brand.brand.currency, brand.zone)
    return findings(house.readers(), formats), formats


def sample_folder(name: str) -> Path:
    """Return the folder of a bundled sample's files.

    Raises
    ------
    NotFoundError
        If it is unknown, or this installation came as a wheel, which holds no samples.
    """
    folder = Path(__file__).parents[3] / "samples" / _sample(name).folder
    if not folder.is_dir():
        raise NotFoundError(
            "The sample {name!r} is not part of the installed package. Clone the project and run "
            "`valence demo --sample {name}` there.",
            name=name,
        )
    return folder


def _sample(name: str) -> Sample:
    if name not in SAMPLES:
        raise NotFoundError(
            "There is no sample {name!r}. {fix}", name=name, fix=did_you_mean(name, SAMPLES)
        )
    return SAMPLES[name]


def _simulated(folder: Path, customers: int, progress: Progress) -> Path:
    progress(Step(message("Simulating {customers} customers", customers=f"{customers:,}")))
    sources = folder / "data" / "sources"
    simulation = simulate(customers=customers, seed=SEED)
    write(simulation, sources, truth=folder / "data" / "truth")
    write_definitions(sources / "definitions")
    _confirm(load(folder))
    return sources


def _confirm(brand: Brand) -> None:
    """Keep the mapping of each simulated file, as if its owner had confirmed it."""
    from valence.intake.mapping import folded, keep_mapping, read_mapping  # noqa: PLC0415 - see below
    from valence.intake.reading import signature_of  # noqa: PLC0415

    for name, text in mappings().items():
        mapping = read_mapping(text, where=name)
        for columns in MEANINGS.values():
            if mapping.fits(folded(tuple(columns))):
                keep_mapping(brand, mapping, signature_of(columns))


def _import(house: WholeHouse, files: Path, progress: Progress) -> None:
    from valence.intake.importing import import_files  # noqa: PLC0415 - only the first time

    import_files(house.brand, [files], yes=True, progress=progress, store=house.store)


def _talks(house: WholeHouse) -> list[tuple[Talk, Interview, Transcript]]:
    """Bring the transcripts in, as their owner would."""
    from valence.experience.interviews import book  # noqa: PLC0415 - only the first time
    from valence.experience.interviews.transcript import read_transcript  # noqa: PLC0415

    held = []
    for talk in TALKS:
        found = read_transcript(talk.text)
        about = book.About(talk.title, talk.kind, talk.held_on, talk.touchpoint)
        held.append((talk, book.bring_in(house, found, about, actor=ACTOR), found))
    return held


def _coded(house: WholeHouse, held: Sequence[tuple[Talk, Interview, Transcript]]) -> None:
    """Keep what a reader of the transcripts coded."""
    if not held:
        return
    from valence.experience.interviews import answers, book  # noqa: PLC0415

    with closing(house.lake.reader()) as tables:
        for talk, made, found in held:
            passages = {one.number: one for one in found.passages}
            for one in talk.coded:
                passage = book.passage_id(made.prefix, passages[one.number])
                mark = (one.theme, one.touchpoint, one.mood)
                code = book.Code(made.interview_id, passage, *mark, ACTOR)
                answers.keep(house, tables, code, actor=ACTOR)


def define(house: WholeHouse, files: Path) -> None:
    """Define what a sample says of its own data, such as which products are no goods."""
    if not files.is_dir():
        return
    own = copytree(files, house.brand.root / "definitions", dirs_exist_ok=True)
    folders.apply(house.store, kinds_of(house), own, actor=ACTOR, note="what the sample says")
