"""Whole columns at once: normalised where Arrow can, one by one only where a value is unusual."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from valence.people.normalise import MAX_LENGTH, id_type_of, normalise
from valence.people.placeholders import ADDRESSES, LOCAL_PARTS, WORDS

# What Arrow does the same as `normalise`: printable ASCII without spaces, that is not a
# spreadsheet's integer; for addresses only what is plainly well formed.
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_SIMPLE = {
    "email": rf"^{_ATOM}(\.{_ATOM}){{0,5}}@({_LABEL}\.){{1,4}}[a-z]{{2,20}}$",
    "": rf"^[!-~]{{1,{MAX_LENGTH}}}$",
}
_LOWER = {"email", "device", "cookie"}
_UPPER = {"loyalty_no"}
_ODD = {
    "email": r"[<>]|^mailto:|[@.]xn--|^.{255,}$",
    "": r"^(0{2,}|9{6,}|[0:-]+|[-_.*?#]+|[0-9]+\.0+)$",
}
_ODD_LOCAL = rf"^({'|'.join(sorted(re.escape(part) for part in LOCAL_PARTS))})@"


def normalised(values: pa.Array | pa.ChunkedArray, id_type: str, country: str = "") -> pa.Array:
    """Return a column in normal form; null where a value identifies nobody.

    Equal to `normalise` of each value; integers and whole floats are taken as their digits.
    """
    found, at = distinct(values)
    return normalised_distinct(found, id_type, country).take(at)


def distinct(values: pa.Array | pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    """Return the distinct values as text, and for each row where its value is among them."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_floating(values.type):
        values = _digits(values)
    if values.type != pa.string():
        values = values.cast(pa.string())
    found = pc.unique(values).drop_null()
    at = pc.index_in(values, value_set=found)
    return found, at.combine_chunks() if isinstance(at, pa.ChunkedArray) else at


def normalised_distinct(values: pa.Array, id_type: str, country: str = "") -> pa.Array:
    """Return values in normal form, each looked at on its own; null where one is refused."""
    name = id_type_of(id_type).name
    if name == "phone":
        return _one_by_one(values, name, country)
    text = pc.ascii_trim_whitespace(values)
    lower = pc.ascii_lower(text)
    shaped = lower if name in _LOWER else pc.ascii_upper(text) if name in _UPPER else text
    simple = pc.match_substring_regex(shaped, _SIMPLE.get(name, _SIMPLE[""]))
    known = pa.array(sorted(ADDRESSES if name == "email" else WORDS))
    odd = pc.or_(
        pc.match_substring_regex(lower, _ODD.get(name, _ODD[""])), pc.is_in(lower, value_set=known)
    )
    if name == "email":
        odd = pc.or_(odd, pc.match_substring_regex(lower, _ODD_LOCAL))
    quick = pc.and_not(simple, odd)
    slow = pc.invert(quick)
    if not pc.any(slow).as_py():
        return shaped
    return pc.replace_with_mask(shaped, slow, _one_by_one(values.filter(slow), name, country))


def spread(values: pa.Array, present: pa.Array) -> pa.Array:
    """Return `values` at the places that are present, null at the others."""
    nothing = pa.nulls(len(present), values.type)
    return pc.replace_with_mask(nothing, present, values)


def _one_by_one(values: pa.Array, id_type: str, country: str) -> pa.Array:
    made = [normalise(id_type, value, country).value for value in values.to_pylist()]
    return pa.array(made, pa.string())


def _digits(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return floats as text: what a spreadsheet made of integers (12748.0) as their digits."""
    values = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    known = np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)
    whole = np.isfinite(known) & (np.abs(known) < 2**53) & (known == np.trunc(known))
    digits = pa.array(np.where(whole, known, 0).astype(np.int64)).cast(pa.string())
    other = pa.array(known, from_pandas=True).cast(pa.string())
    return pc.if_else(pa.array(whole), digits, other)
