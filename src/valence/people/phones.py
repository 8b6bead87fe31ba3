"""Phone numbers in E.164: `+`, calling code, national number, at most 15 digits.

A number counts when its length is possible in its country. Whether its range is in use is not
asked: that changes with every edition of the numbering plans, and a key must not change with it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import phonenumbers
from babel import Locale
from phonenumbers import PhoneMetadata, ValidationResult

from valence.core.errors import SettingsError
from valence.core.messages import message

_SEPARATORS = str.maketrans("", "", " -./()\u2010\u2011\u2012\u2013\u2212\u00a0")
_DIGITS = re.compile(r"\+?[0-9]+")
_ONE_DIGIT = re.compile(r".*?([0-9])\1{6,}")
_COUNTING = ("1234567890", "0123456789", "123456789")
_PHONED = phonenumbers.SUPPORTED_REGIONS
_OTHER_CODES = {"UK": "GB", "EL": "GR", "USA": "US", "GBR": "GB", "CHN": "CN", "DEU": "DE"}
_POSSIBLE = {ValidationResult.IS_POSSIBLE}


class _Plan(NamedTuple):
    """What of a country's numbering plan decides whether digits are a national number as is."""

    code: str
    lengths: frozenset[int]
    prefix: re.Pattern[str]  # a trunk or international prefix, which has to go first


def e164(text: str, country: str = "") -> str | None:
    """Return the number in E.164, or None where it is not one.

    Parameters
    ----------
    text
        The number as somebody wrote it.
    country
        ISO 3166 code of the country that numbers without a prefix belong to.
    """
    digits = text.translate(_SEPARATORS)
    found = _as_is(digits, country) if _DIGITS.fullmatch(digits) else None
    found = found or _parsed(text, country)
    return None if found is None or _made_up(found) else found


def checked_country(country: str) -> str:
    """Return the code in upper case if it is a country with phones, or empty.

    Raises
    ------
    SettingsError
        If no numbering plan has it.
    """
    code = country.strip().upper()
    if not code or code in _PHONED:
        return code
    if meant := _meant(code):
        raise SettingsError(
            "brand.country: {country!r} is not the ISO 3166 code of a country with phones. Did "
            "you mean {near!r}?",
            country=country,
            near=meant,
        )
    raise SettingsError(
        "brand.country: {country!r} is not the ISO 3166 code of a country with phones. Write "
        "two letters, such as GB, CN or DE.",
        country=country,
    )


def _meant(country: str) -> str:
    """Return the code of a country that goes by another one, or is called so in English."""
    if country in _OTHER_CODES:
        return _OTHER_CODES[country]
    names = Locale("en").territories
    known = {name.upper(): code for code, name in names.items() if code in _PHONED}
    return str(known.get(country, ""))


def _parsed(text: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) not in _POSSIBLE:
        return None
    number.extension = None  # an extension is a desk, not a person's line
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _as_is(digits: str, country: str) -> str | None:
    """Answer as `_parsed` where nothing has to be cut off: 20 times faster, for most numbers."""
    if digits.startswith("+"):
        code = next((c for c in (digits[1:2], digits[1:3], digits[1:4]) if c in _codes()), "")
        plan, national = _plan_of_code(code), digits[1 + len(code) :]
    else:
        plan, national = _plan_of_country(country), digits
        if plan and digits.startswith(plan.code):
            return None  # may be the calling code without its plus
    if plan is None or len(national) not in plan.lengths or plan.prefix.match(national):
        return None
    return f"+{plan.code}{national}"


@cache
def _codes() -> frozenset[str]:
    return frozenset(str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE)


@cache
def _plan_of_code(code: str) -> _Plan | None:
    if not code:
        return None
    region = phonenumbers.region_code_for_country_code(int(code))
    return _plan(code, PhoneMetadata.metadata_for_region_or_calling_code(int(code), region))


@cache
def _plan_of_country(country: str) -> _Plan | None:
    if not country:
        return None
    code = str(phonenumbers.country_code_for_region(country))
    plan = _plan(code, PhoneMetadata.metadata_for_region(country))
    main = _plan_of_code(code)  # lengths are judged by the code's main country: US for Canada's +1
    return plan and main and plan._replace(lengths=plan.lengths & main.lengths)


def _plan(code: str, metadata: PhoneMetadata | None) -> _Plan | None:
    if metadata is None or metadata.general_desc is None:
        return None
    prefixes = [metadata.national_prefix_for_parsing, metadata.international_prefix, "0"]
    pattern = "|".join(f"(?:{prefix})" for prefix in prefixes if prefix)
    lengths = frozenset(n for n in metadata.general_desc.possible_length if n > 0)
    return _Plan(code, lengths, re.compile(pattern))


def _made_up(number: str) -> bool:
    """Whether it is what people type to get past a form: 0000000, 1234567890."""
    return bool(_ONE_DIGIT.fullmatch(number)) or number.endswith(_COUNTING)


NO_PHONE = message("It is not a phone number. Write it with its country: +44 20 7946 0958.")
NO_COUNTRY = message(
    "It is not a phone number, or its country is missing: set brand.country in valence.toml."
)
