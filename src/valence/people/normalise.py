"""Identifiers as everybody writes them, brought to the one form that is compared and hashed.

Rules, for all kinds: NFKC, white space trimmed, control characters refused, placeholders refused.

============== ====== =======================================================================
kind           scoped beyond that
============== ====== =======================================================================
user_id        yes    the `.0` of a spreadsheet's integers goes; zeros and case stay
external_id    yes    as user_id: the number of a customer in a system that is not the shop
loyalty_no     no     as user_id; spaces inside go, upper case: people type it from a card
email          no     lower case, domain as ASCII (IDNA); dots and `+tags` stay: they may matter
phone          no     E.164; a number without prefix belongs to the country of the settings
device, cookie yes    lower case (advertising ids come in both); the all-zero id is refused
wechat_openid  yes    as it stands: case matters, and it is of one official account
wechat_unionid no     as it stands
============== ====== =======================================================================

A scoped kind is unique in its namespace only, so the namespace is part of its key.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from valence.core.errors import BadInputError, did_you_mean
from valence.core.messages import Message, message
from valence.people.phones import NO_COUNTRY, NO_PHONE, e164
from valence.people.placeholders import ADDRESSES, LOCAL_PARTS, WORDS

MAX_LENGTH = 320  # the longest e-mail address (RFC 5321: 64 + @ + 255)

_SPREADSHEET = re.compile(r"([0-9]+)\.0+")
_FILLED = re.compile(r"0{2,}|9{6,}|[-_.*?#]+")
_LOCAL = re.compile(r"[^\s@\"(),:;<>\[\\\]]+")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?")


class Normal(NamedTuple):
    """The normalised value, or None and the reason why there is none."""

    value: str | None
    reason: Message | None = None


@dataclass(frozen=True, slots=True)
class IdType:
    """One kind of identifier: its words, whether it is scoped, how it is normalised."""

    name: str
    title: Message
    scoped: bool
    rule: Callable[[str], Normal]


def normalise(id_type: str, raw: str | None, country: str = "") -> Normal:
    """Return the one form of an identifier, or the reason why it identifies nobody.

    Parameters
    ----------
    id_type
        A kind in `ID_TYPES`.
    raw
        As the source has it.
    country
        ISO 3166 code (`GB`) to which phones without a prefix belong.

    Raises
    ------
    BadInputError
        If the kind is not known.
    """
    kind = id_type_of(id_type)
    text = unicodedata.normalize("NFKC", raw or "").strip()
    if not text:
        return Normal(None, message("It is empty."))
    if len(text) > MAX_LENGTH:
        return Normal(None, message("It is longer than {most} characters.", most=MAX_LENGTH))
    if any(unicodedata.category(c) in {"Cc", "Cs", "Co"} for c in text):
        return Normal(None, message("It holds control characters."))
    if text.lower() in WORDS:
        return _PLACEHOLDER
    return _phone(text, country) if kind.name == "phone" else kind.rule(text)


def id_type_of(name: str) -> IdType:
    """Return the kind of identifier of that name.

    Raises
    ------
    BadInputError
        If there is none, with the near name.
    """
    if name not in ID_TYPES:
        raise BadInputError(
            "{name!r} is not a kind of identifier. {fix}",
            name=name,
            fix=did_you_mean(name, ID_TYPES),
        )
    return ID_TYPES[name]


_PLACEHOLDER = Normal(None, message("It is a placeholder, not an identifier."))
_NO_MAIL = Normal(None, message("It is not an e-mail address."))


def _exact(text: str) -> Normal:
    """Refuse what only fills the field (0000, 999999, ---); else the text as it stands."""
    return _PLACEHOLDER if _FILLED.fullmatch(text) else Normal(text)


def _plain(text: str) -> Normal:
    whole = _SPREADSHEET.fullmatch(text)
    text = whole.group(1) if whole else text
    return _PLACEHOLDER if text in WORDS else _exact(text)


def _card(text: str) -> Normal:
    return _plain("".join(text.split()).upper())


def _device(text: str) -> Normal:
    text = text.lower()
    return _PLACEHOLDER if not text.strip("0-:") else _exact(text)


def _phone(text: str, country: str) -> Normal:
    text = _SPREADSHEET.sub(r"\1", text) if _SPREADSHEET.fullmatch(text) else text
    number = e164(text, country)
    return Normal(number, None if number else NO_PHONE if country else NO_COUNTRY)


def _email(text: str) -> Normal:
    text = text.removeprefix("mailto:").strip("<>").lower()
    local, at, domain = text.rpartition("@")
    if not at:
        return _NO_MAIL
    try:
        domain = domain.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return _NO_MAIL
    if f"{local}@{domain}" in ADDRESSES or local in LOCAL_PARTS:
        return _PLACEHOLDER
    labels = domain.split(".")
    well_formed = (
        len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
        and len(local) <= 64
        and _LOCAL.fullmatch(local)
        and not (local.startswith(".") or local.endswith(".") or ".." in local)
    )
    return Normal(f"{local}@{domain}") if well_formed else _NO_MAIL


ID_TYPES: dict[str, IdType] = {
    kind.name: kind
    for kind in (
        IdType("user_id", message("user id"), scoped=True, rule=_plain),
        IdType("external_id", message("id in another system"), scoped=True, rule=_plain),
        IdType("loyalty_no", message("loyalty number"), scoped=False, rule=_card),
        IdType("email", message("e-mail address"), scoped=False, rule=_email),
        IdType("phone", message("phone number"), scoped=False, rule=Normal),
        IdType("device", message("device"), scoped=True, rule=_device),
        IdType("cookie", message("cookie"), scoped=True, rule=_device),
        IdType("wechat_openid", message("WeChat OpenID"), scoped=True, rule=_exact),
        IdType("wechat_unionid", message("WeChat UnionID"), scoped=False, rule=_exact),
    )
}
