"""The page of groups in words and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from valence.core.messages import Message, message
from valence.kit.charts import Bar, Chart, bars, too_little
from valence.kit.format import Formats
from valence.kit.languages import by_number
from valence.kit.page import Answer, Change, Figure, How, Step
from valence.value.groups_answers import Groups
from valence.value.groups_tables import DIMENSIONS, WORDS
from valence.value.words import customers_page, quoted

Row = Mapping[str, Any]
BRINGS = message("Which groups bring the value, and where does it move?")
NOT_KNOWN = message("not known")
_DRAWN = 12  # groups in the picture; the table has all


def named(row: Row, dimension: str, fmt: Formats) -> str:
    """Return what a group is called."""
    name = row["name"]
    if name is None:
        return fmt.language.worded(NOT_KNOWN)
    words = WORDS.get(dimension, {}).get(name)
    return str(name) if words is None else fmt.language.worded(words)


def answer(found: Groups, fmt: Formats) -> Answer:
    """Return which group brings most, and where value moved, in a sentence."""
    best = found.rows[0]
    if best["value_12m_share"] is None:
        return Answer(message("No customer brought value above zero in the last 12 months."))
    core = message(
        "Most came from {name}: {amount} in the last 12 months, {share} of all customers' value.",
        name=named(best, found.dimension, fmt),
        amount=fmt.money_short(best["value_12m_amount"]),
        share=fmt.percent(best["value_12m_share"]),
    )
    many = by_number(
        best["customers_12m"],
        message("1 customer"),
        message("{n} customers", n=fmt.integer(best["customers_12m"])),
    )
    return Answer(core, many, _moved(found, fmt))


def _moved(found: Groups, fmt: Formats) -> Message | str:
    if found.begins_on is not None:
        return message(
            "The orders begin on {day}, so there is no whole year before to compare with.",
            day=fmt.day(found.begins_on),
        )
    up, down = _gained(found), _lost(found)
    if up is None or down is None:
        return ""
    return message(
        "Against the 12 months before, {up} gained most ({gain}) and {down} lost most ({loss}).",
        up=named(up, found.dimension, fmt),
        gain=_signed(up, fmt),
        down=named(down, found.dimension, fmt),
        loss=_signed(down, fmt),
    )


def _gained(found: Groups) -> Row | None:
    return max((r for r in _compared(found) if r["change_amount"] > 0), key=_change, default=None)


def _lost(found: Groups) -> Row | None:
    return min((r for r in _compared(found) if r["change_amount"] < 0), key=_change, default=None)


def _compared(found: Groups) -> Sequence[Row]:
    """Groups that a mover may be named of: not those of whom the group is not known."""
    return [] if found.begins_on is not None else found.known


def _change(row: Row) -> Any:
    return row["change_amount"]


def _signed(row: Row, fmt: Formats) -> str:
    said = fmt.money_short(row["change_amount"])
    return f"+{said}" if row["change_amount"] > 0 else said


def figures(found: Groups, fmt: Formats) -> list[Figure]:
    """Return the four figures: the largest group, who gained, who lost, and who is not known."""
    unknown = found.unknown
    return [
        _figure(message("Largest"), found.rows[0], "value_12m_amount", found, fmt),
        _figure(message("Gained most"), _gained(found), "change_amount", found, fmt),
        _figure(message("Lost most"), _lost(found), "change_amount", found, fmt),
        Figure(
            message("Not known"),
            fmt.money_short(unknown["value_12m_amount"] if unknown else 0),
            note=message("{n} customers", n=fmt.integer(unknown["customers"] if unknown else 0)),
        ),
    ]


def _figure(label: Message, row: Row | None, column: str, found: Groups, fmt: Formats) -> Figure:
    if row is None:
        return Figure(label, None, absent=message("no group did"))
    share = None if found.begins_on is not None else row["change_share"]
    rose = None if share is None or abs(share) < 0.0005 else share > 0
    return Figure(
        label,
        _signed(row, fmt) if column == "change_amount" else fmt.money_short(row[column]),
        note=named(row, found.dimension, fmt),
        change=None if share is None else Change(fmt.change(share), rose, rose),
        href=page_of(row, found.dimension),
    )


def page_of(row: Row, dimension: str) -> str:
    """Return the address of a group's customers."""
    if row["name"] is None:
        return customers_page(f"{dimension} is missing", "-value_12m_amount")
    return customers_page(f"{dimension} == {quoted(row['name'])}", "-value_12m_amount")


def chart(found: Groups, fmt: Formats) -> Chart:
    """Return what each group brought in the last twelve months."""
    title = message("What did each group bring in the last 12 months?")
    most = max((abs(row["value_12m_amount"]) for row in found.rows), default=0)
    # A bar that is no pixel long would only pull the axis below zero.
    drawn = [row for row in found.rows if abs(row["value_12m_amount"]) * 500 > most][:_DRAWN]
    if len(found.known) == 0:
        why = message("Not enough data: of no customer is this known.")
        return too_little("groups", title, why)
    rows = [
        Bar(
            named(row, found.dimension, fmt),
            float(row["value_12m_amount"]),
            main=row["name"] is not None,
            href=page_of(row, found.dimension),
        )
        for row in drawn
    ]
    return bars(
        fmt,
        "groups",
        title,
        rows,
        unit="money",
        name=DIMENSIONS[found.dimension],
        value_name=message("Value, 12 months"),
    )


def how(built: Message | str) -> How:
    """Return how value by group is computed."""
    return How(
        message(
            "Every customer stands in one group: the segment and value tier of the day of the "
            "figures; the channel, country and store of most purchases. What the customer brought "
            "in the twelve months up to that day, in the twelve before and in all is summed there."
        ),
        formula=message("relative change = (12 months − 12 months before) / 12 months before"),
        inputs=("value_groups", "customers"),
        built=built,
        note=message(
            "Groups are those of today also for the year before: who is among the best now counts "
            "there with last year's value too. For movement between groups see the value bridge. "
            "Orders that name nobody are in no group."
        ),
        links=((message("How the table was built"), "/builds/tables/value_groups"),),
    )


def steps(found: Groups, fmt: Formats) -> list[Step]:
    """Return what makes sense next."""
    down = _lost(found)
    every = [Step(message("See who came, grew and left"), f"/value/bridge?by={_bridged(found)}")]
    if down is not None:
        said = message("Look at {name}", name=named(down, found.dimension, fmt))
        every.insert(0, Step(said, page_of(down, found.dimension), _signed(down, fmt)))
    return every


def _bridged(found: Groups) -> str:
    return "tier" if found.dimension == "store" else found.dimension
