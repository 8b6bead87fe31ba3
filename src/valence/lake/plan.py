"""The plan of a build: which marts are made anew, how much of each, and why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from graphlib import TopologicalSorter
from typing import Literal

from valence.core.messages import Message, message
from valence.lake.canonical import CANONICAL
from valence.lake.head import Head, MartState
from valence.lake.marts import BuildContext, Mart

Mode = Literal["keep", "part", "whole"]


@dataclass(frozen=True, slots=True)
class Planned:
    """One mart of the plan."""

    mart: Mart
    mode: Mode
    why: Message
    fingerprint: str
    since: int = 0
    as_of_before: date | None = None


def in_order(marts: Sequence[Mart]) -> list[Mart]:
    """Return the marts so that each comes after those that it reads.

    Raises
    ------
    ValueError
        If a mart reads something undeclared, or two read each other.
    """
    by_name = {mart.name: mart for mart in marts}
    for mart in marts:
        for name in mart.inputs:
            if name not in by_name and name not in CANONICAL:
                raise ValueError(f"mart {mart.name!r} reads {name!r}, which nobody declares")
    graph = {m.name: [name for name in m.inputs if name in by_name] for m in marts}
    return [by_name[name] for name in TopologicalSorter(graph).static_order()]


def canonical_inputs(mart: Mart, by_name: Mapping[str, Mart]) -> frozenset[str]:
    """Return the canonical tables that a mart rests on, through other marts too."""
    found: set[str] = set()
    for name in mart.inputs:
        found |= {name} if name in CANONICAL else canonical_inputs(by_name[name], by_name)
    return frozenset(found)


def fingerprint(mart: Mart, context: BuildContext, inputs: Sequence[str]) -> str:
    """Return a hash of all that shapes a mart but its rows and the day: what, how, settings."""
    said = {
        "name": mart.name,
        "version": mart.version,
        "columns": [asdict(column) for column in mart.columns],
        "order_by": mart.order_by,
        "currency": context.currency,
        "margin_rate": str(context.margin_rate),
        "zone": context.zone,
        "definitions": {k: context.definitions.get(k) for k in mart.definitions},
        "inputs": inputs,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:24]


def plan(
    marts: Sequence[Mart],
    head: Head,
    context: BuildContext,
    *,
    touched: Sequence[tuple[int, str]],
    whole: bool = False,
) -> list[Planned]:
    """Return what a build has to do.

    Parameters
    ----------
    marts
        All declared marts, in any order.
    head
        What is published.
    context
        Settings and the day to build for.
    touched
        (sequence, table) of the canonical changes that stand in the lake.
    whole
        Make everything anew.
    """
    by_name = {mart.name: mart for mart in marts}
    prints: dict[str, str] = {}
    planned: dict[str, Planned] = {}
    for mart in in_order(marts):
        inputs = [prints.get(name, "") for name in mart.inputs]
        prints[mart.name] = fingerprint(mart, context, inputs)
        state = head.marts.get(mart.name)
        if state is None or mart.name not in head.tables:
            decided: tuple[Mode, Message] = ("whole", message("it was never built"))
        elif whole:
            decided = ("whole", message("everything was asked for anew"))
        elif state.fingerprint != prints[mart.name]:
            decided = ("whole", message("its declaration, settings or definitions changed"))
        else:
            changed = {table for at, table in touched if at > state.sequence}
            other_day = state.as_of != context.as_of.isoformat()
            decided = _by_change(mart, by_name, changed, other_day=other_day)
        decided = _after_inputs(mart, decided, planned)
        planned[mart.name] = Planned(
            mart, *decided, prints[mart.name], *(_since(state) if state else (0, None))
        )
    return list(planned.values())


def _since(state: MartState) -> tuple[int, date]:
    return state.sequence, date.fromisoformat(state.as_of)


def _by_change(
    mart: Mart, by_name: Mapping[str, Mart], touched: set[str], *, other_day: bool
) -> tuple[Mode, Message]:
    rests_on = canonical_inputs(mart, by_name)
    changed = (rests_on | {"identifier_map"}) & touched
    if not changed and not other_day:
        return "keep", message("nothing that it rests on changed")
    if mart.rebuild == "whole":
        return "whole", message("what it rests on changed, and its figures depend on all rows")
    # A changed product is in the rows of customers and days that nobody has marked.
    if shared := {name for name in changed & rests_on if not CANONICAL[name].customer}:
        return "whole", message("{tables} changed", tables=", ".join(sorted(shared)))
    if mart.rebuild == "customer":
        return "part", message("only customers with changed rows are made anew")
    return "part", message("only months with changed days are made anew")


def _after_inputs(
    mart: Mart, decided: tuple[Mode, Message], planned: Mapping[str, Planned]
) -> tuple[Mode, Message]:
    """A mart that would be kept or patched follows an input that is made anew for other reasons."""
    if decided[0] != "keep":
        return decided
    if any(planned[name].mode == "whole" for name in mart.inputs if name in planned):
        return "whole", message("a mart that it reads is made anew")
    return decided
