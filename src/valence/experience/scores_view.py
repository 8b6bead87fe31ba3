"""The page of scores in words and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from valence.core.intervals import MINIMUM
from valence.core.messages import Message, message
from valence.experience.apart import MONTH
from valence.experience.changed import changed, signed
from valence.experience.groups_words import (
    GROUP,
    brand_name,
    chance_said,
    group_name,
    stratum_name,
    traits_said,
)
from valence.experience.scores import METRICS, Metric
from valence.experience.scores_answers import BY, Scores, Told
from valence.experience.weighing import FEWEST
from valence.kit.ask import Asked
from valence.kit.charts import Bar, Chart, DataTable, Line, bars, lines, too_little
from valence.kit.format import Formats
from valence.kit.page import NOT_ENOUGH, Answer, Change, Figure, How, Step, Tab, Words

ASKED = message("What do customers feel, and where is it worst?")
METRIC: Mapping[Metric, Message] = {
    "nps": message("Net promoter score"),
    "csat": message("Satisfaction"),
    "ces": message("Effort"),
}
_SIDES: Mapping[Metric, tuple[Message, Message]] = {
    "nps": (message("Promoters"), message("Detractors")),
    "csat": (message("Satisfied"), message("Dissatisfied")),
    "ces": (message("Easy"), message("Hard")),
}
# By what answers can be weighed on the page; the command and the API take any traits.
WEIGHINGS = ("", "tier", "segment", "main_channel", "tier,main_channel", "rung", "bond")


def tabs(ask: Asked, current: Metric) -> list[Tab]:
    """Return a tab for each question."""
    return [Tab(METRIC[metric], ask.here(metric=metric), metric == current) for metric in METRICS]


def groups(ask: Asked, found: Scores) -> list[Tab]:
    """Return what answers can be told apart by, each with its address."""
    return [Tab(GROUP[by], ask.here(by=by), by == found.by) for by in BY if by != MONTH]


def subjects(names: Sequence[str], fmt: Formats) -> list[tuple[str, str]]:
    """Return whom answers can be about, to choose from."""
    return [(name, brand_name(name, fmt)) for name in names]


def weighings(fmt: Formats) -> list[tuple[str, Words]]:
    """Return what an answer may count for, to choose from."""
    return [
        (traits, message("as the customers of the brand, by {traits}",
                         traits=traits_said(tuple(traits.split(",")), fmt))
         if traits else message("once, whoever gave it"))
        for traits in WEIGHINGS
    ]  # fmt: skip


def weighed(found: Scores, fmt: Formats) -> list[Message]:
    """Return what weighing changes, in sentences; none where every answer counts once."""
    one, told = found.weighed, found.all
    if one is None:
        return []
    said = []
    if told is not None and told.enough and one.plain.enough:
        said.append(
            message(
                "{metric} is {score} weighted, and {plain} where every answer counts once.",
                metric=METRIC[found.metric], score=points(told.score, fmt),
                plain=points(one.plain.score, fmt),
            )
        )  # fmt: skip
    if said and one.loudest is not None and one.how.traits:
        said.append(
            message(
                "Most heard beyond their share: {who}, {answers} of the answers and {customers} "
                "of the customers.",
                who=stratum_name(one.how.traits, one.loudest.stratum, fmt),
                answers=fmt.percent(one.loudest.answers),
                customers=fmt.percent(one.loudest.customers),
            )
        )
    if one.left_out:
        said.append(
            message(
                "{n} answers are left out: nobody knows this of who gave them.",
                n=fmt.integer(one.left_out),
            )
        )
    if one.how.surveys_alike and len(found.surveys) > 1:
        said.append(
            message("{n} surveys count alike, however many answered each.", n=len(found.surveys))
        )
    return said


def answer(found: Scores, fmt: Formats) -> Answer:
    """Return the score, and the group where it is worst, in a sentence."""
    if found.all is None or not found.all.enough:
        n = 0 if found.all is None else found.all.n
        return Answer(
            message("Too few answers to say: {n}, and it takes {least}.", n=fmt.integer(n),
                    least=MINIMUM)
        )  # fmt: skip
    what: Words = METRIC[found.metric]
    if found.subject != "own":
        what = message("{what} of {who}", what=what, who=brand_name(found.subject, fmt))
    said = message("{what}: {score}", what=what, score=points(found.all.score, fmt))
    interval = message(
        "{interval}, n = {n}",
        interval=_interval(found.all, fmt),
        n=fmt.integer(found.all.n),
    )
    named = [told for told in found.groups if told.enough and told.name]
    if len(named) < 2:
        return Answer(said, interval)
    worst = named[0]
    rest = message(
        "Worst: {name}, {score} of {n} answers.",
        name=group_name(found.by, worst.name, fmt),
        score=points(worst.score, fmt),
        n=fmt.integer(worst.n),
    )
    return Answer(said, interval, rest)


def figures(found: Scores, fmt: Formats) -> list[Figure]:
    """Return the score, answers, the good and the bad side."""
    told = found.all
    if told is None:
        return []
    good, bad = _SIDES[found.metric]
    enough = told.enough
    n = fmt.integer(told.n)
    of = message("of {n} answers", n=n)
    if found.weighed is not None:
        of = message("weighted, of {n} answers", n=n)
    return [
        Figure(
            METRIC[found.metric],
            points(told.score, fmt) if enough else None,
            note=_interval(told, fmt) if enough else "",
            change=_change(told, fmt),
            spark=[month.score if month.enough else None for _, month in found.months],
        ),
        Figure(message("Answers"), fmt.integer(told.n), note=message("in twelve months")),
        Figure(good, fmt.percent(told.good_share) if enough else None, note=of),
        Figure(bad, fmt.percent(told.bad_share) if enough else None, note=of),
    ]


def _change(told: Told, fmt: Formats) -> Change | None:
    moved = told.moved
    if moved is None:
        return None
    said = signed(points(moved.difference, fmt), moved.difference)
    return changed(said, moved.difference, sure=moved.significant())


def by_group(found: Scores, fmt: Formats) -> Chart:
    """Return the score of each group with its interval, the worst first."""
    title = message("Where is it worst?")
    shown = [told for told in found.groups if told.enough]
    few = [told for told in found.groups if not told.enough]
    if not shown:
        return too_little("groups", title, NOT_ENOUGH)
    made = bars(
        fmt,
        "groups",
        title,
        [Bar(group_name(found.by, told.name, fmt), told.score, told.low, told.high,
             main=told.name is not None) for told in shown],
        unit="number",
        name=GROUP[found.by],
        value_name=METRIC[found.metric],
        sort=False,
    )  # fmt: skip
    made = replace(made, table=_table(found, fmt))
    return made.answering(_fewer(few, found, fmt)) if few else made.answering(_said(found))


def _table(found: Scores, fmt: Formats) -> DataTable:
    """Every group with n, interval, and whether it moved; too few answers have no score."""
    headers: tuple[tuple[Words, str], ...] = (
        (GROUP[found.by], "text"),
        (message("Answers"), "int"),
        (METRIC[found.metric], "float"),
        (message("From"), "float"),
        (message("To"), "float"),
        (message("Change"), "float"),
        (message("By chance"), "text"),
    )
    rows = []
    for told in found.groups:
        row, moved = told.told(), told.moved
        chance = None if moved is None else moved.probability
        rows.append([
            group_name(found.by, told.name, fmt), told.n, row["score"], row["low"], row["high"],
            row["change"], chance_said(chance) or None,
        ])  # fmt: skip
    return DataTable("groups-table", headers, rows)


def _said(found: Scores) -> Words:
    if found.metric == "ces":
        return message("Asked as “it was easy”: higher is easier. Whiskers are 90 % intervals.")
    return message("Whiskers are 90 % intervals: where they overlap, the order may be chance.")


def _fewer(few: list[Told], found: Scores, fmt: Formats) -> Words:
    return message(
        "Not shown for fewer than {least} answers: {names}.",
        least=MINIMUM,
        names=", ".join(f"{group_name(found.by, told.name, fmt)} ({told.n})" for told in few[:6]),
    )


def by_month(found: Scores, fmt: Formats) -> Chart:
    """Return the score month by month with its band."""
    title = message("Does it get better?")
    if sum(told.enough for _, told in found.months) < 2:
        return too_little("months", title, NOT_ENOUGH)
    told = [(month, one if one.enough else None) for month, one in found.months]
    made = lines(
        fmt,
        "months",
        title,
        [month for month, _ in told],
        [
            Line(
                fmt.language.worded(METRIC[found.metric]),
                [None if one is None else one.score for _, one in told],
                [None if one is None else one.low for _, one in told],
                [None if one is None else one.high for _, one in told],
            )
        ],
        unit="number",
        place_name=message("Month"),
        value_name=METRIC[found.metric],
        months=True,
    )
    return made.answering(
        message("Months with fewer than {least} answers are left out.", least=MINIMUM)
    )


def how(found: Scores, built: Words) -> How:
    """Return how the score is made."""
    definition: Message = {
        "nps": message(
            "Share of promoters (9 and 10 of 10) less share of detractors (0 to 6), from −100 to "
            "100. Its interval rests on the variance p + d − (p − d)² of one answer."
        ),
        "csat": message(
            "Share of the two best of five answers (or as high on another scale), from 0 to 100, "
            "with Wilson's interval."
        ),
        "ces": message(
            "Asked as “it was easy” on 1 to 7: share of 5 to 7, so that higher is easier, with "
            "Wilson's interval."
        ),
    }[found.metric]
    source: Message = {
        "nps": message("Reichheld 2003, The One Number You Need to Grow"),
        "csat": message("top-two-box satisfaction"),
        "ces": message("Dixon, Freeman & Toman 2010, as customer effort score 2.0"),
    }[found.metric]
    note: Words = ""
    if found.weighed is not None:
        note = message(
            "Weighted: each group of customers counts for its share of all customers as they are "
            "now (those of whom it is not said are a group of their own), each survey alike if so "
            "chosen; groups with fewer than {least} answers are taken together. The interval is "
            "that of the weighted mean (Cochran 1977, 5A.9); of a share Wilson's, at as many "
            "answers as the weighted ones are worth (Kish 1965).",
            least=FEWEST,
        )
    return How(definition, source=source, inputs=("answers", "customers"), built=built, note=note)


def steps() -> list[Step]:
    """Return what makes sense next."""
    return [
        Step(message("See it on the journey map"), "/journey"),
        Step(message("Bring more answers in"), "/imports"),
    ]


def points(value: float, fmt: Formats) -> str:
    """Return a score as it is written: one digit, with a true minus."""
    return fmt.short(round(value, 1)).replace("-", "−")


def _interval(told: Told, fmt: Formats) -> str:
    return f"{points(told.low, fmt)} – {points(told.high, fmt)}"
