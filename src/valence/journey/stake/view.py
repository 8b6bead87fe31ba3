"""The page of value at stake in words and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from valence.core.messages import Message, message
from valence.journey.stake.answers import Stakes
from valence.journey.words import KINDS
from valence.kit.charts import Bar, Chart, bars, too_little
from valence.kit.codes import CHANNELS, TOUCHPOINTS, named
from valence.kit.format import Formats
from valence.kit.languages import by_number
from valence.kit.page import NOT_ENOUGH, Answer, Figure, How, Step, Words
from valence.kit.tables import TableColumn, TableSpec

TITLE = message("Value at stake")
ASKED = message("Which touchpoint costs us most?")
VERDICTS: Mapping[str, Message] = {
    "costs": message("costs value"),
    "gains": message("no loss: value is higher after it"),
    "not told apart": message("may be chance"),
    "unlike before": message("doubtful: they differed before"),
    "not alike": message("nobody alike to compare with"),
    "too few": message("not enough data"),
    "all affected": message("everyone met it: nothing to compare with"),
}
BASIS: Mapping[str, Message] = {
    "margin": message("contribution margin"),
    "margin_rate": message("net revenue × margin rate"),
    "net_revenue": message("net revenue"),
    "mixed": message("contribution margin where cost is known, else net revenue"),
}
_TONES = {
    "costs": "bad", "gains": "good", "not told apart": "", "unlike before": "warn",
    "not alike": "empty", "too few": "empty", "all affected": "empty",
}  # fmt: skip
_AFFECTED = "/journey/stake/affected?touchpoint={touchpoint}&kind={kind}"
_DRAWN = 14

STAKES = TableSpec(
    "value-at-stake",
    message("Every bad experience, and whether to believe its figure"),
    (
        TableColumn("touchpoint", message("Touchpoint"), link=_AFFECTED, words=TOUCHPOINTS),
        TableColumn("kind", message("Bad experience"), words=KINDS),
        TableColumn("verdict", message("What is told"), words=VERDICTS, tones=_TONES),
        TableColumn(
            "stake_amount", message("At stake"), "money", absent=NOT_ENOUGH,
            meaning=message("Over the bad moments of the last 12 months; foretold."),
        ),
        TableColumn("stake_low_amount", message("From"), "money", absent=NOT_ENOUGH),
        TableColumn("stake_high_amount", message("To"), "money", absent=NOT_ENOUGH),
        TableColumn("affected_12m", message("Bad moments, 12 months"), "int"),
        TableColumn("customers_12m", message("Customers, 12 months"), "int"),
        TableColumn("share_12m", message("Share of moments"), "percent"),
        TableColumn(
            "effect_amount", message("Per bad moment"), "money", absent=NOT_ENOUGH,
            meaning=message("Value of the 12 months after, against moments alike without it."),
        ),
        TableColumn("effect_low_amount", message("Per moment, from"), "money", shown=False),
        TableColumn("effect_high_amount", message("Per moment, to"), "money", shown=False),
        TableColumn(
            "naive_amount", message("Plain difference"), "money", absent=NOT_ENOUGH,
            meaning=message("Without making customers alike: mostly wrong."),
        ),
        TableColumn(
            "placebo_amount", message("Placebo"), "money", absent=NOT_ENOUGH,
            meaning=message("The same comparison of value before: it should be near 0."),
        ),
        TableColumn("placebo_low_amount", message("Placebo, from"), "money", shown=False),
        TableColumn("placebo_high_amount", message("Placebo, to"), "money", shown=False),
        TableColumn(
            "placebo_affected", message("Placebo: bad moments"), "int", shown=False
        ),
        TableColumn("affected", message("Measured on"), "int",
                    meaning=message("Bad moments that are at least 12 months old.")),
        TableColumn("controls", message("Moments without it"), "int"),
        TableColumn(
            "effective_controls", message("Of use"), "int", absent=NOT_ENOUGH,
            meaning=message("Moments without it that are alike, counted by their weight."),
        ),
        TableColumn(
            "trimmed_share", message("Nobody alike"), "percent", absent=NOT_ENOUGH,
            meaning=message("Bad moments that were left out, since none like them went well."),
        ),
        TableColumn(
            "apart_before", message("Unlike, before weighting"), "float", shown=False,
            meaning=message("Largest difference between the two sides, in standard deviations."),
        ),
        TableColumn(
            "apart_after", message("Unlike, after weighting"), "float", absent=NOT_ENOUGH,
            meaning=message("Below 0.1 the two sides are as good as alike."),
        ),
        TableColumn("lost_amount", message("Lost before"), "money", shown=False,
                    meaning=message("Over bad moments that are at least 12 months old.")),
    ),
    key=("touchpoint", "kind"),
    sort="-stake_amount",
    examples=((message("those that cost value"), 'verdict == "costs"'),),
)  # fmt: skip
CUSTOMERS = TableSpec(
    "affected-customers",
    message("Who met it in the last 12 months?"),
    (
        TableColumn(
            "customer_id", message("Customer"), "customer", link="/customers/{customer_id}"
        ),
        TableColumn("times", message("Times"), "int"),
        TableColumn("last_on", message("Last time"), "day"),
        TableColumn("channel", message("Channel"), words=CHANNELS),
        TableColumn(
            "value_before", message("Value, 12 months before"), "money",
            meaning=message("Before the first such moment."),
        ),
        TableColumn("value_later", message("Value since the last time"), "money"),
    ),
    key=("customer_id",),
    sort="-value_before",
    customers=True,
)  # fmt: skip


def title_of(touchpoint: str, kind: str, fmt: Formats) -> str:
    """Return the touchpoint and the bad experience in one name."""
    place = named(TOUCHPOINTS, touchpoint, fmt)
    return f"{place}{'：' if fmt.chinese else ': '}{named(KINDS, kind, fmt)}"


def answer(found: Stakes, fmt: Formats) -> Answer:
    """Return what costs most, in a sentence."""
    if not found.proven:
        if not found.told:
            core = message("Not enough data yet to say what a bad experience costs.")
            return Answer(core, rest=_needed(found, fmt))
        core = message("No bad experience is shown to cost value.")
        rest = message("Their figures may be chance, or those who met them differed before.")
        return Answer(core, rest=rest)
    most = found.proven[0]
    core = message(
        "{what} puts {amount} of the next 12 months at stake.",
        what=title_of(most["touchpoint"], most["kind"], fmt),
        amount=fmt.money_short(most["stake_amount"]),
    )
    n = most["customers_12m"]
    met = by_number(
        n,
        message("1 customer met it in the last 12 months; foretold, an adjusted association."),
        message(
            "{n} customers met it in the last 12 months; foretold, an adjusted association.",
            n=fmt.integer(n),
        ),
    )
    return Answer(core, interval_of(most, "stake", fmt), met)


def _needed(found: Stakes, fmt: Formats) -> Message:
    least = max((row["minimum"] for row in found.rows), default=50)
    return message(
        "It takes {least} bad moments, and as many others, that are at least 12 months old.",
        least=fmt.integer(least),
    )


def interval_of(row: Mapping[str, Any], name: str, fmt: Formats) -> str:
    """Return the interval of a figure of a row."""
    return fmt.interval(row[f"{name}_low_amount"], row[f"{name}_high_amount"], "money_short")


def figures(row: Mapping[str, Any] | None, fmt: Formats) -> list[Figure]:
    """Return four figures of one bad experience: at stake, per moment, plain, and the placebo."""
    if row is None:
        return []
    return [
        Figure(
            message("Value at stake"),
            _money(row["stake_amount"], fmt),
            note=_interval(row, "stake", fmt),
            href=affected_page(row),
        ),
        Figure(
            message("Per bad moment"),
            _money(row["effect_amount"], fmt),
            note=message(
                "{interval}; measured on {n}",
                interval=interval_of(row, "effect", fmt),
                n=fmt.integer(row["affected"]),
            )
            if row["effect_amount"] is not None
            else "",
        ),
        Figure(
            message("Plain difference"),
            _money(row["naive_amount"], fmt),
            note=message("{interval}; misleading", interval=interval_of(row, "naive", fmt))
            if row["naive_amount"] is not None
            else "",
        ),
        Figure(
            message("Placebo: the same, before"),
            _money(row["placebo_amount"], fmt),
            note=_placebo(row, fmt),
        ),
    ]


def _money(value: float | None, fmt: Formats) -> str | None:
    return None if value is None else fmt.money_short(value)


def _interval(row: Mapping[str, Any], name: str, fmt: Formats) -> Words:
    if row[f"{name}_amount"] is None:
        return ""
    return message(
        "{interval}; {confidence} interval",
        interval=interval_of(row, name, fmt),
        confidence=fmt.percent(row["confidence"]),
    )


def _placebo(row: Mapping[str, Any], fmt: Formats) -> Words:
    if row["placebo_amount"] is None:
        return ""
    interval = interval_of(row, "placebo", fmt)
    if row["placebo_alarm"]:
        return message("{interval}: they differed before", interval=interval)
    return message("{interval}: no difference before", interval=interval)


def picture(found: Stakes, fmt: Formats) -> Chart:
    """Return the value at stake of each bad experience with its interval, the most first."""
    title = message("What costs most?")
    told = found.told[:_DRAWN]
    if not told:
        return too_little("stakes", title, _needed(found, fmt))
    made = bars(
        fmt,
        "stakes",
        title,
        [
            Bar(
                title_of(row["touchpoint"], row["kind"], fmt),
                _money_of(row, "stake"), _money_of(row, "stake_low"),
                _money_of(row, "stake_high"), main=row["verdict"] == "costs",
                href=affected_page(row),
            )
            for row in told
        ],
        unit="money",
        name=message("Bad experience"),
        value_name=message("Value at stake, next 12 months"),
    )  # fmt: skip
    return made.answering(
        message(
            "Whiskers are intervals. Grey: may be chance, or doubtful. Bars are not added up: one "
            "customer may stand behind several."
        )
    )


def _money_of(row: Mapping[str, Any], name: str) -> float:
    return float(row[f"{name}_amount"])


def how(row: Mapping[str, Any] | None, built: Words, fmt: Formats) -> How:
    """Return how the value at stake is computed."""
    basis = BASIS.get((row or {}).get("value_basis") or "", message("value"))
    return How(
        message(
            "Moments with the bad experience are compared with moments at the same touchpoint "
            "without it, of customers alike before: in worth, tenure, orders, channel, season and "
            "past experience. A chance of the bad experience and an expected value are learned "
            "for each moment from other customers; the figure is right if either is. Measured on "
            "moments at least 12 months old, foretold for those of the last 12 months."
        ),
        formula=message(
            "effect = Σ affected (value − expected) / n − Σ others odds × (value − expected) / n"
        ),
        source=message(
            "doubly robust and cross-fitted: Robins, Rotnitzky & Zhao (1994); Chernozhukov et al. "
            "(2018); interval by customer"
        ),
        inputs=("touchpoint_stake", "stake_moments", "order_facts"),
        built=built,
        note=message(
            "An adjusted association until an experiment proves it. Value is {basis}. The placebo "
            "compares value of a year that ended before what is known: if it differs, something "
            "unseen is at work. Sums count a customer once within 12 months, by the first bad "
            "moment: the years after two moments of one customer are mostly the same. Touchpoints "
            "are not added up.",
            basis=fmt.language.worded(basis),
        ),
        links=((message("How the table was built"), "/builds/tables/touchpoint_stake"),),
    )


def steps(found: Stakes, fmt: Formats) -> list[Step]:
    """Return what makes sense next."""
    every = [Step(message("See it on the journey map"), "/journey")]
    if found.proven:
        most = found.proven[0]
        n = most["customers_12m"]
        why = by_number(n, message("1 customer"), message("{n} customers", n=fmt.integer(n)))
        every.insert(0, Step(message("See who met it"), affected_page(most), why))
    return every


def affected_page(row: Mapping[str, Any]) -> str:
    """Return the address of the customers behind a row."""
    asked = urlencode({"touchpoint": row["touchpoint"], "kind": row["kind"]})
    return f"/journey/stake/affected?{asked}"
