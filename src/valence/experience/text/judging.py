"""Any table of texts, judged: what the command does with a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from valence.core.intervals import wilson
from valence.experience.text.aspects import DEFAULT, aspects
from valence.experience.text.definition import ThemesDefinition
from valence.experience.text.files import read_texts
from valence.experience.text.sentiment import sentiment

ADDED = ("language", "sentiment", "probability", "aspects")
_CONFIDENCE = 0.90


def judged_file(path: Path, column: str, *, definition: ThemesDefinition = DEFAULT) -> pa.Table:
    """Return a file's rows with language, sentiment, probability and aspects behind them.

    A column of the file that bears one of these names keeps it, with `_given` behind.

    Raises
    ------
    NotFoundError, BadInputError
        As `read_texts`.
    """
    table = read_texts(path, column)
    texts = table[column].to_pylist()
    felt = sentiment(texts)
    about = aspects(texts, definition, probability=felt["probability"].to_pylist())
    names = [f"{name}_given" if name in ADDED else name for name in table.column_names]
    table = table.rename_columns(names)
    for name in felt.column_names:
        table = table.append_column(name, felt[name])
    return table.append_column("aspects", pa.array(_spoken(about, len(texts)), pa.string()))


def _spoken(about: pa.Table, count: int) -> list[str]:
    parts: list[list[str]] = [[] for _ in range(count)]
    for row in about.to_pylist():
        felt = row["sentiment"]
        parts[row["text"]].append(row["aspect"] if felt is None else f"{row['aspect']} {felt:+.2f}")
    return ["; ".join(part) for part in parts]


def in_short(judged: pa.Table) -> dict[str, list[dict[str, Any]]]:
    """Return how many texts of each language and aspect complain, with an interval of the share."""
    languages: dict[str, list[float | None]] = {}
    about: dict[str, list[float]] = {}
    columns = (judged[name].to_pylist() for name in ("language", "sentiment", "aspects"))
    for language, felt, spoken in zip(*columns, strict=True):
        languages.setdefault(language or "(no letters)", []).append(felt)
        for part in spoken.split("; ") if spoken else ():
            name, _, value = part.partition(" ")
            if value:
                about.setdefault(name, []).append(float(value))
    by_size = sorted(languages.items(), key=lambda held: -len(held[1]))
    by_blame = sorted(about.items(), key=lambda held: -sum(v < 0 for v in held[1]))
    return {
        "languages": [
            {"language": name, **_counted(len(felt), [v for v in felt if v is not None])}
            for name, felt in by_size
        ],
        "aspects": [{"aspect": name, **_counted(len(felt), felt)} for name, felt in by_blame],
    }


def _counted(texts: int, felt: list[float]) -> dict[str, Any]:
    bad = sum(value < 0 for value in felt)
    low, high = wilson(bad, len(felt), _CONFIDENCE) if felt else (None, None)
    return {
        "texts": texts,
        "judged": len(felt),
        "complaints": bad,
        "share": bad / len(felt) if felt else None,
        "low": low,
        "high": high,
    }
