"""The designed journey beside the walked one, in words and as a ladder of steps."""

from __future__ import annotations

from urllib.parse import urlencode

from valence.core.intervals import MINIMUM
from valence.core.messages import Message, message
from valence.journey.definition import JOURNEY_KIND
from valence.journey.designed.answers import (
    Departure,
    Designed,
    Onward,
)
from valence.journey.designed.words import (
    behind,
    hours_of,
    name_of,
    on_of,
    pair_of,
    went_said,
)
from valence.journey.feelings import Feeling
from valence.journey.funnel.spelling import name_said
from valence.journey.map_view import href_of
from valence.journey.words import METRICS, points
from valence.kit.charts import Bar, Chart, DataTable, bars, too_little
from valence.kit.codes import TOUCHPOINTS, lasting, named
from valence.kit.format import Formats
from valence.kit.page import Answer, Empty, Figure, How, Step, Words

TITLE = message("Designed journey")
WILL = message("The journey that you mean customers to take, beside the one that they do take.")
ASKED = message("Where does the walked way leave the designed one?")
_TABLED = 10  # detours that are listed


def nothing_designed() -> Empty:
    """Say what the page would show, and where a journey is designed."""
    return Empty(
        WILL,
        message(
            "No journey has been designed yet. Name its touchpoints in their order under "
            "`designed` of the journey, with targets if you like, then build."
        ),
        Step(message("Design the journey"), f"/definitions/{JOURNEY_KIND}/{JOURNEY_KIND}"),
    )


def answer(found: Designed, fmt: Formats) -> Answer:
    """Return the largest departure from the design in a sentence, with its interval."""
    largest = found.largest
    if largest is not None:
        core, interval = _SENTENCES[largest.kind](largest, found, fmt)
    elif found.judged:
        core, interval = message("All customers walk as designed, and no target is missed"), ""
    else:
        return Answer(
            message("Fewer than {n} customers came to each designed step long enough ago.",
                    n=MINIMUM)
        )  # fmt: skip
    told = [verdict for verdict in found.targets if verdict in ("kept", "missed")]
    if not told:
        return Answer(core, interval)
    rest = message("Of {n} targets that can be judged, {missed} are missed.",
                   n=len(told), missed=told.count("missed"))  # fmt: skip
    return Answer(core, interval, rest)


def _share(largest: Departure, found: Designed, fmt: Formats) -> tuple[Message, Words]:
    place, on = largest.place, on_of(largest.place)
    core = message(
        "Only {share} come from {here} to {next}, where {target} are designed to",
        share=fmt.percent(on.came.share), here=name_of(place, fmt),
        next=name_of(found.after(place), fmt), target=fmt.percent(place.designed.onward_share),
    )  # fmt: skip
    return core, _of_share(on, fmt)


def _time(largest: Departure, found: Designed, fmt: Formats) -> tuple[Message, Words]:
    place, on = largest.place, on_of(largest.place)
    core = message(
        "From {here} to {next} it takes {time} at the median, where {target} are designed",
        here=name_of(place, fmt), next=name_of(found.after(place), fmt),
        time=lasting(on.median_seconds, fmt), target=hours_of(place, fmt),
    )  # fmt: skip
    interval = on.in_time.interval
    return core, "" if interval is None else message(
        "{share} are in time, 90 % interval {interval}, n = {n}",
        share=fmt.percent(on.in_time.share), interval=fmt.interval(*interval, "percent"),
        n=fmt.integer(on.in_time.n),
    )  # fmt: skip


def _feeling(largest: Departure, _: Designed, fmt: Formats) -> tuple[Message, Words]:
    felt = largest.place.feeling or Feeling("nps", 0, 0, 0)
    core = message(
        "{here} feels worse than designed: {metric} {score}, where {target} is designed",
        here=name_of(largest.place, fmt), metric=named(METRICS, felt.metric, fmt),
        score=points(felt.score, fmt), target=points(largest.place.designed.score or 0.0, fmt),
    )  # fmt: skip
    low, high = felt.interval
    return core, message("90 % interval {low} – {high}, n = {n}", low=points(low, fmt),
                         high=points(high, fmt), n=fmt.integer(felt.n))  # fmt: skip


