"""The pages of paths: how customers really go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import Response

from valence.core.errors import BadInputError, did_you_mean
from valence.core.messages import Message, message
from valence.core.rules import RuleError
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.pages.router import pages
from valence.journey.paths import compared_view, view
from valence.journey.paths.answers import (
    changes_of,
    kinds_of,
    loops_of,
    variants_of,
    walked_of,
    ways_of,
)
from valence.journey.paths.question import MART, Question, known
from valence.journey.paths.tables import behind, edges_spec, edges_table
from valence.journey.paths.words import pair, touchpoint
from valence.kit.ask import Ask, Asked
from valence.kit.built import built_of, defined, unbuilt
from valence.kit.filters import marked
from valence.kit.page import Crumb, Tab
from valence.kit.tables import TableColumn, TableSpec, table_export, table_page, table_view

PARTS: dict[str, Message] = {
    "ways": message("Ways"),
    "variants": message("Most frequent"),
    "loops": message("Loops"),
    "kinds": message("Kinds"),
    "changes": message("What differs"),
}
PERIODS = (0, 30, 90, 365)
CUSTOMERS = TableSpec(
    "path_customers",
    message("Customers"),
    (
        TableColumn(
            "customer_id", message("Customer"), "customer", link="/customers/{customer_id}"
        ),
        TableColumn("times", message("Times"), "int"),
        TableColumn("first_at", message("First"), "instant"),
        TableColumn("last_at", message("Last"), "instant"),
    ),
    key=("customer_id",),
    sort="-times",
)


@pages.get("/journey/paths", permission="journey:read")
def paths_page(ask: Ask) -> Response:
    """Show which ways journeys take."""
    params = ask.request.query_params
    part = params.get("part") or "ways"
    if part not in PARTS:
        raise BadInputError("Paths have no part {part!r}. {fix}",
                            part=part, fix=did_you_mean(part, PARTS))  # fmt: skip
    will = message("Which touchpoints customers come to, in which order, how soon, and how often.")
    if not ask.reader.has(MART):
        empty = unbuilt(ask, will, MART)
        return ask.page("kit/empty.html", title=view.TITLE, question=view.ASKED, empty=empty)
    question = Question.parsed(params)
    shared = _shared(ask, question, part)
    try:
        return _SHOWN[part](ask, question, shared)
    except RuleError as wrong:
        return ask.page("journey/paths.html", status=422, fault=marked(wrong), **shared)


def _shared(ask: Asked, question: Question, part: str) -> dict[str, Any]:
    without = dict.fromkeys(("show", "cursor", "sort", "where", "all"))  # what only tables ask
    tabs = [Tab(said, ask.here(part=name, **without), name == part) for name, said in PARTS.items()]
    return {
        "title": view.TITLE,
        "asked": view.ASKED,
        "part": part,
        "tabs": tabs,
        "question": question,
        "touchpoints": known(ask.reader),
        "periods": PERIODS,
        "said": touchpoint,
    }


def _day(ask: Asked) -> date:
    day = ask.as_of
    if day is None:
        raise BadInputError("No figures have been built yet.")
    return day


def _ways(ask: Asked, question: Question, shared: dict[str, Any]) -> Response:
    spec = edges_spec(_behind_page(question))
    table = edges_table(ask.reader, question, _day(ask))
    if how := ask.request.query_params.get("format"):
        return table_export(ask, spec, table, how)
    found, fmt = ways_of(ask.reader, question, _day(ask)), ask.format
    unfolded = ask.request.query_params.get("all") == "1"
    shown = table_view(ask, spec, table)
    return ask.page(
        "journey/paths.html",
        status=422 if shown.fault else 200,
        answer=view.ways_answer(found, fmt),
        figures=view.ways_figures(found, fmt),
        chart=view.ways_chart(found, fmt, unfolded=unfolded, page=_flow_page(question)),
        unfolded=unfolded,
        table=shown,
        how=view.ways_how(built_of(ask, MART)),
        next=view.ways_steps(found, fmt),
        **shared,
    )


def _variants(ask: Asked, question: Question, shared: dict[str, Any]) -> Response:
    found, fmt = variants_of(ask.reader, question, _day(ask)), ask.format
    most = view.EVERY if ask.request.query_params.get("all") == "1" else view.LISTED
    return ask.page(
        "journey/paths.html",
        answer=view.variants_answer(found, fmt),
        seen=view.matrix_chart(found, fmt),
        lists=[(message("The most frequent ways"), view.variants_table(found, fmt, most=most))],
        longer=len(found.rows) > most,
        chips=_left_out(ask),
        how=view.ways_how(built_of(ask, MART)),
        **shared,
    )


def _left_out(ask: Asked) -> list[Message]:
    """Say who was left out, where anybody was."""
    found, fmt = walked_of(ask.reader), ask.format
    if not found.customers_left_out:
        return []
    return [
        message(
            "{n} customers with more than {most} steps left out",
            n=fmt.integer(found.customers_left_out), most=fmt.integer(found.most_steps),
        )
    ]  # fmt: skip


def _loops(ask: Asked, question: Question, shared: dict[str, Any]) -> Response:
    days = defined(ask, JOURNEY_KIND, JourneyDefinition, MART).repeat_days
    found, fmt = loops_of(ask.reader, question, _day(ask), within_days=days), ask.format
    lists = []
    if found.repeats:
        lists.append(
            (message("Contacts that came again for the same matter"),
             view.repeats_table(found, fmt))
        )  # fmt: skip
    if found.asked:
        lists.append(
            (message("The same asked for again through another channel"),
             view.asked_table(found, fmt))
        )  # fmt: skip
    lists.append((message("Steps back"), view.loops_table(found, fmt)))  # the longest
    return ask.page(
        "journey/paths.html",
        answer=view.loops_answer(found, fmt),
        chips=_left_out(ask),
        lists=lists,
        how=view.loops_how(built_of(ask, MART), found.within_days),
        **shared,
    )


def _kinds(ask: Asked, question: Question, shared: dict[str, Any]) -> Response:
    found, fmt = kinds_of(ask.reader, question, _day(ask)), ask.format
    return ask.page(
        "journey/paths.html",
        answer=compared_view.kinds_answer(found, fmt),
        lists=[(message("What sets them apart"), compared_view.kinds_table(found, fmt))]
        if found.kinds
        else [],
        how=compared_view.kinds_how(built_of(ask, MART)),
        **shared,
    )


def _changes(ask: Asked, question: Question, shared: dict[str, Any]) -> Response:
    found, fmt = changes_of(ask.reader, question, _day(ask)), ask.format
    edges = compared_view.changes_table("changes", found, found.edges, fmt)
    ways = compared_view.changes_table("changed-ways", found, found.variants, fmt)
    return ask.page(
        "journey/paths.html",
        answer=compared_view.changes_answer(found, fmt),
        chips=[compared_view.changes_said(found, fmt)],
        lists=[
            (message("Steps from touchpoint to touchpoint"), edges),
            (message("Whole ways"), ways),
        ],
        how=compared_view.changes_how(built_of(ask, MART)),
        **shared,
    )


_SHOWN: dict[str, Callable[[Asked, Question, dict[str, Any]], Response]] = {
    "ways": _ways, "variants": _variants, "loops": _loops, "kinds": _kinds, "changes": _changes,
}  # fmt: skip


@pages.get("/journey/paths/customers", permission="journey:read")
def path_customers_page(ask: Ask) -> Response:
    """Show the customers who went from one touchpoint to another."""
    params = ask.request.query_params
    question = Question.parsed(params)
    start, end = params.get("start") or None, params.get("end") or None
    if start is None and end is None:
        raise BadInputError("Name the touchpoint that the customers came from, or went to.")
    table = behind(ask.reader, question, _day(ask), start, end, params.get("at"))
    return table_page(
        ask,
        CUSTOMERS,
        table,
        "journey/path_customers.html",
        title=pair(start, end, ask.format),
        crumbs=(Crumb(view.TITLE, "/journey/paths"),),
        asked=message("Who went this way?"),
        how=view.ways_how(built_of(ask, MART)),
    )


def _behind_page(question: Question) -> str:
    """The address of the customers behind a pair of a table, with places for its columns."""
    return f"/journey/paths/customers?{_kept(question)}start={{start}}&end={{end}}"


def _flow_page(question: Question) -> Callable[[int, str, str], str]:
    def page(position: int, start: str, end: str) -> str:
        asked = urlencode({"at": position, "start": start, "end": end})
        return f"/journey/paths/customers?{_kept(question)}{asked}"

    return page


def _kept(question: Question) -> str:
    said = {
        "from": question.start, "to": question.end, "segment": question.segment,
        "days": question.days or "", "gap": question.gap_days,
    }  # fmt: skip
    kept = urlencode({name: value for name, value in said.items() if value != ""})
    return f"{kept}&".replace("{", "{{").replace("}", "}}") if kept else ""
