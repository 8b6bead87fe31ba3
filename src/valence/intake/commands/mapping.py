"""What the columns of a file mean: `valence mapping show|guess|list`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from valence.core.errors import BadInputError
from valence.intake.commands.group import Columns, OneFile, mappings, opened
from valence.kit.commands import HERE, AsJson, BrandFolder, console, print_json, print_table, say

if TYPE_CHECKING:
    from valence.intake.looking import Look


@mappings.command("show", permission="intake:read")
def show_mapping(
    file: OneFile, brand: BrandFolder = HERE, column: Columns = None, *, as_json: AsJson = False
) -> None:
    """Print what columns are taken for, and why. Example: valence mapping show orders.csv."""
    from valence.intake.asking import show  # noqa: PLC0415 - loads the engine

    seen = _looked(file, brand, column)
    if as_json:
        print_json(_seen(seen, file))
        return
    if seen.names:
        show(seen, console(sys.stdout))
    if seen.fault is not None:
        raise BadInputError(seen.fault)
    for question in seen.questions:
        say(question.text)
    how = {
        "kept": "Confirmed before: it is taken without asking.",
        "ready": "A form known to Valence: it is taken without asking.",
    }
    told = how.get(seen.origin, f"A guess. Import with `valence import {file}`, or add --yes.")
    say(f"{told} To change it: valence mapping guess {file} > mapping.yaml")


@mappings.command("guess", permission="intake:read")
def guess_mapping(
    file: OneFile, brand: BrandFolder = HERE, column: Columns = None, *, as_json: AsJson = False
) -> None:
    """Print a mapping as YAML to change. Example: valence mapping guess orders.csv > m.yaml."""
    from valence.intake.drafting import draft  # noqa: PLC0415 - loads the engine

    seen = _looked(file, brand, column)
    if as_json:
        print_json(_seen(seen, file))
        return
    if not seen.names:
        raise BadInputError(seen.fault or "")
    sys.stdout.write(draft(seen, file))
    if seen.mapping is None and seen.fault is not None:
        say(f"{file} is not recognised: the mapping is one to fill in.")
    for question in seen.open_questions:
        say(question.text)


@mappings.command("list", permission="intake:read")
def list_mappings(brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Print the forms of files that need no question. Example: valence mapping list."""
    from valence.intake.mapping import load_mapping, ready_mappings  # noqa: PLC0415

    with opened(brand) as house:
        kept = [
            (load_mapping(path), str(path))
            for path in sorted((house.brand.root / "mappings").glob("*.yaml"))
        ]
    found = [(mapping, "ready") for mapping in ready_mappings()] + kept
    listed = [
        {"name": m.name, "kind": m.kind, "what": m.title, "from": where} for m, where in found
    ]
    print_json(listed) if as_json else print_table(listed)


def _looked(file: Path, brand: Path, column: list[str] | None) -> Look:
    from valence.intake.asking import at_path  # noqa: PLC0415 - loads the engine
    from valence.intake.looking import look  # noqa: PLC0415
    from valence.intake.saying import Said, parsed_columns  # noqa: PLC0415

    with opened(brand) as house:
        return at_path(look(house.brand, file, said=Said(parsed_columns(column or []))), file)


def _seen(seen: Look, file: Path) -> dict[str, Any]:
    from valence.intake.drafting import draft  # noqa: PLC0415

    samples = {column.name: list(column.samples) for column in seen.columns}
    return {
        "file": seen.name,
        "origin": seen.origin,
        "kind": seen.mapping.kind if seen.mapping else None,
        "columns": [
            {
                "column": one.column,
                "target": one.target,
                "confidence": one.confidence,
                "why": str(one.reason),
                "samples": samples[one.column],
            }
            for one in seen.told
        ],
        "unused": list(seen.unused),
        "questions": [
            {
                "about": question.about,
                "text": str(question.text),
                "choices": list(question.choices),
                "better": question.better,
                "must_be_answered": not question.clear,
            }
            for question in seen.questions
        ],
        "fault": str(seen.fault) if seen.fault else None,
        "mapping": draft(seen, file),
    }
