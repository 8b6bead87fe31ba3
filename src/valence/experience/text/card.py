"""The card of the models of sentiment: trained on what, and how good on texts held out."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def card() -> dict[str, Any]:
    """Return the card, by language: data, recipe, held-out scores."""
    path = files("valence.experience.text").joinpath("models", "card.json")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found
