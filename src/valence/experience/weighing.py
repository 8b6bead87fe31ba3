"""Weighing: what an answer counts for in a score of several surveys, or of the whole base.

Who answers is not who buys, and one survey asks a thousand where another asks forty. An answer can
count once, or for the customers who are as its giver is (post-stratification); and surveys can
count alike, however many answered each.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.experience.apart import checked
from valence.experience.scores import HAIR, Metric, Score, reweighted
from valence.experience.traits import OF_CUSTOMER
from valence.lake.reading import Tables

FEWEST = 10  # answers of a stratum: smaller ones are taken together, or one answer stands for many
BETWEEN = " · "  # the traits of a stratum
_SMALL = "…"


@dataclass(frozen=True, slots=True)
class Weighing:
    """What an answer counts for."""

    traits: tuple[str, ...] = ()  # of the customer, by which answers stand for the base
    surveys_alike: bool = False

    @property
    def plain(self) -> bool:
        """Whether every answer counts once."""
        return not self.traits and not self.surveys_alike


@dataclass(frozen=True, slots=True)
class Count:
    """Answers of one survey in one stratum."""

    n: int = 0
    good: int = 0
    bad: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.n + other.n, self.good + other.good, self.bad + other.bad)


Cells = Mapping[tuple[str, str], Count]  # by survey and stratum


def weighing(traits: str = "", *, surveys_alike: bool = False) -> Weighing:
    """Return what was asked for, such as `tier,main_channel`.

    Raises
    ------
    BadInputError
        If customers have no such trait.
    """
    names = [name.strip() for name in traits.split(",") if name.strip()]
    return Weighing(tuple(dict.fromkeys(checked(n, OF_CUSTOMER) for n in names)), surveys_alike)


def with_stratum(tables: Tables, answers: ir.Table, traits: Iterable[str]) -> ir.Table:
    """Return answers with `stratum`: the customer's traits in one text; missing of nobody known."""
    traits = tuple(traits)
    if not traits:
        return answers.mutate(stratum=ibis.literal(""))
    customers = _strata(tables, traits)
    if customers is None:
        return answers.mutate(stratum=ibis.null("string"))
    known = customers.select("customer_id", "stratum")
    return answers.left_join(known, "customer_id").drop("customer_id_right")


def base_of(tables: Tables, traits: Iterable[str], by: str = "") -> dict[str, dict[str, int]]:
    """Return customers by stratum: of each group where `by` is a trait, and under "" of all."""
    t = _strata(tables, traits)
    if t is None:
        return {}
    named = by in OF_CUSTOMER and by in t.columns
    t = t.mutate(name=t[by] if named else ibis.literal(""))
    found: dict[str, dict[str, int]] = defaultdict(dict)
    whole: Counter[str] = Counter()
    for row in tables.rows(t.group_by("name", "stratum").agg(n=t.count().cast("int64"))):
        found[row["name"]][row["stratum"]] = row["n"]
        whole[row["stratum"]] += row["n"]
    return {**found, "": dict(whole)}


def _strata(tables: Tables, traits: Iterable[str]) -> ir.Table | None:
    """Customers with their `stratum`; None where such traits are of nobody.

    Of whom a trait is not said is a stratum too: left out, they would stand for nobody.
    """
    if not tables.has("customers"):
        return None
    customers = tables.table("customers")
    if not {*traits} <= {*customers.columns}:
        return None
    first, *others = (ibis.coalesce(customers[trait], "") for trait in traits)
    for other in others:
        first = first + BETWEEN + other
    return customers.mutate(stratum=first)


def score_of(metric: Metric, cells: Cells, base: Mapping[str, int], how: Weighing) -> Score | None:
    """Return the score of counted answers, weighed; None where there are none that count.

    Strata and surveys with fewer than ten answers are taken together, with the next larger stratum
    if they are still fewer.
    """
    if not how.surveys_alike:
        return _of_survey(metric, _by(cells, 1), base, how)
    surveys: dict[str, dict[str, Count]] = defaultdict(dict)
    large = {name for name, count in _by(cells, 0).items() if count.n >= FEWEST}
    for (survey, stratum), count in cells.items():
        name = survey if survey in large else _SMALL
        surveys[name][stratum] = surveys[name].get(stratum, Count()) + count
    told = {
        name: score
        for name, strata in surveys.items()
        if (score := _of_survey(metric, strata, base, how)) is not None
    }
    return reweighted(told, dict.fromkeys(told, 1.0))


def _of_survey(
    metric: Metric, strata: Mapping[str, Count], base: Mapping[str, int], how: Weighing
) -> Score | None:
    if not how.traits:
        whole = sum(strata.values(), Count())
        return Score.of(metric, whole.n, whole.good, whole.bad) if whole.n else None
    counts: dict[str, Count] = {}
    sizes: Counter[str] = Counter()
    known = {name: count for name, count in strata.items() if base.get(name)}
    for stratum in sorted(known, key=lambda name: known[name].n):
        # The smallest join until they are ten answers together, the next larger with them.
        small = known[stratum].n < FEWEST or 0 < counts.get(_SMALL, Count()).n < FEWEST
        name = _SMALL if small else stratum
        counts[name] = counts.get(name, Count()) + known[stratum]
        sizes[name] += base[stratum]
    scores = {name: Score.of(metric, c.n, c.good, c.bad) for name, c in counts.items()}
    return reweighted(scores, sizes)


def _by(cells: Cells, place: int) -> dict[str, Count]:
    made: dict[str, Count] = {}
    for key, count in cells.items():
        made[key[place]] = made.get(key[place], Count()) + count
    return made


@dataclass(frozen=True, slots=True)
class Stood:
    """A stratum that gives more answers than it has customers: shares, 0 to 1."""

    stratum: str
    answers: float
    customers: float


def loudest(cells: Cells, base: Mapping[str, int]) -> Stood | None:
    """Return the stratum most above its share of customers by its share of answers; None: none."""
    strata = {name: c.n for name, c in _by(cells, 1).items() if base.get(name)}
    asked, known = sum(strata.values()), sum(base.values())
    if not asked or not known:
        return None
    first = max(strata, key=lambda name: strata[name] / asked - base[name] / known)
    found = Stood(first, strata[first] / asked, base[first] / known)
    return found if found.answers - found.customers > HAIR else None


def cells_of(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Count]:
    """Return counted rows (`survey`, `stratum`, `n`, `good`, `bad`) by survey and stratum."""
    made: dict[tuple[str, str], Count] = {}
    for row in rows:
        key = (row["survey"], row["stratum"])
        made[key] = made.get(key, Count()) + Count(row["n"], row["good"], row["bad"])
    return made