def _detour(largest: Departure, found: Designed, fmt: Formats) -> tuple[Message, Words]:
    place, on, detour = largest.place, on_of(largest.place), largest.detour
    here, onto = name_of(place, fmt), name_of(found.after(place), fmt)
    n, total = fmt.integer(largest.customers), fmt.integer(on.followed)
    if detour is None or not detour.touchpoint:
        return message(
            "From {here}, {n} of {total} customers go nowhere within {days} days, where {next} "
            "is designed",
            here=here, n=n, total=total, days=found.definition.onward_days, next=onto,
        ), ""  # fmt: skip
    return message(
        "From {here}, {n} of {total} customers go to {went} first, where {next} is designed",
        here=here, n=n, total=total, went=named(TOUCHPOINTS, detour.touchpoint, fmt), next=onto,
    ), ""  # fmt: skip


_SENTENCES = {"share": _share, "time": _time, "feeling": _feeling, "detour": _detour}


def figures(found: Designed, fmt: Formats) -> list[Figure]:
    """Return targets kept, the weakest way on, the slowest against its target, and what else."""
    told = found.targets
    judged = [verdict for verdict in told if verdict in ("kept", "missed")]
    shares = [p for p in found.places if p.onward is not None and p.onward.came.share is not None]
    weakest = min(shares, key=lambda p: on_of(p).came.share or 0.0, default=None)
    timed = [p for p in found.places if p.verdicts.get("time") in ("kept", "missed", "close")]
    slowest = min(timed, key=lambda p: on_of(p).in_time.share or 0.0, default=None)
    most = next(iter(found.undesigned), None)
    return [
        Figure(
            message("Targets kept"),
            f"{judged.count('kept')} / {len(told)}" if told else None,
            message("{missed} missed, {n} not clear", missed=judged.count("missed"),
                    n=len(told) - len(judged)),
            absent=message("no target is set"),
        ),
        Figure(
            message("Weakest way on"),
            None if weakest is None else fmt.percent(on_of(weakest).came.share),
            "" if weakest is None else pair_of(weakest, found, fmt),
        ),
        Figure(
            message("Least in time"),
            None if slowest is None else fmt.percent(on_of(slowest).in_time.share),
            "" if slowest is None else message(
                "{pair}, within {target}", pair=pair_of(slowest, found, fmt),
                target=hours_of(slowest, fmt),
            ),
            absent=message("no time is designed"),
        ),
        Figure(
            message("Walked, not designed"),
            fmt.integer(len(found.undesigned)),
            "" if most is None else message(
                "most: {touchpoint}, {n} customers",
                touchpoint=named(TOUCHPOINTS, most.touchpoint.name, fmt),
                n=fmt.short(most.customers),
            ),
        ),
    ]  # fmt: skip


def ways_table(found: Designed, fmt: Formats) -> DataTable:
    """Return every way from a designed step to the next, walked and designed."""
    headers: tuple[tuple[Words, str], ...] = (
        (message("Way"), "text"),
        (message("Customers"), "int"),
        (message("Straight"), "int"),
        (message("By a detour"), "int"),
        (message("Elsewhere"), "int"),
        (message("Nowhere else"), "int"),
        (message("Come"), "text"),
        (message("Designed share"), "percent"),
        (message("Median time"), "text"),
        (message("Designed time"), "text"),
        (message("In time"), "percent"),
    )
    rows = [
        [
            pair_of(place, found, fmt), on.followed, on.straight, on.by_detour, on.elsewhere,
            on.stopped, with_interval(on, fmt), place.designed.onward_share,
            lasting(on.median_seconds, fmt) if on.told else None, hours_of(place, fmt),
            None if place.designed.onward_hours is None else on.in_time.share,
        ]
        for place in found.places
        if (on := place.onward) is not None
    ]  # fmt: skip
    return DataTable("designed-ways", headers, rows)


def with_interval(on: Onward, fmt: Formats) -> str | None:
    """Return the share that comes to the next step, with its interval; None of too few."""
    interval = on.came.interval
    if interval is None:
        return None
    return f"{fmt.percent(on.came.share)} ({fmt.interval(*interval, 'percent')})"


