"""Interviews: `valence experience interviews list|import|show|code|quotes|remove`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from valence.core.clock import now
from valence.core.errors import NotFoundError
from valence.experience.commands.group import experience
from valence.experience.interviews import answers, book
from valence.experience.interviews.book import KINDS, About, Code
from valence.experience.interviews.transcript import decoded, read_transcript
from valence.kit.commands import HERE, AsJson, BrandFolder, Commands, print_json, print_table, say
from valence.kit.published import published_tables
from valence.trust.actor import LOCAL

interviews = Commands(
    "interviews", "Interviews and focus groups, coded by hand to themes and touchpoints."
)
experience.app.add_typer(interviews.app)
_ID = Annotated[str, typer.Argument(metavar="ID", help="Of the interview, as the list has it.")]


@interviews.command("list", permission="experience:read")
def list_command(brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Print the interviews, how far they are coded, and what they are about.

    Example: valence experience interviews list
    """
    with published_tables(brand) as asked, asked.house.store.reading() as view:
        found, themes = answers.listed(view), answers.by_theme(view)
    if as_json:
        print_json({"items": [each.told() for each in found], "themes": themes})
        return
    print_table([_row(each.told()) for each in found])
    print_table(
        [
            {"theme": each.theme, "passages": each.passages, "people": each.voices,
             "praise": each.good, "complaints": each.bad}
            for each in themes
        ],
        title="Coded by hand",
    )  # fmt: skip
    if not found:
        say("None yet. Bring one in: `valence experience interviews import FILE --title …`.")


