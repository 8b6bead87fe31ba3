"""The page of retention in words and pictures: who comes back, who is new, on how many days."""

from __future__ import annotations

from collections.abc import Mapping

from valence.core.intervals import MINIMUM
from valence.core.messages import Message, message
from valence.journey.retention import Period
from valence.journey.retention_answers import FoundRetention, Pooled
from valence.kit.charts import Bar, Chart, DataTable, Line, bars, lines, too_little
from valence.kit.format import Formats
from valence.kit.page import Answer, Figure, How, Step, Words

ASKED = message("Who comes back, and who falls silent?")
AGES, COHORTS, SHOWN = 12, 24, 26  # periods after, cohorts and periods that are shown
PERIODS: Mapping[str, Message] = {
    "day": message("by day"),
    "week": message("by week"),
    "month": message("by month"),
}
COUNTED: Mapping[str, Message] = {
    "first": message("Once, when they first begin"),
    "recurring": message("In each period in which they begin"),
}
MEASURES: Mapping[str, Message] = {
    "count": message("Customers and how often"),
    "revenue": message("Net revenue of orders"),
    "margin": message("Value of orders"),
}
_AFTER: Mapping[Period, Message] = {
    "day": message("Come back on day {n}"),
    "week": message("Come back in week {n}"),
    "month": message("Come back in month {n}"),
}
_SINCE: Mapping[Period, Message] = {
    "day": message("Days after they began"),
    "week": message("Weeks after they began"),
    "month": message("Months after they began"),
}
_STATES: Mapping[str, Message] = {
    "new": message("New"),
    "returning": message("Returning"),
    "resurrected": message("Back after a gap"),
    "dormant": message("Just fallen silent"),
}


def answer(found: FoundRetention, fmt: Formats) -> Answer:
    """Return who comes back one period later, in a sentence."""
    one = found.pooled(1)
    if one is None or one.customers < MINIMUM:
        return Answer(
            message("Not enough data: fewer than {n} customers began long enough ago.", n=MINIMUM)
        )
    said: Mapping[Period, Message] = {
        "day": message("{share} of customers come back on the day after they begin."),
        "week": message("{share} of customers come back in the week after they begin."),
        "month": message("{share} of customers come back in the month after they begin."),
    }
    core = message(said[found.question.period].text, share=fmt.percent(one.share))
    last = found.states[-2] if len(found.states) > 1 and not found.states[-1]["complete"] else None
    last = last or (found.states[-1] if found.states else None)
    rest: Message | str = ""
    if last is not None:
        rest = message(
            "In the last whole period {new} were new, {resurrected} came back after a gap, and "
            "{dormant} fell silent.",
            new=fmt.integer(last["new"]),
            resurrected=fmt.integer(last["resurrected"]),
            dormant=fmt.integer(last["dormant"]),
        )
    return Answer(core, fmt.interval(*one.interval, "percent"), rest)


def figures(found: FoundRetention, fmt: Formats) -> list[Figure]:
    """Return who comes back after 1, 3 and 6 periods, and who is there on a mean day."""
    made = [_figure(age, found.pooled(age), found.question.period, fmt) for age in (1, 3, 6)]
    whole = [row for row in found.means if row["complete"]]
    title = message("There on a mean day")
    if not whole:
        return [*made, Figure(title, None)]
    last = whole[-1]
    note = message(
        "{daily} of {n} in the last whole {period}",
        daily=fmt.integer(round(last["daily_active"])),
        n=fmt.integer(last["active"]),
        period=message("month") if found.question.period == "month" else message("week"),
    )
    spark = [row["share"] for row in whole[-SHOWN:]]
    return [*made, Figure(title, fmt.percent(last["share"]), note, spark=spark)]


def _figure(age: int, pooled: Pooled | None, period: Period, fmt: Formats) -> Figure:
    title = message(_AFTER[period].text, n=age)
    if pooled is None or pooled.customers < MINIMUM:
        return Figure(title, None, absent=message("no cohort is old enough"))
    note = message(
        "{interval}, n {n}",
        interval=fmt.interval(*pooled.interval, "percent"),
        n=fmt.integer(pooled.customers),
    )
    return Figure(title, fmt.percent(pooled.share), note)


