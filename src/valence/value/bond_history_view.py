"""Bonds on earlier days, and whether they foretold what came: in words, pictures and as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from valence.core.intervals import wilson
from valence.core.messages import Message, message
from valence.kit.charts import Bar, Chart, DataTable, Line, bars, lines, too_little
from valence.kit.format import Formats
from valence.kit.page import How, Words
from valence.lake.reading import Tables
from valence.value.bond_words import BONDS

Row = Mapping[str, Any]
CONFIDENCE = 0.9


@dataclass(frozen=True, slots=True)
class Share:
    """The share of customers with a bond on a day, with its Wilson interval."""

    value: float
    low: float
    high: float
    customers: int  # who had bought by then

    @classmethod
    def of(cls, row: Row) -> Share:
        """Return it from a row of the history."""
        share, n = row["value"], row["customers"]
        return cls(share, *wilson(round(share * n), n, CONFIDENCE), n)


@dataclass(frozen=True, slots=True)
class BondHistory:
    """Rows of `bond_history` by kind."""

    shares: Sequence[Row]
    later: Sequence[Row]
    proof: Mapping[str, Row]

    @property
    def days(self) -> list[date]:
        """The days told of, in order; those on which somebody had bought."""
        return sorted({row["on"] for row in self.shares})

    def share(self, day: date, level: str) -> Share:
        """Return the share of customers with that bond on a day."""
        found = (r for r in self.shares if (r["on"], r["name"]) == (day, level))
        return Share.of(next(found))

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "history": [
                {"on": row["on"], "bond": row["name"], "customers": share.customers,
                 "share": share.value, "low": share.low, "high": share.high}
                for row, share in ((row, Share.of(row)) for row in self.shares)
            ],
            "later": [
                {"bond": row["name"], "customers": row["customers"], "bought_again": row["value"],
                 "low": row["low"], "high": row["high"], "value": row["later_value"]}
                for row in self.later
            ],
            "proof": [
                {"name": name, "value": row["value"], "low": row["low"], "high": row["high"],
                 "customers": row["customers"]}
                for name, row in self.proof.items()
            ],
        }  # fmt: skip


def history_of(tables: Tables) -> BondHistory:
    """Return the past of bonds, empty where it has not been built or nobody is told of."""
    if not tables.has("bond_history"):
        return BondHistory((), (), {})
    rows = tables.rows(tables.table("bond_history").order_by("number"))
    kinds = {kind: [row for row in rows if row["kind"] == kind] for kind in ("share", "later")}
    proof = {row["name"]: row for row in rows if row["kind"] == "proof"}
    return BondHistory(kinds["share"], kinds["later"], proof)


def over_time(found: BondHistory, fmt: Formats) -> Chart:
    """Return the share of strong and of weak bonds on each day."""
    title = message("Are there more strong bonds than a year ago?")
    days = found.days
    if len(days) < 2:
        return too_little("bond-history", title, message("Not enough data: one day is no course."))
    series = [_line(found, level, fmt) for level in ("strong", "weak")]
    made = lines(
        fmt,
        "bond-history",
        title,
        days,
        series,
        unit="percent",
        place_name=message("Day"),
        value_name=message("Share of customers who had bought by then"),
    )
    first, last = (found.share(day, "strong") for day in (days[0], days[-1]))
    told = message(
        "{last} of customers ({last_ends}, n {last_n}) had a strong bond on {now}, {first} "
        "({first_ends}, n {first_n}) on {then}.",
        last=fmt.percent(last.value),
        last_ends=fmt.interval(last.low, last.high, "percent"),
        last_n=fmt.integer(last.customers),
        now=fmt.day(days[-1]),
        first=fmt.percent(first.value),
        first_ends=fmt.interval(first.low, first.high, "percent"),
        first_n=fmt.integer(first.customers),
        then=fmt.day(days[0]),
    )
    return made.answering(told)


def _line(found: BondHistory, level: str, fmt: Formats) -> Line:
    told = [found.share(day, level) for day in found.days]
    return Line(
        fmt.language.worded(BONDS[level]),
        [share.value for share in told],
        [share.low for share in told],
        [share.high for share in told],
    )


def stayed(found: BondHistory, fmt: Formats) -> Chart:
    """Return how many of each bond bought again in the year after, and what they brought."""
    title = message("Does the bond tell who stays, beyond recency, frequency and value?")
    if not found.later:
        why = message("Not enough data: nobody had bought a year ago.")
        return too_little("bond-later", title, why)
    rows = found.later
    made = bars(
        fmt,
        "bond-later",
        title,
        [Bar(fmt.language.worded(BONDS[r["name"]]), r["value"], r["low"], r["high"]) for r in rows],
        unit="percent",
        name=message("Bond a year ago"),
        value_name=message("Bought again in the year after"),
        sort=False,
    )
    headers: tuple[tuple[Words, str], ...] = (
        (message("Bond a year ago"), "text"),
        (message("Customers"), "int"),
        (message("Bought again in the year after"), "percent"),
        (message("From"), "percent"),
        (message("To"), "percent"),
        (message("Value in the year after, a customer"), "money"),
    )
    cells = [
        [fmt.language.worded(BONDS[r["name"]]), r["customers"],
         *(r[name] for name in ("value", "low", "high", "later_value"))]
        for r in rows
    ]  # fmt: skip
    table = DataTable("bond-later-table", headers, cells)
    return Chart(made.id, title, made.option, table, size=made.size).answering(
        _beyond(found.proof, fmt)
    )


def _beyond(proof: Mapping[str, Row], fmt: Formats) -> Message:
    if not proof:
        return message(
            "Whether it tells more than RFM is not known yet: too few customers came back, or did "
            "not, to tell."
        )
    return message("{stays} {brings}", stays=_stays(proof, fmt), brings=_brings(proof, fmt))


def _stays(proof: Mapping[str, Row], fmt: Formats) -> Message:
    known = {
        **{name: fmt.number(proof["odds"][name], 2) for name in ("value", "low", "high")},
        "rfm": fmt.percent(proof["auc_rfm"]["value"]),
        "both": fmt.percent(proof["auc_both"]["value"]),
    }
    if proof["gain"]["low"] > 0:
        return message(
            "Yes: at equal RFM, 10 points more of the index go with {value} × the odds to buy "
            "again ({low}–{high}); with it a pair is put in the right order in {both}, by RFM "
            "alone in {rfm}.",
            **known,
        )
    return message(
        "Who stays it tells no better than RFM: 10 points more of the index go with {value} × the "
        "odds to buy again ({low}–{high}), and {both} of pairs are put in the right order, by RFM "
        "alone {rfm}.",
        **known,
    )


def _brings(proof: Mapping[str, Row], fmt: Formats) -> Message:
    value = proof["later_value"]
    known = {name: fmt.money_short(value[name]) for name in ("value", "low", "high")}
    if value["low"] <= 0 <= value["high"]:
        return message(
            "What they bring it tells no better: {value} a year for 10 points ({low} to {high}).",
            **known,
        )
    if value["low"] > 0:
        return message("Who stands 10 points higher brings {value} more a year ({low} to {high}).",
                       **known)  # fmt: skip
    return message(
        "Who stands 10 points higher brings less in a year: {value} ({low} to {high}).", **known
    )


def how(built: Message | str) -> How:
    """Return how past bonds are told, and held against what came."""
    return How(
        message(
            "Bonds of earlier days are told anew from all that is known today and had happened by "
            "then, for all customers or a fixed random 50,000, every four weeks. The bond of a "
            "year ago is held against the year after: a logistic regression on recency, purchases "
            "and value of then (logarithms, squares and products), with and without the index, "
            "judged on customers it has not seen."
        ),
        source=message(
            "Wilson (1927); logistic regression, five folds; least squares with errors after "
            "White (1980). 90 % intervals."
        ),
        inputs=("bond_history", "order_facts", "customers"),
        built=built,
        note=message("An association: what strengthens a bond is proven by an experiment only."),
        links=((message("How the table was built"), "/builds/tables/bond_history"),),
    )
