"""What customers are called, beside their ids: in cells, in rows of the API, in exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
from pydantic import Field

from valence.kit.ask import Asked
from valence.kit.export import Beside
from valence.kit.opened import OpenBrand
from valence.people.labels import Label
from valence.people.vault import Vault

LABEL, NUMBER = "label", "number"
# Of a row of the API, as pydantic's `(type, Field(...))`.
FIELDS: Mapping[str, Any] = {
    LABEL: (str, Field(description="Masked name and the number that a source knows them by.")),
    NUMBER: (
        str | None,
        Field(None, description="The number in the source, by which its rows are found again."),
    ),
}


def labels(ask: Asked, ids: Iterable[str]) -> Mapping[str, Label]:
    """Return what each customer is called, masked; read in one go."""
    house = ask.service(OpenBrand)
    return Vault(house.store, house.keyring).labels(ids)


def with_labels(ask: Asked, rows: Sequence[Mapping[str, Any]], column: str) -> list[dict[str, Any]]:
    """Return rows with `label` and `number` behind the column that holds the customer's id.

    The number is that of the source, whole, by which its own rows are found again; None where the
    source has none, or none that may be shown.
    """
    found = labels(ask, [row[column] for row in rows if row[column] is not None])
    told = [found.get(row[column]) for row in rows]
    return [
        {column: row[column], LABEL: _said(one), NUMBER: _number(one), **row}
        for row, one in zip(rows, told, strict=True)
    ]


def beside(ask: Asked, column: str) -> Beside:
    """Return the same two columns for an export, made batch by batch."""

    def told(ids: pa.Array) -> list[pa.Array]:
        texts = ids.to_pylist()
        found = labels(ask, [one for one in texts if one is not None])
        each = [found.get(one) for one in texts]
        return [
            pa.array([_said(one) for one in each], pa.string()),
            pa.array([_number(one) for one in each], pa.string()),
        ]

    return Beside(column, (LABEL, NUMBER), told)


def _said(one: Label | None) -> str:
    return "" if one is None else str(one)  # a row may name nobody


def _number(one: Label | None) -> str | None:
    return None if one is None else one.source_number or None
