"""The everyday verbs: init, build, serve, demo, vacuum."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from valence.app import STARTED
from valence.core.errors import BusyError
from valence.kit.commands import (
    HERE,
    AsJson,
    BrandFolder,
    Commands,
    open_brand,
    print_json,
    print_table,
    program,
    say,
    shown_progress,
)

if TYPE_CHECKING:
    from valence.app.desk.findings import Finding
    from valence.app.house import WholeHouse
    from valence.lake.plan import Planned

everyday = Commands("", "The everyday verbs.")
EngineName = Annotated[
    Literal["duckdb", "spark"] | None,
    typer.Option("--engine", help="What computes the marts; the answer is the same."),
]
Day = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="Day that the figures stand for."),
]


@everyday.command("init", permission="house:init")
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make.")],
    currency: Annotated[str, typer.Option(help="Reporting currency, ISO 4217.")] = "EUR",
    timezone: Annotated[str, typer.Option(help="Zone of the business day.")] = "UTC",
    name: Annotated[str, typer.Option(help="Name of the brand.")] = "",
    country: Annotated[str, typer.Option(help="Where phones without prefix belong: GB.")] = "",
    language: Annotated[Literal["en", "zh"], typer.Option(help="Of the pages.")] = "en",
) -> None:
    """Make a brand folder. Example: valence init mybrand --currency GBP."""
    from valence.app.folder import make_folder  # noqa: PLC0415

    brand = make_folder(
        folder,
        name=name or folder.resolve().name,
        currency=currency,
        timezone=timezone,
        country=country,
        language=language,
    )
    say(f"Made {brand.root}. Next:")
    here = folder.resolve() == Path.cwd()
    typed = program(folder)
    for step in (
        *([] if here else [f"cd {shlex.quote(str(folder))}"]),
        f"{typed} import PATH/TO/orders.csv",
        f"{typed} build",
        f"{typed} serve",
    ):
        say(f"  {step}")


@everyday.command("build", permission="house:build")
def build_command(
    brand: BrandFolder = HERE,
    engine: EngineName = None,
    as_of: Day = None,
    *,
    whole: Annotated[bool, typer.Option("--whole", help="Make every mart anew.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Only say what and why.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring all figures up to date. Example: valence build --explain."""
    opened = _house(brand)
    from valence.app.desk.tidying import tidy_today  # noqa: PLC0415
    from valence.lake.build import Ask  # noqa: PLC0415 - loads the engines

    chosen = engine or opened.brand.settings.lake.engine
    ask = Ask(as_of.date() if as_of else None, engine=chosen, whole=whole)
    if explain:
        rows = [_planned(item) for item in opened.explain(ask)]
        print_json(rows) if as_json else print_table(rows)
        return
    with shown_progress() as progress:
        run = opened.build(ask, progress)
    with suppress(BusyError):  # then it is done another time: the build is what was asked
        tidy_today(opened)
    if as_json:
        print_json(run)
        return
    print_table(
        [{"mart": m.mart, "did": m.mode, "rows": m.rows, "seconds": m.seconds} for m in run.marts]
    )
    waited = monotonic() - STARTED
    say(
        f"Built as of {run.as_of} in {waited:.1f} s, {run.seconds:.1f} s of them for the marts. "
        "Next: valence serve."
    )


def _planned(item: Planned) -> dict[str, str]:
    return {
        "mart": item.mart.name,
        "from": ", ".join(item.mart.inputs),
        "rebuild": item.mart.rebuild,
        "will": {"keep": "stay", "part": "be patched", "whole": "be made anew"}[item.mode],
        "because": str(item.why),
    }


