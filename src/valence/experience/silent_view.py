"""The page of silent leavers in words and pictures."""

from __future__ import annotations

from math import inf

from valence.core.intervals import MINIMUM
from valence.core.messages import Message, message
from valence.experience.silent_answers import RECENT_MONTHS, Silent
from valence.kit.charts import Bar, Chart, bars, too_little
from valence.kit.codes import ASPECTS, TIERS, named
from valence.kit.format import Formats
from valence.kit.page import Answer, Figure, How, Step, Words
from valence.kit.silence import MONTHS, RHYTHMS, Silence

TITLE = message("Silent leavers")
ASKED = message("How many leave without ever telling us why?")
_FEW = message("Too few have left to say: it takes {least}.", least=MINIMUM)


def answer(found: Silent, fmt: Formats) -> Answer:
    """Return the share who said nothing, and what a complaint stands for, in a sentence."""
    one = found.all
    if not one.enough:
        return Answer(_FEW)
    core = message("{share} of those who left had said nothing.", share=fmt.percent(one.silent))
    rest: Message | str = ""
    base = found.base
    if base.factor is not None:
        rest = message(
            "Each who speaks stands for {factor} who leave ({interval}).",
            factor=fmt.short(round(base.factor, 1)),
            interval=_factor(base, fmt),
        )
    return Answer(core, _interval(one, fmt), rest)


def figures(found: Silent, fmt: Formats) -> list[Figure]:
    """Return who left, who said nothing, what a complaint stands for, and what wrongs do."""
    one, base = found.all, found.base
    enough = one.enough
    return [
        Figure(
            message("Left in {months} months", months=MONTHS),
            fmt.short(one.left),
            message("expected, of {n} customers", n=fmt.integer(one.customers)),
        ),
        Figure(
            message("Of them, said nothing"),
            fmt.percent(one.silent) if enough else None,
            _interval(one, fmt) if enough else "",
        ),
        Figure(
            message("Each who speaks stands for"),
            fmt.short(round(base.factor, 1)) if enough and base.factor is not None else None,
            _factor(base, fmt) if enough else "",
        ),
        _wronged(found, fmt),
    ]


def _wronged(found: Silent, fmt: Formats) -> Figure:
    label = message("Leave after something went wrong")
    wronged, others = found.wronged, found.others
    if wronged.customers < MINIMUM:
        return Figure(label, None, absent=message("too few are known to have been let down"))
    note = message(
        "{interval}, n = {n}; of the others {share}",
        interval=fmt.interval(*wronged.leaving_interval(), "percent"),
        n=fmt.integer(wronged.customers),
        share=fmt.percent(others.leaving),
    )
    return Figure(label, fmt.percent(wronged.leaving), note)


def by_tier(found: Silent, fmt: Formats) -> Chart:
    """Return the share who said nothing by tier, by who was let down, and told the other way."""
    title = message("Who leaves without a word?")
    said = fmt.language.worded
    rows = [
        (said(message("all")), found.all),
        (said(message("let down, as we know")), found.wronged),
        *((named(TIERS, name, fmt), each) for name, each in found.tiers.items() if name),
        (said(message("all, told by their own rhythm")), found.by_rhythm),
    ]
    shown = [(name, each) for name, each in rows if each.enough]
    if not shown:
        return too_little("silent", title, _FEW)
    return bars(
        fmt,
        "silent",
        title,
        [Bar(name, each.silent, *each.silent_interval()) for name, each in shown],
        unit="percent",
        name=message("Customers"),
        value_name=message("Said nothing"),
        sort=False,
    )


def by_matter(found: Silent, fmt: Formats) -> Chart:
    """Return what voiced complaints stand for, by what they are about."""
    title = message("What do the complaints stand for?")
    if not found.matters:
        why = message("No complaint of the last {months} months can be scaled.",
                      months=RECENT_MONTHS)  # fmt: skip
        return too_little("matters", title, why)
    made = bars(
        fmt,
        "matters",
        title,
        [
            Bar(
                f"{named(ASPECTS, each.matter, fmt)} ({fmt.integer(each.voiced)})",
                each.value,
                None if each.high == inf else each.low,
                None if each.high == inf else each.high,
            )
            for each in found.matters
        ],
        unit="count",
        name=message("Matter (complaints that were voiced)"),
        value_name=message("Customers it may have happened to"),
    )
    return made.answering(
        message(
            "Complaints of the last {months} months, times what each stands for: {factor} "
            "({interval}). It rests on the silence of who {whom}.",
            months=RECENT_MONTHS,
            factor=fmt.short(round(found.base.factor or 0, 1)),
            interval=_factor(found.base, fmt),
            whom=message("left after something is known to have gone wrong")
            if found.base is found.wronged
            else message("left for whatever reason, so it is rather too high"),
        )
    )


def how(found: Silent, built: Words) -> How:
    """Return how the share is made."""
    left = message("each customer counts as left by 1 − P(still buys) of the model of worth")
    if found.sign == "rhythm":
        left = message(
            "a customer has left who has not bought for {times} times the own rhythm", times=RHYTHMS
        )
    return How(
        message(
            "Leavers: {left}. Spoken: a bad score or a complaint within {months} months. The "
            "interval is Wilson's at the effective number of leavers.",
            left=left,
            months=MONTHS,
        ),
        formula="1 − Σ(1 − P) · spoke / Σ(1 − P)",
        source=message("Hirschman 1970, Exit, Voice, and Loyalty; Kish 1965 for effective numbers"),
        inputs=("customers", "worth", "answers", "contacts", "journey_steps"),
        built=built,
        note=message(
            "It takes who spoke as no likelier to have left than others with the same purchases. "
            "Who left for a reason of their own is among the silent: the share of those let down "
            "is nearer to what we could have heard."
        ),
    )


def steps() -> list[Step]:
    """Return what makes sense next."""
    return [
        Step(message("Follow up with those who did speak"), "/experience/follow-ups"),
        Step(message("See it on the journey map"), "/journey"),
    ]


def _interval(one: Silence, fmt: Formats) -> Message:
    return message(
        "{interval}, of {n} who left",
        interval=fmt.interval(*one.silent_interval(), "percent"),
        n=fmt.integer(one.left),
    )


def _factor(one: Silence, fmt: Formats) -> Message | str:
    low, high = one.factor_interval()
    if high == inf:
        return message("{low} or more", low=fmt.short(round(low, 1)))
    return fmt.interval(round(low, 1), round(high, 1))