@interviews.command("import", permission="experience:interview")
def import_command(  # noqa: PLR0913 - its options, each by its name
    file: Annotated[Path, typer.Argument(help="Transcript or notes, plain text.")],
    brand: BrandFolder = HERE,
    *,
    title: Annotated[
        str,
        typer.Option(
            "--title", help="What it is called; always given, since a file's name may tell who."
        ),
    ] = "",
    kind: Annotated[str, typer.Option("--kind", help=f"{' or '.join(KINDS)}.")] = "interview",
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help="Day on which it was held; else today."),
    ] = None,
    asker: Annotated[list[str] | None, typer.Option("--asker", help="Name of who asks.")] = None,
    speaker: Annotated[
        list[str] | None,
        typer.Option("--speaker", help="Name of who speaks; give all, or - if nobody is named."),
    ] = None,
    customer: Annotated[
        str, typer.Option("--customer", help="The only participant, such as user_id:12748.")
    ] = "",
    touchpoint: Annotated[
        str, typer.Option("--touchpoint", help="Where all of it is about one.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Bring in a transcript: a line such as "Anna: …" begins a turn; names are not kept.

    Example: valence experience interviews import anna.txt --title "Why she left" --on 2026-03-01
    """
    if not file.is_file():
        raise NotFoundError("There is no file {path}.", path=str(file))
    text = decoded(file.read_bytes())
    found = read_transcript(text, askers=asker or (), speakers=speaker or ())
    with published_tables(brand) as asked:
        house = asked.house
        day = on.date() if on else now().astimezone(house.brand.settings.zone).date()
        about = About(title, kind, day, touchpoint)
        made = answers.bring_in(
            house, asked.tables, found, about, customer=customer, actor=LOCAL.id
        )
    told = answers.interview_told(made, 0, [])
    if as_json:
        print_json(told)
        return
    print_table([_row(told)])
    say("Code it at /experience/interviews, or with `valence experience interviews code`.")


@interviews.command("show", permission="experience:read")
def show_command(interview_id: _ID, brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Print one interview: its passages, their codes, and what is suggested.

    Example: valence experience interviews show 0193… --json
    """
    with published_tables(brand) as asked:
        found = answers.opened(asked.house, asked.tables, interview_id)
    if as_json:
        print_json(found.told())
        return
    print_table(
        [
            {"passage": each.feedback_id, "who": each.voice, "text": each.text,
             "codes": "; ".join(_code(code) for code in each.codes),
             "suggested": "" if each.suggestion is None
             else " ".join(part for part in (each.suggestion.theme, each.suggestion.touchpoint,
                                             each.suggestion.mood) if part)}
            for each in found.passages
        ],
        title=found.one.title,
    )  # fmt: skip


@interviews.command("quotes", permission="experience:read")
def quotes_command(
    brand: BrandFolder = HERE,
    *,
    theme: Annotated[str, typer.Option("--theme", help="Coded to that one.")] = "",
    touchpoint: Annotated[str, typer.Option("--touchpoint", help="Coded to that one.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most to print.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Print the words of passages that were coded, those of the newest interview first.

    Example: valence experience interviews quotes --touchpoint delivery
    """
    with published_tables(brand) as asked:
        found = answers.quotes(
            asked.house, asked.tables, theme=theme, touchpoint=touchpoint, limit=limit
        )
    if as_json:
        print_json({"items": [each.told() for each in found]})
        return
    print_table(
        [
            {"interview": each.title, "day": str(each.held_on), "who": each.voice,
             "text": each.text, "code": _code(each.code)}
            for each in found
        ]
    )  # fmt: skip
    if not found:
        say("No passage is coded to this.")


@interviews.command("code", permission="experience:interview")
def code_command(  # noqa: PLR0913 - its options, each by its name
    interview_id: _ID,
    passage: Annotated[str, typer.Argument(help="As `show` has it.")] = "",
    brand: BrandFolder = HERE,
    *,
    theme: Annotated[str, typer.Option("--theme", help="A theme of the definition.")] = "",
    touchpoint: Annotated[str, typer.Option("--touchpoint", help="One of the journey.")] = "",
    mood: Annotated[str, typer.Option("--mood", help="good, bad, or not said.")] = "",
    coder: Annotated[str, typer.Option("--coder", help="Who codes.")] = LOCAL.id,
    undo: Annotated[bool, typer.Option("--undo", help="Take back the coder's last one.")] = False,
    as_json: AsJson = False,
) -> None:
    """Code one passage to a theme, a touchpoint, or both; or take the last code back.

    Example: valence experience interviews code 0193… 5f2b…:0004:P1 --theme delivery --mood bad
    """
    with published_tables(brand) as asked:
        one = answers.id_of(interview_id)
        kept: Code | None
        if undo:
            kept = asked.house.store.transact(
                lambda unit: book.undo(unit, one, coder, actor=LOCAL.id, at=now())
            )
        else:
            said = Code(one, passage, theme, touchpoint, mood, coder)
            kept = answers.keep(asked.house, asked.tables, said, actor=LOCAL.id)
    if as_json:
        print_json({"undone": undo, "code": None if kept is None else answers.code_told(kept)})
    elif kept is None:
        say(f"{coder} has no code to take back here.")
    else:
        say(f"{'Taken back' if undo else 'Kept'}: {_code(kept)}.")


@interviews.command("remove", permission="experience:interview")
def remove_command(
    interview_id: _ID, brand: BrandFolder = HERE, *, as_json: AsJson = False
) -> None:
    """Take a transcript back for good: its words, its codes and itself.

    Example: valence experience interviews remove 0193…
    """
    with published_tables(brand) as asked:
        one = book.remove(asked.house, answers.id_of(interview_id))
    if as_json:
        print_json({"interview_id": str(one.interview_id), "title": one.title})
        return
    say(f"Removed: {one.title}. Figures that hold its words change with the next build.")


def _code(code: Code) -> str:
    parts = " ".join(part for part in (code.theme, code.touchpoint, code.mood) if part)
    return f"{parts} ({code.coder})"


def _row(told: dict[str, Any]) -> dict[str, Any]:
    names = ("interview_id", "kind", "title", "held_on", "voices", "passages", "coded")
    return {name: told[name] for name in names}
