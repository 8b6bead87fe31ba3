"""Texts as one row of code points, so that a whole batch is read by a few array operations."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint32]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

END = 0  # stands between texts, and in none
SPACE = 32
_TAG = re.compile(r"<!--.*?-->|</?[a-zA-Z][^<>]{0,500}>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts one after the other, each with `END` behind it."""

    codes: Codes  # lower case, half width, white space as blanks
    text_of: NDArray[np.int32]  # the place of the text that a code belongs to
    starts: Ints  # where each text begins
    ends: Ints  # where its END stands

    def __len__(self) -> int:
        return len(self.starts)


def plain(text: Any) -> str:
    """Return a text without mark-up: tags are dropped, entities are what they stand for."""
    if text is None:
        return ""
    said = str(text)
    if "<" in said:
        said = _TAG.sub(" ", said)
    if "&" in said:
        said = html.unescape(said)
    return said


def batch(texts: Sequence[Any]) -> Batch:
    """Return texts as code points; what is missing is an empty text."""
    said = [plain(text).lower() for text in texts]
    lengths = np.fromiter(map(len, said), np.int64, len(said))
    # A text may hold what is no character by itself (a lone surrogate): it is read as it stands.
    whole = "\0".join([*said, ""]).encode("utf-32-le", "surrogatepass")
    raw = np.frombuffer(whole, np.uint32)
    ends = np.cumsum(lengths + 1) - 1
    codes = _PLAIN[np.minimum(raw, _KNOWN)]
    far = raw >= _KNOWN
    codes[far] = raw[far]
    codes[ends] = END
    text_of = np.repeat(np.arange(len(said), dtype=np.int32), lengths + 1)
    return Batch(codes, text_of, ends - lengths, ends)


_KNOWN = 0x10000


def _table() -> Codes:
    """What each of the first 65,536 code points is read as."""
    table = np.arange(_KNOWN + 1, dtype=np.uint32)
    table[0xFF01:0xFF5F] = np.arange(0x21, 0x7F, dtype=np.uint32)  # full width
    table[0xFF21:0xFF3B] = np.arange(0x61, 0x7B, dtype=np.uint32)
    blank = [*range(0x21), 0x7F, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029,
             0x202F, 0x205F, 0x3000, 0x200B, 0xFEFF]  # fmt: skip
    table[blank] = SPACE
    table[[0x2018, 0x2019, 0x02BC, 0x0060, 0x00B4]] = ord("'")
    table[[0x201C, 0x201D]] = ord('"')
    table[0x3002] = ord(".")
    table[0x3001] = ord(",")
    return table


_PLAIN = _table()
