"""Arrays: NumPy numbers as Arrow text, decimals and instants, without a Python loop per row."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_HEX = np.array([f"{i:02x}".encode() for i in range(256)], dtype="S2")


def decimals(whole: Ints, *, scale: int) -> Any:
    """Return whole numbers as Arrow decimal128(18, scale): 1234 at scale 2 is 12.34."""
    pairs = np.empty((len(whole), 2), np.int64)
    pairs[:, 0] = whole
    pairs[:, 1] = whole >> 63  # the sign fills the upper half
    kind = pa.decimal128(18, scale)
    return pa.Array.from_buffers(kind, len(whole), [None, pa.py_buffer(pairs)])


def numbered(prefix: str, numbers: Ints, *, digits: int) -> Any:
    """Return texts such as `SO00000012`: the prefix and the number with leading zeros."""
    padded = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), digits, "0")
    return pc.binary_join_element_wise(prefix, padded, "")


def joined(*parts: Any) -> Any:
    """Return the texts of the parts one after the other, row by row; null where one is null."""
    return pc.binary_join_element_wise(*parts, "")


def picked(words: list[str] | Any, index: Ints) -> Any:
    """Return `words[index]` as an Arrow array; below 0 is null."""
    source = words if isinstance(words, pa.Array) else pa.array(words, pa.string())
    return source.take(pa.array(index, mask=index < 0))


def where(flags: Flags, yes: Any, no: Any) -> Any:
    """Return `yes` where flagged, else `no` (arrays or single values)."""
    return pc.if_else(pa.array(flags), yes, no)


def mixed(numbers: Ints, salt: int) -> npt.NDArray[np.uint64]:
    """Return a well-spread 64-bit hash of each number (SplitMix64's finaliser)."""
    z = numbers.astype(np.uint64) + np.uint64((salt * 0x9E3779B97F4A7C15) % 2**64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def hexed(*words: npt.NDArray[np.uint64]) -> Any:
    """Return 16 hexadecimal digits per word and row, as fixed-length Arrow texts."""
    together = np.column_stack(words).astype(">u8")
    rows, width = len(together), 16 * len(words)
    digits = _HEX[together.view(np.uint8)].tobytes()
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int32)
    return pa.Array.from_buffers(
        pa.string(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(digits)]
    )
