"""The master key: from an environment variable, else from a file that only its owner can read.

It is a list of secrets of 32 bytes or more, in hexadecimal or base64, one a line or separated by
commas. The first one never changes: the identifiers in the lake are hashed with it. The last one
wraps the keys of the contact vault, so that adding a secret and rewrapping retires the one before.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from valence.core.errors import SettingsError
from valence.core.settings import Brand

FILE = "master.key"
BYTES = 32

_HEX = re.compile(r"[0-9a-fA-F]{64,}")
_HEAD = "# Master key of this brand. Keep a copy elsewhere: without it nobody can be recognised.\n"


def roots_of(brand: Brand, environment: Mapping[str, str] = os.environ) -> tuple[bytes, ...]:
    """Return the secrets of a brand, oldest first; the file is made where nothing is there yet.

    Raises
    ------
    SettingsError
        If the variable or the file holds no usable secret, or others can read the file.
    """
    variable = brand.settings.secrets.key_env
    if text := environment.get(variable, "").strip():
        return parsed(text, where=f"${variable}")
    path = brand.data / FILE
    if not path.exists():
        _create(path)
    _check_mode(path)
    return parsed(path.read_text("utf-8"), where=str(path))


def add_root(brand: Brand) -> None:
    """Append a fresh secret to the key file, from which on it wraps the vault's keys.

    Raises
    ------
    SettingsError
        If there is no key file, because the secrets come from the environment.
    """
    path = brand.data / FILE
    if os.environ.get(brand.settings.secrets.key_env, "").strip() or not path.exists():
        raise SettingsError(
            "The master key comes from ${name}: append a fresh secret there, after a comma. "
            "`openssl rand -hex 32` makes one.",
            name=brand.settings.secrets.key_env,
        )
    fresh = _written(path, path.read_text("utf-8") + secrets.token_hex(BYTES) + "\n")
    fresh.replace(path)
    _sync_folder(path.parent)


def parsed(text: str, *, where: str) -> tuple[bytes, ...]:
    """Return the secrets in a text.

    Raises
    ------
    SettingsError
        If one is not hexadecimal or base64 of 32 bytes or more; it is counted, never shown.
    """
    lines = [line.partition("#")[0] for line in text.splitlines()]
    words = re.split(r"[\s,]+", " ".join(lines).strip())
    roots = []
    for number, word in enumerate(words, start=1):
        if (root := _decoded(word)) is None:
            raise SettingsError(
                "Secret {number} in {where} is not a key: it takes {bytes} bytes or more, in "
                "hexadecimal or base64. `openssl rand -hex 32` makes one.",
                number=number,
                where=where,
                bytes=BYTES,
            )
        roots.append(root)
    return tuple(roots)


def _decoded(word: str) -> bytes | None:
    standard = word.translate(str.maketrans("-_", "+/"))
    try:
        whole = bytes.fromhex(word) if _HEX.fullmatch(word) else _base64(standard)
    except ValueError:
        return None
    return whole if len(whole) >= BYTES and len(set(whole)) > 4 else None


def _base64(word: str) -> bytes:
    return base64.b64decode(word + "=" * (-len(word) % 4), validate=True)


def _create(path: Path) -> None:
    """Make the file with one fresh secret; of two processes at once the first one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = _written(path, _HEAD + secrets.token_hex(BYTES) + "\n")
    try:
        os.link(fresh, path)  # refuses where it is there already, which a rename would not
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    _sync_folder(path.parent)


def _written(path: Path, text: str) -> Path:
    """Return a whole and synced file beside `path`, readable by its owner alone."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return fresh


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _check_mode(path: Path) -> None:
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise SettingsError(
            "Others can read the master key {path}. Close it with `chmod 600 {path}`.", path=path
        )
