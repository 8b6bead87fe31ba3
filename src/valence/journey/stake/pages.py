"""The pages of value at stake: what costs most, and who met it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from valence.core.messages import message
from valence.journey.pages.router import pages
from valence.journey.stake import view
from valence.journey.stake.answers import (
    MART,
    Stakes,
    affected_customers,
    stake_at,
    stakes_of,
)
from valence.kit.ask import Ask, Asked
from valence.kit.built import built_of, unbuilt
from valence.kit.page import Answer, Crumb, Empty, Step
from valence.kit.tables import table_page


@pages.get("/journey/stake", permission="journey:read")
def stake_page(ask: Ask) -> Response:
    """Show what bad experiences cost, by touchpoint."""
    found = stakes_of(ask.reader)
    if found is None or not found.rows:
        return ask.page(
            "kit/empty.html", title=view.TITLE, question=view.ASKED, empty=_nothing(ask)
        )
    fmt = ask.format
    return table_page(
        ask,
        view.STAKES,
        ask.reader.table(MART),
        "journey/stake.html",
        title=view.TITLE,
        question=view.ASKED,
        answer=view.answer(found, fmt),
        figures=view.figures(_first(found), fmt),
        chart=view.picture(found, fmt),
        how=view.how(_first(found), built_of(ask, MART), fmt),
        next=view.steps(found, fmt),
    )


@pages.get("/journey/stake/affected", permission="journey:read")
def affected_page(
    ask: Ask, touchpoint: Annotated[str, Query()] = "", kind: Annotated[str, Query()] = ""
) -> Response:
    """Show who met a bad experience, and whether to believe its figure."""
    row, fmt = stake_at(ask.reader, touchpoint, kind), ask.format
    return table_page(
        ask,
        view.CUSTOMERS,
        affected_customers(ask.reader, touchpoint, kind, as_of=ask.as_of),
        "journey/stake_affected.html",
        title=view.title_of(row["touchpoint"], row["kind"], fmt),
        question=message("Who met it, and what does it cost?"),
        answer=view.answer(Stakes([row]), fmt) if row["verdict"] == "costs" else Answer(
            view.VERDICTS[row["verdict"]]
        ),
        crumbs=(Crumb(view.TITLE, "/journey/stake"),),
        figures=view.figures(row, fmt),
        how=view.how(row, built_of(ask, MART), fmt),
        next=[Step(message("See all that is at stake"), "/journey/stake")],
    )  # fmt: skip


def _first(found: Stakes) -> dict[str, object] | None:
    return next(iter(found.proven or found.told), None)


def _nothing(ask: Asked) -> Empty:
    will = message("What bad experiences cost at each touchpoint, and who met them.")
    missing = unbuilt(ask, will, MART)
    if missing is not None:
        return missing
    if not ask.reader.rows(ask.reader.table("order_facts").limit(1)):
        return Empty(
            will,
            message("Nobody has bought yet: without orders no value is at stake."),
            Step(message("Import orders"), "/imports"),
        )
    return Empty(
        will,
        message(
            "No bad experience is known: no low scores, negative words, repeat contacts, or steps "
            "that did not keep a standard."
        ),
        Step(message("Import answers or contacts"), "/imports"),
    )
