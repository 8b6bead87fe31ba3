"""The digest of a day by mail: once, and only when there is something to say."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from valence.core.clock import now
from valence.core.errors import BadInputError
from valence.core.messages import message
from valence.experience.alerts import book, view
from valence.experience.alerts.book import Digest
from valence.experience.alerts.judging import definition_in_force
from valence.experience.marking import marked, set_mark
from valence.kit.format import Formats
from valence.kit.languages import language
from valence.kit.opened import OpenBrand
from valence.outbound.mail import Mail, can_send, send
from valence.store import Unit

Became = Literal["sent", "sent before", "sending", "nothing to say", "nobody to send to"]
# What the mark of a day says; behind "refused" stands when.
_SENDING, _SENT, _REFUSED = "sending", "sent", "refused "
AGAIN = timedelta(minutes=30)  # until the worker tries again what was refused

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mailed:
    """What became of the digest of a day."""

    day: date
    became: Became
    to: Sequence[str] = ()


def digest_of(house: OpenBrand, day: date) -> Digest:
    """Return what a business day brought."""
    with house.store.reading() as reading:
        return book.digest(reading, day, house.brand.settings.zone)


def written(house: OpenBrand, found: Digest, to: Sequence[str]) -> Mail:
    """Return the mail of a digest, in the brand's language."""
    brand = house.brand.settings.brand
    fmt = Formats(language(brand.language), brand.currency, house.brand.settings.zone)
    say = fmt.language.worded
    subject = say(
        message(
            "{brand}, alerts of {day}: {fired} fired, {open} open",
            brand=brand.name,
            fired=fmt.integer(len(found.fired)),
            open=fmt.integer(len(found.open)),
            day=fmt.day(found.day),
        )
    )
    lines = [f"- {say(each)}" for each in view.digest(found, fmt)]
    still = [f"- {say(each)}" for each in view.still_open(found, fmt)]
    if still:
        lines += ["", say(message("Open at the end of the day:")), *still]
    lines += ["", say(message("The charts stand on the page of alerts, /experience/alerts."))]
    return Mail(f"digest-{found.day}", to, subject, "\n".join([*lines, ""]))


def mail_digest(house: OpenBrand, day: date) -> Mailed:
    """Mail the digest of a day, unless that was done; a day that brought nothing gives none.

    The day is marked before the mail goes: a crash in between may lose one, but none goes twice;
    such a day stays "sending". A mail that was refused may be sent again.

    Raises
    ------
    BadInputError
        If the day is not over: it may bring more.
    SettingsError
        If no mail server is set, or what it needs is missing.
    MailRefusedError
        If the server was not reached, or refused.
    """
    if day >= now().astimezone(house.brand.settings.zone).date():
        raise BadInputError("{day} is not over: its digest is sent the day after.", day=day)
    with house.store.reading() as reading:
        to = definition_in_force(reading)[0].digest_to
    found = digest_of(house, day)
    if not to:
        return Mailed(day, "nobody to send to")
    if not (found.fired or found.closed or found.acknowledged):
        return Mailed(day, "nothing to say", to)
    if before := house.store.transact(lambda unit: _claimed(unit, day)):
        return Mailed(day, "sent before" if before == _SENT else "sending", to)
    try:
        reached = send(house.brand, written(house, found, to))
    except Exception:  # whatever it was, nothing was sent
        refused = f"{_REFUSED}{now().isoformat()}"
        house.store.transact(lambda unit: set_mark(unit, _mark(day), refused))
        raise
    house.store.transact(lambda unit: set_mark(unit, _mark(day), _SENT))
    if missed := len(to) - len(reached):
        _log.warning("The mail server refused the digest of %s for %d of %d.", day, missed, len(to))
    return Mailed(day, "sent", reached)


def mail_yesterday(house: OpenBrand) -> int:
    """Mail the digest of yesterday from the hour on that is set; return how many mails went.

    What the worker calls every minute. Without a mail server it sends none; what was refused it
    tries again after `AGAIN`.
    """
    today = now().astimezone(house.brand.settings.zone)
    if not can_send(house.brand):
        return 0
    day = today.date() - timedelta(days=1)
    with house.store.reading() as reading:
        definition, _ = definition_in_force(reading)
        mark = marked(reading, _mark(day))
    if not definition.digest_to or today.hour < definition.digest_hour or _waits(mark, today):
        return 0
    became = mail_digest(house, day).became
    if became == "sent":
        _log.info("The digest of %s was mailed.", day)
    return int(became == "sent")


def _waits(mark: str, at: datetime) -> bool:
    """Whether there is nothing to try: it went, it goes, or it was refused a moment ago."""
    if not mark.startswith(_REFUSED):
        return bool(mark)
    return at < datetime.fromisoformat(mark.removeprefix(_REFUSED)) + AGAIN


def _claimed(unit: Unit, day: date) -> str:
    """Mark a day as being sent; return its mark where it went or goes already."""
    unit.lock("experience:digest")
    before = marked(unit, _mark(day))
    if before and not before.startswith(_REFUSED):
        return before
    set_mark(unit, _mark(day), _SENDING)
    return ""


def _mark(day: date) -> str:
    return f"digest:{day}"
