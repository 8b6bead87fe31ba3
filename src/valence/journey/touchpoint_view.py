"""The page of one touchpoint in words and pictures."""

from __future__ import annotations

from collections.abc import Sequence

from valence.core.intervals import MINIMUM, wilson
from valence.core.messages import Message, message
from valence.journey.board_view import cells_of
from valence.journey.map_answers import JourneyMap, Place
from valence.journey.visitors import Pain, Verbatim
from valence.journey.words import ASKED_FOR, KINDS, points
from valence.journey.words import METRICS as METRIC_WORDS
from valence.kit.ask import Asked
from valence.kit.charts import Bar, Chart, DataTable, bars, too_little
from valence.kit.codes import ASPECTS, CHANNELS, STAGES, TOUCHPOINTS, named
from valence.kit.format import Formats
from valence.kit.page import NOT_ENOUGH, Answer, Figure, Step, Tab, Words
from valence.kit.titles import TABLE_TITLES

ASKED = message("What happens here, and what do customers say?")
WHICH: dict[str, Message] = {
    "bad": message("Bad answers"),
    "good": message("Good answers"),
    "all": message("All answers"),
}


def answer(place: Place, found: JourneyMap, fmt: Formats) -> Answer:
    """Return who passed and what they felt, in a sentence."""
    measures, main = place.measures, place.measures.felt.main
    core: Words = message(
        "{n} customers passed here in {months} months",
        n=fmt.integer(measures.customers),
        months=found.definition.months,
    )
    if main is None:
        return Answer(core, rest=message("Nobody was asked how it felt."))
    if not main.enough:
        return Answer(core, rest=message("Too few answered to say how it felt."))
    low, high = main.interval
    return Answer(
        message(
            "{metric} {score}",
            metric=named(METRIC_WORDS, main.metric, fmt),
            score=points(main.score, fmt),
        ),
        message("90 % interval {low} – {high}, n = {n}", low=points(low, fmt),
                high=points(high, fmt), n=fmt.integer(main.n)),
        rest=_against(place, found, fmt),
    )  # fmt: skip


def _against(place: Place, found: JourneyMap, fmt: Formats) -> Words:
    main = place.measures.felt.main
    whole = found.brand.now.get(main.metric) if main is not None else None
    if main is None or whole is None:
        return ""
    consistent = place.measures.felt.inconsistent(main.metric)
    if consistent is not None:
        worst, best = (named(CHANNELS, name, fmt) for name in consistent)
        return message("It feels worse through {worst} than through {best}.", worst=worst,
                       best=best)  # fmt: skip
    return message("The whole brand: {score}.", score=points(whole.score, fmt))


def figures(place: Place, fmt: Formats) -> list[Figure]:
    """Return who passed, who goes on, the standard, and what is at stake."""
    m = place.measures
    onward, kept, stake = m.onward, m.kept, m.stake
    return [
        Figure(
            message("Customers"),
            fmt.integer(m.customers),
            note=message("{n} in as many months before", n=fmt.integer(m.customers_before)),
            spark=list(m.weeks),
            href="#visitors",
        ),
        Figure(
            message("Go on to a later stage"),
            None if onward.share is None else fmt.percent(onward.share),
            note="" if onward.interval is None else message(
                "{interval}, n = {n}", interval=fmt.interval(*onward.interval, "percent"),
                n=fmt.integer(onward.n)),
        ),
        Figure(
            message("Service standard kept"),
            None if kept.share is None else fmt.percent(kept.share),
            note="" if kept.interval is None else message(
                "{interval}, n = {n}", interval=fmt.interval(*kept.interval, "percent"),
                n=fmt.integer(kept.n)),
            absent=message("no standard is set") if not kept.n else NOT_ENOUGH,
        ),
        Figure(
            message("Value at stake"),
            None if stake is None else fmt.money_short(stake.amount),
            note="" if stake is None else message(
                "{interval}: {kind}",
                interval=fmt.interval(stake.low, stake.high, "money_short"),
                kind=named(KINDS, stake.kind, fmt)),
            href="/journey/stake",
        ),
    ]  # fmt: skip


