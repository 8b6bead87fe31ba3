"""Sentiment of texts: speed on one core and accuracy held out, beside snownlp and VADER."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers import answer
from benchmarks.report import WORK, Row
from valence.experience.text.held_out import Data, measured

DATA = Path("../shared/data")
SNOWNLP_TEXTS = 1_000  # every so many-th review: it judges about two hundred in a second


def check() -> Sequence[Row]:
    """Measure on the texts that the peers judge too, in one run."""
    data = Data(DATA)
    chinese, english = _texts(data)
    zh, _ = measured(data, "zh")
    en, _ = measured(data, "en")
    own_zh, own_en = (_judged(path) for path in (chinese, english))
    snow = answer("snownlp", _SNOWNLP, chinese, SNOWNLP_TEXTS)
    vader = answer("vader", _VADER, english)
    speed = min(own_zh["per_second"], own_en["per_second"])
    return [
        Row(zh[0].what, "accuracy ≥ .94", _said(zh[0].accuracy), zh[0].accuracy >= 0.94),
        Row(zh[1].what, "accuracy ≥ .87", _said(zh[1].accuracy), zh[1].accuracy >= 0.87),
        Row(en[0].what, "accuracy ≥ .84", _said(en[0].accuracy), en[0].accuracy >= 0.84),
        Row(en[1].what, "–", _said(en[1].accuracy)),
        Row("texts a second, one core, the slower language", "≥ 10,000", f"{speed:,.0f}",
            speed >= 10_000),
        Row(f"snownlp on {snow['texts']:,} of the shopping reviews", "below ours (5 folds)",
            f"{_said(snow['accuracy'])} at {snow['per_second']:,.0f} texts/s; ours "
            f"{_said(zh[0].accuracy)} at {own_zh['per_second']:,.0f}",
            snow["accuracy"] < zh[0].accuracy and snow["per_second"] < own_zh["per_second"]),
        Row(f"VADER on the {vader['texts']:,} labelled sentences", "below ours (5 folds)",
            f"{_said(vader['accuracy'])} at {vader['per_second']:,.0f} texts/s; ours "
            f"{_said(en[0].accuracy)} at {own_en['per_second']:,.0f}",
            vader["accuracy"] < en[0].accuracy and vader["per_second"] < own_en["per_second"]),
    ]  # fmt: skip


def _said(accuracy: float) -> str:
    return f"{accuracy:.4f}"


def _texts(data: Data) -> tuple[Path, Path]:
    """The texts with their labels, for the peers."""
    WORK.mkdir(exist_ok=True)
    held = (
        ("reviews_zh", data.shopping["review"], data.shopping["label"]),
        ("reviews_en", data.sentences["sentence"], data.sentences["label"]),
    )
    paths = []
    for name, texts, labels in held:
        path = (WORK / f"{name}.json").absolute()
        path.write_text(json.dumps([texts, labels], ensure_ascii=False), "utf-8")
        paths.append(path)
    return paths[0], paths[1]


def _judged(path: Path) -> Any:
    """How fast the shipped models judge the texts, on one core."""
    one = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "ARROW_NUM_THREADS"), "1")
    done = subprocess.run(
        [sys.executable, "-c", _OWN, str(path)],
        capture_output=True, text=True, check=True, env={**os.environ, **one},
    )  # fmt: skip
    return json.loads(done.stdout.strip().splitlines()[-1])


_OWN = """
import json, sys, time
from valence.experience.text.sentiment import sentiment
texts, labels = json.load(open(sys.argv[1], encoding="utf-8"))
sentiment(texts[:100])
taken = []
for _ in range(3):
    # Of the processor: what else the machine does is not counted.
    start = time.process_time()
    sentiment(texts)
    taken.append(time.process_time() - start)
print(json.dumps({"texts": len(texts), "per_second": len(texts) / min(taken)}))
"""

_SNOWNLP = """
import json, sys, time
from snownlp import SnowNLP
texts, labels = json.load(open(sys.argv[1], encoding="utf-8"))
step = max(1, len(texts) // int(sys.argv[2]))
kept = [(t, l) for t, l in zip(texts[::step], labels[::step]) if t.strip()]
SnowNLP("好").sentiments
start = time.process_time()
right = sum((SnowNLP(t).sentiments > 0.5) == bool(l) for t, l in kept)
taken = time.process_time() - start
print(json.dumps({"texts": len(kept), "accuracy": right / len(kept),
    "per_second": len(kept) / taken}))
"""

_VADER = """
import json, sys, time
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
texts, labels = json.load(open(sys.argv[1], encoding="utf-8"))
judge = SentimentIntensityAnalyzer()
judge.polarity_scores("good")
start = time.process_time()
# Positive from .05 on, as its authors advise.
found = [judge.polarity_scores(text)["compound"] >= 0.05 for text in texts]
taken = time.process_time() - start
right = sum(praise == bool(label) for praise, label in zip(found, labels))
print(json.dumps({"texts": len(texts), "accuracy": right / len(texts),
    "per_second": len(texts) / taken}))
"""
