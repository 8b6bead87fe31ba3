"""The errors a user may meet: what is wrong, where, and what to do next.

    ValenceError                 anything we say to a person
    ├── BadInputError            a file, request, rule or setting is wrong          422
    │   └── SettingsError        valence.toml or the environment
    ├── NotFoundError            the named thing is not there                       404
    ├── ConflictError            the world moved on, or a key was used differently  409
    │   └── BusyError            somebody else holds the lease                      409
    ├── ForbiddenError           this actor may not                                 403
    ├── MissingExtraError        an optional part is not installed                  501
    └── OutOfSpaceError          the disk is full                                   507

Edges map classes to status codes and exit codes, never the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from difflib import get_close_matches
from typing import ClassVar

from valence.core.messages import Message, message

_LISTED = 25  # names that a sentence can still be read with
_OFFERED = 12  # of more names than that


class ValenceError(Exception):
    """Base of every error that is worded for a person."""

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, text: str | Message, /, **values: object) -> None:
        self.message = text if isinstance(text, Message) else Message(text, values)
        super().__init__(str(self.message))


class BadInputError(ValenceError):
    """What came in from outside cannot be used as it stands."""

    status = 422
    exit_code = 2


class SettingsError(BadInputError):
    """A setting in valence.toml or the environment is wrong."""


class NotFoundError(ValenceError):
    """The named thing does not exist."""

    status = 404


class ConflictError(ValenceError):
    """The state has moved on, or the same key was used for something else."""

    status = 409


class BusyError(ConflictError):
    """Another process holds the lease."""


class ForbiddenError(ValenceError):
    """The actor lacks the permission."""

    status = 403


class MissingExtraError(ValenceError):
    """An optional dependency is not installed; the message names the command that installs it."""

    status = 501


class OutOfSpaceError(ValenceError):
    """The disk is full; nothing was changed."""

    status = 507


def in_short(error: BaseException) -> str:
    """Return the class and the first line of an error that nobody worded.

    The lines after it may repeat what was being written: statements, parameters, rows.
    """
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}".rstrip(": ")


def near_name(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that was probably meant, whatever its case."""
    folded = {candidate.casefold(): candidate for candidate in sorted(known)}
    near = get_close_matches(name.casefold(), folded, n=1)
    return folded[near[0]] if near else None


def did_you_mean(name: str, known: Iterable[str]) -> Message:
    """Offer the nearest known name, or list what there is: of many names the first, in their order.

    What has an order keeps it; sets are listed by the alphabet.
    """
    names = sorted(known) if isinstance(known, Set) else list(dict.fromkeys(known))
    if near := near_name(name, names):
        return message("Did you mean {near!r}?", near=near)
    if not names:
        return message("None is known here.")
    if len(names) <= _LISTED:
        return message("Known are: {names}.", names=", ".join(names))
    holding = [candidate for candidate in names if name.casefold() in candidate.casefold()]
    return message(
        "{count} names are known, among them: {names}.",
        count=len(names),
        names=", ".join((holding or names)[:_OFFERED]),
    )