def detours_table(found: Designed, fmt: Formats) -> DataTable:
    """Return where customers go instead of the designed step, the most frequent first."""
    headers: tuple[tuple[Words, str], ...] = (
        (message("Goes first to"), "text"),
        (message("From"), "text"),
        (message("Instead of"), "text"),
        (message("Customers"), "int"),
        (message("Share"), "percent"),
        (message("Come all the same"), "percent"),
    )
    every = [
        (place, each)
        for place in found.places
        if place.onward is not None and place.onward.told
        for each in place.onward.detours
    ]
    every.sort(key=lambda pair: (-pair[1].customers, pair[0].number, pair[1].touchpoint))
    rows = [
        [
            went_said(each.touchpoint, fmt), name_of(place, fmt),
            name_of(found.after(place), fmt), each.customers,
            each.customers / on_of(place).followed,
            each.came / each.customers if each.touchpoint else None,
        ]
        for place, each in every[:_TABLED]
    ]  # fmt: skip
    links = [behind(place, each.touchpoint) for place, each in every[:_TABLED]]
    return DataTable("designed-detours", headers, rows, links=links)


def undesigned(found: Designed, fmt: Formats) -> Chart:
    """Return the touchpoints that are walked and not designed, the most walked first."""
    title = message("What is walked, but not designed?")
    if not found.undesigned:
        return too_little("undesigned", title, message("Every touchpoint walked is designed."))
    rows = [
        Bar(named(TOUCHPOINTS, each.touchpoint.name, fmt), float(each.customers), main=False,
            href=href_of(each.touchpoint.name))
        for each in found.undesigned
    ]  # fmt: skip
    made = bars(
        fmt, "undesigned", title, rows, unit="count", name=message("Touchpoint"),
        value_name=message("Customers"),
    )  # fmt: skip
    return made.answering(
        message("Customers within {n} months; add what belongs on the way, or lead past the rest.",
                n=found.definition.months)
    )  # fmt: skip


def next_steps(found: Designed) -> list[Step]:
    """Return what makes sense next: the whole way as a funnel, and the design itself."""
    names = ", ".join(name_said(place.touchpoint.name) for place in found.places)
    window = f"{found.definition.onward_days}d"
    return [
        Step(
            message("See the designed way as a funnel"),
            f"/journey/funnel?{urlencode({'steps': names, 'window': window})}",
            message("how many come all the way within {n} days", n=found.definition.onward_days),
        ),
        Step(message("Change the design"), f"/definitions/{JOURNEY_KIND}/{JOURNEY_KIND}"),
    ]


def how(found: Designed, built: Words) -> How:
    """Return how the walked way is laid beside the designed one."""
    return How(
        message(
            "A customer goes on from the first step at a designed touchpoint within {months} "
            "months. Straight: the next step at another touchpoint is the designed one. By a "
            "detour: the designed one comes later. Elsewhere: other touchpoints came, the designed "
            "one did not. Nowhere else: no other touchpoint came. All within {days} days; whose "
            "first step is younger is not followed yet.",
            months=found.definition.months, days=found.definition.onward_days,
        ),
        formula=message("share = customers who come to the next designed step / customers at this "
                        "one who have been followed"),
        source=message(
            "90 % intervals: Wilson (1927) for shares; a time is judged by the share in time "
            "against one half. As designed, or missed: the whole interval lies beyond the target."
        ),
        inputs=("journey_steps", "designed_journey", "touchpoint_reach", "answers"),
        built=built,
        note=message("The largest departure is the missed target with the most customers fewer "
                     "than designed; where none is missed, the detour that most take."),
        links=((message("How the table was built"), "/builds/tables/designed_journey"),),
    )  # fmt: skip


def _of_share(on: Onward, fmt: Formats) -> Words:
    if on.came.interval is None:
        return ""
    return message("90 % interval {interval}, n = {n}",
                   interval=fmt.interval(*on.came.interval, "percent"),
                   n=fmt.integer(on.followed))  # fmt: skip
