"""The journey map: `valence journey map`."""

from __future__ import annotations

from valence.core.errors import NotFoundError
from valence.journey.commands.group import journey
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.map_answers import JourneyMap, Place, map_of
from valence.kit.built import defined_in
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.kit.format import Formats
from valence.kit.published import published_tables


@journey.command("map", permission="journey:read")
def map_(brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Print the journey map: each touchpoint with who passed, what they felt, what is at stake.

    Example: valence journey map --json
    """
    with published_tables(brand, "touchpoint_reach") as asked:
        definition = defined_in(
            asked.house, asked.tables, JOURNEY_KIND, JourneyDefinition, "journey_steps"
        )
        found = map_of(asked.tables, definition, asked.as_of)
        if found is None:
            raise NotFoundError("No figures have been built yet. Run `valence build`.")
        if as_json:
            print_json(asked.told(found.told()))
            return
        met = [place for place in found.places if place.measures.steps or place.measures.felt.now]
        print_table(
            [_row(place, asked.fmt) for place in met],
            title=f"Journey map, {found.since} to {found.as_of}",
        )
        _say(found)
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
