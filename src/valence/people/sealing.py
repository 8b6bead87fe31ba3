"""Sealing: AES-256-GCM with a random nonce; what it belongs to is authenticated beside it."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from valence.core.errors import ValenceError

NONCE = 12  # bytes
_LENGTHS = tuple(length.to_bytes(4) for length in range(256))


class TamperedError(ValenceError):
    """Something sealed was changed, moved to another place, or the master key is another one."""


class Seal:
    """One key, to seal and open small texts."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def sealed(self, content: bytes, *place: bytes) -> bytes:
        """Return nonce and sealed content, bound to its place."""
        nonce = os.urandom(NONCE)
        return nonce + self._aead.encrypt(nonce, content, _place(place))

    def opened(self, sealed: bytes, *place: bytes) -> bytes:
        """Return the content.

        Raises
        ------
        TamperedError
            If it was sealed with another key, changed, or taken from another place.
        """
        try:
            return self._aead.decrypt(sealed[:NONCE], sealed[NONCE:], _place(place))
        except (InvalidTag, ValueError) as wrong:
            raise TamperedError(
                "An entry of the contact vault cannot be opened: it was changed in the database, "
                "or sealed with another master key. Restore both from one backup."
            ) from wrong


def _place(parts: tuple[bytes, ...]) -> bytes:
    # Lengths keep ("ab", "c") and ("a", "bc") apart.
    return b"".join(
        [
            (_LENGTHS[size] if (size := len(part)) < 256 else size.to_bytes(4)) + part
            for part in parts
        ]
    )
