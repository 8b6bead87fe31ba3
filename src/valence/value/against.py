"""A change against the twelve months before, in words: an arrow only for what chance is not."""

from __future__ import annotations

from valence.core.messages import Message, message
from valence.kit.format import Formats
from valence.kit.page import Change
from valence.value.years import Moved

AGAINST = message("vs the 12 months before")
MEANT = message(
    "A change has an arrow where it is beyond its 95 % interval: more than chance among the same "
    "customers would bring."
)


def relative(moved: Moved | None, fmt: Formats, *, more_is_good: bool = True) -> Change | None:
    """Return a relative change; None where there is nothing to compare with."""
    if moved is None or moved.share is None:
        return None
    return _change(moved, fmt.change(moved.share), fmt, more_is_good=more_is_good)


def points(
    moved: Moved | None,
    fmt: Formats,
    *,
    more_is_good: bool | None,
    against: Message = AGAINST,
) -> Change | None:
    """Return a change of a share in percent points; None where there is nothing to compare with.

    `more_is_good` of None: neither is.
    """
    if moved is None:
        return None
    said = fmt.points(moved.change)
    return _change(moved, said, fmt, more_is_good=more_is_good, against=against)


def worded(moved: Moved, fmt: Formats) -> Message | str:
    """Return a relative change within a sentence."""
    if not moved.sure or moved.share is None:
        return message("about the same")
    return fmt.change(moved.share)


def _change(
    moved: Moved,
    said: str,
    fmt: Formats,
    *,
    more_is_good: bool | None,
    against: Message = AGAINST,
) -> Change:
    if not moved.change:
        return Change(fmt.language.worded("the same"), None, None, against)
    if not moved.sure:
        same = fmt.language.worded("about the same ({change})", change=said)
        return Change(same, None, None, against)
    rose = moved.change > 0
    return Change(said, rose, None if more_is_good is None else rose == more_is_good, against)
