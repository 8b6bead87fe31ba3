"""Settings of one brand: `valence.toml` in its folder, and the environment above it.

`VALENCE_STORE_URL=…` overrides `url` of the table `[store]`, and so on: the table and the field in
capitals. Secrets never stand in the file: the file names the environment variable that holds one.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from valence.core.errors import BadInputError, SettingsError, did_you_mean
from valence.core.money import minor_digits

FILE = "valence.toml"
# How the reader of TOML says that a text goes on beyond its line, or beyond the file.
_UNCLOSED = re.compile(r"character '\\[nr]'|Unterminated string|Expected \"'")
_LINE = re.compile(r"at line (\d+)")


def _currency(code: str) -> str:
    try:
        minor_digits(code)
    except BadInputError as wrong:
        raise ValueError(str(wrong)) from wrong  # what pydantic collects with the other faults
    return code


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(
            f"{name!r} is not a time zone. {did_you_mean(name, available_timezones())}"
        )
    return name


def _address(text: str) -> str:
    parts = urlsplit(text)
    whole = parts.scheme in ("http", "https") and parts.netloc and not parts.path.strip("/")
    if text and not (whole and not parts.query and not parts.fragment):
        raise ValueError(f"{text!r} is no address; write https:// and a name, and no path after it")
    return text.rstrip("/")


def _mail_server(text: str) -> str:
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number, or too large a one
        known = False
    if text and not known:
        raise ValueError(
            f"{text!r} is no mail server; write smtp:// or smtps:// and its name, such as "
            "smtp://mail.example.com:587"
        )
    return text


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BrandTable(_Table):
    """Who the brand is, and the units its figures are in."""

    name: str = Field("My brand", description="Shown at the head of every page.")
    currency: Annotated[str, AfterValidator(_currency)] = Field(
        "EUR", description="Reporting currency, an ISO 4217 code."
    )
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        "UTC", description="Zone of the business day. Changing it is a full rebuild."
    )
    language: Literal["en", "zh"] = Field("en", description="Language for who has chosen none.")
    country: str = Field("", description="ISO 3166 code; phones without a prefix belong to it.")


class ValueTable(_Table):
    """How worth is measured."""

    margin_rate: Annotated[Decimal, Field(gt=0, le=1)] | None = Field(
        None, description="Contribution margin as a share of net revenue, where cost is unknown."
    )


class LakeTable(_Table):
    """The analytical side."""

    path: str = Field("data/lake", description="Folder of the Delta tables.")
    engine: Literal["duckdb", "spark"] = Field("duckdb", description="What computes the marts.")
    memory: str = Field("", description="Memory limit of the engine, such as 4GB; empty: its own.")
    threads: int = Field(0, ge=0, description="Threads of the engine; 0: all cores.")


class StoreTable(_Table):
    """The operational side."""

    url: str = Field(
        "sqlite:///data/store.db", description="SQLAlchemy URL; SQLite paths are of the folder."
    )


class WebTable(_Table):
    """The web application."""

    host: str = Field("127.0.0.1", description="Address to listen on; only loopback for now.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0: any free one.")
    address: Annotated[str, AfterValidator(_address)] = Field(
        "",
        description="Public address that links to surveys lead to, such as "
        "https://voice.example.com; by it only pages behind signed links are reached.",
    )


class MailTable(_Table):
    """How mail leaves the house; with neither server nor folder none does."""

    server: Annotated[str, AfterValidator(_mail_server)] = Field(
        "",
        description="Mail server, such as smtp://mail.example.com:587 (with STARTTLS where the "
        "server offers it) or smtps://mail.example.com.",
    )
    sender: str = Field(
        "",
        pattern=r"^[^\r\n]*$",
        description="Address that mail is from, such as valence@example.com.",
    )
    user: str = Field(
        "",
        description="Name at the mail server, told over encryption only; empty: it asks for none.",
    )
    folder: str = Field(
        "", description="Folder that takes mail as files instead of a server, such as data/mail."
    )


class SecretsTable(_Table):
    """Names of environment variables that hold secrets."""

    key_env: str = Field(
        "VALENCE_KEY", description="Holds the master key; unset: data/master.key is used."
    )
    mail_password_env: str = Field(
        "VALENCE_MAIL_PASSWORD", description="Holds the password at the mail server."
    )


class Settings(_Table):
    """All settings; every field has a default."""

    brand: BrandTable = BrandTable()
    value: ValueTable = ValueTable()
    lake: LakeTable = LakeTable()
    store: StoreTable = StoreTable()
    web: WebTable = WebTable()
    mail: MailTable = MailTable()
    secrets: SecretsTable = SecretsTable()

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the business day."""
        return ZoneInfo(self.brand.timezone)


