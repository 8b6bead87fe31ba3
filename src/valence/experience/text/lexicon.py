"""Words of praise and of complaint, written by hand: what a model knows before it is trained."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

Language = Literal["zh", "en"]


class Lexicon(NamedTuple):
    """The words of one language; `turns` are those that turn what follows into its opposite."""

    praise: frozenset[str]
    complaint: frozenset[str]
    turns: frozenset[str]


@cache
def lexicon(language: Language) -> Lexicon:
    """Return the words of a language."""
    found = wordlists(language)
    return Lexicon(found["praise"], found["complaint"] - found["praise"], found["turns"])


@cache
def wordlists(name: str) -> dict[str, frozenset[str]]:
    """Return the lists of a file of words: each under its name in brackets."""
    text = files("valence.experience.text").joinpath("words", f"{name}.txt").read_text("utf-8")
    found: dict[str, set[str]] = {}
    words: set[str] = set()
    for line in text.splitlines():
        if line.startswith("["):
            words = found.setdefault(line.strip("[] "), set())
        elif not line.startswith("#"):
            words.update(line.split())
    return {part: frozenset(held) for part, held in found.items()}
