"""The pages of the closed loop in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from valence.core.messages import Message, message
from valence.experience.followups.answers import Loop, Shown
from valence.experience.followups.book import Change, FollowUp
from valence.experience.followups.figures import MINIMUM, Share
from valence.experience.followups.listing import Wanted, Which
from valence.experience.followups.states import State, following
from valence.kit.ask import Asked
from valence.kit.codes import ASPECTS, CHANNELS, TOUCHPOINTS, named
from valence.kit.format import Formats
from valence.kit.languages import by_number
from valence.kit.page import Answer, Figure, How, Step, Tab, Words

TITLE = message("Follow-ups")
ASKED = message("Whom do we have to call, and did we keep our word?")
STATE: Mapping[State, Message] = {
    "open": message("open"),
    "answered": message("answered"),
    "sorted": message("sorted out"),
    "solved": message("solved"),
    "closed": message("closed"),
    "reopened": message("opened again"),
}
REASON: Mapping[str, Message] = {
    "score": message("bad score"),
    "complaint": message("complaint"),
    "theme": message("theme"),
}
METRIC: Mapping[str, Message] = {
    "nps": message("NPS"),
    "csat": message("Satisfaction"),
    "ces": message("Effort"),
    "rating": message("Rating"),
    "review": message("Review"),
}
_TABS: Mapping[Which, Message] = {
    "todo": message("To do"),
    "overdue": message("Overdue"),
    "mine": message("Mine"),
    "done": message("Done"),
}
NOBODY = message("Customer not known")


@dataclass(frozen=True, slots=True)
class Row:
    """One follow-up on the work list."""

    href: str
    reason: Words
    where: str
    due: Words  # when it is due, or what became of it
    tone: str  # of the badge
    who: Words
    who_href: str
    worth: str
    words: str
    owner: str
    state: Message


@dataclass(frozen=True, slots=True)
class Said:
    """One change on the timeline of a follow-up."""

    at: str
    actor: str
    title: Words
    lines: Sequence[tuple[Message, str]]


def answer(found: Loop, fmt: Formats) -> Answer:
    """Return what is to do, and how well the word was kept, in a sentence."""
    if not found.any:
        return Answer(message("Nobody waits for us."))
    core = by_number(
        found.counts.to_do,
        message("1 follow-up is to do."),
        message("{n} follow-ups are to do.", n=fmt.integer(found.counts.to_do)),
    )
    late = message("None is overdue.")
    if found.counts.overdue:
        late = by_number(
            found.counts.overdue,
            message("1 of them is overdue."),
            message("{n} of them are overdue.", n=fmt.integer(found.counts.overdue)),
        )
    solved = found.kept.solved
    if not solved.enough:
        return Answer(core, "", late)
    return Answer(
        core,
        "",
        message(
            "{late} In the last year {share} were solved in time ({interval}, n = {n}).",
            late=late,
            share=fmt.percent(solved.value),
            interval=fmt.interval(*solved.interval, "percent"),
            n=fmt.integer(solved.n),
        ),
    )


def figures(found: Loop, fmt: Formats) -> list[Figure]:
    """Return what is to do, both clocks, and who came back."""
    back = found.recovery
    value = message(
        "spent {value} in {months} months since; no proof",
        value=fmt.money_short(back.value),
        months=back.months,
    )
    return [
        Figure(
            message("To do"),
            fmt.integer(found.counts.to_do),
            message("{n} overdue", n=fmt.integer(found.counts.overdue)),
        ),
        _share(
            message("Sorted out within {hours} hours", hours=fmt.short(found.hours_to_sort)),
            found.kept.sorted,
            fmt,
        ),
        _share(message("Solved in time"), found.kept.solved, fmt),
        Figure(
            message("Recovered customers"),
            fmt.integer(back.customers.hits) if back.customers.n else None,
            message("of {n} solved; {value}", n=fmt.integer(back.customers.n), value=value),
        ),
    ]


def _share(label: Message, share: Share, fmt: Formats) -> Figure:
    if not share.enough:
        absent = message(
            "not enough data: {n}, and it takes {least}", n=fmt.integer(share.n), least=MINIMUM
        )
        return Figure(label, None, absent=absent)
    note = message(
        "{interval}, n = {n}",
        interval=fmt.interval(*share.interval, "percent"),
        n=fmt.integer(share.n),
    )
    return Figure(label, fmt.percent(share.value), note)


def tabs(ask: Asked, wanted: Wanted, found: Loop) -> list[Tab]:
    """Return a tab for each list, with how many stand in it."""
    many = {
        "todo": found.counts.to_do,
        "overdue": found.counts.overdue,
        "mine": found.counts.mine,
        "done": found.counts.done,
    }
    return [
        Tab(
            message("{list} ({n})", list=title, n=ask.format.integer(many[which])),
            ask.here(which=which, skip=None),
            which == wanted.which,
        )
        for which, title in _TABS.items()
    ]


def rows(found: Sequence[Shown], fmt: Formats, at: datetime) -> list[Row]:
    """Return the work list."""
    return [row(each, fmt, at) for each in found]


def row(each: Shown, fmt: Formats, at: datetime) -> Row:
    """Return one follow-up as the list shows it."""
    one = each.one
    due, tone = when(one, fmt, at)
    return Row(
        f"/experience/follow-ups/{one.follow_up_id}",
        reason(one, fmt),
        _where(one, fmt),
        due,
        tone,
        NOBODY if each.label is None else str(each.label),
        f"/customers/{each.customer_id}" if each.customer_id else "",
        "" if each.worth is None else fmt.money_short(each.worth),
        each.words,
        one.owner,
        STATE[one.state],
    )


def _where(one: FollowUp, fmt: Formats) -> str:
    places = (
        one.touchpoint and named(TOUCHPOINTS, one.touchpoint, fmt),
        one.channel and named(CHANNELS, one.channel, fmt),
        one.store,
    )
    return " · ".join(place for place in places if place)


def reason(one: FollowUp, fmt: Formats) -> Message:
    """Return what opened it."""
    if one.reason == "score":
        what = METRIC.get(one.matter, one.matter)
        if one.score is None:
            return message("bad score: {what}", what=what)
        return message("{what} {score}", what=what, score=fmt.short(one.score))
    if one.matter == one.reason:
        return REASON[one.reason]
    return message(
        "{reason}: {matter}", reason=REASON[one.reason], matter=named(ASPECTS, one.matter, fmt)
    )


def when(one: FollowUp, fmt: Formats, at: datetime) -> tuple[Message, str]:
    """Return when it is due, or was done, and the tone of that."""
    if one.due_at is None:
        done = one.closed_at or one.solved_at
        late = one.solve_late or one.sort_late
        said = message("{state} {at}", state=STATE[one.state], at=fmt.instant(done))
        return said, "warn" if late else "good"
    if one.overdue(at):
        return message("overdue since {at}", at=fmt.instant(one.due_at)), "bad"
    what = message("sort out") if one.sorted_at is None else message("solve")
    return message("{what} by {at}", what=what, at=fmt.instant(one.due_at)), "main"


def clocks(one: FollowUp, fmt: Formats, at: datetime) -> list[tuple[Message, Message, str]]:
    """Return both clocks: what, how it stands, and its tone."""
    made = []
    for title, done, due, late in (
        (
            message("First clock: answered and sorted out"),
            one.sorted_at,
            one.sort_due_at,
            one.sort_late,
        ),
        (message("Second clock: solved"), one.solved_at, one.solve_due_at, one.solve_late),
    ):
        if done is not None:
            said = message("{at} (due {due})", at=fmt.instant(done), due=fmt.instant(due))
            made.append((title, said, "warn" if late else "good"))
        elif one.state == "closed":
            made.append((title, message("never"), "warn"))
        elif due < at:
            made.append((title, message("overdue since {at}", at=fmt.instant(due)), "bad"))
        else:
            made.append((title, message("due {at}", at=fmt.instant(due)), "main"))
    return made


def timeline(changes: Sequence[Change], fmt: Formats) -> list[Said]:
    """Return the changes, the newest first, each with what was said."""
    made: list[Said] = []
    before: Change | None = None
    for change in changes:
        lines = []
        if before is not None and change.owner != before.owner:
            lines.append((message("Handed over to"), change.owner))
        if before is None:
            lines.append((message("Owner"), change.owner))
        if change.done:
            lines.append((message("What was done"), change.done))
        if change.reason:
            lines.append((message("Why"), change.reason))
        title: Words = STATE[change.state]
        if before is not None and before.state == change.state:
            title = message("noted")
        if change.told:
            title = message("{what}, the customer was told", what=title)
        made.append(Said(fmt.instant(change.changed_at), change.actor, title, lines))
        before = change
    return made[::-1]


def choices(one: FollowUp) -> list[tuple[str, Message]]:
    """Return the states that may follow, as options of a form."""
    stay = ("", message("stays {state}", state=STATE[one.state]))
    return [stay, *((state, STATE[state]) for state in following(one.state))]


def how(built: Words, definition: Words) -> How:
    """Return how the figures are made."""
    return How(
        message(
            "A detractor, a complaint or a theme opens one follow-up. The first clock ends when it "
            "is answered and sorted out, the second when it is solved. A share counts those that "
            "were done or whose time is over; opened again and late once is late. Recovered: "
            "bought again, or gave a better score, after it was solved."
        ),
        source=message("Wilson 1927 for the interval of a share (90 %)"),
        inputs=("answers", "contacts", "order_facts", "worth"),
        built=built,
        note=message(
            "The value of recovered customers since is no proof: some would have come back "
            "anyway. Only a holdout can tell."
        ),
        links=((definition, "/definitions/follow_up/follow_up"),),
    )


DEFINED = message("What opens a follow-up, owners, clocks")


def steps() -> list[Step]:
    """Return what makes sense next."""
    return [
        Step(message("Set owners and clocks"), "/definitions/follow_up/follow_up"),
        Step(message("See what customers feel"), "/experience"),
    ]
