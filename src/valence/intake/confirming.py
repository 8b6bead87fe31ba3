"""Confirming: keeping the mapping that somebody said is right, so that nobody is asked again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from valence.core.settings import Brand
from valence.intake.looking import Look, as_kept
from valence.intake.mapping import FOLDER, FileMapping, keep_mapping


def keep(brand: Brand, seen: Look, mapping: FileMapping) -> Path:
    """Keep a confirmed mapping for this and every file with the same columns; return its path.

    One that was kept before for these columns is replaced: of two, only one would be found.
    """
    before = sorted((brand.root / FOLDER).glob(f"*-{seen.signature}.yaml"))
    if before:
        name = before[-1].stem.removesuffix(f"-{seen.signature}")
        mapping = mapping.model_copy(update={"name": name})
    return keep_mapping(brand, mapping, seen.signature)


def remember(kept_in: Path, seen: Look, mapping: FileMapping) -> None:
    """Let a file that was looked at count as confirmed, without looking at it again."""
    found = replace(seen, origin="kept", mapping=mapping, questions=(), fault=None)
    told = json.dumps(as_kept(found), ensure_ascii=False)
    (kept_in / "look.json").write_text(told, "utf-8")
