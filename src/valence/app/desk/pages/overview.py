"""The overview: how the customer base is doing."""

from __future__ import annotations

from fastapi.responses import Response

from valence.app.desk import overview
from valence.app.desk.findings import told
from valence.app.desk.numbers import numbers
from valence.app.desk.pages.router import house_of, pages
from valence.app.desk.standing import Standing, ago, standing
from valence.core.messages import Message, message
from valence.kit.ask import Ask, Asked
from valence.kit.page import Empty, Step


@pages.get("/", permission="house:read")
def overview_page(ask: Ask) -> Response:
    """Show the overview, or what to do first."""
    where = standing(house_of(ask), runs=1)
    found = numbers(ask.reader)
    if found is None:
        return _first(ask, where)
    fmt = ask.format
    return ask.page(
        "desk/overview.html",
        answer=overview.answer(found, fmt),
        figures=overview.figures(found, fmt),
        chart=overview.chart(found, fmt),
        findings=told(found, fmt),
        how=overview.how(found, _built(ask, where)),
        basis=overview.BASIS.get(found.summary["value_basis"], ""),
        where=where,
        panels=ask.house.panels("overview"),
        next=_next(where),
    )


def _first(ask: Asked, where: Standing) -> Response:
    """Show what to do before there are figures."""
    return ask.page(
        "desk/first.html",
        where=where,
        imports=_has(ask, "/imports"),
        empty_data=_without_orders(ask, where),
        empty_built=Empty(
            message("Here you will see what your customers are worth, and what to do about it."),
            _unbuilt(ask, where),
        ),
    )


def _without_orders(ask: Asked, where: Standing) -> Empty:
    will = message("Here you will see what your customers are worth, and what to do about it.")
    if not where.others:
        return Empty(will, message("No orders have been imported yet."))
    here = message(
        "No orders have been imported yet; {n} rows of what customers did and said have.",
        n=ask.format.integer(where.others),
    )
    if where.built_at is None:
        return Empty(will, here, Step(message("Build figures from them"), "/builds"))
    return Empty(will, here, Step(message("See what customers feel"), "/experience"))


def _unbuilt(ask: Asked, where: Standing) -> Message:
    if where.as_of is not None:
        return message(
            "The figures were built for {day}, and no order was placed up to then. Build them for "
            "the last day that orders cover.",
            day=ask.format.day(where.as_of),
        )
    return message(
        "{orders} orders have landed; the figures have not been built from them yet.",
        orders=ask.format.integer(where.orders),
    )


def _built(ask: Asked, where: Standing) -> Message | str:
    if where.built_at is None:
        return ""
    return message(
        "{when} ({ago}), as of {day}",
        when=ask.format.instant(where.built_at),
        ago=ago(ask.format, where.built_at),
        day=ask.format.day(where.as_of),
    )


def _next(where: Standing) -> list[Step]:
    steps = [
        Step(message("Look at the customers"), "/customers?sort=-value_amount"),
        Step(message("See which cohorts stay"), "/cohorts"),
    ]
    if where.waiting and where.active is None:
        newer = message("New data have landed that these figures do not know yet.")
        steps.insert(0, Step(message("Bring the figures up to date"), "/builds", newer))
    return steps[:2]


def _has(ask: Asked, path: str) -> bool:
    """Whether some capability has a page there."""
    return any(item.path == path for group in ask.house.navigation for item in group.items)
