"""Signed links: a token that says what it opens and until when, and that nobody else can make.

A token holds 16 bytes of an id, 5 of the second in which it ends, and 16 of an HMAC-SHA256
(RFC 2104, cut as section 5 allows) over its purpose and both, in URL-safe base64: 51 characters,
so that a QR code of a link stays small. Nothing of it is secret but the key; what it opens is in
the store, which may end a link earlier, but never prolong one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from valence.core.errors import ForbiddenError, NotFoundError

_VERSION = b"\x01"
_ID, _END, _MAC = 16, 5, 16  # bytes
_LENGTH = len(_VERSION) + _ID + _END + _MAC
_LAST = datetime(9999, 1, 1, tzinfo=UTC)


class ForgedLinkError(NotFoundError):
    """The token was not made here: it was cut, typed wrongly, or made up."""


class ExpiredLinkError(ForbiddenError):
    """The token was made here, and its time is over."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a token opens, and until when."""

    id: UUID
    expires_at: datetime


class Links:
    """Makes and reads the tokens of one purpose; those of another are forged to it."""

    def __init__(self, key: bytes, purpose: str) -> None:
        if len(key) < 16:
            raise ValueError("a key that signs has 16 bytes or more")
        self._key = key
        self._purpose = purpose.encode() + b"\0"

    def token(self, link: Link) -> str:
        """Return the token of a link, safe in any address; its end counts in whole seconds."""
        end = int(min(link.expires_at, _LAST).timestamp())
        body = _VERSION + link.id.bytes + end.to_bytes(_END)
        return base64.urlsafe_b64encode(body + self._mac(body)).decode().rstrip("=")

    def read(self, token: str, *, at: datetime) -> Link:
        """Return what a token opens.

        Raises
        ------
        ForgedLinkError
            If it was not made with this key for this purpose.
        ExpiredLinkError
            If it ended before `at`.
        """
        body = self._body(token)
        if body is None:
            raise ForgedLinkError(
                "This link is not complete, or it was not made by us. Open it from the message "
                "that you got, or ask for a new one."
            )
        end = datetime.fromtimestamp(int.from_bytes(body[-_END:]), UTC)
        link = Link(UUID(bytes=body[len(_VERSION) : len(_VERSION) + _ID]), end)
        if at >= end:
            raise ExpiredLinkError(
                "This link has expired. Thank you all the same: ask for a new one if you would "
                "still like to answer."
            )
        return link

    def _body(self, token: str) -> bytes | None:
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        # Base64 has several spellings of one value where its last bits are not used.
        if len(raw) != _LENGTH or not raw.startswith(_VERSION):
            return None
        body, mac = raw[:-_MAC], raw[-_MAC:]
        return body if hmac.compare_digest(mac, self._mac(body)) else None

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, self._purpose + body, hashlib.sha256)[:_MAC]
