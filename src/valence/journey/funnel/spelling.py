"""Spelling: funnels as people type them, in a form and on a command line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import isclose
from typing import Any

from pydantic import ValidationError

from valence.core.errors import BadInputError, did_you_mean
from valence.core.rules.lexer import quoted
from valence.definitions.reading import faults_of
from valence.journey.definition import JourneyDefinition
from valence.journey.funnel.definition import Condition, FunnelDefinition, Order

_HOURS = {"m": 1 / 60, "h": 1.0, "d": 24.0, "w": 168.0}
_WINDOW = re.compile(r"(\d+(?:\.\d+)?)\s*([mhdw])")
# What a name cannot have where it stands as it is: these signs part steps, or begin something else.
_SIGNS = re.compile(r'[,:"\\\n]|^\s|[\s?]$')
_BETWEEN = re.compile(r"(.*):\s*(\d+)\s*-\s*(\d+)\s*", re.DOTALL)


def funnel_typed(
    steps: str,
    *,
    journey: JourneyDefinition,
    window: str = "7d",
    order: Order = "ordered",
    without: str = "",
    name: str = "",
) -> FunnelDefinition:
    """Return the funnel that was typed.

    Parameters
    ----------
    steps
        The steps with commas between: touchpoints or stages of the journey by name, `stage:buy`
        for a stage that is called as a touchpoint, `rule:channel == "app"` for a rule; a question
        mark behind a step makes it optional. A name with a comma, a colon or a question mark of its
        own stands in double quotes.
    journey
        Whose touchpoints and stages are meant.
    window
        A number and m, h, d or w: minutes, hours, days, weeks.
    order
        `ordered`, `strict` or `any`.
    without
        What ends the way, with commas between; `return:2-3` only between these steps.
    name
        What it is called; by default its steps.

    Raises
    ------
    BadInputError
        What is wrong with it: an unknown touchpoint with the near one, no steps, no window.
    """
    typed = _parts(steps)
    if len(typed) < 2:
        raise BadInputError(
            "A funnel needs two steps or more, with commas between, such as "
            "`product, basket, order`. {fix}",
            fix=did_you_mean("", [each.name for each in journey.touchpoints]),
        )
    document = {
        "name": name or ", ".join(typed)[:80],
        "steps": [_step(each, journey) for each in typed],
        "order": order,
        "window_hours": hours_typed(window),
        "exclusions": [_exclusion(each, journey) for each in _parts(without)],
    }
    return checked(document)


def checked(document: Mapping[str, Any]) -> FunnelDefinition:
    """Return the funnel that a document says.

    Raises
    ------
    BadInputError
        With what is wrong with it.
    """
    try:
        return FunnelDefinition.model_validate(document)
    except ValidationError as wrong:
        raise BadInputError(
            "This is no funnel: {faults}.", faults=faults_of(wrong, "funnel").rstrip(".")
        ) from wrong


def hours_typed(window: str) -> float:
    """Return how many hours a window such as `7d` has.

    Raises
    ------
    BadInputError
        If it is none, or of no length.
    """
    found = _WINDOW.fullmatch(window.strip().lower())
    hours = float(found[1]) * _HOURS[found[2]] if found else 0.0
    if hours <= 0:
        raise BadInputError(
            "{window!r} is no time to convert within. Write a number and m, h, d or w, such as "
            "12h or 7d.",
            window=window,
        )
    return hours


def window_said(hours: float) -> str:
    """Return a window as it is typed: the largest unit that it has a whole number of."""
    for unit, size in reversed(_HOURS.items()):
        count = round(hours / size)
        if isclose(count * size, hours) and (unit != "w" or count > 4):
            return f"{count}{unit}"
    return f"{(Decimal(str(hours)) * 60).normalize():f}m"


def steps_said(definition: FunnelDefinition) -> str:
    """Return the steps as they are typed."""
    return ", ".join(_said(step) + ("?" if step.optional else "") for step in definition.steps)


def without_said(definition: FunnelDefinition) -> str:
    """Return what ends the way as it is typed."""
    told = []
    for place, each in enumerate(definition.exclusions):
        after, before = definition.ends(place)
        whole = (after, before) == (1, len(definition.steps))
        told.append(_said(each) if whole else f"{_said(each)}:{after}-{before}")
    return ", ".join(told)


def name_said(name: str) -> str:
    """Return a touchpoint's or a stage's name as it is typed: in quotes where it must be."""
    return quoted(name) if _SIGNS.search(name) else name


def _said(condition: Condition) -> str:
    if condition.rule:
        return f"rule:{' '.join(condition.rule.splitlines())}"
    if condition.stage:
        return f"stage:{name_said(condition.stage)}"
    return name_said(condition.touchpoint)


def _step(typed: str, journey: JourneyDefinition) -> dict[str, Any]:
    optional = typed.endswith("?")
    return {**_condition(typed.rstrip("? "), journey), "optional": optional}


def _exclusion(typed: str, journey: JourneyDefinition) -> dict[str, Any]:
    between = _BETWEEN.fullmatch(typed)
    if between is None:
        return _condition(typed, journey)
    return {
        **_condition(between[1].strip(), journey),
        "after": int(between[2]),
        "before": int(between[3]),
    }


def _condition(typed: str, journey: JourneyDefinition) -> dict[str, str]:
    kind, colon, rest = typed.partition(":")
    if colon and kind.strip() == "rule":
        return {"rule": rest.strip()}
    if colon and kind.strip() == "stage":
        return {"stage": _near(_name(rest), journey.stages)}
    name = _name(typed)
    touchpoints = [each.name for each in journey.touchpoints]
    if touchpoint := _found(name, touchpoints):
        return {"touchpoint": touchpoint}
    if stage := _found(name, journey.stages):
        return {"stage": stage}
    raise BadInputError(
        "The journey has no touchpoint {name!r}. {fix}",
        name=name,
        fix=did_you_mean(name, [*touchpoints, *journey.stages]),
    )


def _name(typed: str) -> str:
    """Return a name that may stand in quotes."""
    typed = typed.strip()
    if len(typed) < 2 or typed[0] != '"' or typed[-1] != '"':
        return typed
    try:
        return str(json.loads(typed))
    except ValueError:  # a quote or a backslash of its own that was not escaped
        return typed[1:-1]


def _found(name: str, names: Sequence[str]) -> str | None:
    """Return the one that is meant: written just so, or else but for its case."""
    folded = (each for each in names if each.casefold() == name.casefold())
    return name if name in names else next(folded, None)


def _near(stage: str, stages: Sequence[str]) -> str:
    if found := _found(stage, stages):
        return found
    raise BadInputError(
        "The journey has no stage {name!r}. {fix}", name=stage, fix=did_you_mean(stage, stages)
    )


def _parts(typed: str) -> list[str]:
    """Split at commas, but not within quotes, nor within brackets of a rule.

    A name is in quotes only if one opens it: `women's page, order` are two steps.
    """
    parts, depth, quote, escaped = [""], 0, "", False
    for sign in typed:
        begun = parts[-1].strip()
        rule = begun.startswith("rule:")
        if quote:
            quote = "" if sign == quote and not escaped else quote
            escaped = sign == "\\" and not escaped
        elif (sign in "\"'" and rule) or (sign == '"' and begun in ("", "stage:")):
            quote = sign
        elif rule:
            depth += (sign in "([") - (sign in ")]")
        if sign in ",\n" and not quote and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts if part.strip()]
