"""Words of customers: `valence experience sentiment|themes`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from valence.core.errors import BadInputError
from valence.experience.commands.group import experience
from valence.experience.text.card import card
from valence.experience.text.themes_answers import Themes, themes_of
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.kit.published import published_tables

Out = Annotated[
    Path | None, typer.Option("--out", help="Write every row there: csv, jsonl or parquet.")
]
_SHOWN = 10  # rows on a terminal
_LONGEST = 60  # signs of a text there


@experience.command("sentiment", permission="experience:read")
def sentiment_command(
    file: Annotated[Path | None, typer.Argument(help="A file of texts.")] = None,
    column: Annotated[str, typer.Option("--text", help="The column that holds them.")] = "text",
    out: Out = None,
    *,
    show_card: Annotated[
        bool, typer.Option("--card", help="Print what the models are and how good.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Judge any file of texts: language, sentiment with its probability, and aspects.

    Example: valence experience sentiment reviews.csv --text review --out judged.csv
    """
    if show_card:
        _print_card(as_json=as_json)
        return
    if file is None:
        raise BadInputError("Name a file of texts, or ask for the model card with `--card`.")
    from valence.experience.text.files import write_texts  # noqa: PLC0415
    from valence.experience.text.judging import in_short, judged_file  # noqa: PLC0415 - numpy

    judged = judged_file(file, column)
    if out is not None:
        write_texts(judged, out)
        say(f"Written: {judged.num_rows:,} rows to {out}.")
    if as_json:
        print_json(in_short(judged) if out is not None else judged.to_pylist())
        return
    short = in_short(judged)
    print_table(short["languages"], title=f"{judged.num_rows:,} texts")
    if short["aspects"]:
        print_table(short["aspects"], title="What they are about")
    if out is None:
        rows = judged.slice(0, _SHOWN).to_pylist()
        print_table([_row(row, column) for row in rows], title="The first of them")
        say("Every row: `--out judged.csv`, or `--json`.")


def _row(row: dict[str, Any], column: str) -> dict[str, Any]:
    text = str(row[column] or "")
    return {
        "text": text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…",
        **{name: row[name] for name in ("language", "sentiment", "probability", "aspects")},
    }


def _print_card(*, as_json: bool) -> None:
    found = card()
    if as_json:
        print_json(found)
        return
    rows = [
        {"model": language, **{name: score[name] for name in score}}
        for language, one in found.items()
        for score in one["held_out"]
    ]
    names = ("accuracy", "low", "high", "auc", "brier", "calibration_error")
    print_table([{**row, **{n: f"{row[n]:.3f}" for n in names}} for row in rows], right=names)
    for language, one in found.items():
        say(f"{language}: {one['features']:,} features in {one['bytes']:,} bytes, trained on:")
        for name in one["trained_on"]:
            say(f"  - {name}")
        for note in one["notes"]:
            say(f"  Mind: {note}")


@experience.command("themes", permission="experience:read")
def themes_command(
    brand: BrandFolder = HERE,
    limit: Annotated[int, typer.Option("--limit", min=0, help="Most rows of a list.")] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """Print what customers complain about: aspects, frequent words, and newly frequent ones.

    Example: valence experience themes --limit 10
    """
    with published_tables(brand, "feedback_texts") as asked:
        found = themes_of(asked.tables)
        if as_json:
            print_json(asked.told(found.told(limit)))
            return
        _print_themes(found, limit)
        asked.say_day()


def _print_themes(found: Themes, limit: int) -> None:
    if not found.judged:
        say("No answer has words that can be judged. Bring answers in: `valence import`.")
        return
    print_table(
        [
            {
                "aspect": row.aspect,
                "texts": row.n,
                "complaints": row.complaints,
                "% complaints": f"{row.share * 100:.1f}",
                "90 % interval": f"{row.low * 100:.1f}–{row.high * 100:.1f}",
            }
            if row.enough
            else {"aspect": row.aspect, "texts": row.n, "complaints": row.complaints,
                  "% complaints": "not enough data", "90 % interval": ""}
            for row in found.aspects[:limit or None]
        ],
        title=f"{found.judged:,} texts judged, {found.complaints:,} complaints",
        right=("% complaints", "90 % interval"),
    )  # fmt: skip
    for title, rows in (("Newly frequent", found.new), ("Frequent", found.words)):
        shown = [
            {
                "word": row["term"],
                "complaints": row["complaints"],
                "now": row["now"],
                "before": row["before"],
                "z": None if row["z"] is None else round(row["z"], 1),
            }
            for row in rows[: limit or None]
        ]
        if shown:
            print_table(shown, title=title)
        else:
            say(f"{title}: none." if found.enough else f"{title}: not enough data.")
