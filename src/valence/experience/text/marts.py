"""What is published of customers' words: each text judged, its aspects, the words of complaints.

Texts themselves stay in `feedback` and `contacts`, so that they are erased in one place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from valence.core.messages import message
from valence.definitions.reading import published
from valence.experience.text.aspects import aspects, texts_with
from valence.experience.text.columns import ASPECTS, TEXTS, WORD_TEXTS, WORDS
from valence.experience.text.definition import THEMES_KIND, ThemesDefinition
from valence.experience.text.said import HELD, KEY, told, words_of
from valence.experience.text.sentiment import sentiment
from valence.experience.text.themes import themes, window
from valence.kit.codes import AT_LENGTH
from valence.lake.columns import arrow_schema
from valence.lake.marts import BuildContext, Inputs, Mart, Read

_JUDGED = ("language", "sentiment", "probability", "aspects")
_AT_A_TIME = 20_000


def _texts(inputs: Inputs, context: BuildContext, read: Read) -> Iterator[pa.RecordBatch]:
    """Judge texts that are new or changed; what was judged before is taken over."""
    definition = published(context.definitions, THEMES_KIND, ThemesDefinition)
    said = told(inputs["feedback"], inputs.get("contacts"), as_of=context.as_of)
    before = inputs.get("feedback_texts")
    fresh = said
    if before is not None:
        key = (*KEY, "row_hash")
        kept = said.inner_join(before.select(*key, *_JUDGED), key)
        for batch in read(kept.select(*(c.name for c in TEXTS))):
            yield from _typed(batch)
        fresh = said.anti_join(before, key)
    for batch in read(fresh.select(*HELD, "text")):
        for at in range(0, batch.num_rows, _AT_A_TIME):
            yield judged_batch(batch.slice(at, _AT_A_TIME), definition)


def judged_batch(batch: pa.RecordBatch, definition: ThemesDefinition) -> pa.RecordBatch:
    """Return rows with their texts judged: language, sentiment, aspects; without the texts.

    Parameters
    ----------
    batch
        Rows with `text` and the columns of `TEXTS` that are known before reading.
    definition
        The aspects and their words.
    """
    texts = batch.column("text").to_pylist()
    felt = sentiment(texts)
    about = aspects(texts, definition, probability=felt["probability"].to_pylist())
    columns = {name: batch.column(name) for name in HELD}
    columns |= {name: felt[name].combine_chunks() for name in felt.column_names}
    columns["aspects"] = pa.array(_written(about, len(texts)), pa.string())
    schema = arrow_schema(TEXTS)
    return pa.RecordBatch.from_arrays(
        [columns[field.name].cast(field.type) for field in schema], schema=schema
    )


def _written(about: pa.Table, count: int) -> list[str]:
    parts: list[list[str]] = [[] for _ in range(count)]
    rows = zip(*(about[n].to_pylist() for n in ("text", "aspect", "sentiment")), strict=True)
    for text, aspect, felt in rows:
        parts[text].append(f"{aspect}:" if felt is None else f"{aspect}:{felt:.3f}")
    return [" ".join(part) for part in parts]


def _typed(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    if batch.num_rows:
        schema = arrow_schema(TEXTS)
        columns = [batch.column(field.name).cast(field.type) for field in schema]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _aspects(inputs: Inputs, context: BuildContext) -> ir.Table:  # noqa: ARG001
    return text_aspects(inputs["feedback_texts"])


def text_aspects(texts: ir.Table) -> ir.Table:
    """Return one row for each text and aspect that it talks about, with the columns `ASPECTS`."""
    t = texts.filter(texts.aspects != "")
    t = t.mutate(part=t.aspects.split(" ").unnest())
    t = t.mutate(aspect=t.part.re_extract(r"^([^:]+):", 1), felt=t.part.re_extract(r":(.*)$", 1))
    t = t.mutate(sentiment=t.felt.nullif("").cast("float64"))
    return t.select(*(c.name for c in ASPECTS))


def _words(inputs: Inputs, context: BuildContext, read: Read) -> Iterator[pa.RecordBatch]:
    definition = published(context.definitions, THEMES_KIND, ThemesDefinition)
    found = _columns(read(_in_window(inputs, context, definition)))
    made = themes(
        found["text"], found["on"], found["sentiment"], as_of=context.as_of, definition=definition
    )
    yield from made.select([c.name for c in WORDS]).to_batches()


def _in_window(inputs: Inputs, context: BuildContext, definition: ThemesDefinition) -> ir.Table:
    """The judged texts about the own brand of the days that are looked at, with their words."""
    first, _ = window(context.as_of, definition)
    t = inputs["feedback_texts"]
    t = t.filter(t.on >= first, t.on <= context.as_of, t.sentiment.notnull(), t.subject == "own")
    t = t.filter(~t.metric.isin(AT_LENGTH))
    words = words_of(inputs["feedback"], inputs.get("contacts"))
    return t.select(*KEY, "on", "sentiment").inner_join(words, KEY)


def _columns(batches: Iterator[pa.RecordBatch]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {n: [] for n in (*KEY, "on", "sentiment", "text")}
    for batch in batches:
        for name, values in found.items():
            values.extend(batch.column(name).to_pylist())
    return found


def _word_texts(inputs: Inputs, context: BuildContext, read: Read) -> Iterator[pa.RecordBatch]:
    """Say of each listed word in which complaints it stands."""
    definition = published(context.definitions, THEMES_KIND, ThemesDefinition)
    names = _first(read(inputs["complaint_words"].select("term", "language")))
    if not names:
        return
    t = _in_window(inputs, context, definition)
    for batch in read(t.filter(t.sentiment < 0.0)):
        text, term = texts_with(batch.column("text").to_pylist(), names)
        rows = batch.take(pa.array(text, pa.int64()))
        said = pa.array(np.array([name for name, _ in names], object)[term], pa.string())
        yield pa.RecordBatch.from_arrays(
            [said, *(rows.column(n) for n in (*KEY, "on"))], schema=arrow_schema(WORD_TEXTS)
        )


def _first(batches: Iterator[pa.RecordBatch]) -> list[tuple[str, str]]:
    return [(row["term"], row["language"]) for batch in batches for row in batch.to_pylist()]


TEXT_MARTS: tuple[Mart, ...] = (
    Mart(
        name="feedback_texts",
        owner="experience",
        title=message("Texts of customers"),
        grain=KEY,
        rebuild="whole",
        inputs=("feedback", "contacts"),
        columns=TEXTS,
        score=_texts,
        definitions=(THEMES_KIND,),
        served=True,
        version=2,
    ),
    Mart(
        name="feedback_aspects",
        owner="experience",
        title=message("What texts are about"),
        grain=(*KEY, "aspect"),
        rebuild="whole",
        inputs=("feedback_texts",),
        columns=ASPECTS,
        compute=_aspects,
        served=True,
    ),
    Mart(
        name="complaint_words",
        owner="experience",
        title=message("Words of complaints"),
        grain=("term",),
        rebuild="whole",
        inputs=("feedback_texts", "feedback", "contacts"),
        columns=WORDS,
        score=_words,
        definitions=(THEMES_KIND,),
        served=True,
        version=2,
    ),
    Mart(
        name="complaint_word_texts",
        owner="experience",
        title=message("Complaints by word"),
        grain=("term", *KEY),
        rebuild="whole",
        inputs=("complaint_words", "feedback_texts", "feedback", "contacts"),
        columns=WORD_TEXTS,
        score=_word_texts,
        definitions=(THEMES_KIND,),
        served=True,
        version=2,
    ),
)
