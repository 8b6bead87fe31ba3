"""The pages of surveys in words and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from valence.core.messages import Message, message
from valence.experience.surveys.rates import Likeness, Rate, Response, Unlike
from valence.experience.surveys.results import Result
from valence.experience.surveys.standing import Standing
from valence.experience.surveys.words import KINDS
from valence.kit.charts import Bar, Chart, bars, too_little
from valence.kit.format import Formats
from valence.kit.page import NOT_ENOUGH, Answer, Empty, Figure, How, Step, Words

TITLE = message("Surveys")
ASKED = message("Whom do we ask, and who answers?")
OF_ONE = message("How many answered, are they like those who were asked, and what did they say?")
HELD = message("Answers held back")
HELD_ASKED = message("Which answers look as if no customer had given them?")
STATES = {
    "draft": message("draft"),
    "published": message("in force"),
    "retired": message("retired"),
}
TRAITS = {
    "tier": message("Value tier"),
    "main_channel": message("Main channel"),
    "tenure_days": message("Days since the first order"),
}
NEW = Step(message("Write a survey"), "/definitions/survey")


def nothing() -> Empty:
    """Say what surveys are for, where there is none."""
    return Empty(
        message("Your surveys, how many answered each, and what they said."),
        message("No survey has been written yet."),
        NEW,
    )


def answer(found: Sequence[Standing], fmt: Formats) -> Answer:
    """Return how many answered, in a sentence."""
    asked = sum(one.response.asked for one in found)
    answered = sum(one.response.answered for one in found)
    visits = sum(one.response.visits_answered for one in found)
    said = message(
        "{answered} of {asked} customers who were asked have answered.",
        answered=fmt.integer(answered),
        asked=fmt.integer(asked),
    )
    rest = message("{n} more answered by scanning a code.", n=fmt.integer(visits))
    return Answer(said, rest=rest if visits else "")


def figures(found: Sequence[Standing], fmt: Formats) -> list[Figure]:
    """Return surveys, asked, answered, held back."""
    held = sum(one.response.held for one in found)
    asked = sum(one.response.asked for one in found)
    answered = sum(one.response.answered + one.response.visits_answered for one in found)
    in_force = sum(one.state == "published" for one in found)
    return [
        Figure(TITLE, fmt.integer(in_force), note=message("in force")),
        Figure(message("Links sent"), fmt.integer(asked), note=message("to customers")),
        Figure(message("Answers that count"), fmt.integer(answered)),
        Figure(HELD, fmt.integer(held), note=message("to be looked at"), href="/experience/held"),
    ]


def by_survey(found: Sequence[Standing], fmt: Formats) -> Chart:
    """Return the response rate of each survey with its interval."""
    title = message("Which survey is answered?")
    shown = [(one, one.response.rate(one.response.answered)) for one in found]
    shown = [(one, rate) for one, rate in shown if rate.share is not None]
    if not shown:
        return too_little("rates", title, NOT_ENOUGH)
    return bars(
        fmt,
        "rates",
        title,
        [
            Bar(_title(one, fmt), rate.share, rate.low, rate.high,
                href=f"/experience/surveys/{one.name}")
            for one, rate in shown
        ],
        unit="percent",
        name=message("Survey"),
        value_name=message("Response rate"),
    ).answering(message("Whiskers are 90 % intervals."))  # fmt: skip


def _title(one: Standing, fmt: Formats) -> str:
    return one.definition.title.of(fmt.language.code) or one.name


def title_of(one: Standing, fmt: Formats) -> str:
    """Return what a survey is called in the reader's language."""
    return _title(one, fmt)


def rate(found: Rate, fmt: Formats) -> Words:
    """Return a rate with its interval, or that there are too few."""
    if found.share is None:
        return NOT_ENOUGH
    return f"{fmt.percent(found.share)} ({interval(found, fmt)})"


def interval(found: Rate, fmt: Formats) -> str:
    """Return the interval of a rate."""
    return fmt.interval(found.low, found.high, "percent")


def of_one(one: Standing, alike: Likeness, fmt: Formats) -> Answer:
    """Return the response rate, and whether those who answered are like those who were asked."""
    found = one.response
    share = found.rate(found.answered)
    if share.share is None:
        said = message(
            "Too few were asked to say how many answer: {n}, and it takes {least}.",
            n=fmt.integer(found.asked),
            least=fmt.integer(found.minimum),
        )
        return Answer(said)
    said = message("{share} of those who were asked have answered", share=fmt.percent(share.share))
    sure = message("{interval}, n = {n}", interval=interval(share, fmt), n=fmt.integer(share.n))
    return Answer(said, sure, _alike(alike))


