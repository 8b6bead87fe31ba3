"""Value by group and by firm, by API."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field

from valence.core.errors import NotFoundError
from valence.kit.ask import Ask
from valence.kit.schemas import PAGE, made_model, row_model
from valence.kit.tables import TablePage, TableParams, table_api
from valence.value.accounts_answers import firm_of, firms_of, people_of
from valence.value.api.router import api, built
from valence.value.groups_answers import groups_of
from valence.value.groups_mart import ACCOUNTS, GROUPS
from valence.value.groups_tables import ACCOUNTS as ACCOUNTS_TABLE
from valence.value.groups_tables import PEOPLE as PEOPLE_TABLE

_GROUP: Any = row_model("ValueGroup", "What one group brings.", GROUPS[1:])
_FIRM: Any = row_model("Firm", "What one firm brings.", ACCOUNTS)
Groups = made_model(
    "ValueGroups",
    "What the groups of one dimension bring, the most valuable of the last twelve months first.",
    as_of=(date | None, Field(None, description="The day that the figures stand for.")),
    by=(str, Field(description="What the groups are made by.")),
    value_basis=(str | None, Field(None, description="What value is.")),
    items=(list[_GROUP], Field(description="The groups.")),
)
Firms = made_model(
    "Firms",
    "One page of firms.",
    items=(list[_FIRM], Field(description="The firms.")),
    **PAGE,
)
By = Annotated[
    Literal["segment", "tier", "main_channel", "country", "store"],
    Query(description="What the groups are made by."),
]


@api.get("/value/groups", permission="value:read", response_model=Groups)
def groups(ask: Ask, by: By = "segment") -> dict[str, Any]:
    """Give what each segment, tier, channel, country or store brings."""
    found = built(groups_of(ask.reader, by))
    return {
        "as_of": found.as_of,
        "by": by,
        "value_basis": found.basis,
        "items": found.rows,
    }


@api.get("/value/accounts", permission="value:read", response_model=Firms)
def accounts(ask: Ask, _: TableParams) -> dict[str, Any]:
    """Give what each firm brings, how many people it has, and how much hangs on one."""
    built(firms_of(ask.reader))
    return table_api(ask, ACCOUNTS_TABLE, ask.reader.table("accounts")).model_dump()


@api.get("/value/accounts/{account_id}/customers", permission="value:read")
def account_customers(ask: Ask, account_id: str, _: TableParams) -> TablePage:
    """Give the customers of a firm, with their share of its value."""
    if firm_of(ask.reader, account_id) is None:
        raise NotFoundError("No customer belongs to a firm {account_id!r}.", account_id=account_id)
    return table_api(ask, PEOPLE_TABLE, people_of(ask.reader, account_id))
