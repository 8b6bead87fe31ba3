"""Models of what an API gives, made of the declared columns of the published tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field, create_model

from valence.kit.tables import TablePage
from valence.lake.columns import Column

_TYPES: dict[str, Any] = {
    "text": str, "int": int, "amount": Decimal, "float": float, "bool": bool, "day": date,
    "instant": datetime, "json": str,
}  # fmt: skip


def row_model(name: str, doc: str, columns: Iterable[Column]) -> type[BaseModel]:
    """Return the model of a row: every column with its meaning; amounts are exact text in JSON."""
    return made_model(name, doc, **typed(columns))


def typed(columns: Iterable[Column]) -> dict[str, Any]:
    """Return the fields of declared columns, as `made_model` takes them."""
    return {
        column.name: (_TYPES[column.kind] | None, Field(None, description=column.meaning))
        for column in columns
    }


def made_model(name: str, doc: str, /, **fields: Any) -> type[BaseModel]:
    """Return a model of fields, each as pydantic's `(type, Field(...))`."""
    made: type[BaseModel] = create_model(name, __doc__=doc, **fields)
    return made


PAGE: dict[str, Any] = {
    name: (field.annotation, field)
    for name, field in TablePage.model_fields.items()
    if name != "items"
}  # what a page of rows of its own model has beside them
