"""What covariates do, in plain words: how often who began so buys, and how soon they leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, isfinite
from statistics import NormalDist
from typing import Any

from valence.core.messages import Message, message
from valence.kit.charts import DataTable
from valence.kit.format import Formats
from valence.kit.page import Words
from valence.value.lifetime.answers import ModelCard
from valence.value.lifetime.covariates import Level, bases_of, effect_of, plain

PRODUCT = "first_product"
COVARIATES: Mapping[str, Message] = {
    "first_channel": message("Channel of the first purchase"),
    PRODUCT: message("Product of the first purchase"),
    "first_category": message("Category of the first purchase"),
    "first_season": message("Quarter of the first purchase"),
}
_SURE = 0.95  # of the intervals


@dataclass(frozen=True, slots=True)
class Factor:
    """What a rate is multiplied by, with its interval; None where the data do not tell."""

    times: float
    low: float | None
    high: float | None

    @classmethod
    def of(cls, effect: float, error: float | None) -> Factor:
        """Return it from a coefficient and its standard error."""
        if error is None or not isfinite(error):
            return cls(exp(effect), None, None)
        reach = NormalDist().inv_cdf((1 + _SURE) / 2) * error
        return cls(exp(effect), exp(effect - reach), exp(effect + reach))


@dataclass(frozen=True, slots=True)
class Told:
    """What a level does against the base of its covariate."""

    level: Level
    base: Level
    buys: Factor
    leaves: Factor | None  # of a hazard; None where leaving is a coin
    last: tuple[float, float] | None  # share of purchases that are the last, here and of the base


def effects_of(card: ModelCard) -> list[Told]:
    """Return what each level does; none where worth rests on no covariates."""
    rows = [row for row in card.parameters() if row["chosen"]]
    effects: dict[Level, dict[int, Mapping[str, Any]]] = {}
    for row in rows:
        if (found := effect_of(row["name"])) is not None:
            effects.setdefault(found[1], {})[found[0]] = row
    bases = {base.covariate: base for base in bases_of(card.rows)}
    values = {row["name"]: row["value"] for row in rows}
    return [
        _told(level, bases[level.covariate], own, values, plain(card.chosen or ""))
        for level, own in effects.items()
    ]


def _told(
    level: Level,
    base: Level,
    own: Mapping[int, Mapping[str, Any]],
    values: Mapping[str, float],
    model: str,
) -> Told:
    buys = Factor.of(own[1]["value"], own[1]["other"])
    if model == "pareto-nbd":
        return Told(level, base, buys, Factor.of(own[2]["value"], own[2]["other"]), None)
    a, b = values["a"], values["b"]
    here = a * exp(own[2]["value"]), b * exp(own[3]["value"])
    return Told(level, base, buys, None, (here[0] / sum(here), a / (a + b)))


def products_in(card: ModelCard) -> list[str]:
    """Return the ids of the products that the effects speak of."""
    levels = [level for told in effects_of(card) for level in (told.level, told.base)]
    return [each.level for each in levels if each.covariate == PRODUCT and each.level is not None]


def sentences(card: ModelCard, fmt: Formats, names: Mapping[str, str]) -> Iterator[Message]:
    """Yield each effect as a sentence; `names` are those of products, by id."""
    for told in effects_of(card):
        words = {
            "covariate": fmt.language.worded(COVARIATES[told.level.covariate]),
            "level": _level(told.level, fmt, names),
            "base": _level(told.base, fmt, names),
            "times": _times(told.buys, fmt),
        }
        if told.leaves is not None:
            yield message(
                "{covariate} {level}: buys {times} as often as {base}, and leaves {leaves} as "
                "soon.",
                **words,
                leaves=_times(told.leaves, fmt),
            )
        elif told.last is not None:
            yield message(
                "{covariate} {level}: buys {times} as often as {base}; {share} of purchases are "
                "the last, with {base} {base_share}.",
                **words,
                share=fmt.percent(told.last[0]),
                base_share=fmt.percent(told.last[1]),
            )


def table(card: ModelCard, fmt: Formats, names: Mapping[str, str]) -> DataTable | None:
    """Return the effects as a table; None where worth rests on no covariates."""
    found = effects_of(card)
    if not found:
        return None
    by_time = found[0].leaves is not None
    headers: Sequence[tuple[Words, str]] = (
        (message("Began with"), "text"),
        (message("Level"), "text"),
        (message("Against"), "text"),
        (message("Buys, times as often"), "float"),
        (message("From"), "float"),
        (message("To"), "float"),
        *(
            (
                (message("Leaves, times as soon"), "float"),
                (message("From"), "float"),
                (message("To"), "float"),
            )
            if by_time
            else (
                (message("Purchases that are the last"), "percent"),
                (message("The same, against"), "percent"),
            )
        ),
    )
    rows = [
        [
            fmt.language.worded(COVARIATES[told.level.covariate]),
            _level(told.level, fmt, names),
            _level(told.base, fmt, names),
            *_ends(told.buys),
            *(_ends(told.leaves) if told.leaves is not None else told.last or (None, None)),
        ]
        for told in found
    ]
    return DataTable("effects-table", tuple(headers), rows, absent=message("not told by the data"))


def _ends(factor: Factor) -> tuple[float, float | None, float | None]:
    return factor.times, factor.low, factor.high


def _level(level: Level, fmt: Formats, names: Mapping[str, str]) -> str:
    if level.level is None:
        return fmt.language.worded(message("all others and unknown"))
    return names.get(level.level, level.level) if level.covariate == PRODUCT else level.level


def _times(factor: Factor, fmt: Formats) -> str:
    times = fmt.number(factor.times, 2)
    if factor.low is None or factor.high is None:
        return fmt.language.worded("{times} times", times=times)
    return fmt.language.worded(
        "{times} times ({low} to {high})",
        times=times,
        low=fmt.number(factor.low, 2),
        high=fmt.number(factor.high, 2),
    )
