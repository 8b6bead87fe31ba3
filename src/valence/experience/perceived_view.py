"""The page of perceived value in words and pictures."""

from __future__ import annotations

from collections.abc import Sequence

from valence.core.messages import Message, message
from valence.experience.groups_words import GROUP, brand_name, group_name
from valence.experience.perceived_answers import Net, Perceived, ValuePart
from valence.experience.research_view import item, middle_scale, number
from valence.kit.charts import Bar, Chart, DataTable, bars, too_little
from valence.kit.format import Formats
from valence.kit.page import NOT_ENOUGH, Answer, How, Words
from valence.kit.quadrants import Dot, quadrants

ASKED = message("Is what customers get worth what they give?")
_THIRD = {
    "least": message("Lowest third"),
    "middling": message("Middle third"),
    "most": message("Highest third"),
}


def answer(found: Perceived, fmt: Formats) -> Answer:
    """Return the net of what customers get and give, here and at the best competitor."""
    own = next((one for one in found.brands if one.name == "own" and one.enough), None)
    if own is None:
        return Answer(NOT_ENOUGH)
    core = message("Perceived value here: {own} points", own=number(own.net, fmt))
    interval = message(
        "90 % interval {low} – {high}, n = {n}", low=number(own.low, fmt),
        high=number(own.high, fmt), n=fmt.integer(own.n),
    )  # fmt: skip
    others = [one for one in found.brands if one.name != "own" and one.enough]
    if not others:
        return Answer(core, interval)
    best = max(others, key=lambda one: one.net)
    rest = message(
        "Best competitor, {name}: {value}.",
        name=brand_name(best.name, fmt),
        value=number(best.net, fmt),
    )
    return Answer(core, interval, rest)


def picture(found: Perceived, fmt: Formats) -> Chart:
    """Return the value map: what customers get against what they give, brand by brand."""
    title = message("Who gives most for what it costs?")
    shown = [one for one in found.brands if one.enough]
    if not shown:
        return too_little("value-map", title, NOT_ENOUGH)
    made = quadrants(
        fmt, "value-map", title,
        [Dot(brand_name(one.name, fmt), one.gives, one.gets, main=one.name == "own")
         for one in shown],
        x=middle_scale(message("What customers give: time and money"), [n.gives for n in shown]),
        y=middle_scale(message("What customers get: functional, emotional, social"),
                 [n.gets for n in shown]),
        corners=(message("more for less"), message("more for more"), message("less for less"),
                 message("less for more")),
        name=message("Brand"),
    )  # fmt: skip
    return made.answering(message("Upper left gives more for less. Cut at the means."))


def by_segment(found: Perceived, fmt: Formats) -> Chart:
    """Return what is left of what they get, segment by segment, the lowest first."""
    title = message("Who perceives least?")
    shown = [one for one in found.segments if one.enough and one.name]
    if len(shown) < 2:
        return too_little("value-segments", title, NOT_ENOUGH)
    made = bars(
        fmt, "value-segments", title,
        [Bar(group_name(found.by, one.name, fmt), one.net, one.low, one.high) for one in shown],
        unit="number", name=GROUP[found.by], value_name=message("Gets less gives, points"),
        sort=False,
    )  # fmt: skip
    return made.answering(
        message("Whiskers are 90 % intervals: where they overlap, the order may be chance.")
    )


def by_worth(found: Perceived, fmt: Formats) -> Chart:
    """Return the lifetime value of those who perceive least, middling and most."""
    title = message("Are those who perceive more worth more?")
    shown = [one for one in found.thirds if one.worth is not None]
    if len(shown) < len(_THIRD):
        return too_little("value-worth", title, NOT_ENOUGH)
    made = bars(
        fmt, "value-worth", title,
        [Bar(fmt.language.worded(_THIRD[str(one.name)]), one.worth, one.worth_low, one.worth_high)
         for one in shown],
        unit="money", name=message("By perceived value"),
        value_name=message("Mean worth of a customer"),
        sort=False,
    )  # fmt: skip
    first, last = shown[0], shown[-1]
    apart = (last.worth_low or 0) > (first.worth_high or 0)
    return made.answering(
        message(
            "Those who perceive most are worth {most}, those who perceive least {least}; an "
            "association, not a proof.",
            most=fmt.money_short(last.worth), least=fmt.money_short(first.worth),
        )
        if apart
        else message("The intervals overlap: worth may be the same, whatever they perceive.")
    )  # fmt: skip


def segments_table(found: Perceived, fmt: Formats) -> DataTable:
    """Return each segment with what it gets, gives, has left, and is worth."""
    return _table(
        "value-by-segment",
        GROUP[found.by],
        [(group_name(found.by, one.name, fmt), one) for one in found.segments],
        fmt,
    )


def brands_table(found: Perceived, fmt: Formats) -> DataTable:
    """Return each brand with what its customers get, give and have left."""
    named = [(brand_name(one.name, fmt), one) for one in found.brands]
    return _table("value-by-brand", message("Brand"), named, fmt)


def _table(
    table_id: str, first: Message, named: Sequence[tuple[str, Net]], fmt: Formats
) -> DataTable:
    headers: tuple[tuple[Words, str], ...] = (
        (first, "text"),
        (message("People"), "int"),
        (message("Gets"), "float"),
        (message("Gives"), "float"),
        (message("Gets less gives"), "text"),
        (message("Mean worth of those asked"), "money"),
    )
    rows = []
    for name, one in named:
        told = one.told()
        net = None
        if one.enough:
            ends = f"{number(one.low, fmt)} – {number(one.high, fmt)}"
            net = f"{number(one.net, fmt)} ({ends})"
        rows.append([name, one.n, told["gets"], told["gives"], net, told["worth"]])
    return DataTable(table_id, headers, rows, absent=NOT_ENOUGH)


def parts_table(parts: Sequence[ValuePart], fmt: Formats) -> DataTable:
    """Return every part with n and interval."""
    headers: tuple[tuple[Words, str], ...] = (
        (message("Brand"), "text"),
        (message("Part"), "text"),
        (message("People"), "int"),
        (message("Mean"), "float"),
        (message("From"), "float"),
        (message("To"), "float"),
    )
    rows = []
    for part in parts:
        told = part.told()
        rows.append([
            brand_name(part.subject, fmt), item(part.name, fmt), part.n, told["mean"],
            told["low"], told["high"],
        ])  # fmt: skip
    return DataTable("parts", headers, rows, absent=NOT_ENOUGH)


def how(built: Words) -> How:
    """Return how perceived value is computed."""
    return How(
        message(
            "Functional + emotional + social − time cost − money cost, person by person, of those "
            "who answered all five of a brand. Worth is each customer's lifetime value as it is "
            "now; of competitors it is what people who rate them are worth here."
        ),
        source=message("Zeithaml 1988; Sheth, Newman & Gross 1991"),
        inputs=("answers", "customers", "worth"),
        built=built,
    )
