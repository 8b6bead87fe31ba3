"""The definition that holds, as its model: what marts and pages read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from valence.core.errors import BadInputError
from valence.definitions.versions import Version, definition_at
from valence.store.store import View

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


def in_force(view: View, kind: str, model: type[D], at: datetime) -> tuple[D, Version | None]:
    """Return the definition of a singleton that holds at a moment, and its version.

    Where none is published: the defaults, and None.
    """
    version = definition_at(view, kind, kind, at)
    return published({} if version is None else {kind: version.document}, kind, model), version


def faults_of(wrong: ValidationError, whole: str = "") -> str:
    """Return every fault of a document with its field; `whole` names the document itself."""
    return "; ".join(
        f"{'.'.join(map(str, error['loc'])) or whole}: {error['msg']}" for error in wrong.errors()
    )
