"""What goes out of the API: a response model, filled from the thing that it tells of."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)


def filled(model: type[M], thing: object, **otherwise: Any) -> M:
    """Return a model with the fields of a thing that have its names; those in `otherwise` as given.

    Examples
    --------
    >>> from datetime import date
    >>> class Day(BaseModel):
    ...     year: int
    ...     month: int
    ...     name: str
    >>> filled(Day, date(2026, 3, 2), name="Monday")
    Day(year=2026, month=3, name='Monday')
    """
    own = {name: getattr(thing, name) for name in model.model_fields if name not in otherwise}
    return model.model_validate({**own, **otherwise})
