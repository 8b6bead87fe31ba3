"""The page of value layers in words and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from valence.core.messages import Message, message
from valence.experience.kano_view import CATEGORY
from valence.experience.layers import LEVELS, Layer, Level, Placed
from valence.experience.layers_answers import OfferFound
from valence.experience.panel import Measured
from valence.experience.research_view import item, listed
from valence.kit.charts import DataTable
from valence.kit.format import Formats
from valence.kit.page import NOT_ENOUGH, Answer, How, Step, Words

TITLE = message("Value layers")
ASKED = message("What is taken for granted, what adds value, and what sets us apart?")
LEVEL: Mapping[Level, Message] = {
    "basic": message("Basic service"),
    "enhanced": message("Enhanced service"),
    "surprise": message("Surprise"),
}
LAYER: Mapping[Layer, Message] = {
    "basic": message("basic value"),
    "added": message("added value"),
    "differentiating": message("differentiating value"),
}
MOVES: Mapping[str, Message] = {
    "more": message("more than its equal part"),
    "less": message("less than its equal part"),
}
ALL = message("All that customers were asked about")


@dataclass(frozen=True, slots=True)
class Floor:
    """One floor of the pyramid: what it is called, and what stands on it."""

    title: Message
    services: Sequence[tuple[str, Message]]  # each with its layer of value
    width: str  # of its twelve columns


@dataclass(frozen=True, slots=True)
class Shown:
    """One offer as the page shows it."""

    title: Words
    floors: Sequence[Floor]
    rest: Sequence[Message]  # what stands on no floor, and why
    table: DataTable


def answer(found: Sequence[OfferFound], fmt: Formats) -> Answer:
    """Return what sets apart and what is basic, over all offers, in a sentence."""
    services = {one.name: one for offer in found for one in offer.services}.values()
    if not any(one.enough for one in services):
        return Answer(NOT_ENOUGH)
    apart = [one.name for one in services if one.layer == "differentiating"]
    basic = [one.name for one in services if one.layer == "basic"]
    core = (
        message("What sets us apart: {names}.", names=listed(apart, fmt))
        if apart
        else message("Nothing sets us apart yet.")
    )
    rest = message("What must simply be there: {names}.", names=listed(basic, fmt)) if basic else ""
    return Answer(core, rest=rest)


def shown(offer: OfferFound, at: int, fmt: Formats) -> Shown:
    """Return one offer: its pyramid, what stands nowhere, and the table of all its services."""
    floors = [
        Floor(
            LEVEL[level],
            [(item(one.name, fmt), LAYER[one.layer]) for one in offer.at(level) if one.layer],
            width,
        )
        for level, width in zip(LEVELS, ("col-md-6", "col-md-9", "col-md-12"), strict=True)
    ]
    asked = [one.name for one in offer.at(None) if one.enough]
    few = [one.name for one in offer.at(None) if not one.enough]
    rest = []
    if moved := [one.name for one in offer.services if one.by_effect]:
        names = listed(moved, fmt)
        rest.append(message("Placed by what it does, though most say they do not care: {names}.",
                            names=names))  # fmt: skip
    if asked:
        names = listed(asked, fmt)
        rest.append(message("On no floor, since most do not care or object: {names}.", names=names))
    if few:
        rest.append(message("Asked of too few people: {names}.", names=listed(few, fmt)))
    return Shown(offer.name or ALL, floors, rest, _table(offer, at, fmt))


def _table(offer: OfferFound, at: int, fmt: Formats) -> DataTable:
    headers: tuple[tuple[Words, str], ...] = (
        (message("Service"), "text"),
        (message("By Kano"), "text"),
        (message("People"), "int"),
        (message("Pyramid"), "text"),
        (message("Layer"), "text"),
        (message("Better than competitors"), "bool"),
        (message("Part in what is explained"), "text"),
        (message("Moves satisfaction"), "text"),
        (message("At stake"), "text"),
    )
    rows = [
        [item(one.name, fmt), _category(one, fmt), 0 if one.kano is None else one.kano.n,
         None if one.level is None else fmt.language.worded(LEVEL[one.level]),
         None if one.layer is None else fmt.language.worded(LAYER[one.layer]), one.ahead,
         _measured(one.explains, fmt, "percent"),
         None if one.moves is None else fmt.language.worded(MOVES[one.moves]),
         _measured(one.at_stake, fmt, "money_short")]
        for one in offer.services
    ]  # fmt: skip
    return DataTable(f"offer-{at}", headers, rows)


def _category(one: Placed, fmt: Formats) -> str | None:
    if one.kano is None or one.kano.category is None or not one.enough:
        return None
    said = fmt.language.worded(CATEGORY[one.kano.category])
    return said if one.kano.clear else f"{said}?"


def _measured(found: Measured | None, fmt: Formats, how: str) -> str | None:
    if found is None:
        return None
    said = fmt.percent(found.value) if how == "percent" else fmt.money_short(found.value)
    if found.low is None or found.high is None:
        return said
    return f"{said} ({fmt.interval(found.low, found.high, how)})"


def how(built: Words) -> How:
    """Return how services are placed."""
    return How(
        message(
            "The pyramid is Kano's category: must-be is basic service, performance enhanced, "
            "attractive a surprise; a question mark means that the category leads by no more than "
            "chance may. Basic value is what must be there. What delights sets an offer apart, "
            "unless competitors were rated and are felt to give it as well; performance does where "
            "it is felt better than at every competitor rated by {least} people, by more than "
            "chance (90 %). All else is added value. Measured effect: the part of the dimension in "
            "what perceptions explain of overall satisfaction, and the money at stake at the "
            "touchpoint, as on their own pages. It has its say: what most call indifferent is "
            "basic where bad experience costs money, and enhanced where it moves satisfaction "
            "more than its equal part (the interval above 1 / number of dimensions); what moves "
            "it less than that sets nothing apart.",
            least=30,
        ),
        source=message("Kano et al. 1984; Berger et al. 1993; Johnson 2000"),
        inputs=("answers", "touchpoint_stake"),
        built=built,
        links=((message("Which services make an offer"), "/definitions/offers/offers"),),
    )


def steps() -> list[Step]:
    """Return what makes sense next."""
    return [
        Step(message("Set the offers"), "/definitions/offers/offers"),
        Step(message("See what falls short"), "/experience/gap"),
    ]
