"""Mail: plain text to a few people, by the brand's mail server or into a folder as files."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

from valence.core.clock import now
from valence.core.errors import SettingsError, ValenceError
from valence.core.settings import Brand

_SECONDS = 20  # that a mail server may take to answer


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


def send(brand: Brand, mail: Mail, environment: Mapping[str, str] = os.environ) -> None:
    """Send a mail, or put it into the folder that stands for the server.

    Raises
    ------
    SettingsError
        If neither a mail server with a sender nor a folder is set.
    MailRefusedError
        If the server was not reached, or refused: nothing was sent then.
    """
    settings = brand.settings
    if not can_send(brand):
        raise SettingsError(
            "No mail server is set. Write `server` and `sender` under [mail] in valence.toml, or "
            "`folder` to have mail as files."
        )
    made = _made(mail, settings.mail.sender or "valence@localhost")
    if settings.mail.folder:
        folder = brand.root / settings.mail.folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{mail.key}.eml").write_bytes(bytes(made))
        return
    password = environment.get(settings.secrets.mail_password_env, "")
    try:
        _over(settings.mail.server, made, settings.mail.user, password)
    except (OSError, smtplib.SMTPException) as trouble:
        raise MailRefusedError(
            "The mail server {server} did not take the mail: {trouble}. Look at [mail] in "
            "valence.toml, then send again.",
            server=settings.mail.server,
            trouble=str(trouble) or type(trouble).__name__,
        ) from trouble


def _made(mail: Mail, sender: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, ", ".join(mail.to), mail.subject
    made["Date"] = format_datetime(now())
    made["Message-ID"] = f"<{mail.key}@valence>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice comes back
    made.set_content(mail.text)
    return made


def _over(server: str, made: EmailMessage, user: str, password: str) -> None:
    parts = urlsplit(server)
    host, context = parts.hostname or "", ssl.create_default_context()
    connected: smtplib.SMTP
    if parts.scheme == "smtps":
        connected = smtplib.SMTP_SSL(host, parts.port or 465, timeout=_SECONDS, context=context)
    else:
        connected = smtplib.SMTP(host, parts.port or 587, timeout=_SECONDS)
    with connected as smtp:
        smtp.ehlo()
        if parts.scheme == "smtp" and smtp.has_extn("starttls"):
            smtp.starttls(context=context)
            smtp.ehlo()
        if user:
            smtp.login(user, password)
        smtp.send_message(made)