def _alike(alike: Likeness) -> Message:
    worst = alike.worst
    if worst is None:
        return message("Too few answered to say whether they are like those who were asked.")
    if not worst.unlike:
        return message("They are like those who were asked.")
    return message("They are not like those who were asked: see below in what they differ.")


def figures_of(found: Response, fmt: Formats) -> list[Figure]:
    """Return asked, opened, answered, held back."""
    return [
        Figure(message("Asked"), fmt.integer(found.asked), note=message("customers")),
        _rate(message("Opened it"), found, found.opened, fmt),
        _rate(message("Answered"), found, found.answered, fmt),
        Figure(
            HELD, fmt.integer(found.held), note=message("to be looked at"), href="/experience/held"
        ),
    ]


def _rate(label: Message, found: Response, hits: int, fmt: Formats) -> Figure:
    share = found.rate(hits)
    if share.share is None:
        return Figure(label, None)
    return Figure(label, fmt.percent(share.share), note=interval(share, fmt))


def likeness_chart(alike: Likeness, fmt: Formats) -> Chart:
    """Return by how much those who answered differ from those who were asked."""
    title = message("Are those who answered like those who were asked?")
    known = [one for one in alike.traits if one.difference is not None]
    if not known:
        return too_little("likeness", title, NOT_ENOUGH)
    shown = known[:12]
    made = bars(
        fmt,
        "likeness",
        title,
        [Bar(_trait(one, fmt), one.difference, main=one.unlike) for one in shown],
        unit="number",
        name=message("Trait"),
        value_name=message("Standard deviations more or fewer than among those asked"),
        sort=False,
    )
    return made.answering(
        message(
            "More than 0.1 standard deviations either way is worth a thought: weigh the answers, "
            "or ask more of those who are missing."
        )
    )


def _trait(one: Unlike, fmt: Formats) -> str:
    name = fmt.language.worded(TRAITS[one.trait])
    return f"{name}: {one.level or '–'}" if one.trait != "tenure_days" else name


def result_rows(
    found: Sequence[Result], asked: Mapping[tuple[str, str], str], fmt: Formats
) -> list[dict[str, Words]]:
    """Return the results of questions as rows of a table; `asked` has the words of each part."""
    return [
        {
            "question": asked.get((one.question, one.part)) or f"{one.question} {one.part}".strip(),
            "about": one.about,
            "kind": KINDS.get(one.kind, ""),  # type: ignore[call-overload]
            "n": fmt.integer(one.n),
            "figure": _figure(one, fmt),
            "counts": _counts(one, fmt),
        }
        for one in found
    ]


def _figure(one: Result, fmt: Formats) -> Words:
    if one.kind in ("text", "choice"):
        return ""
    if not one.enough:
        return NOT_ENOUGH
    if one.score is None:
        return message("mean {mean}", mean=fmt.number(one.mean, 2))
    unit = "" if one.metric == "nps" else " %"
    low, high = (fmt.number(end, 1).replace("-", "−") for end in (one.low, one.high))
    return f"{fmt.number(one.score, 1).replace('-', '−')}{unit} ({low} – {high})"


def _counts(one: Result, fmt: Formats) -> str:
    if one.kind == "price":
        return ""
    return " · ".join(f"{name}: {fmt.integer(n)}" for name, n in one.counts.items())


def how() -> How:
    """Return how rates, scores and the comparison are made."""
    return How(
        message(
            "Answered: completed and not held back, of all customers to whom a link was made. "
            "Links of codes have no rate: nobody knows how many passed them. Scores are those of "
            "the page of experience; of fewer answers than the survey's minimum nothing is said."
        ),
        message("Wilson's interval, 90 %; difference of means or shares by standard deviations"),
        message("Wilson 1927, JASA 22; Austin 2009, Statistics in Medicine 28"),
        inputs=("survey_invitations", "survey_responses", "customers"),
        note=message(
            "Answers come into the figures of experience and the journey with the next build whose "
            "day is not before theirs; here they stand at once."
        ),
    )


def steps(one: Standing) -> list[Step]:
    """Return what makes sense next."""
    return [
        Step(message("Change the survey"), f"/definitions/survey/{one.name}"),
        Step(message("See what customers feel"), "/experience"),
    ]
