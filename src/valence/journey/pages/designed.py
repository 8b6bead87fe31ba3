"""The designed journey beside the walked one, and who left it where."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from valence.core.errors import NotFoundError
from valence.core.messages import message
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.designed import ladder, view
from valence.journey.designed.answers import MART, Designed, designed_of, gone
from valence.journey.designed.words import name_of, went_said
from valence.journey.pages.router import pages
from valence.kit.ask import Ask, Asked
from valence.kit.built import built_of, defined, unbuilt
from valence.kit.page import Crumb, Empty
from valence.kit.tables import TableColumn, TableSpec, table_page

GONE = TableSpec(
    "designed_gone",
    message("Customers"),
    (
        TableColumn(
            "customer_id", message("Customer"), "customer", link="/customers/{customer_id}"
        ),
        TableColumn("first_at", message("First there"), "instant"),
        TableColumn("came", message("Came to the designed step within the days set"), "bool"),
        TableColumn(
            "hours", message("Hours until then"), "float", absent=message("not within the days set")
        ),
    ),
    key=("customer_id",),
    sort="-first_at",
    examples=((message("did not come all the same"), "not came"),),
)


@pages.get("/journey/designed", permission="journey:read")
def designed_page(ask: Ask) -> Response:
    """Show the designed journey beside the walked one."""
    found, fmt = _found(ask), ask.format
    if found is None or not found.places:
        return ask.page(
            "kit/empty.html", title=view.TITLE, question=view.ASKED, empty=_nothing(ask)
        )
    return ask.page(
        "journey/designed.html",
        title=view.TITLE,
        question=view.ASKED,
        answer=view.answer(found, fmt),
        figures=view.figures(found, fmt),
        rungs=ladder.rungs(found, fmt),
        kinds=ladder.KINDS,
        ways=view.ways_table(found, fmt),
        detours=view.detours_table(found, fmt),
        undesigned=view.undesigned(found, fmt),
        how=view.how(found, built_of(ask, MART)),
        next=view.next_steps(found),
    )


@pages.get("/journey/designed/customers", permission="journey:read")
def designed_customers_page(
    ask: Ask, step: Annotated[int, Query()] = 1, to: Annotated[str, Query()] = ""
) -> Response:
    """List the customers who went from a designed step to a touchpoint next."""
    found, fmt = _found(ask), ask.format
    if found is None:
        raise NotFoundError("No figures have been built yet. Import orders, then build.")
    table = gone(ask.reader, found, step, to)
    return table_page(
        ask,
        GONE,
        table,
        "journey/path_customers.html",
        title=f"{name_of(found.places[step - 1], fmt)} → {went_said(to, fmt)}",
        asked=message("Who went this way?"),
        crumbs=(Crumb(view.TITLE, "/journey/designed"),),
        how=view.how(found, built_of(ask, MART)),
    )


def _found(ask: Asked) -> Designed | None:
    definition = defined(ask, JOURNEY_KIND, JourneyDefinition, MART)
    return designed_of(ask.reader, definition, ask.as_of)


def _nothing(ask: Asked) -> Empty:
    return unbuilt(ask, view.WILL, MART) or view.nothing_designed()
