"""The value gap and drivers in words and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from valence.core.intervals import MINIMUM
from valence.core.messages import Message, message
from valence.experience.drivers import Drivers
from valence.experience.gap import Gap
from valence.experience.groups_words import brand_name
from valence.experience.research_answers import OUTCOME_NAMES, GapsFound
from valence.kit.ask import Asked
from valence.kit.charts import Bar, Chart, DataTable, Unit, bars, too_little
from valence.kit.codes import ASPECTS, TOUCHPOINTS, named
from valence.kit.format import Formats
from valence.kit.page import NOT_ENOUGH, Answer, How, Tab, Words
from valence.kit.quadrants import Dot, Scale, quadrants

QUADRANT: Mapping[str, Message] = {
    "mend first": message("mend first"),
    "keep it up": message("keep it up"),
    "minor": message("minor"),
    "more than needed": message("more than needed"),
}
ITEMS: Mapping[str, Message] = {
    **TOUCHPOINTS,
    **ASPECTS,
    "functional": message("Functional"),
    "emotional": message("Emotional"),
    "social": message("Social"),
    "time cost": message("Time cost"),
    "money cost": message("Money cost"),
}
GAP_ASKED = message("Where do we fall short of what customers expect?")
DRIVERS_ASKED = message("What moves the score?")


@dataclass(frozen=True, slots=True)
class More:
    """A table further down a page: what it answers, in which words, and how else to ask."""

    title: Message
    table: DataTable
    said: Words = ""
    tabs: Sequence[Tab] = ()


def item(name: str, fmt: Formats) -> str:
    """Return a feature or dimension in the reader's language; a brand's own as they are."""
    return named(ITEMS, name, fmt)


def listed(names: Sequence[str], fmt: Formats) -> str:
    """Return several of them, one after the other."""
    return fmt.listed(item(name, fmt) for name in names)


def gap_tabs(ask: Asked, wanted: str) -> list[Tab]:
    """Return the two ways to know what matters, each with its address."""
    titles = {"stated": message("As people said"), "derived": message("As it moves satisfaction")}
    return [Tab(said, ask.here(importance=name), name == wanted) for name, said in titles.items()]


def importance_said(found: GapsFound, fmt: Formats) -> Message:
    """Return which importance is used, and why not the other, in a sentence."""
    if found.importance is None:
        return found.why or NOT_ENOUGH
    if found.derived is None:
        return found.why or message("Importance is what people said it is, on the scale asked.")
    said = message(
        "Importance is derived: each dimension's part in what perceptions explain of {outcome}, "
        "{r} of it, among {n} people who told both.",
        outcome=OUTCOME_NAMES[found.outcome], r=fmt.percent(found.derived.r_squared),
        n=fmt.integer(found.derived.n),
    )  # fmt: skip
    return said if found.why is None else message("{why} {said}", why=found.why, said=said)


def gap_answer(found: Sequence[Gap], fmt: Formats) -> Answer:
    """Return the gap to mend first, in a sentence."""
    sure = [gap for gap in found if gap.n >= MINIMUM]
    if not sure:
        return Answer(NOT_ENOUGH)
    first = sure[0]
    interval = first.interval()
    return Answer(
        message(
            "{name} falls {gap} points short of what is expected",
            name=item(first.item, fmt),
            gap=number(first.gap, fmt),
        )
        if first.gap > 0
        else message("Nothing falls short of what is expected."),
        ""
        if interval is None or first.gap <= 0
        else message("90 % interval {low} – {high}, n = {n}", low=number(interval[0], fmt),
                     high=number(interval[1], fmt), n=fmt.integer(first.n)),
    )  # fmt: skip


def gap_picture(told: GapsFound, fmt: Formats) -> Chart:
    """Return importance against performance, cut at the means."""
    title = message("What matters, and how does it feel?")
    derived = told.importance == "derived"
    placed = [gap for gap in told.gaps if gap.importance is not None and gap.n >= MINIMUM]
    if len(placed) < 2:
        return too_little("importance", title, NOT_ENOUGH)
    felt = [gap.perception for gap in placed]
    matters = [float(gap.importance or 0.0) for gap in placed]
    made = quadrants(
        fmt, "importance", title,
        [Dot(item(gap.item, fmt), gap.perception, float(gap.importance or 0.0),
             worse=gap.quadrant == "mend first") for gap in placed],
        x=middle_scale(message("How it feels (perception)"), felt),
        y=middle_scale(
            message("Part in what is explained (importance)") if derived
            else message("How much it matters (importance)"),
            matters, unit="percent" if derived else "number",
        ),
        corners=(QUADRANT["mend first"], QUADRANT["keep it up"], QUADRANT["minor"],
                 QUADRANT["more than needed"]),
        name=message("Dimension"),
    )  # fmt: skip
    return made.answering(message("Cut at the means: upper left matters and feels worse."))


def middle_scale(name: Words, values: Sequence[float], unit: Unit = "number") -> Scale:
    """Return a scale around some values, cut at their mean."""
    low, high = min(values), max(values)
    margin = max((high - low) * 0.2, 0.01 if unit == "percent" else 0.1)
    least = max(low - margin, 0.0) if unit == "percent" else low - margin
    return Scale(name, unit, round(least, 2), round(high + margin, 2), sum(values) / len(values))


def gap_bars(found: Sequence[Gap], fmt: Formats) -> Chart:
    """Return the gaps with their intervals, the largest first."""
    title = message("Where is less felt than expected?")
    shown = [gap for gap in found if gap.n >= MINIMUM]
    if not shown:
        return too_little("gaps", title, NOT_ENOUGH)
    made = bars(
        fmt, "gaps", title,
        [_gap_bar(gap, fmt) for gap in shown],
        unit="number", name=message("Dimension"),
        value_name=message("Expectation less perception, points"),
    )  # fmt: skip
    return made.answering(
        message("Orange: short of expectation by more than chance (90 % interval above 0).")
    )


def _gap_bar(gap: Gap, fmt: Formats) -> Bar:
    low, high = gap.interval() or (None, None)
    short = low is not None and low > 0
    return Bar(item(gap.item, fmt), gap.gap, low, high, worse=short)


def gap_table(found: GapsFound, fmt: Formats) -> DataTable:
    """Return every dimension with what was expected, felt, and what it puts at stake."""
    headers: tuple[tuple[Words, str], ...] = (
        (message("Dimension"), "text"),
        (message("People"), "int"),
        (message("Expectation"), "float"),
        (message("Felt"), "float"),
        (message("Gap"), "float"),
        (message("From"), "float"),
        (message("To"), "float"),
        (message("Importance"), "text"),
        (message("What to do"), "text"),
        (message("At stake"), "money"),
    )
    rows = []
    for gap, told in zip(found.gaps, found.told()["gaps"], strict=True):
        todo = None if gap.quadrant is None else fmt.language.worded(QUADRANT[gap.quadrant])
        rows.append([
            item(gap.item, fmt), gap.n, told["expectation"], told["perception"], told["gap"],
            told["low"], told["high"], _importance(found, gap, fmt), todo, told["at_stake"],
        ])  # fmt: skip
    return DataTable("gap-rows", headers, rows)


def _importance(found: GapsFound, gap: Gap, fmt: Formats) -> str | None:
    if gap.importance is None or found.importance != "derived":
        return None if gap.importance is None else number(gap.importance, fmt)
    ends = found.interval(gap.item)
    said = fmt.percent(gap.importance)
    return said if ends is None else f"{said} ({fmt.interval(*ends, 'percent')})"


def rivals_table(rows: Sequence[Mapping[str, Any]], fmt: Formats) -> DataTable | None:
    """Return how each dimension is felt here and at competitors, if asked."""
    subjects = sorted({row["subject"] for row in rows} - {"own"})
    if not subjects:
        return None
    headers: list[tuple[Words, str]] = [(message("Dimension"), "text"), (message("Here"), "text")]
    headers += [(brand_name(subject, fmt), "text") for subject in subjects]
    held = {(row["item"], row["subject"]): row for row in rows}
    names = sorted({row["item"] for row in rows})

    def cell(name: str, subject: str) -> str | None:
        row = held.get((name, subject))
        if row is None:
            return None
        if row["n"] < MINIMUM:
            return fmt.language.worded(message("too few: {n}", n=fmt.integer(row["n"])))
        return f"{number(row['mean'], fmt)}, n = {fmt.integer(row['n'])}"

    made = [[item(name, fmt), *(cell(name, who) for who in ["own", *subjects])] for name in names]
    return DataTable("rivals", tuple(headers), made)


def gap_how(built: Words) -> How:
    """Return how gaps are computed."""
    return How(
        message(
            "What each person expected less what they felt, on one scale, person by person; "
            "above 0 less was felt than expected. Importance is what was stated, or derived: "
            "Johnson's relative weights of perceptions on overall satisfaction (else satisfaction, "
            "else NPS), as shares of what they explain. Quadrants are "
            "cut at the means of importance and of perception. In order of the money at stake "
            "where a touchpoint of that name has it, else of gap × importance."
        ),
        source=message(
            "Parasuraman, Zeithaml & Berry 1988 (SERVQUAL); Martilla & James 1977; Johnson 2000"
        ),
        inputs=("answers", "touchpoint_stake"),
        built=built,
    )  # fmt: skip


def drivers_answer(found: Drivers, outcome: str, fmt: Formats) -> Answer:
    """Return the strongest driver, in a sentence."""
    first = found.drivers[0]
    return Answer(
        message(
            "{name} explains {share} of what moves {outcome}",
            name=item(first.name, fmt),
            share=fmt.percent(first.share),
            outcome=outcome.upper(),
        ),
        message("90 % interval {interval}, n = {n}",
                interval=fmt.interval(first.low, first.high, "percent"),
                n=fmt.integer(found.n)),
        message("All together explain {r}.", r=fmt.percent(found.r_squared)),
    )  # fmt: skip


def drivers_picture(found: Drivers, fmt: Formats) -> Chart:
    """Return each driver's part in what is explained, with its interval."""
    made = bars(
        fmt, "drivers", message("How much does each explain?"),
        [Bar(item(one.name, fmt), one.share, one.low, one.high) for one in found.drivers],
        unit="percent", name=message("Driver"), value_name=message("Share of variance explained"),
    )  # fmt: skip
    return made.answering(
        message("The parts add up to {r}, what all explain together; association, not proof.",
                r=fmt.percent(found.r_squared))
    )  # fmt: skip


def drivers_how(found: Drivers | None, built: Words) -> How:
    """Return how drivers are told."""
    return How(
        message(
            "For customers who gave the score and rated the touchpoints: the mean gain in "
            "explained variance over all orders in which a driver can enter a regression (LMG, "
            "the Shapley value); above 12 drivers Johnson's relative weights. Both stay sound "
            "where drivers move together, and sum to R². Intervals by bootstrap. Of more than "
            "10,000 such customers, a fixed sample of about as many."
        ),
        source=message("Lindeman, Merenda & Gold 1980; Grömping 2007; Johnson 2000"),
        inputs=("answers",),
        built=built,
        note=""
        if found is None or not found.left_out
        else message("Left out, since they never vary or repeat others: {names}.",
                     names=", ".join(found.left_out)),
    )  # fmt: skip


def number(value: float, fmt: Formats) -> str:
    """Return points as they are written: two digits, with a true minus."""
    return fmt.cell(round(value, 2), "float").replace("-", "−")
