"""Identifiers made here: UUIDv7, so that they sort by the time they were made (RFC 9562)."""

from __future__ import annotations

import os
import threading
import uuid

from valence.core import clock
from valence.core.errors import NotFoundError
from valence.core.messages import Message

_lock = threading.Lock()
_last = 0


def new_id() -> uuid.UUID:
    """Return a UUIDv7; those of one process are strictly increasing."""
    global _last  # noqa: PLW0603 - the counter that keeps ids of one millisecond in order
    stamp = (_milliseconds() << 12) | (os.urandom(1)[0] << 3)
    with _lock:
        # 48 bits of milliseconds and 12 bits that count on within one (RFC 9562, 6.2, method 1).
        _last = max(stamp, _last + 1)
        ordered = _last
    milliseconds, counter = ordered >> 12, ordered & 0xFFF
    random = int.from_bytes(os.urandom(8)) & (2**62 - 1)
    value = (milliseconds << 80) | (0x7 << 76) | (counter << 64) | (0b10 << 62) | random
    return uuid.UUID(int=value)


def id_of(text: str, missing: Message) -> uuid.UUID:
    """Return the id that a text names.

    Raises
    ------
    NotFoundError
        With the sentence given, if it is none: nothing can be found under it.
    """
    try:
        return uuid.UUID(text)
    except ValueError as wrong:
        raise NotFoundError(missing) from wrong


def own_millisecond() -> int:
    """Return a millisecond, since 1970, after all ids made before; those to come are after it."""
    global _last  # noqa: PLW0603 - see above
    with _lock:
        own = max(_milliseconds(), (_last >> 12) + 1)
        _last = (own << 12) | 0xFFF
    return own


def _milliseconds() -> int:
    return int(clock.now().timestamp() * 1000)