def curve(found: FoundRetention, fmt: Formats) -> Chart:
    """Return the share that comes back by age, over all cohorts that are so old."""
    title = message("How many come back, and how long?")
    pooled = [found.pooled(age) for age in range(1, min(found.oldest, AGES) + 1)]
    known = [each for each in pooled if each is not None and each.customers >= MINIMUM]
    if len(known) < 2:
        return too_little("retention", title, message("No cohort is two whole periods old."))
    made = lines(
        fmt,
        "retention",
        title,
        [each.age for each in known],
        [
            Line(
                "",
                [each.share for each in known],
                [each.interval[0] for each in known],
                [each.interval[1] for each in known],
            )
        ],
        unit="percent",
        place_name=_SINCE[found.question.period],
        value_name=message("Come back"),
    )
    return made.answering(
        message("All cohorts for which the period is over, with its 95 % interval.")
    )


def triangle(found: FoundRetention, fmt: Formats) -> DataTable:
    """Return each cohort with who came back so many periods after."""
    asked = found.question
    # With the same steps at both ends everybody is there in the period in which they begin.
    since = 1 if asked.begin == asked.back and asked.measure == "count" else 0
    ages = range(since, min(max(found.oldest, 1), AGES) + 1)
    cohorts: dict[object, dict[int, Mapping[str, object]]] = {}
    for row in found.cohorts:
        cohorts.setdefault(row["period_on"], {})[row["periods_since"]] = row
    shown = list(cohorts.items())[-COHORTS:]
    money = asked.measure != "count"
    headers: list[tuple[Words, str]] = [(message("Began"), "text"), (message("Customers"), "int")]
    headers += [(f"+{age}", "money" if money else "percent") for age in ages]
    name = "amount_per_customer" if money else "retention_share"
    rows, heat = [], []
    for first, by_age in shown:
        values = [
            by_age[age][name] if age in by_age and by_age[age]["complete"] else None for age in ages
        ]
        rows.append([_period_said(first, asked.period, fmt),
                     by_age[0]["customers"], *values])  # fmt: skip
        heat.append([0, 0, *(0 if money else _heat(value) for value in values)])
    return DataTable("retention-cohorts", headers, rows, heat=heat)


def _heat(share: object) -> int:
    return min(10, round(8 * share)) if isinstance(share, float) else 0


def _period_said(first: object, period: Period, fmt: Formats) -> str:
    return fmt.month(first) if period == "month" else fmt.day(first)  # type: ignore[arg-type]


def states(found: FoundRetention, fmt: Formats) -> Chart:
    """Return who was new, came back and fell silent in each whole period."""
    title = message("Who is new, who returns, who falls silent?")
    whole = [row for row in found.states if row["complete"]][-SHOWN:]
    if len(whole) < 2:
        return too_little("lifecycle", title, message("No two periods are over."))
    return lines(
        fmt,
        "lifecycle",
        title,
        [row["period_on"] for row in whole],
        [
            Line(fmt.language.worded(said), [row[name] for row in whole], rest=name == "dormant")
            for name, said in _STATES.items()
        ],
        unit="count",
        place_name=message("Begin of the period"),
        value_name=message("Customers"),
        months=found.question.period == "month",
    )


def days(found: FoundRetention, fmt: Formats) -> Chart:
    """Return on how many days customers were there in the last whole period."""
    title = message("On how many days are they there?")
    whole = [row for row in found.days if row["complete"]]
    last = [row for row in whole if row["period_on"] == whole[-1]["period_on"]]
    if not last or last[0]["active"] < MINIMUM:
        return too_little(
            "stickiness", title, message("Fewer than {n} customers in the last whole period.",
                                         n=MINIMUM)
        )  # fmt: skip
    made = bars(
        fmt,
        "stickiness",
        title,
        [Bar(fmt.integer(row["active_days"]), row["share"]) for row in last],
        unit="percent",
        name=message("Days"),
        value_name=message("Share of the period's customers"),
        sort=False,
    )
    return made.answering(
        message(
            "The {n} customers of the period from {day} on.",
            n=fmt.integer(last[0]["active"]),
            day=fmt.day(last[0]["period_on"]),
        )
    )


def steps() -> list[Step]:
    """Return what makes sense next."""
    return [
        Step(message("See which cohort brings most"), "/cohorts"),
        Step(message("Look at the funnel"), "/journey/funnel"),
    ]


def how(built: Message | str) -> How:
    """Return how retention is computed."""
    return How(
        message(
            "Customers begin in a period with a step of the kind asked for; they come back in a "
            "later period with a step of the other kind, or with an order where money is asked "
            "for. New: the first of all. Returning: there in the period before, too. Back after a "
            "gap: there before, but not in the period before. Just fallen silent: there in the "
            "period before, and not in this one."
        ),
        formula=message("retention = customers who come back in the period / customers who began"),
        source=message("Interval of a share: Wilson (1927), 95 %."),
        inputs=("journey_steps", "order_facts"),
        built=built,
        note=message("The first periods of the data also hold customers who were there before."),
    )
