"""What an engine could not read, as a sentence about the user's file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from valence.core.errors import BadInputError, ValenceError


class EngineError(BadInputError):
    """The engine refused to read a file; the message carries its reason."""


@contextmanager
def guarded(file: str) -> Iterator[None]:
    """Turn a fault of the engine within the block into one sentence about `file`.

    Raises
    ------
    EngineError
        With the first line of what the engine said.
    """
    try:
        yield
    except ValenceError:
        raise
    except Exception as wrong:
        # Only lake/ may name the engine, so its errors are known by where they come from.
        if not type(wrong).__module__.startswith(("duckdb", "_duckdb")):
            raise
        raise EngineError(
            "{file} cannot be read: {why}", file=file, why=str(wrong).splitlines()[0]
        ) from wrong
