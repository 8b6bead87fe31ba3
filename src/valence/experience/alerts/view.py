"""The page of alerts in words and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from valence.core.clock import now
from valence.core.messages import Message, message
from valence.experience.alerts.answers import Alerts, Seen
from valence.experience.alerts.book import Alert, Digest
from valence.experience.alerts.chart import USUAL_LEAST
from valence.experience.alerts.watch import why_of
from valence.experience.groups_words import NAMES
from valence.kit.ask import Asked
from valence.kit.charts import Chart, DataTable, Line, lines, too_little
from valence.kit.format import Formats
from valence.kit.languages import by_number
from valence.kit.page import Answer, Figure, How, Step, Words

TITLE = message("Alerts")
ASKED = message("Where did it get worse, more than by chance?")
ALL = message("all together")
METRIC: Mapping[str, Message] = {
    "nps": message("Net promoter score"),
    "csat": message("Satisfaction"),
    "ces": message("Effort"),
    "rating": message("Rating"),
    "review": message("Review"),
    "sentiment": message("Texts that praise"),
    "no_complaint": message("Contacts that are no complaint"),
    "solved": message("Contacts solved within 48 hours"),
    "standard": message("Service standard kept"),
}
WHY: Mapping[str, Message] = {
    "limit": message("below what is usual"),
    "floor": message("below the floor"),
    "both": message("below what is usual, and below the floor"),
}
CLOSED: Mapping[str, Message] = {
    "calm": message("back to what is usual"),
    "hand": message("closed by hand"),
    "rule": message("the rule was changed"),
    "gone": message("nothing is counted there any more"),
}
_RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Row:
    """One alert as the page shows it."""

    alert_id: str
    name: Words
    rule: str
    href: str
    said: Message
    since: str
    seen: Message | None
    closed: Message | None
    note: str


def _entity(name: str, by: str) -> Words:
    """What is watched, in words; a brand's own names as they are."""
    if not name:
        return ALL
    return NAMES.get(by, {}).get(name.lower(), name)


def _worded(words: Words, fmt: Formats) -> str:
    return fmt.language.worded(words) if isinstance(words, Message) else words


def answer(found: Alerts) -> Answer:
    """Return what is open in a sentence."""
    if not found.watched:
        return Answer(message("Nothing is watched: nothing of what the rules name is known yet."))
    if not found.open:
        return Answer(message("Nothing is worse than usual, more than by chance."))
    one = found.open[0]
    core = by_number(
        len(found.open),
        message("1 alert is open."),
        message("{n} alerts are open.", n=len(found.open)),
    )
    rest = message(
        "The newest: {name} ({rule}).", name=_entity(one.entity, one.by_column), rule=one.rule
    )
    return Answer(core, "", rest)


def figures(found: Alerts, fmt: Formats) -> list[Figure]:
    """Return what is open, unseen, fired of late, and watched."""
    recent = now() - _RECENT
    fired = sum(one.fired_at >= recent for one in (*found.open, *found.closed))
    known = sum(seen.chart.usual is not None for seen in found.watched)
    few = len(found.watched) - known
    return [
        Figure(message("Open alerts"), fmt.integer(len(found.open))),
        Figure(message("Seen by nobody yet"), fmt.integer(found.unseen)),
        Figure(message("Fired in 30 days"), fmt.integer(fired)),
        Figure(
            message("Charts watched"),
            fmt.integer(known),
            message("{n} more have too few periods", n=fmt.integer(few)) if few else "",
        ),
    ]


def row(one: Alert, ask: Asked) -> Row:
    """Return one alert in words."""
    fmt = ask.format
    seen = None
    if one.acknowledged_at is not None:
        seen = message(
            "seen by {who}, {at}", who=one.acknowledged_by, at=fmt.instant(one.acknowledged_at)
        )
    closed = None
    if one.closed_at is not None and one.closed_why is not None:
        closed = message("{why}, {at}", why=CLOSED[one.closed_why], at=fmt.instant(one.closed_at))
    return Row(
        str(one.alert_id),
        _entity(one.entity, one.by_column),
        one.rule,
        ask.url("/experience/alerts", rule=one.rule, entity=one.entity) + "#chart",
        _said(one, fmt),
        fmt.day(one.began_on),
        seen,
        closed,
        one.note,
    )


