"""The journey map: `valence journey map`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from valence.journey.board_view import cells_of
from valence.journey.commands.group import journey
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.heat import heat_by
from valence.journey.map_answers import JourneyMap, Place
from valence.journey.map_reading import map_built, place_of
from valence.journey.visitors import pains, verbatims
from valence.kit.built import defined_in
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.kit.format import Formats
from valence.kit.published import Published, published_tables


@journey.command("map", permission="journey:read")
def map_(
    brand: BrandFolder = HERE,
    touchpoint: Annotated[
        str, typer.Option(help="Only this one, with what is complained of and its newest words.")
    ] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Print the journey map: each touchpoint with who passed, what they felt, what is at stake.

    Example: valence journey map --touchpoint delivery --json
    """
    with published_tables(brand, "touchpoint_reach") as asked:
        definition = defined_in(
            asked.house, asked.tables, JOURNEY_KIND, JourneyDefinition, "journey_steps"
        )
        found = map_built(asked.tables, definition, asked.as_of)
        if touchpoint:
            _one(asked, found, place_of(found, touchpoint), as_json=as_json)
            return
        if as_json:
            heat = {by: heat_by(asked.tables, found, by) for by in ("channel", "segment")}
            print_json(asked.told({**found.told(), "heat": heat}))
            return
        met = [place for place in found.places if place.measures.steps or place.measures.felt.now]
        print_table(
            [_row(place, asked.fmt) for place in met],
            title=f"Journey map, {found.since} to {found.as_of}",
        )
        _say(found)
        asked.say_day()


def _one(asked: Published, found: JourneyMap, place: Place, *, as_json: bool) -> None:
    at = (asked.tables, place.touchpoint, found.definition, found.as_of)
    complained, words = pains(*at), verbatims(*at)
    if as_json:
        told = {"pains": list(map(asdict, complained)), "words": list(map(asdict, words))}
        print_json(asked.told({"measures": place.told(), **told}))
        return
    print_table(
        [
            {"measure": asked.fmt.language.worded(label), "here": said}
            for label, said in cells_of(place.measures, asked.fmt)
            if said is not None
        ],
        title=f"{place.touchpoint.name}, {place.touchpoint.stage}",
    )
    if complained:
        print_table([asdict(each) for each in complained], title="What words are about")
    for each in words:
        say(f"{asked.fmt.day(each.at.date())}: {each.text}")
    asked.say_day()


def _row(place: Place, fmt: Formats) -> dict[str, object]:
    measures = place.measures
    main, stake = measures.felt.main, measures.stake
    onward, kept = measures.onward.share, measures.kept.share
    return {
        "stage": place.touchpoint.stage,
        "touchpoint": place.touchpoint.name,
        "customers": measures.customers,
        "go on": "" if onward is None else fmt.percent(onward),
        "felt": "" if main is None else f"{main.metric.upper()} {main.score:.1f}"
        if main.enough else "too few",
        "n": "" if main is None else f"{main.n:,}",
        "standard kept": "" if kept is None else fmt.percent(kept),
        "at stake": "" if stake is None or stake.amount is None
        else fmt.money_short(stake.amount),
        "owner": place.touchpoint.owner,
    }  # fmt: skip


def _say(found: JourneyMap) -> None:
    first = found.fix_first()
    if first:
        say(f"Fix first: {', '.join(place.touchpoint.name for place in first[:3])}.")
    unknown = sum(row["events"] for row in found.unrecognised)
    if unknown:
        say(
            f"{unknown:,} events are at no touchpoint yet: `valence journey map --json` names them."
        )
    if found.unknown_answers:
        names = ", ".join(f"{name} ({n:,})" for name, n in found.unknown_answers.items())
        say(f"Answers about what no touchpoint is called: {names}.")