@everyday.command("serve", permission="house:serve")
def serve_command(
    brand: BrandFolder = HERE,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes any free one.")] = None,
    host: Annotated[str | None, typer.Option(help="Address; only loopback for now.")] = None,
    *,
    worker: Annotated[bool, typer.Option(help="Run background jobs in this process.")] = True,
) -> None:
    """Serve the web application. Example: valence serve --port 8000."""
    from valence.app.ports import listen  # noqa: PLC0415 - loads the web

    web = open_brand(brand).settings.web
    again = _command("serve", brand=brand if brand != HERE else None, host=host)
    if not worker:
        again += " --no-worker"
    listening = listen(
        host or web.host,
        web.port if port is None else port,
        again=again,
        asked=port is not None or "port" in web.model_fields_set,
    )
    from valence.app.serve import serve  # noqa: PLC0415 - loads the web

    serve(_house(brand), listening, with_worker=worker)


@everyday.command("demo", permission="house:demo")
def demo_command(
    folder: Annotated[Path, typer.Option(help="Brand folder to make or use.")] = Path("demo-brand"),
    customers: Annotated[int, typer.Option(min=100, help="Customers to simulate.")] = 20_000,
    sample: Annotated[str, typer.Option(help="Use real data instead: online-retail.")] = "",
    port: Annotated[
        int | None, typer.Option(help="Port; 0 takes any free one; by default 8000 or the next.")
    ] = None,
    *,
    serve: Annotated[bool, typer.Option(help="Serve the web application at the end.")] = True,
    as_json: AsJson = False,
) -> None:
    """Make a brand with data, say what it shows, serve it. Example: valence demo."""
    from valence.app import demo  # noqa: PLC0415 - loads the simulator
    from valence.app.desk.findings import as_rows, as_values  # noqa: PLC0415 - loads the engines
    from valence.app.ports import listen  # noqa: PLC0415

    if sample and folder == Path("demo-brand"):
        folder = Path(f"demo-{sample}")
    listening = None
    if serve:  # before the minutes that the rest takes
        of = {"sample": sample} if sample else {"customers": str(customers)}
        listening = listen(
            "127.0.0.1",
            8000 if port is None else port,
            again=_command("demo", folder=folder, **of),
            asked=port is not None,
        )
    with shown_progress() as progress:
        house = demo.prepared(folder, customers=customers, sample=sample, progress=progress)
    found, formats = demo.told(house)
    if as_json:
        print_json(as_values(found, formats))
    else:
        name = house.brand.settings.brand.name
        print_table(as_rows(found, formats), title=f"{name}: what matters most")
        _say_commands(found, folder)
    if listening is not None:
        from valence.app.serve import serve as serving  # noqa: PLC0415 - loads the web

        serving(house, listening)


def _say_commands(found: Sequence[Finding], folder: Path) -> None:
    """Say the commands that list whom the findings are about, each on one line, to be copied."""
    typed = program(folder)
    typer.echo(f"To see whom they are about: cd {shlex.quote(str(folder))}, then", err=True)
    for one in found:
        typer.echo(f"  {typed} {one.command.removeprefix('valence ')}", err=True)
    typer.echo(f"All figures in short: {typed} value summary", err=True)


@everyday.command("worker", permission="house:work")
def worker_command(brand: BrandFolder = HERE) -> None:
    """Run background jobs and deliver events, without the web. Example: valence worker."""
    from valence.app.worker import run_worker  # noqa: PLC0415

    run_worker(_house(brand))


@everyday.command("vacuum", permission="house:vacuum")
def vacuum_command(
    brand: BrandFolder = HERE,
    keep_hours: Annotated[int, typer.Option(min=0, help="Keep replaced files this long.")] = 168,
    *,
    as_json: AsJson = False,
) -> None:
    """Remove files that no published version needs. Example: valence vacuum --keep-hours 24."""
    gone = _house(brand).lake.vacuum(keep_hours=keep_hours)
    print_json({"removed": gone}) if as_json else say(f"Removed {gone:,} files.")


def _command(verb: str, **options: object) -> str:
    """Return a command line with those options that are not None."""
    told = [(f"--{name}", str(value)) for name, value in options.items() if value is not None]
    return shlex.join(["valence", verb, *(word for option in told for word in option)])


def _house(brand: Path) -> WholeHouse:
    from valence.app.house import WholeHouse  # noqa: PLC0415 - loads Ibis, DuckDB and the store

    return WholeHouse(open_brand(brand))
