"""The pages of mystery visits in words and pictures."""

from __future__ import annotations

from collections.abc import Sequence

from valence.core.messages import Message, message
from valence.experience.mystery.agreement import MINIMUM as ITEMS
from valence.experience.mystery.answers import COMPARED, HEARD, MONTHS, Mean, Mystery, Place
from valence.experience.mystery.visits import OWN
from valence.kit.charts import Bar, Chart, DataTable, bars, too_little
from valence.kit.format import Formats
from valence.kit.page import NOT_ENOUGH, Answer, Figure, How, Step, Words

TITLE = message("Mystery visits")
ASKED = message("Do we do in our places what we promise, and do customers feel it?")
_POINTS = message("points met, 0 to 100")


def answer(found: Mystery, fmt: Formats) -> Answer:
    """Return the score of our own places, and the worst of them, in a sentence."""
    if found.all.value is None:
        return Answer(message("Nobody has visited our own places in the last twelve months."))
    core = message("{score} of 100 points are met.", score=fmt.number(found.all.value, 0))
    worst = next((each for each in found.places if each.subject == OWN), None)
    rest: Words = ""
    if worst is not None and worst.visits.value is not None:
        rest = message(
            "Lowest: {place}, {score} of {n} visits.",
            place=worst.place,
            score=fmt.number(worst.visits.value, 0),
            n=fmt.integer(worst.visits.n),
        )
    return Answer(core, _interval(found.all, fmt), rest)


def figures(found: Mystery, fmt: Formats) -> list[Figure]:
    """Return the score, the visits, the agreement of visitors, and of visitors with customers."""
    agreed = found.agreement
    known = agreed is not None and agreed.enough and agreed.kappa is not None
    return [
        Figure(
            message("Points met"),
            None if found.all.value is None else fmt.number(found.all.value, 1),
            _interval(found.all, fmt),
        ),
        Figure(
            message("Visits"),
            fmt.integer(len(found.visits)),
            message("in {months} months", months=MONTHS),
        ),
        Figure(
            message("Visitors agree (κ)"),
            fmt.number(agreed.kappa, 2) if known and agreed is not None else None,
            message(
                "{low} to {high}, {n} points seen by several",
                low=fmt.number(agreed.low, 2),
                high=fmt.number(agreed.high, 2),
                n=fmt.integer(agreed.items),
            )
            if known and agreed is not None
            else "",
            absent=message("it takes {n} points that two saw on one day", n=ITEMS),
        ),
        Figure(
            message("Visits and customers agree"),
            None if found.rank is None else fmt.number(found.rank, 2),
            message("rank correlation over places, −1 to 1"),
            absent=message("it takes {n} places with both", n=COMPARED),
        ),
    ]


def by_place(found: Mystery, fmt: Formats) -> Chart:
    """Return the score of each place: ours, and in grey those of competitors."""
    title = message("Where is it done, and where not?")
    shown = [each for each in found.places if each.visits.value is not None]
    if not shown:
        return too_little("places", title, NOT_ENOUGH)
    made = bars(
        fmt,
        "places",
        title,
        [
            Bar(
                _name(each),
                each.visits.value,
                each.visits.low,
                each.visits.high,
                main=each.subject == OWN,
            )
            for each in shown
        ],
        unit="number",
        name=message("Place"),
        value_name=_POINTS,
        sort=False,
    )
    return made.answering(
        message("Competitors are grey. From {n} visits on with an interval (90 %).", n=3)
    )


def places(found: Mystery, fmt: Formats) -> DataTable:
    """Return each place: visits, points met, what customers say, and the difference."""
    headers: list[tuple[Words, str]] = [
        (message("Place"), "text"),
        (message("Visits"), "int"),
        (message("Points met"), "float"),
        (message("Customers say"), "float"),
        (message("Answers"), "int"),
        (message("Difference"), "float"),
    ]
    rows = [
        [
            _name(each), each.visits.n, _rounded(each.visits.value),
            _rounded(each.customers.value), each.customers.n, _rounded(each.gap),
        ]
        for each in found.places
    ]  # fmt: skip
    least = fmt.integer(HEARD)
    absent = message("not enough answers: it takes {n}", n=least)
    return DataTable("places-heard", headers, rows, absent=absent)


def points(found: Mystery) -> DataTable:
    """Return each point of the checklist: how often it was met, the worst first."""
    headers: list[tuple[Words, str]] = [
        (message("Point"), "text"),
        (message("Weight"), "quantity"),
        (message("Seen"), "int"),
        (message("Met"), "percent"),
    ]
    rows = [
        [each.question, each.weight, each.n, each.met / each.n if each.n else None]
        for each in found.points
    ]
    return DataTable("points", headers, rows, absent=message("never seen"))


def how(found: Mystery, built: Words) -> How:
    """Return how the scores are made."""
    return How(
        message(
            "A visit scores the weights of the points met over those of the points seen. "
            "Customers: the mean of all their scores there, each on its scale from 0 to 100. "
            "Agreement: Fleiss' kappa over points that several visitors saw at one place on one "
            "day."
        ),
        formula="κ = (P − Pₑ) / (1 − Pₑ)",
        source=message("Fleiss 1971, Psychological Bulletin 76"),
        inputs=("answers", "order_facts"),
        built=built,
        links=((message("The checklist"), f"/definitions/mystery/{found.name}"),),
    )


def steps(found: Mystery) -> list[Step]:
    """Return what makes sense next."""
    return [
        Step(message("Enter a visit"), f"/experience/mystery/{found.name}/visit"),
        Step(message("See what customers feel"), "/experience"),
    ]


def choices(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return names as options of a form."""
    return [(name, name) for name in names]


MARKS: tuple[tuple[str, Message], ...] = (
    ("", message("not seen")),
    ("yes", message("yes")),
    ("no", message("no")),
)


def _name(place: Place) -> str:
    return place.place if place.subject == OWN else f"{place.place} ({place.subject})"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _interval(mean: Mean, fmt: Formats) -> Words:
    if mean.low is None or mean.high is None:
        return message("n = {n}", n=fmt.integer(mean.n)) if mean.n else ""
    interval = f"{fmt.number(mean.low, 0)}–{fmt.number(mean.high, 0)}"
    return message("{interval}, n = {n}", interval=interval, n=fmt.integer(mean.n))
