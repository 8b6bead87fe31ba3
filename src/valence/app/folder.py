"""Making a brand folder: settings with every field explained, and what git should not keep."""

from __future__ import annotations

import json
from pathlib import Path

from valence.core.errors import ConflictError
from valence.core.settings import FILE, Brand, Settings, load, read
from valence.people.phones import checked_country

_IGNORED = "data/\n"


def make_folder(
    folder: Path,
    *,
    name: str,
    currency: str,
    timezone: str,
    country: str = "",
    language: str = "en",
) -> Brand:
    """Make a brand folder and return the brand.

    Parameters
    ----------
    folder
        Where; it may exist but not be a brand folder.
    name, currency, timezone, country, language
        Fields of `[brand]`.

    Raises
    ------
    ConflictError
        If it is a brand folder already: its settings are never overwritten.
    SettingsError
        If a value is wrong; nothing is made then.
    """
    if (folder / FILE).exists():
        raise ConflictError(
            "{folder} is a brand folder already; its {file} was left as it is. "
            "Choose another folder, or edit that file.",
            folder=folder,
            file=FILE,
        )
    brand: dict[str, object] = {"name": name, "currency": currency, "timezone": timezone}
    if code := checked_country(country):
        brand["country"] = code
    brand |= {"language": language} if language != "en" else {}
    given = {"brand": brand}
    text = _text(given)
    read(text, {}, where=str(folder / FILE))
    for part in ("definitions", "mappings", "data"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(text, "utf-8")
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text(_IGNORED, "utf-8")
    return load(folder)


def _text(given: dict[str, dict[str, object]]) -> str:
    lines = ["# Settings of this brand. What is commented out shows its default.\n"]
    for table, field in Settings.model_fields.items():
        model = field.default
        lines.append(f"\n[{table}]\n")
        for name, declared in type(model).model_fields.items():
            lines.append(f"# {declared.description}\n")
            if name in given.get(table, {}):
                lines.append(f"{name} = {_toml(given[table][name])}\n")
            else:
                default = _toml(getattr(model, name))
                lines.append(f"# {name} = {default or '…'}\n")
    return "".join(lines)


def _toml(value: object) -> str:
    """A scalar as TOML; its basic strings are JSON's."""
    if value is None:
        return ""
    return json.dumps(
        value if isinstance(value, bool | int | float) else str(value), ensure_ascii=False
    )
