"""Entries of the timeline in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from valence.audience.timeline import Item
from valence.core.messages import Message, message
from valence.kit.format import Formats
from valence.kit.page import Words

KIND_TITLES: Mapping[str, Message] = {
    "order": message("Order"),
    "return": message("Return"),
    "adjustment": message("Adjustment"),
    "cancelled": message("Cancelled order"),
    "contact": message("Service contact"),
    "feedback": message("Feedback"),
    "message": message("Message"),
    "event": message("Event"),
}
TONES = {"order": "main", "return": "warn", "contact": "", "feedback": "", "message": ""}


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One entry, ready to be shown."""

    kind: str
    title: Message
    tone: str
    day: str
    at: str
    name: str  # of the order, the event…: data, shown as it is
    said: Sequence[Words]  # its facts in short
    amount: str  # at the right; empty where none
    text: str  # the customer's own words
    lines: str  # where its lines are fetched from; empty where it has none


def timeline_rows(fmt: Formats, customer_id: str, items: Sequence[Item]) -> list[TimelineRow]:
    """Return the entries in words."""
    return [_row(fmt, customer_id, item) for item in items]


def _row(fmt: Formats, customer_id: str, item: Item) -> TimelineRow:
    facts = item.facts
    is_order = item.kind in ("order", "return", "adjustment", "cancelled")
    said = _SAID.get(item.kind, _order)(facts, fmt)
    return TimelineRow(
        item.kind,
        KIND_TITLES.get(item.kind, KIND_TITLES["event"]),
        TONES.get(item.kind, ""),
        fmt.day(item.on),
        _moment(item, fmt),
        str(facts["order_id"] if is_order else facts.get("name") or facts.get("case_id") or ""),
        [part for part in said if part],
        fmt.money(facts["revenue_amount"]) if is_order else "",
        str(facts.get("text") or ""),
        _lines_page(customer_id, item) if is_order else "",
    )


def _moment(item: Item, fmt: Formats) -> str:
    """The time of day in the business zone; nothing where only the day is known."""
    at = item.at.astimezone(fmt.zone)
    only_day = item.at.hour == item.at.minute == item.at.second == 0
    return "" if only_day else f"{at:%H:%M}"


def _lines_page(customer_id: str, item: Item) -> str:
    parts = (customer_id, "orders", item.facts["namespace"], item.facts["order_id"])
    path = "/".join(quote(str(part), safe="") for part in parts)
    return f"/customers/{path}?{urlencode({'on': item.on.isoformat()})}"


def _order(facts: Mapping[str, Any], fmt: Formats) -> list[Words]:
    units = facts["units"]
    given = facts["returned_amount"]
    return [
        _units(abs(units), fmt) if units else "",
        message("{amount} given back later", amount=fmt.money(given))
        if given and facts["gross_amount"]
        else "",
        message("discount {amount}", amount=fmt.money(facts["discount_amount"]))
        if facts["discount_amount"]
        else "",
        *(str(facts[name]) for name in ("channel", "store", "country") if facts[name]),
        message("a line of it stands in quarantine") if facts["incomplete"] else "",
    ]


def _units(units: float, fmt: Formats) -> Message:
    if units == 1:
        return message("1 unit")
    return message("{n} units", n=fmt.number(units, 0 if units == int(units) else 2))


def _contact(facts: Mapping[str, Any], fmt: Formats) -> list[Words]:
    return [
        message("complaint") if facts["complaint"] else "",
        *(str(facts[name]) for name in ("category", "channel") if facts[name]),
        message("solved {at}", at=fmt.instant(facts["solved_at"]))
        if facts["solved_at"]
        else message("not solved yet"),
        message("opened again {n} times", n=facts["reopened"]) if facts["reopened"] else "",
    ]


def _feedback(facts: Mapping[str, Any], fmt: Formats) -> list[Words]:
    score = facts["score"]
    said = "" if score is None else fmt.number(score, 0 if score == int(score) else 1)
    metric = str(facts["metric"]).upper() if len(facts["metric"]) <= 4 else facts["metric"]
    return [
        f"{metric} {said}".strip(),
        message("scale {scale}", scale=facts["scale"]) if facts["scale"] else "",
        *(str(facts[name]) for name in ("touchpoint", "channel") if facts[name]),
    ]


def _message(facts: Mapping[str, Any], _: Formats) -> list[Words]:
    states = (
        ("converted_at", message("converted")),
        ("clicked_at", message("clicked")),
        ("opened_at", message("opened")),
        ("delivered_at", message("delivered")),
    )
    state = next((said for name, said in states if facts[name]), message("sent"))
    return [*(str(facts[n]) for n in ("channel", "campaign") if facts[n]), state]


def _event(facts: Mapping[str, Any], _: Formats) -> list[Words]:
    return [str(facts[n]) for n in ("channel", "touchpoint", "campaign") if facts[n]]


_SAID: Mapping[str, Callable[[Mapping[str, Any], Formats], list[Words]]] = {
    "contact": _contact,
    "feedback": _feedback,
    "message": _message,
    "event": _event,
}
