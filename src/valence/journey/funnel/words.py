"""Words of a funnel: its steps, times and parts in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from valence.core.messages import Message, message
from valence.journey.funnel.definition import FunnelDefinition
from valence.journey.funnel.matching import NONE
from valence.kit.codes import CHANNELS, STAGES, TOUCHPOINTS, named
from valence.kit.format import Formats

ORDERS: Mapping[str, Message] = {
    "ordered": message("In this order, anything between"),
    "strict": message("In this order, nothing between"),
    "any": message("In any order"),
}
TIMED: Mapping[str, Message] = {
    "start": message("The start that converts"),
    "first": message("The first look"),
}
TIMED_TOLD: Mapping[str, Message] = {
    "start": message("The time runs from its first step."),
    "first": message("The time runs from when the customer first came to the first step at all."),
}
PROPERTIES: Mapping[str, Message] = {
    "channel": message("Channel"),
    "source": message("Table"),
    "stage": message("Stage"),
    "touchpoint": message("Touchpoint"),
    "tier": message("Value tier"),
    "segment": message("Segment"),
    "rung": message("Rung"),
    "country": message("Country"),
    "bond": message("Bond"),
}
_OF_ALL = message("{k} of {n} steps")


def step_titles(definition: FunnelDefinition, fmt: Formats, *, numbered: bool = False) -> list[str]:
    """Return what each step is called in the reader's language; on an axis with its number."""
    count = len(definition.steps)
    if definition.order == "any":
        return [fmt.language.worded(_OF_ALL.text, k=n, n=count) for n in range(1, count + 1)]
    told = []
    for number, step in enumerate(definition.steps, 1):
        said = named({**TOUCHPOINTS, **STAGES}, step.title, fmt)
        if step.optional:
            said = fmt.language.worded(message("{step} (optional)", step=said))
        told.append(f"{number}. {said}" if numbered else said)
    return told


def part_said(by: str, part: str, fmt: Formats) -> str:
    """Return a value of a property in the reader's language."""
    if part == NONE:
        return fmt.language.worded(message("not known"))
    names = {"channel": CHANNELS, "stage": STAGES, "touchpoint": TOUCHPOINTS}.get(by, {})
    return named(names, part, fmt)