class Brand:
    """One brand folder: its settings and where its data lies."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self.root = root
        self.settings = settings

    @property
    def data(self) -> Path:
        """The folder of everything that is not configuration."""
        return self.root / "data"

    @property
    def lake_path(self) -> Path:
        """The folder of the Delta tables."""
        return self.root / self.settings.lake.path

    @property
    def store_url(self) -> str:
        """The store's URL; a relative SQLite path is made absolute within the folder."""
        url = self.settings.store.url
        relative = url.removeprefix("sqlite:///")
        if relative == url or relative.startswith("/"):
            return url
        return f"sqlite:///{self.root / relative}"


def read(text: str, environment: Mapping[str, str], *, where: str = FILE) -> Settings:
    """Return the settings of a TOML text, overridden by the environment.

    Raises
    ------
    SettingsError
        All that is wrong at once: the field, why, and the near name of a typo.
    """
    try:
        tables: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise _not_toml(text, str(wrong), where) from wrong
    for table, model in _tables().items():
        for name in model.model_fields:
            if (value := environment.get(f"VALENCE_{table}_{name}".upper())) is not None:
                tables.setdefault(table, {})[name] = value
    try:
        return Settings.model_validate(tables)
    except ValidationError as wrong:
        faults = [_fault(dict(error)) for error in wrong.errors()]
        raise SettingsError("{where}: {faults}", where=where, faults=" ".join(faults)) from wrong


def load(root: Path, environment: Mapping[str, str] = os.environ) -> Brand:
    """Return the brand whose folder is `root`.

    Raises
    ------
    SettingsError
        If there is no valence.toml, or it is wrong.
    """
    path = root / FILE
    if not path.is_file():
        raise SettingsError(
            "There is no brand folder at {root}: no {file} stands there. "
            "Make one with `valence init {root}`, or name one with `--brand FOLDER`.",
            root=root,
            file=FILE,
        )
    return Brand(root.resolve(), read(path.read_text("utf-8"), environment, where=str(path)))


def _not_toml(text: str, why: str, where: str) -> SettingsError:
    if not _UNCLOSED.search(why):
        return SettingsError("{where} is not valid TOML: {why}.", where=where, why=why)
    lines = text.splitlines()
    # A single quote is looked for to the end of the file, so that only the end is named.
    odd = [n for n, line in enumerate(lines, 1) if line.count("'") % 2 and line.strip()[0] != "#"]
    if at := _LINE.search(why):
        line = int(at[1])
    else:
        line = odd[0] if odd and "Expected" in why else len(lines)
    return SettingsError(
        "{where}, line {line}: a quote is probably not closed.", where=where, line=line
    )


def _tables() -> dict[str, type[BaseModel]]:
    fields = Settings.model_fields.items()
    return {name: field.annotation for name, field in fields if isinstance(field.annotation, type)}


def _fault(error: dict[str, Any]) -> str:
    *path, last = [str(part) for part in error["loc"]]
    at = ".".join([*path, last])
    if error["type"] == "extra_forbidden":
        known = _tables()[path[0]].model_fields if path else _tables()
        return f"{at!r} is not a setting. {did_you_mean(last, known)}"
    why = str(error["msg"]).removeprefix("Value error, ")
    return f"{at}: {why}" + ("" if why.endswith((".", "?")) else ".") + _as_share(error)


def _as_share(error: dict[str, Any]) -> str:
    """Say how a share is written, where somebody wrote it in percent."""
    if error["type"] != "less_than_equal" or error["ctx"]["le"] != 1:
        return ""
    try:
        percent = Decimal(str(error["input"]))
    except InvalidOperation:
        return ""
    return f" Write {(percent / 100).normalize():f} for {percent:f} %." if percent <= 100 else ""
