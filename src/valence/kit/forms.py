"""Forms: what was typed, what is wrong with it in words, and the value once it is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile

from valence.core.errors import ValenceError
from valence.core.messages import Message
from valence.kit.problems import field_fault

Model = TypeVar("Model", bound=BaseModel)


@dataclass
class Typed(Generic[Model]):
    """A form as it came in: show it again with `errors`, or take its `value`.

    Macros of `kit/form.html` read `values` and `errors` by field name; `errors[""]` is what is
    wrong with the form as a whole.
    """

    values: Mapping[str, str]
    value: Model | None = None
    errors: dict[str, Message] = field(default_factory=dict)

    def refused(self, error: ValenceError, name: str = "") -> Typed[Model]:
        """Return the form with an error that came later, at a field or as a whole."""
        return Typed(self.values, None, {**self.errors, name: error.message})


def blank(model: type[Model], **values: object) -> Typed[Model]:
    """Return a form not yet filled in: the model's defaults, then `values`."""
    defaults = {
        name: info.default
        for name, info in model.model_fields.items()
        if not info.is_required() and info.default not in (None, ...)
    }
    shown = {name: _text(value) for name, value in {**defaults, **values}.items()}
    return Typed(shown)


def typed(model: type[Model], values: Mapping[str, str]) -> Typed[Model]:
    """Return what was typed, checked by the model; a field left empty counts as not given."""
    given = {name: value for name, value in values.items() if value.strip() != ""}
    try:
        return Typed(values, model.model_validate(given))
    except ValidationError as wrong:
        errors: dict[str, Message] = {}
        for each in wrong.errors():
            place = str(each["loc"][0]) if each["loc"] else ""
            errors.setdefault(place, field_fault(dict(each))[1])
        return Typed(values, None, errors)


def _text(value: object) -> str:
    if value is True:
        return "on"
    return "" if value is None or value is False else str(value)


async def _read(request: Request) -> dict[str, str]:
    found = await request.form()
    return {name: value for name, value in found.multi_items() if isinstance(value, str)}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a posted form: what it was called, and its first bytes, one more than may be."""

    name: str
    content: bytes


MOST_BYTES = 10_000_000  # of a file of a form


async def _uploads(request: Request) -> dict[str, Upload]:
    found = await request.form()
    return {
        name: Upload(value.filename, await value.read(MOST_BYTES + 1))
        for name, value in found.multi_items()
        if isinstance(value, UploadFile) and value.filename
    }


Uploads = Annotated[dict[str, Upload], Depends(_uploads)]
"""The files of a posted form by field, those that were chosen; beside `data: FormData`."""
FormData = Annotated[dict[str, str], Depends(_read)]
"""The text fields of a posted form, for handlers: `data: FormData`, then `typed(Model, data)`."""
