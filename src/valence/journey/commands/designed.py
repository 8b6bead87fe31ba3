"""The designed journey beside the walked one: `valence journey designed`."""

from __future__ import annotations

from valence.core.errors import NotFoundError
from valence.journey.commands.group import journey
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.designed import view
from valence.journey.designed.answers import MART, Designed, Place, designed_of
from valence.journey.designed.words import hours_of, went_said
from valence.journey.feelings import Feeling
from valence.journey.words import points
from valence.kit.built import defined_in
from valence.kit.codes import lasting
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.kit.format import Formats
from valence.kit.published import published_tables


@journey.command("designed", permission="journey:read")
def designed(brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Print the designed journey beside the walked one: share, time, feeling, detours.

    Example: valence journey designed --json
    """
    with published_tables(brand, MART) as asked:
        definition = defined_in(asked.house, asked.tables, JOURNEY_KIND, JourneyDefinition, MART)
        found = designed_of(asked.tables, definition, asked.as_of)
        if found is None:
            raise NotFoundError("No figures have been built yet. Run `valence build`.")
        if as_json:
            print_json(asked.told(found.told()))
            return
        if not found.places:
            say(view.nothing_designed().missing)
            return
        _print(found, asked.fmt)
        asked.say_day()


def _print(found: Designed, fmt: Formats) -> None:
    print_table(
        [_row(place, fmt) for place in found.places],
        title="Designed journey, as it is walked",
    )
    answer = view.answer(found, fmt)
    interval = f" ({answer.interval})" if answer.interval else ""
    say(f"{answer.core}{interval}. {answer.rest}".strip())
    others = ", ".join(
        f"{each.touchpoint.name} ({each.customers:,})" for each in found.undesigned[:5]
    )
    if others:
        say(f"Walked, not designed: {others}.")


def _row(place: Place, fmt: Formats) -> dict[str, object]:
    said = place.designed
    on = place.onward if place.onward is not None and place.onward.told else None
    return {
        "step": place.touchpoint.name,
        "customers": place.customers,
        "come to the next": "" if on is None else view.with_interval(on, fmt),
        "designed": "" if said.onward_share is None else fmt.percent(said.onward_share),
        "median time": "" if on is None else lasting(on.median_seconds, fmt),
        "designed time": "" if said.onward_hours is None else hours_of(place, fmt),
        "felt": _felt(place.feeling, fmt),
        "designed score": "" if said.score is None else f"{said.score:g}",
        "missed": ", ".join(kind for kind, said in place.verdicts.items() if said == "missed"),
        "first instead": ", ".join(
            f"{went_said(each.touchpoint, fmt)} {each.customers:,}"
            for each in ([] if on is None else on.detours[:2])
        ),
    }


def _felt(felt: Feeling | None, fmt: Formats) -> str:
    if felt is None or not felt.enough:
        return ""
    low, high = (points(end, fmt) for end in felt.interval)
    return f"{felt.metric.upper()} {points(felt.score, fmt)} ({low} – {high})"
