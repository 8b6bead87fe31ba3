"""Train the models of sentiment that the package ships, and write their card.

    python -m scripts.train_text                  # both languages, into the package
    python -m scripts.train_text --check          # only measure, on texts held out
    python -m scripts.train_text --language en

The data are named in the card. What is shipped are weights of hashed features; no text is.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from valence.core import clock
from valence.experience.text import held_out
from valence.experience.text.held_out import LANGUAGES, Data
from valence.experience.text.training import RECIPES, calibration, fitted, packed

MODELS = Path("src/valence/experience/text/models")


def main() -> None:
    """Measure, then train on everything and write."""
    told = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    told.add_argument("--data", type=Path, default=Path("../shared/data"))
    told.add_argument("--language", choices=LANGUAGES, action="append")
    told.add_argument("--check", action="store_true", help="measure, write nothing")
    asked = told.parse_args()
    MODELS.mkdir(exist_ok=True)
    path = MODELS / "card.json"
    card = json.loads(path.read_text("utf-8")) if path.exists() else {}
    for language in asked.language or LANGUAGES:
        started = time.perf_counter()
        data = Data(asked.data)
        scores, logits = held_out.measured(data, language, say=print)
        if asked.check:
            continue
        texts = held_out.everything(data, language)
        recipe = RECIPES[language]
        slope, shift = calibration(logits.values, logits.labels)
        model = packed(fitted(texts, recipe), slope, shift, recipe)
        written = model.packed()
        (MODELS / f"{language}.npz").write_bytes(written)
        card[language] = {
            "trained_on": held_out.TRAINED_ON[language],
            "trained": clock.now().date().isoformat(),
            "texts": len(texts.labels),
            "features": int((model.table != 0).sum()),
            "bytes": len(written),
            "recipe": held_out.told(recipe),
            "held_out": [score.told() for score in scores],
            "notes": held_out.NOTES[language],
        }
        path.write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", "utf-8")
        print(f"{language}: {len(written):,} bytes, {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
