"""Kano, the value gap, drivers and perceived value in words and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from valence.core.messages import Message, message
from valence.experience.drivers import Drivers
from valence.experience.gap import Gap
from valence.experience.research_answers import KanoFound, ValuePart, net_value
from valence.kit.charts import Bar, Chart, DataTable, bars, too_little
from valence.kit.codes import ASPECTS, TOUCHPOINTS, named
from valence.kit.format import Formats
from valence.kit.page import NOT_ENOUGH, Answer, How, Words
from valence.kit.quadrants import Dot, Scale, quadrants

MINIMUM = 30  # people; below, nothing is said
CATEGORY: Mapping[str, Message] = {
    "M": message("must-be"),
    "O": message("performance"),
    "A": message("attractive"),
    "I": message("indifferent"),
    "R": message("reverse"),
    "Q": message("questionable"),
}
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
KANO_ASKED = message("Which features are taken for granted, and which delight?")
GAP_ASKED = message("Where do we fall short of what customers expect?")
DRIVERS_ASKED = message("What moves the score?")
VALUE_ASKED = message("Is what customers get worth what they give?")


def item(name: str, fmt: Formats) -> str:
    """Return a feature or dimension in the reader's language; a brand's own as they are."""
    return named(ITEMS, name, fmt)


def _list(names: Sequence[str], fmt: Formats) -> str:
    return ("、" if fmt.chinese else ", ").join(item(name, fmt) for name in names)


def kano_answer(found: KanoFound, fmt: Formats) -> Answer:
    """Return what must be there, what delights, and what has become expected."""
    sure = {name: kano for name, kano in found.features.items() if kano.n >= MINIMUM}
    if not sure:
        return Answer(NOT_ENOUGH)
    must = [name for name, kano in sure.items() if kano.category == "M"]
    delight = [name for name, kano in sure.items() if kano.category == "A"]
    aged = [name for name, moved in found.moved.items() if moved.became_basic]
    core: Words = (
        message("Must be there: {names}.", names=_list(must, fmt))
        if must
        else message("No feature is a must.")
    )
    rest: Words = (
        message("What delighted and is now expected: {names}.", names=_list(aged, fmt))
        if aged
        else message("What delights: {names}.", names=_list(delight, fmt))
        if delight
        else ""
    )
    return Answer(core, rest=rest)


def kano_picture(found: KanoFound, fmt: Formats) -> Chart:
    """Return the features by what they add and what their lack costs."""
    title = message("What does each feature add, and what does its lack cost?")
    dots = []
    for name, kano in found.features.items():
        better, worse = kano.better(), kano.worse()
        if kano.n < MINIMUM or better is None or worse is None:
            continue
        main = kano.category in ("M", "O", "A")
        dots.append(Dot(item(name, fmt), abs(worse[0]), better[0], main=main))
    if not dots:
        return too_little("kano", title, NOT_ENOUGH)
    made = quadrants(
        fmt, "kano", title, dots,
        x=Scale(message("Lack dissatisfies (size of Worse)"), "percent", 0.0, 1.0, 0.5),
        y=Scale(message("Presence satisfies (Better)"), "percent", 0.0, 1.0, 0.5),
        corners=(CATEGORY["A"], CATEGORY["O"], CATEGORY["I"], CATEGORY["M"]),
        name=message("Feature"),
    )  # fmt: skip
    return made.answering(
        message("The table has the intervals: a feature near a line may belong to either side.")
    )


def kano_table(found: KanoFound, fmt: Formats) -> DataTable:
    """Return every feature with its counts, strengths, Better and Worse with intervals."""
    headers: tuple[tuple[Words, str], ...] = (
        (message("Feature"), "text"),
        (message("Category"), "text"),
        (message("People"), "int"),
        (message("Better"), "text"),
        (message("Worse"), "text"),
        (message("Total strength"), "percent"),
        (message("Category strength"), "percent"),
        (message("Clear by Fong's test"), "bool"),
        (message("The wave before"), "text"),
    )
    rows: list[list[Any]] = []
    for told in found.told():
        before = told["before"]
        rows.append([
            item(told["item"], fmt), _category(told["category"], fmt), told["n"],
            _three(told, "better", fmt), _three(told, "worse", fmt), told["total_strength"],
            told["category_strength"], told["clear"],
            None if before is None else _category(before, fmt),
        ])  # fmt: skip
    return DataTable("features", headers, rows)


def _category(category: str | None, fmt: Formats) -> str:
    return "–" if category is None else fmt.language.worded(CATEGORY[category])


def _three(told: Mapping[str, Any], name: str, fmt: Formats) -> str | None:
    if told[name] is None:
        return None
    return (
        f"{fmt.percent(told[name])} "
        f"({fmt.interval(told[f'{name}_low'], told[f'{name}_high'], 'percent')})"
    )


def kano_how(built: Words) -> How:
    """Return how features are placed."""
    return How(
        message(
            "Each person says how it is if the feature is there and if it is not; the two answers "
            "give one of six categories by Kano's table. The category is what most people gave; "
            "of two named as often must-be counts before performance, attractive, indifferent. "
            "Better = (A + O) / (A + O + M + I), Worse = −(O + M) / (A + O + M + I), with "
            "Wilson's 90 % intervals. Fong's test tells whether the first category leads the "
            "second by more than chance. A feature became expected where Better fell or Worse "
            "grew by more than chance and its category moved towards must-be."
        ),
        source=message("Kano et al. 1984; Berger et al. 1993; Fong 1996"),
        inputs=("answers",),
        built=built,
    )


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
            gap=_number(first.gap, fmt),
        )
        if first.gap > 0
        else message("Nothing falls short of what is expected."),
        ""
        if interval is None or first.gap <= 0
        else message("90 % interval {low} – {high}, n = {n}", low=_number(interval[0], fmt),
                     high=_number(interval[1], fmt), n=fmt.integer(first.n)),
    )  # fmt: skip


def gap_picture(found: Sequence[Gap], fmt: Formats) -> Chart:
    """Return importance against performance, cut at the means."""
    title = message("What matters, and how does it feel?")
    placed = [gap for gap in found if gap.importance is not None and gap.n >= MINIMUM]
    if len(placed) < 2:
        return too_little("importance", title, NOT_ENOUGH)
    felt = [gap.perception for gap in placed]
    matters = [float(gap.importance or 0.0) for gap in placed]
    made = quadrants(
        fmt, "importance", title,
        [Dot(item(gap.item, fmt), gap.perception, float(gap.importance or 0.0),
             worse=gap.quadrant == "mend first") for gap in placed],
        x=_scale(message("How it feels (perception)"), felt),
        y=_scale(message("How much it matters (importance)"), matters),
        corners=(QUADRANT["mend first"], QUADRANT["keep it up"], QUADRANT["minor"],
                 QUADRANT["more than needed"]),
        name=message("Dimension"),
    )  # fmt: skip
    return made.answering(message("Cut at the means: upper left matters and feels worse."))


def _scale(name: Words, values: Sequence[float]) -> Scale:
    low, high = min(values), max(values)
    margin = max((high - low) * 0.2, 0.1)
    return Scale(
        name, "number", round(low - margin, 2), round(high + margin, 2), sum(values) / len(values)
    )


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


def gap_table(found: Sequence[Gap], fmt: Formats) -> DataTable:
    """Return every dimension with what was expected, felt, and what it puts at stake."""
    headers: tuple[tuple[Words, str], ...] = (
        (message("Dimension"), "text"),
        (message("People"), "int"),
        (message("Expected"), "float"),
        (message("Felt"), "float"),
        (message("Gap"), "float"),
        (message("From"), "float"),
        (message("To"), "float"),
        (message("Importance"), "float"),
        (message("What to do"), "text"),
        (message("At stake"), "money"),
    )
    rows = []
    for gap in found:
        low, high = gap.interval() or (None, None)
        todo = None if gap.quadrant is None else fmt.language.worded(QUADRANT[gap.quadrant])
        rows.append([
            item(gap.item, fmt), gap.n, gap.expectation, gap.perception, gap.gap, low, high,
            gap.importance, todo, gap.at_stake,
        ])  # fmt: skip
    return DataTable("gap-rows", headers, rows)


def rivals_table(rows: Sequence[Mapping[str, Any]], fmt: Formats) -> DataTable | None:
    """Return how each dimension is felt here and at competitors, if asked."""
    subjects = sorted({row["subject"] for row in rows} - {"own"})
    if not subjects:
        return None
    headers: list[tuple[Words, str]] = [(message("Dimension"), "text"), (message("Here"), "text")]
    headers += [(subject, "text") for subject in subjects]
    held = {(row["item"], row["subject"]): row for row in rows}
    names = sorted({row["item"] for row in rows})

    def cell(name: str, subject: str) -> str | None:
        row = held.get((name, subject))
        if row is None:
            return None
        if row["n"] < MINIMUM:
            return fmt.language.worded(message("too few: {n}", n=fmt.integer(row["n"])))
        return f"{_number(row['mean'], fmt)}, n = {fmt.integer(row['n'])}"

    made = [[item(name, fmt), *(cell(name, who) for who in ["own", *subjects])] for name in names]
    return DataTable("rivals", tuple(headers), made)


def gap_how(built: Words) -> How:
    """Return how gaps are computed."""
    return How(
        message(
            "What each person expected less what they felt, on one scale, person by person; "
            "above 0 less was felt than expected. Importance is what was stated. Quadrants are "
            "cut at the means of importance and of perception. In order of the money at stake "
            "where a touchpoint of that name has it, else of gap × importance."
        ),
        source=message(
            "Parasuraman, Zeithaml & Berry 1988 (SERVQUAL); Martilla & James 1977"
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
            "the Shapley value); above 16 drivers Johnson's relative weights. Both stay sound "
            "where drivers move together, and sum to R². Intervals by bootstrap."
        ),
        source=message("Lindeman, Merenda & Gold 1980; Grömping 2007; Johnson 2000"),
        inputs=("answers",),
        built=built,
        note=""
        if found is None or not found.left_out
        else message("Left out, since they never vary or repeat others: {names}.",
                     names=", ".join(found.left_out)),
    )  # fmt: skip


def value_answer(parts: Sequence[ValuePart], fmt: Formats) -> Answer:
    """Return the net of what customers get and give, here and at the best competitor."""
    net = net_value(parts)
    if "own" not in net:
        return Answer(NOT_ENOUGH)
    others = {name: value for name, value in net.items() if name != "own"}
    core = message("Perceived value here: {own} points", own=_number(net["own"], fmt))
    if not others:
        return Answer(core)
    best = max(others, key=lambda name: others[name])
    return Answer(core, rest=message("Best competitor, {name}: {value}.", name=best,
                                     value=_number(others[best], fmt)))  # fmt: skip


def value_picture(parts: Sequence[ValuePart], fmt: Formats) -> Chart:
    """Return the value map: what customers get against what they give, brand by brand."""
    title = message("Who gives most for what it costs?")
    gets, gives = ("functional", "emotional", "social"), ("time cost", "money cost")
    dots = []
    for subject in net_value(parts):
        own = {part.name: part.mean for part in parts if part.subject == subject}
        name = fmt.language.worded(message("Here")) if subject == "own" else subject
        dots.append(Dot(name, sum(own[n] for n in gives), sum(own[n] for n in gets),
                        main=subject == "own"))  # fmt: skip
    if not dots:
        return too_little("value-map", title, NOT_ENOUGH)
    made = quadrants(
        fmt, "value-map", title, dots,
        x=_scale(message("What customers give: time and money"), [dot.x for dot in dots]),
        y=_scale(message("What customers get: functional, emotional, social"),
                 [dot.y for dot in dots]),
        corners=(message("more for less"), message("more for more"), message("less for less"),
                 message("less for more")),
        name=message("Brand"),
    )  # fmt: skip
    return made.answering(message("Upper left gives more for less. Cut at the means."))


def value_table(parts: Sequence[ValuePart], fmt: Formats) -> DataTable:
    """Return every part with n and interval."""
    headers: tuple[tuple[Words, str], ...] = (
        (message("Brand"), "text"),
        (message("Part"), "text"),
        (message("Answers"), "int"),
        (message("Mean"), "float"),
        (message("From"), "float"),
        (message("To"), "float"),
    )
    here = fmt.language.worded(message("Here"))
    rows = [
        [here if part.subject == "own" else part.subject, item(part.name, fmt), part.n,
         part.mean, part.low, part.high]
        for part in parts
    ]  # fmt: skip
    return DataTable("parts", headers, rows)


def value_how(built: Words) -> How:
    """Return how perceived value is computed."""
    return How(
        message(
            "Functional + emotional + social − time cost − money cost, each the mean of what was "
            "answered on one scale. Brands that were asked about with all five parts are shown."
        ),
        source=message("Zeithaml 1988; Sheth, Newman & Gross 1991"),
        inputs=("answers",),
        built=built,
    )


def _number(value: float, fmt: Formats) -> str:
    return fmt.cell(round(value, 2), "float").replace("-", "−")
