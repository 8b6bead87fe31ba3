"""Mail: plain text to a few people, by the brand's mail server or into a folder as files."""

from __future__ import annotations

import hashlib
import os
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import urlsplit

from valence.core.clock import now
from valence.core.errors import SettingsError, ValenceError
from valence.core.hosts import is_loopback
from valence.core.settings import Brand

_SECONDS = 20  # that a mail server may take to answer
_NOBODY = "valence@localhost"  # who files are from where no sender is set


class MailRefusedError(ValenceError):
    """The mail server was not reached, or did not take the mail."""

    status = 502


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail; `key` names it for good, so that whoever gets it twice sees that it is one."""

    key: str
    to: Sequence[str]
    subject: str
    text: str


def can_send(brand: Brand) -> bool:
    """Whether mail can leave the house at all."""
    mail = brand.settings.mail
    return bool(mail.folder or (mail.server and mail.sender))


def _check(brand: Brand, environment: Mapping[str, str]) -> None:
    """Say what is missing for mail to leave."""
    mail, variable = brand.settings.mail, brand.settings.secrets.mail_password_env
    if not can_send(brand):
        raise SettingsError(
            "No mail server is set. Write `server` and `sender` under [mail] in valence.toml, or "
            "`folder` to have mail as files."
        )
    if mail.user and not mail.folder and not environment.get(variable):
        raise SettingsError(
            "The mail server is to know {user} by a password, and the environment variable "
            "{variable} holds none. Set it, then send again.",
            user=mail.user,
            variable=variable,
        )


def send(brand: Brand, mail: Mail, environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Send a mail, or put it into the folder that stands for the server.

    Where the connection breaks once the text was on its way, nobody knows whether it arrived: it
    counts as sent, so that nobody gets it again and again.

    Returns
    -------
    tuple of str
        Whom the server took it for; it may refuse some of them.

    Raises
    ------
    SettingsError
        If neither a mail server with a sender nor a folder is set, the password is missing, or it
        would go unencrypted.
    MailRefusedError
        If the server was not reached, or refused, or the folder cannot be written: nothing was
        sent then.
    """
    _check(brand, environment)
    settings = brand.settings
    made = _made(mail, settings.mail.sender or _NOBODY, settings.brand.name)
    where = settings.mail.folder or settings.mail.server
    try:
        if settings.mail.folder:
            folder = brand.root / settings.mail.folder
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{mail.key}.eml").write_bytes(bytes(made))
            return tuple(mail.to)
        password = environment.get(settings.secrets.mail_password_env, "")
        refused = _over(where, made, settings.mail.user, password)
    except (OSError, smtplib.SMTPException) as trouble:
        raise MailRefusedError(
            "{server} did not take the mail: {trouble}. Look at [mail] in valence.toml, then send "
            "again.",
            server=where,
            trouble=str(trouble) or type(trouble).__name__,
        ) from trouble
    return tuple(each for each in mail.to if each not in refused)


def _made(mail: Mail, sender: str, brand: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"] = sender, ", ".join(mail.to)
    made["Subject"] = " ".join(mail.subject.split())  # a header is one line
    made["Date"] = format_datetime(now())
    own = hashlib.sha256(brand.encode()).hexdigest()[:8]  # two brands may share a sender's domain
    domain = parseaddr(sender)[1].rpartition("@")[2]
    made["Message-ID"] = f"<{mail.key}.{own}@{domain or 'localhost'}>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice comes back
    made.set_content(mail.text)
    return made


class _Plain(smtplib.SMTP):
    """A connection that breaks after the text went out has sent it, as far as anybody knows."""

    def data(self, msg: Any) -> tuple[int, bytes]:
        try:
            return super().data(msg)
        except smtplib.SMTPDataError:
            raise  # the server said no
        except (OSError, smtplib.SMTPServerDisconnected):
            return 250, b""


class _Secure(_Plain, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


def _over(server: str, made: EmailMessage, user: str, password: str) -> Mapping[str, Any]:
    """Send over a server; return whom it refused."""
    parts = urlsplit(server)
    host, context = parts.hostname or "", ssl.create_default_context()
    secure = parts.scheme == "smtps"
    smtp: smtplib.SMTP
    if secure:
        smtp = _Secure(host, parts.port or 465, timeout=_SECONDS, context=context)
    else:
        smtp = _Plain(host, parts.port or 587, timeout=_SECONDS)
    try:
        smtp.ehlo()
        if not secure and smtp.has_extn("starttls"):
            smtp.starttls(context=context)
            smtp.ehlo()
            secure = True
        if user and not (secure or is_loopback(host)):
            raise SettingsError(
                "{server} offers no encryption (STARTTLS): the password of {user} could be read on "
                "the way. Write smtps:// in `server` under [mail], or leave `user` empty.",
                server=server,
                user=user,
            )
        if user:
            smtp.login(user, password)
        refused = smtp.send_message(made)
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()  # what goes wrong with the farewell undoes nothing
    finally:
        smtp.close()
    return refused