def _said(one: Alert, fmt: Formats) -> Message:
    return message(
        "{why}: {smoothed} of a usual {centre}, limit {low} (n = {n})",
        why=WHY[one.why],
        smoothed=points(one.smoothed, fmt),
        centre=points(one.centre, fmt),
        low=points(one.low, fmt),
        n=fmt.integer(one.n),
    )


def watched(found: Alerts, ask: Asked) -> DataTable:
    """Return all that is watched: the last period that was judged, its limit, and whether it calls.

    What calls comes first.
    """
    said = ask.language.worded
    rows, links = [], []
    ordered = sorted(found.watched, key=lambda s: (s.alert is None, s.chart.usual is None))
    for seen in ordered:
        judged = [p for p in seen.chart.points if p.score is not None]
        last = next((p for p in reversed(judged) if p.start <= seen.chart.closed), None)
        state = message("too few periods to say what is usual")
        if seen.chart.usual is not None:
            state = message("alert") if seen.alert else message("as usual")
        rows.append(
            [
                _worded(_entity(seen.chart.entity, seen.rule.by), ask.format),
                seen.rule.name,
                None if last is None else round(100 * last.smoothed, 1),
                None if last is None else round(100 * last.low, 1),
                None if seen.chart.usual is None else round(100 * seen.chart.usual.centre, 1),
                seen.answers,
                said(state),
            ]
        )
        links.append(ask.url("/experience/alerts", rule=seen.rule.name, entity=seen.chart.entity))
    headers: list[tuple[Words, str]] = [
        (message("Where"), "text"),
        (message("Rule"), "text"),
        (message("Smoothed"), "float"),
        (message("Lower limit"), "float"),
        (message("Usual"), "float"),
        (message("Counted"), "int"),
        (message("State"), "text"),
    ]
    return DataTable("watched", headers, rows, links=links)


def chart(seen: Seen | None, fmt: Formats) -> Chart:
    """Return the control chart: each period, the smoothed score, its limits, and the floor."""
    if seen is None:
        return too_little("chart", message("How does it go?"), _few(USUAL_LEAST))
    title = message("How does it go at {name}?", name=_entity(seen.chart.entity, seen.rule.by))
    usual, drawn = seen.chart.usual, seen.chart.points
    if usual is None or not drawn:
        return too_little("chart", title, _few(seen.rule.usual_periods))
    said = fmt.language.worded
    series = [
        Line(
            said(message("smoothed, with its limits")),
            [round(100 * p.smoothed, 2) for p in drawn],
            [round(100 * p.low, 2) for p in drawn],
            [round(100 * p.high, 2) for p in drawn],
        ),
        Line(
            said(message("each period")),
            [None if p.score is None else round(100 * p.score, 2) for p in drawn],
            rest=True,
        ),
    ]
    if seen.rule.floor is not None:
        series.append(Line(said(message("floor")), [seen.rule.floor] * len(drawn), rest=True))
    week = seen.rule.period == "week"
    made = lines(
        fmt,
        "chart",
        title,
        [fmt.day(p.start) for p in drawn],
        series,
        unit="number",
        place_name=message("Week from") if week else message("Day"),
        value_name=METRIC[seen.rule.metric],
    )
    headers: list[tuple[Words, str]] = [
        (message("Week from") if week else message("Day"), "text"),
        (message("Counted"), "int"),
        (METRIC[seen.rule.metric], "float"),
        (message("Smoothed"), "float"),
        (message("Lower limit"), "float"),
        (message("Upper limit"), "float"),
        (message("Calls"), "text"),
    ]
    rows = [
        [
            fmt.day(p.start),
            p.n,
            None if p.score is None else round(100 * p.score, 1),
            *(round(100 * value, 1) for value in (p.smoothed, p.low, p.high)),
            said(WHY[why]) if (why := why_of(p)) else "",
        ]
        for p in drawn
    ]
    words = message(
        "{rule}: usual is {centre}, of {n} counted in {periods} periods. Below the band it is "
        "worse than chance explains.",
        rule=seen.rule.name,
        centre=points(usual.centre, fmt),
        n=fmt.integer(usual.n),
        periods=len(seen.chart.told_by),
    )
    table = DataTable("chart-table", headers, rows[::-1])
    return replace(made, table=table, wide=len(drawn) > 20).answering(words)


