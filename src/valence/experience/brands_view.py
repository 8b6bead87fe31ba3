"""The page of the brand in words and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from valence.core.intervals import MINIMUM, sure
from valence.core.messages import Message, message
from valence.experience.brands import MEASURES, SHARES, Known, Measure
from valence.experience.brands_answers import BY, CUSTOMER, OWN, BrandFound, Group
from valence.experience.changed import changed, signed
from valence.experience.groups_words import GROUP, brand_name, group_name
from valence.kit.ask import Asked
from valence.kit.charts import Bar, Chart, DataTable, bars, too_little
from valence.kit.format import Formats
from valence.kit.page import NOT_ENOUGH, Answer, Change, Figure, How, Step, Tab, Words

TITLE = message("Brand")
ASKED = message("Who knows us, what is special about us, and who feels close?")
MEASURE: Mapping[Measure, Message] = {
    "awareness_unaided": message("Named unasked"),
    "awareness_aided": message("Known by name"),
    "distinctiveness": message("Distinctiveness"),
    "emotional_connection": message("Emotional connection"),
}
_PEOPLE = {"customer": message("Customers"), "nobody": message("Not customers")}


def tabs(ask: Asked, by: str) -> list[Tab]:
    """Return what people can be told apart by, each with its address."""
    return [Tab(_group(name), ask.here(by=name), name == by) for name in BY]


def _group(by: str) -> Message:
    return message("Customer or not") if by == CUSTOMER else GROUP[by]


def answer(found: BrandFound, fmt: Formats) -> Answer:
    """Return how many know the brand, and how it stands out, in a sentence."""
    own = {name: one for name, one in found.own.items() if one.enough}
    known = own.get("awareness_aided") or own.get("awareness_unaided")
    if known is None:
        return Answer(NOT_ENOUGH)
    core = (
        message("{share} know the brand by name", share=fmt.percent(known.value))
        if known.measure == "awareness_aided"
        else message("{share} name the brand unasked", share=fmt.percent(known.value))
    )
    interval = message(
        "{interval}, n = {n}",
        interval=fmt.interval(known.low, known.high, "percent"),
        n=fmt.integer(known.n),
    )
    return Answer(core, interval, _apart(found, own, fmt))


def _apart(found: BrandFound, own: Mapping[Measure, Known], fmt: Formats) -> Words:
    mine = own.get("distinctiveness")
    rivals = [
        (brand_name(group.name, fmt), one)
        for group in found.brands
        if group.name != OWN and (one := group.measures.get("distinctiveness")) and one.enough
    ]
    if mine is None or not rivals:
        return ""
    name, best = max(rivals, key=lambda pair: pair[1].value)
    values = {"own": _said(mine, fmt), "name": name, "theirs": _said(best, fmt)}
    if not sure(mine.apart(best)):
        return message(
            "Distinctiveness is {own}, at {name} {theirs}: the difference may be chance.", **values
        )
    if mine.value > best.value:
        return message(
            "It is seen as more distinct than the next, {name}: {own} against {theirs}.", **values
        )
    return message("{name} is seen as more distinct: {theirs} against {own}.", **values)


def figures(found: BrandFound, fmt: Formats) -> list[Figure]:
    """Return each measure of the own brand with interval, n, and whether it moved."""
    made = []
    for measure in MEASURES:
        one = found.own.get(measure)
        if one is None:
            made.append(Figure(MEASURE[measure], None))
            continue
        n = fmt.integer(one.n)
        note = message("too few: {n}", n=n)
        if one.enough:
            note = message("{interval}, n = {n}", interval=_ends(one, fmt), n=n)
        made.append(
            Figure(
                MEASURE[measure],
                _said(one, fmt) if one.enough else None,
                note=note,
                change=_change(one, found.before.get(measure), fmt),
            )
        )
    return made


def _change(one: Known, before: Known | None, fmt: Formats) -> Change | None:
    chance = None if before is None else one.apart(before)
    if before is None or chance is None:
        return None
    moved = one.value - before.value
    said = fmt.points(moved) if one.measure in SHARES else signed(fmt.cell(moved, "float"), moved)
    return changed(said, moved, sure=sure(chance))


def awareness(found: BrandFound, fmt: Formats) -> Chart:
    """Return who is known, brand by brand."""
    title = message("Who is known by name?")
    return _bars(
        "brand-known", title, "awareness_aided", [(_brand(g, fmt), g) for g in found.brands], fmt
    )


def connection(found: BrandFound, fmt: Formats) -> Chart:
    """Return who feels close to the own brand, segment by segment."""
    title = message("Who feels close to us?")
    named = [(_segment(found, group, fmt), group) for group in found.segments]
    return _bars("brand-close", title, "emotional_connection", named, fmt)


def _bars(
    chart_id: str, title: Message, measure: Measure, groups: Sequence[tuple[str, Group]],
    fmt: Formats,
) -> Chart:  # fmt: skip
    brands = any(group.name == OWN for _, group in groups)
    told = [(name, g, g.measures[measure]) for name, g in groups if measure in g.measures]
    told = [each for each in told if each[2].enough]
    if not told:
        return too_little(chart_id, title, NOT_ENOUGH)
    made = bars(
        fmt, chart_id, title,
        [Bar(name, one.value, one.low, one.high, main=group.name == OWN or not brands)
         for name, group, one in sorted(told, key=lambda each: -each[2].value)],
        unit="percent" if measure in SHARES else "number",
        name=message("Brand") if brands else message("People"),
        value_name=MEASURE[measure] if measure in SHARES else message("Mean on 1 to 7"),
        sort=False,
    )  # fmt: skip
    return made.answering(
        message("Whiskers are 90 % intervals: where they overlap, the order may be chance.")
    )


def brands_table(found: BrandFound, fmt: Formats) -> DataTable:
    """Return every measure brand by brand."""
    named = [(_brand(group, fmt), group) for group in found.brands]
    return _table("brands", message("Brand"), named, fmt)


def segments_table(found: BrandFound, fmt: Formats) -> DataTable:
    """Return every measure of the own brand, segment by segment."""
    named = [(_segment(found, group, fmt), group) for group in found.segments]
    return _table("brand-segments", _group(found.by), named, fmt)


def _table(
    table_id: str, first: Message, named: Sequence[tuple[str, Group]], fmt: Formats
) -> DataTable:
    headers = ((first, "text"), *((MEASURE[measure], "text") for measure in MEASURES))

    def cell(one: Known | None) -> str | None:
        if one is None:
            return None
        if not one.enough:
            return fmt.language.worded(message("too few: {n}", n=fmt.integer(one.n)))
        return f"{_said(one, fmt)} ({_ends(one, fmt)}), n = {fmt.integer(one.n)}"

    rows = [
        [name, *(cell(group.measures.get(measure)) for measure in MEASURES)]
        for name, group in named
    ]
    return DataTable(table_id, headers, rows)


def _said(one: Known, fmt: Formats) -> str:
    if one.measure in SHARES:
        return fmt.percent(one.value)
    return fmt.number(one.value, 2)


def _ends(one: Known, fmt: Formats) -> str:
    if one.measure in SHARES:
        return fmt.interval(one.low, one.high, "percent")
    return f"{fmt.number(one.low, 2)} – {fmt.number(one.high, 2)}"


def _brand(group: Group, fmt: Formats) -> str:
    return brand_name(group.name, fmt)


def _segment(found: BrandFound, group: Group, fmt: Formats) -> str:
    if group.name in _PEOPLE and (found.by == CUSTOMER or group.name == "nobody"):
        return fmt.language.worded(_PEOPLE[group.name])
    return group_name(found.by, group.name, fmt)


def how(built: Words) -> How:
    """Return how the brand is told."""
    return How(
        message(
            "Of those asked within twelve months: who named the brand before any was read out "
            "(unaided), who knows it when it is named (aided), both with Wilson's 90 % interval; "
            "how far it is unlike all others and how close one feels to it, means on 1 to 7 of "
            "those who know it. Below {least} answers nothing is said.",
            least=MINIMUM,
        ),
        source=message("Aaker 1991, Managing Brand Equity; Keller 1993, Journal of Marketing 57"),
        inputs=("answers", "customers"),
        built=built,
        note=message(
            "The shares are those of who was asked. They are those of the market only where the "
            "panel was drawn from it."
        ),
    )


def steps() -> list[Step]:
    """Return what makes sense next."""
    return [
        Step(message("Ask about the brand"), "/experience/surveys"),
        Step(message("Bring more answers in"), "/imports"),
    ]