def set_up(place: Place, fmt: Formats) -> list[tuple[Words, str]]:
    """Return what is set of the touchpoint; nothing is left empty without saying so."""
    t = place.touchpoint
    none = fmt.language.worded(message("not set"))
    yes, no = (fmt.language.worded(word) for word in (message("yes"), message("no")))
    return [
        (message("Stage"), named(STAGES, t.stage, fmt)),
        (message("Channel"), named(CHANNELS, t.channel, fmt) if t.channel
         else fmt.language.worded(message("as each row says"))),
        (message("Owner"), t.owner or none),
        (message("Backstage process"), t.backstage or none),
        (message("Asked for"), named(ASKED_FOR, t.asks, fmt) if t.asks
         else fmt.language.worded(message("nothing"))),
        (message("Service standard"), t.standard or none),
        (message("Moment of truth"), yes if t.moment_of_truth else no),
        (message("Recognised in"), named(TABLE_TITLES, t.source, fmt)),
        (message("By the rule"), t.rule or fmt.language.worded(message("every row"))),
    ]  # fmt: skip


def by_channel(place: Place, fmt: Formats) -> Chart:
    """Return how it feels through each channel."""
    title = message("Does it feel the same through every channel?")
    main = place.measures.felt.main
    told = [] if main is None else [
        (channel, felt[main.metric])
        for channel, felt in place.measures.felt.channels.items()
        if main.metric in felt and felt[main.metric].enough
    ]  # fmt: skip
    if main is None or not told:
        return too_little("channels", title, NOT_ENOUGH)
    made = bars(
        fmt,
        "channels",
        title,
        [Bar(named(CHANNELS, channel, fmt), felt.score, *felt.interval) for channel, felt in told],
        unit="number",
        name=message("Channel"),
        value_name=METRIC_WORDS[main.metric],
    )
    apart = place.measures.felt.inconsistent(main.metric)
    return made.answering(
        message("Channels differ by more than chance.")
        if apart is not None
        else message("No channel differs from another by more than chance.")
    )


def pain_points(found: Sequence[Pain], fmt: Formats) -> Chart:
    """Return what the words here complain of, with the share of complaints among them."""
    title = message("What do they complain of?")
    told = [pain for pain in found if pain.n >= MINIMUM and pain.complaints]
    if not told:
        return too_little("pains", title, NOT_ENOUGH)
    made = bars(
        fmt,
        "pains",
        title,
        [
            Bar(
                named(ASPECTS, pain.aspect, fmt), pain.complaints / pain.n,
                *wilson(pain.complaints, pain.n, 0.90), main=False, worse=True,
            )
            for pain in told
        ],
        unit="percent",
        name=message("What it is about"),
        value_name=message("Complaints among the words about it"),
    )  # fmt: skip
    return made.answering(message("Of what at least 30 texts are about; 90 % intervals."))


def measures_table(place: Place, fmt: Formats) -> DataTable:
    """Return every measure of the touchpoint with its interval."""
    headers: tuple[tuple[Words, str], ...] = (
        (message("Measure"), "text"),
        (message("Here"), "text"),
    )
    return DataTable("measures", headers, [list(row) for row in cells_of(place.measures, fmt)])


def tabs(ask: Asked, which: str) -> list[Tab]:
    """Return the choice of words: bad, good, all."""
    return [Tab(title, ask.here(which=name), name == which) for name, title in WHICH.items()]


def said(words: Sequence[Verbatim], fmt: Formats) -> list[dict[str, object]]:
    """Return the verbatims as the page shows them."""
    return [
        {
            "at": fmt.instant(one.at),
            "score": "" if one.score is None
            else f"{named(METRIC_WORDS, one.metric, fmt)} {fmt.short(one.score)}",
            "tone": "bad" if one.bad else "good" if one.good else "",
            "text": one.text,
            "href": f"/customers/{one.customer_id}" if one.customer_id else "",
            "lang": one.language or "",
        }
        for one in words
    ]  # fmt: skip


def steps(place: Place, fmt: Formats) -> list[Step]:
    """Return what makes sense next."""
    name = named(TOUCHPOINTS, place.touchpoint.name, fmt)
    return [
        Step(message("Follow up with those who felt bad"), "?where=bad_answers+%3E+0#visitors",
             message("their words, and their customers' pages")),
        Step(message("Set owner and standard of {touchpoint}", touchpoint=name),
             "/definitions/journey/journey"),
    ]  # fmt: skip
