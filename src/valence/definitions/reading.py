"""The definition that holds, as its model: what marts and pages read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from valence.core.errors import BadInputError

D = TypeVar("D", bound=BaseModel)


def published(definitions: Mapping[str, Mapping[str, object]], kind: str, model: type[D]) -> D:
    """Return the published definition of that kind, or the default where none is published.

    Raises
    ------
    BadInputError
        If the document does not fit the model: every fault, with its field.
    """
    try:
        return model.model_validate(dict(definitions.get(kind, {})))
    except ValidationError as wrong:
        raise BadInputError(
            "The definition {kind!r} cannot be used: {faults}. Change it under Definitions.",
            kind=kind,
            faults=faults_of(wrong, kind),
        ) from wrong


def faults_of(wrong: ValidationError, whole: str = "") -> str:
    """Return every fault of a document with its field; `whole` names the document itself."""
    return "; ".join(
        f"{'.'.join(map(str, error['loc'])) or whole}: {error['msg']}" for error in wrong.errors()
    )
