"""Contacts: addresses and numbers that reach nobody, and the ways in which people type them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from valence.demo.arrays import Flags, Ints, joined, numbered, picked

# Reserved for documentation: RFC 2606 and RFC 6761.
DOMAINS = ("example.com", "example.org", "example.net", "mail.example", "post.example")
_SPREAD = 7_654_321  # no factor in common with ten million: a bijection of the numbers below it
_BLOCK = 10_000_000
# Chosen so that no number of the first 9 million persons is a run of one digit, which would look
# made up and be refused by whoever reads it.
_SHIFT = 123_467
# 555-0100 to 555-0199 are set aside for fiction in every North American area code.
_AREAS = (
    201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225,
    228, 229, 231, 234, 239, 240, 248, 251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 276, 281,
    301, 302, 303, 304, 305, 307, 308, 309, 310, 312, 313, 314, 315, 316, 317, 318, 319, 320, 321,
    323, 325, 330, 334, 336, 337, 347, 352, 360, 361, 386, 401, 402, 404, 405, 406, 407, 408, 409,
    410, 412, 413, 414, 415, 417, 419, 423, 425, 430, 432, 434, 435, 440, 443, 469, 478, 479, 480,
)  # fmt: skip
_FICTIONAL = len(_AREAS) * 100


def phones(order: Ints, abroad: Flags, *, block: int) -> Ints:
    """Return one number each, different for different `order`: digits as an integer.

    Mainland numbers come from 1450 + `block`, a range for data cards, on which nobody is called
    (no range is set aside for fiction there). North American ones are fictional; where those run
    out, a mainland number stands in.
    """
    mainland = 14_500_000_000 + block * _BLOCK + (order * _SPREAD + _SHIFT) % _BLOCK
    rank = np.cumsum(abroad) - 1
    area = np.array(_AREAS)[rank // 100 % len(_AREAS)]
    fictional = area * 10_000_000 + 5_550_100 + rank % 100
    return np.where(abroad & (rank < _FICTIONAL), fictional, mainland)


def emails(local: Any, order: Ints, *, salt: int) -> Any:
    """Return one address each: the name, a number that makes it unique, a reserved domain."""
    number = pa.array((order * _SPREAD + salt) % _BLOCK)
    return joined(local, number.cast(pa.string()), "@", picked(list(DOMAINS), order % len(DOMAINS)))


def typed_emails(address: Any, style: Ints) -> Any:
    """Return the addresses as people type them: mostly plain, some capitalised or shouted."""
    forms = [*[address] * 8, pc.utf8_capitalize(address), pc.utf8_upper(address)]
    return pc.choose(pa.array(style % len(forms)), *forms)


def typed_phones(number: Ints, style: Ints, *, known: Flags) -> Any:
    """Return the numbers as people type them: national, international, spaced; null if unknown."""
    digits = pa.array(number, mask=~known).cast(pa.string())
    mainland = number > 10_000_000_000
    a, b, c = (pc.utf8_slice_codeunits(digits, *s) for s in ((0, 3), (3, 7), (7, 11)))
    home = [
        digits, digits, digits, digits,
        joined(a, " ", b, " ", c), joined(a, "-", b, "-", c), joined("+86", digits),
        joined("+86 ", a, " ", b, " ", c), joined("0086 ", digits),
    ]  # fmt: skip
    area, exchange, line = (pc.utf8_slice_codeunits(digits, *s) for s in ((0, 3), (3, 6), (6, 10)))
    abroad = [
        joined("+1", digits), joined("+1 ", area, "-", exchange, "-", line),
        joined("+1 (", area, ") ", exchange, "-", line), joined("001 ", area, exchange, line),
    ]  # fmt: skip
    at_home = pc.choose(pa.array(style % len(home)), *home)
    from_abroad = pc.choose(pa.array(style % len(abroad)), *abroad)
    return pc.if_else(pa.array(mainland), at_home, from_abroad)


def loyalty_numbers(order: Ints) -> Any:
    """Return card numbers such as `8806543210`: text of ten digits."""
    return numbered("880", (order * _SPREAD + _SHIFT) % _BLOCK, digits=7)
