"""What answers are told apart by, and what the groups are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from valence.core.messages import Message, message
from valence.experience.weighing import BETWEEN
from valence.kit.codes import (
    BONDS,
    CHANNELS,
    RUNGS,
    SEGMENTS,
    STAGES,
    TIERS,
    TOUCHPOINTS,
    named,
)
from valence.kit.format import Formats

GROUP: Mapping[str, Message] = {
    "touchpoint": message("Touchpoint"),
    "stage": message("Stage"),
    "channel": message("Channel"),
    "store": message("Store"),
    "agent": message("Agent"),
    "language": message("Language"),
    "source": message("Survey"),
    "tier": message("Value tier"),
    "segment": message("Segment"),
    "main_channel": message("Customer's main channel"),
    "rung": message("Rung"),
    "bond": message("Bond"),
    "month": message("Month"),
}
NOT_SAID = message("(not said)")
NAMES: Mapping[str, Mapping[str, Message]] = {
    "touchpoint": TOUCHPOINTS,
    "stage": STAGES,
    "channel": CHANNELS,
    "main_channel": CHANNELS,
    "tier": TIERS,
    "segment": SEGMENTS,
    "rung": RUNGS,
    "bond": BONDS,
}


def group_name(by: str, name: str | None, fmt: Formats) -> str:
    """Return a group in the reader's language; a brand's own names as they are."""
    if not name:
        return fmt.language.worded(NOT_SAID)
    return named(NAMES.get(by, {}), name, fmt)


def stratum_name(traits: tuple[str, ...], stratum: str, fmt: Formats) -> str:
    """Return customers alike in several traits, in the reader's language."""
    parts = stratum.split(BETWEEN)
    if len(parts) != len(traits):
        return stratum
    return BETWEEN.join(group_name(by, one, fmt) for by, one in zip(traits, parts, strict=True))


def traits_said(traits: tuple[str, ...], fmt: Formats) -> str:
    """Return traits in a sentence: value tier and main channel."""
    names = [fmt.language.worded(GROUP[trait]) for trait in traits]
    names = names if fmt.chinese else [name[0].lower() + name[1:] for name in names]
    return fmt.listed(names)


def brand_name(name: str | None, fmt: Formats) -> str:
    """Return what a brand is called: the own one "here", a competitor as one writes names."""
    if name in (None, "", "own"):
        return fmt.language.worded(message("Here"))
    # Answers keep competitors in small letters, so that two ways to write one are one.
    return str(name).title() if str(name).islower() else str(name)


def chance_said(probability: float | None) -> str:
    """Return how likely chance is, as papers write it; empty where nobody can tell."""
    if probability is None:
        return ""
    return "p < 0.001" if probability < 0.0005 else f"p = {probability:.3f}"