def _few(least: int) -> Message:
    return message(
        "It takes {least} periods with enough in each to say what is usual; there are fewer.",
        least=least,
    )


def digest(day: Digest, fmt: Formats) -> list[Message]:
    """Return what the day brought, a sentence each."""
    made = [
        message(
            "{name} ({rule}) fired: {said}.",
            name=_entity(one.entity, one.by_column),
            rule=one.rule,
            said=_said(one, fmt),
        )
        for one in day.fired
    ]
    made += [
        message(
            "{name} ({rule}): {why}.",
            name=_entity(one.entity, one.by_column),
            rule=one.rule,
            why=CLOSED[one.closed_why or "hand"],
        )
        for one in day.closed
    ]
    made += [
        message(
            "{who} has seen {name} ({rule}).",
            who=one.acknowledged_by,
            name=_entity(one.entity, one.by_column),
            rule=one.rule,
        )
        for one in day.acknowledged
    ]
    return made or [message("{day} brought nothing new.", day=fmt.day(day.day))]


def still_open(day: Digest, fmt: Formats) -> list[Message]:
    """Return what was open at the end of the day, a sentence each."""
    return [
        message(
            "{name} ({rule}), since {day}",
            name=_entity(one.entity, one.by_column),
            rule=one.rule,
            day=fmt.day(one.began_on),
        )
        for one in day.open
    ]


def mailed_to(found: Alerts, *, can_send: bool) -> Message:
    """Return who gets the digest by mail, or what is missing for it."""
    if not found.digest_to:
        return message("Nobody gets this by mail: set who, in what is watched.")
    to = ", ".join(found.digest_to)
    if not can_send:
        return message("{to} would get this by mail, but no mail server is set.", to=to)
    return message("Sent the next morning to {to}.", to=to)


def rows(found: Sequence[Alert], ask: Asked) -> list[Row]:
    """Return alerts in words."""
    return [row(one, ask) for one in found]


def how(built: Words) -> How:
    """Return how the charts are made."""
    return How(
        message(
            "The first periods tell what is usual. From then on each period moves a smoothed "
            "score; it calls when that leaves its limits downwards, or is surely below the floor. "
            "A period is judged once, some days after its end; what comes later moves the chart "
            "only. An alert clears after some periods back within tighter limits."
        ),
        formula="z = λ x + (1 − λ) z₀, Var(z) = λ² σ²/n + (1 − λ)² Var(z₀), limits μ ± L √Var(z)",
        source=message(
            "Roberts 1959; Lucas & Saccucci 1990, EWMA control schemes; Laney 2002 where periods "
            "differ more than their answers explain"
        ),
        inputs=("answers",),
        built=built,
        links=((message("What is watched, floors and limits"), "/definitions/alerts/alerts"),),
    )


def steps() -> list[Step]:
    """Return what makes sense next."""
    return [
        Step(message("Follow up with those it happened to"), "/experience/follow-ups"),
        Step(message("Set what is watched"), "/definitions/alerts/alerts"),
    ]


def points(value: float, fmt: Formats) -> str:
    """Return a score in points, with one digit."""
    return fmt.number(100 * value, 1)
