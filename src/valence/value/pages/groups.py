"""The pages of value by group, and of firms."""

from __future__ import annotations

from fastapi.responses import Response

from valence.core.errors import BadInputError, NotFoundError, did_you_mean
from valence.core.messages import Message, message
from valence.kit.ask import Ask, Asked
from valence.kit.page import Crumb, Tab
from valence.kit.tables import table_export, table_page, table_view
from valence.value import accounts_view, groups_view, worth_view
from valence.value.accounts_answers import firm_of, firms_of, people_of
from valence.value.groups_answers import groups_of
from valence.value.groups_tables import ACCOUNTS, DIMENSIONS, PEOPLE, groups_spec
from valence.value.pages.router import built_of, empty, pages

TITLE = message("Value by group")
FIRMS = message("Firms")


@pages.get("/value/groups", permission="value:read")
def groups_page(ask: Ask) -> Response:
    """Show what each segment, tier, channel, country or store brings."""
    by = dimension(ask.request.query_params.get("by"))
    found, fmt = groups_of(ask.reader, by), ask.format
    if found is None or not found.rows:
        will = message("What each segment, value tier, channel, country and store brings.")
        return ask.page(
            "kit/empty.html", title=TITLE, question=groups_view.BRINGS, empty=empty(ask, will)
        )
    spec, table = groups_spec(by), ask.reader.table("value_groups")
    table = table.filter(table.dimension == by).drop("dimension")
    if how := ask.request.query_params.get("format"):
        return table_export(ask, spec, table, how)
    view, told = table_view(ask, spec, table), groups_view.how(built_of(ask, "value_groups"))
    return ask.page(
        "value/tabbed.html",
        status=422 if view.fault else 200,
        title=TITLE,
        question=groups_view.BRINGS,
        answer=groups_view.answer(found, fmt),
        chips=[worth_view.basis_chip(found.basis or "")],
        tabs=_tabs(ask, by),
        figures=groups_view.figures(found, fmt),
        chart=groups_view.chart(found, fmt),
        table=view,
        how=told,
        next=groups_view.steps(found, fmt),
    )


@pages.get("/value/groups/accounts", permission="value:read")
def accounts_page(ask: Ask) -> Response:
    """Show what each firm brings, how many people it has, and on whom it hangs."""
    found, fmt = firms_of(ask.reader), ask.format
    tabs = _tabs(ask, "accounts")
    if found is None or not found.firms:
        will = message("What each firm brings, and how much of it hangs on one person.")
        return ask.page(
            "value/tabbed.html",
            title=TITLE,
            question=accounts_view.FIRMS,
            tabs=tabs,
            empty=empty(ask, will) if found is None else accounts_view.no_firms(),
        )
    return table_page(
        ask,
        ACCOUNTS,
        ask.reader.table("accounts"),
        "value/tabbed.html",
        title=TITLE,
        question=accounts_view.FIRMS,
        answer=accounts_view.firms_answer(found, fmt),
        chips=[worth_view.basis_chip(found.basis or "")],
        tabs=tabs,
        figures=accounts_view.firms_figures(found, fmt),
        how=accounts_view.firms_how(built_of(ask, "accounts")),
    )


@pages.get("/value/groups/accounts/{account_id:path}", permission="value:read")
def account_page(ask: Ask, account_id: str) -> Response:
    """Show one firm and its people."""
    row = firm_of(ask.reader, account_id)
    if row is None:
        raise NotFoundError("No customer belongs to a firm {account_id!r}.", account_id=account_id)
    return table_page(
        ask,
        PEOPLE,
        people_of(ask.reader, account_id),
        "value/tabbed.html",
        title=account_id,
        crumbs=(Crumb(FIRMS, "/value/groups/accounts"),),
        question=accounts_view.FIRMS,
        answer=accounts_view.firm_answer(row, ask.format),
        figures=accounts_view.firm_figures(row, ask.format),
        how=accounts_view.firms_how(built_of(ask, "accounts")),
    )


def dimension(by: str | None) -> str:
    """Return what groups are made by; segments where nothing is said.

    Raises
    ------
    BadInputError
        If there are no such groups.
    """
    if by and by not in DIMENSIONS:
        raise BadInputError(
            "Value is not told by {by!r}. {fix}", by=by, fix=did_you_mean(by, DIMENSIONS)
        )
    return by or next(iter(DIMENSIONS))


def _tabs(ask: Asked, current: str) -> list[Tab]:
    every: list[tuple[Message, str, str]] = [
        (title, ask.url("/value/groups", by=name), name) for name, title in DIMENSIONS.items()
    ]
    every.append((FIRMS, "/value/groups/accounts", "accounts"))
    return [Tab(title, href, name == current) for title, href, name in every]
