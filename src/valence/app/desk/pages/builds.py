"""Builds: whether the figures are up to date, how the last runs went, what rests on what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fastapi.responses import RedirectResponse, Response

from valence.app.desk.building import BuildParams, active_build, ask_for_build, waiting_build
from valence.app.desk.lineage import lineage, lineage_chart
from valence.app.desk.pages.jobs import doing
from valence.app.desk.pages.router import house_of, pages
from valence.app.desk.standing import (
    MODES,
    STATUS,
    WILL,
    Standing,
    ago,
    fault_of,
    run_log,
    standing,
    status_of,
)
from valence.core.clock import now
from valence.core.errors import BadInputError, NotFoundError
from valence.core.messages import Message, message
from valence.jobs import Job
from valence.kit.ask import Ask, Asked
from valence.kit.forms import FormData, blank, typed
from valence.kit.languages import by_number
from valence.kit.page import Answer, Crumb, Empty, Figure, How, Step
from valence.lake import build as lake_build
from valence.lake.runs import Run, started
from valence.store import Unit

BUILDS = Crumb(message("Builds"), "/builds")
HOW = How(
    message(
        "A build makes every mart that rests on something that changed: only the customers or "
        "months with changed rows where that is enough, the whole of it otherwise. All marts are "
        "published together, or none is."
    ),
    source=message("House rule; the order follows from what each mart declares as its inputs."),
    note=message(
        "One process builds or imports at a time. Readers are never stopped: pages show the "
        "figures of before until the new ones are published."
    ),
    links=((message("What would a build do now?"), "/builds/plan"),),
)


@pages.get("/builds", permission="house:read")
def builds_page(ask: Ask) -> Response:
    """Show how the figures stand, the last runs, and the lineage."""
    return _page(ask, blank(BuildParams))


def _page(ask: Asked, form: Any, status: int = 200) -> Response:
    house, fmt = house_of(ask), ask.format
    where = standing(house)
    head = house.lake.snapshot().head
    return ask.page(
        "desk/builds.html",
        status=status,
        answer=_answer(ask, where),
        figures=_figures(ask, where),
        where=where,
        active=doing(ask, where.active) if where.active else None,
        trouble=fault_of(where.last) if where.last and where.last.status != "succeeded" else None,
        trouble_title=_trouble_title(where.last),
        runs=[_row(run) for run in where.runs],
        chart=lineage_chart(fmt, lineage(house, head)),
        form=form,
        engine=house.brand.settings.lake.engine,
        how=HOW,
        empty=_empty(where),
        next=_next(where),
    )


@pages.post("/builds", permission="house:build")
def start_build(ask: Ask, data: FormData) -> Response:
    """Ask for a build."""
    form = typed(BuildParams, {**data, "whole": "true" if data.get("whole") else "false"})
    if form.value is None:
        return _page(ask, form, 422)
    params, house = form.value, house_of(ask)

    def once(unit: Unit) -> Job:
        # A second click asks for nothing new: what waits will do it.
        waiting = waiting_build(unit, params)
        return waiting or ask_for_build(house, unit, params, actor=ask.actor.id)

    house.store.transact(once)
    return RedirectResponse("/builds", 303)


@pages.get("/builds/active", permission="house:read")
def active_fragment(ask: Ask) -> Response:
    """Show the build that runs or waits, as a fragment."""
    with house_of(ask).store.reading() as view:
        job = active_build(view)
    return ask.page("desk/doing.html", doing=doing(ask, job) if job else None)


@pages.get("/builds/plan", permission="house:read")
def plan_page(ask: Ask) -> Response:
    """Show what a build would do now, and why."""
    house = house_of(ask)
    try:
        planned = house.explain(lake_build.Ask())
    except BadInputError as nothing:  # no orders yet: an empty state, not an error
        where = Empty(
            message("Here you will see what a build would do, mart by mart."), nothing.message
        )
        return ask.page("desk/plan.html", crumbs=[BUILDS], empty=where, rows=[], answer=None)
    making = sum(item.mode != "keep" for item in planned)
    core = by_number(
        making,
        message("A build would make 1 of {all} marts.", all=len(planned)),
        message("A build would make {n} of {all} marts.", n=making, all=len(planned)),
    )
    if not making:
        core = message("A build would change nothing: every mart is up to date.")
    rows = [(item, WILL[item.mode]) for item in planned]
    titles = {
        node.name: node.title for node in lineage(house, ask.reader.snapshot.head).nodes.values()
    }
    return ask.page(
        "desk/plan.html",
        crumbs=[BUILDS],
        empty=None,
        rows=rows,
        titles=titles,
        making=making,
        answer=Answer(core),
    )


@pages.get("/builds/runs/{run_id}", permission="house:read")
def run_page(ask: Ask, run_id: str) -> Response:
    """Show one run, mart by mart."""
    house = house_of(ask)
    run = find_run(run_log(house, 500), run_id)
    titles = {mart.name: mart.title for mart in house.marts}
    return ask.page(
        "desk/run.html",
        crumbs=[BUILDS],
        run=run,
        started=started(run),
        outcome=STATUS[status_of(run)],
        answer=_run_answer(ask, run),
        trouble=fault_of(run),
        rows=[(mart, titles.get(mart.mart, mart.mart), MODES[mart.mode]) for mart in run.marts],
        how=HOW,
        figures=_run_figures(ask, run),
        next=[
            Step(message("Look at the figures"), "/"),
            Step(message("See what is made from what"), "/builds#lineage-card"),
        ],
    )


def find_run(runs: list[Run], run_id: str) -> Run:
    """Return the run of that id.

    Raises
    ------
    NotFoundError
        If the log does not hold it.
    """
    for run in runs:
        if run.run_id == run_id:
            return run
    raise NotFoundError(
        "There is no build {id} in the log, which keeps the last {n}.", id=run_id, n=500
    )


def _run_answer(ask: Asked, run: Run) -> Answer:
    made = sum(mart.mode != "keep" for mart in run.marts)
    values = {"engine": _engine(run.engine), "seconds": ask.format.seconds(run.seconds)}
    if run.status == "running":
        return Answer(message("It is at work.", **values))
    if run.status != "succeeded":
        core = message("It published nothing: the figures of before stay.")
        rest = message("{n} marts were finished before; the next build uses them.", n=made)
        return Answer(core, rest=rest if made else "")
    return Answer(
        message("{made} of {all} marts were made in {seconds} by {engine}.",
                made=made, all=len(run.marts), **values)
    )  # fmt: skip


def _run_figures(ask: Asked, run: Run) -> list[Figure]:
    fmt = ask.format
    made = [mart for mart in run.marts if mart.mode != "keep"]
    over = run.status not in ("running", "killed")
    return [
        Figure(
            message("The figures stand for"),
            fmt.day(date.fromisoformat(run.as_of)) if run.as_of else None,
        ),
        Figure(
            message("Time taken"),
            fmt.seconds(run.seconds) if over else None,
            message("by {engine}", engine=_engine(run.engine)),
            absent=message("still at work") if run.status == "running" else message("not known"),
        ),
        Figure(
            message("Marts made"),
            fmt.integer(len(made)),
            message("of {n}", n=fmt.integer(len(run.marts))),
        ),
        Figure(message("Rows in them"), fmt.integer(sum(mart.rows for mart in made))),
    ]


def _engine(name: str) -> str:
    return {"duckdb": "DuckDB", "spark": "Spark"}.get(name, name)


def _row(run: Run) -> dict[str, Any]:
    made = [mart for mart in run.marts if mart.mode != "keep"]
    return {
        "run": run,
        "started": started(run),
        "status": STATUS[status_of(run)],
        "engine": _engine(run.engine),
        "as_of": date.fromisoformat(run.as_of) if run.as_of else None,
        "made": len(made),
        "rows": sum(mart.rows for mart in made),
        "fault": fault_of(run),
    }


def _answer(ask: Asked, where: Standing) -> Answer | None:
    if where.as_of is None or where.built_at is None:
        return None
    day, since = ask.format.day(where.as_of), ago(ask.format, where.built_at)
    if where.waiting:
        core = message("The figures stand for {day}, and newer data have landed since.", day=day)
        rest = message("They were built {ago}. A build takes up what changed.", ago=since)
        return Answer(core, rest=rest)
    core = message("The figures stand for {day} and know everything that has landed.", day=day)
    return Answer(core, rest=message("They were built {ago}.", ago=since))


def _figures(ask: Asked, where: Standing) -> list[Figure]:
    fmt, last = ask.format, where.last
    never = message("never built")
    return [
        Figure(
            message("The figures stand for"),
            fmt.day(where.as_of) if where.as_of else None,
            absent=never,
            note=message("built {ago}", ago=ago(fmt, where.built_at)) if where.built_at else "",
        ),
        Figure(
            message("The last build took"),
            fmt.seconds(where.seconds[-1]) if where.seconds else None,
            absent=never,
            note=message("by {engine}", engine=_engine(last.engine)) if last else "",
            spark=where.seconds,
        ),
        Figure(
            message("Marts"),
            fmt.integer(where.marts),
            note=message("{rows} rows", rows=fmt.short(where.rows)),
        ),
        Figure(
            message("Changed rows not yet in the figures"),
            fmt.integer(where.waiting),
            note=message("nothing waits") if not where.waiting else "",
            href="/builds/plan",
        ),
    ]


def _trouble_title(last: Run | None) -> Message | str:
    if last is None or last.status == "succeeded":
        return ""
    return {
        "stopped": message("The last build was stopped"),
        "killed": message("The last build was killed"),
    }.get(status_of(last), message("The last build failed"))


def _empty(where: Standing) -> Empty | None:
    if where.runs or where.marts:
        return None
    will = message("Here you will see when the figures were built, how long it took, and why.")
    if not where.orders:
        return Empty(will, message("No orders have been imported yet."))
    return Empty(will, message("Nothing has been built yet. Start the first build above."))


def _next(where: Standing) -> list[Step]:
    if not where.orders:
        return [Step(message("See how to begin"), "/")]
    steps = [Step(message("See what a build would do now"), "/builds/plan")]
    if where.as_of:
        steps.insert(0, Step(message("Look at the figures"), "/"))
    last = where.last
    if last and last.status == "failed" and now() - started(last) < timedelta(days=1):
        steps.append(Step(message("Look at the jobs"), "/jobs?state=failed"))
    return steps[:2]
