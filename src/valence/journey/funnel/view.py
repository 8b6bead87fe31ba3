"""The page of a funnel in words and pictures."""

from __future__ import annotations

from urllib.parse import urlencode

from valence.core.intervals import MINIMUM
from valence.core.messages import Message, message
from valence.journey.funnel.answers import Found, Question, Row
from valence.journey.funnel.spelling import steps_said, window_said, without_said
from valence.journey.funnel.words import PROPERTIES, TIMED_TOLD, part_said, step_titles
from valence.kit.charts import Bar, Chart, DataTable, bars, too_little
from valence.kit.codes import TOUCHPOINTS, lasting, named
from valence.kit.format import Formats
from valence.kit.page import Answer, Figure, How, Step, Words

ASKED = message("How many customers come through, and where do we lose them?")


def address(question: Question, path: str = "/journey/funnel", **more: object) -> str:
    """Return the address of the page, or of another, that asks the same."""
    definition = question.definition
    asked = {"name": definition.name}
    if not question.kept:
        asked |= {
            "steps": steps_said(definition),
            "window": window_said(definition.window_hours),
            "order": definition.order,
            "without": without_said(definition),
            "timed": definition.timed if definition.timed != "start" else "",
        }
    asked |= {
        "by": question.by,
        "attribution": str(question.attribution) if question.by else "",
        "since": "" if question.since is None else question.since.isoformat(),
    }
    return f"{path}?{urlencode({key: value for key, value in (asked | more).items() if value})}"


def answer(found: Found, fmt: Formats) -> Answer:
    """Return who comes through, and where most are lost."""
    titles = step_titles(found.question.definition, fmt)
    last = found.converted
    if not found.entered and not found.open:
        return Answer(message("Nobody came to “{step}”.", step=titles[0]))
    if found.entered < MINIMUM:
        return Answer(
            message(
                "Only {n} customers came to “{step}” {window} ago or longer: too few to say how "
                "many convert.",
                n=fmt.integer(found.entered),
                step=titles[0],
                window=_window(found, fmt),
            )
        )
    core = message(
        "{share} of the {n} customers at “{first}” come to “{last}”.",
        share=fmt.percent(last["share"]),
        n=fmt.integer(found.entered),
        first=titles[0],
        last=titles[-1],
    )
    ends = fmt.interval(last["share_low"], last["share_high"], "percent")
    worst = found.worst
    if worst is None:
        return Answer(core, ends)
    rest = message(
        "Most are lost before “{step}”: {lost} of {before}.",
        step=titles[worst["step"] - 1],
        lost=fmt.integer(worst["lost"]),
        before=fmt.integer(worst["before"]),
    )
    return Answer(core, ends, rest)


def figures(found: Found, fmt: Formats) -> list[Figure]:
    """Return the four figures: who enters, who converts, how fast, who is lost."""
    last, worst, question = found.converted, found.worst, found.question
    titles = step_titles(question.definition, fmt)
    enough = found.entered >= MINIMUM
    ends = fmt.interval(last["share_low"], last["share_high"], "percent") if enough else ""
    median = last["median_seconds"]
    return [
        Figure(
            message("Enter"),
            fmt.integer(found.entered),
            titles[0]
            if not found.open
            else message(
                "{step}; {n} more did within {window}, not judged yet",
                step=titles[0],
                n=fmt.integer(found.open),
                window=_window(found, fmt),
            ),
        ),
        Figure(
            message("Convert"),
            fmt.percent(last["share"]) if enough else None,
            message("{interval}, n = {n}", interval=ends, n=fmt.integer(found.entered)),
            spark=[row["share"] for row in found.weeks if row["complete"]],
        ),
        Figure(
            message("Time to convert, median"),
            None if median is None else lasting(median, fmt),
            ""
            if median is None
            else message(
                "mean {mean}, n = {n}",
                mean=lasting(last["mean_seconds"], fmt),
                n=fmt.integer(last["customers"]),
            ),
            absent=message("nobody converted"),
        ),
        Figure(
            message("Lost at the worst step"),
            None if worst is None else fmt.integer(worst["lost"]),
            "" if worst is None else titles[worst["step"] - 1],
            absent=message("nobody is lost"),
            href="" if worst is None else _lost(question, worst["step"]),
        ),
    ]


def _window(found: Found, fmt: Formats) -> str:
    return lasting(found.question.definition.window_hours * 3600, fmt)


def _lost(question: Question, step: int) -> str:
    return address(question, "/journey/funnel/lost", step=step)


def picture(found: Found, fmt: Formats) -> Chart:
    """Return the steps as bars with their shares, and everything about them in the table."""
    title = message("How many come to each step?")
    titles = step_titles(found.question.definition, fmt, numbered=True)
    if not found.entered:
        nobody = message("Nobody came to the first step long enough ago.")
        return too_little("funnel", title, nobody)
    links = [
        _lost(found.question, row["step"]) if row["step"] > 1 and row["lost"] else ""
        for row in found.steps
    ]
    made = bars(
        fmt,
        "funnel",
        title,
        [
            Bar(
                said, row["share"], *_ends(row),
                main=not row["optional"], href=href,
            )
            for said, row, href in zip(titles, found.steps, links, strict=True)
        ],
        unit="percent",
        name=message("Step"),
        value_name=message("Share of those who enter"),
        sort=False,
    )  # fmt: skip
    said = message("Whiskers are 95 % intervals. A bar opens who was lost before the step.")
    option = {**made.option, "xAxis": {**made.option["xAxis"], "max": 1}}
    return Chart(made.id, title, option, made.table, size=made.size).answering(said)


def _ends(row: Row, name: str = "share") -> tuple[float | None, float | None]:
    """The interval of a share; of the first step, which is all of itself, there is none."""
    return (None, None) if row["step"] == 1 else (row[f"{name}_low"], row[f"{name}_high"])


def steps_table(found: Found, fmt: Formats) -> DataTable:
    """Return every step: who came, of all and of the step before, who was lost, how fast."""
    headers: tuple[tuple[Words, str], ...] = (
        (message("Step"), "text"),
        (message("Customers"), "int"),
        (message("Of all"), "percent"),
        (message("From"), "percent"),
        (message("To"), "percent"),
        (message("Of the step before"), "percent"),
        (message("From"), "percent"),
        (message("To"), "percent"),
        (message("Lost"), "int"),
        (message("Not judged yet"), "int"),
        (message("Time since the first, median"), "text"),
    )
    titles = step_titles(found.question.definition, fmt, numbered=True)
    rows = [
        [
            said, row["customers"], row["share"], *_ends(row),
            row["step_share"], *_ends(row, "step_share"), row["lost"], row["open"],
            _time(row["median_seconds"], fmt),
        ]
        for said, row in zip(titles, found.steps, strict=True)
    ]  # fmt: skip
    links = [
        _lost(found.question, row["step"]) if row["step"] > 1 and row["lost"] else ""
        for row in found.steps
    ]
    return DataTable("funnel-steps", headers, rows, links=links)


def _time(seconds: float | None, fmt: Formats) -> str:
    return "–" if seconds is None else lasting(seconds, fmt)


def parts(found: Found, fmt: Formats) -> Chart | None:
    """Return conversion by the property that was asked for; None without one."""
    by = found.question.by
    if not by:
        return None
    title = message("{by}: who converts?", by=PROPERTIES.get(by, by))
    told = [(part, rows[-1]) for part, rows in found.parts.items() if _counted(found, part)]
    known = [(part, row) for part, row in told if _counted(found, part) >= MINIMUM]
    if not known:
        return too_little("funnel-parts", title, message("No group has {n} customers.", n=MINIMUM))
    made = bars(
        fmt,
        "funnel-parts",
        title,
        [
            Bar(part_said(by, part, fmt), row["share"], row["share_low"], row["share_high"])
            for part, row in known
        ],
        unit="percent",
        name=PROPERTIES.get(by, by),
        value_name=message("Convert"),
    )
    left = fmt.integer(found.left_out + len(told) - len(known))
    said = (
        message(
            "Of all who enter, those who convert under this value, whatever they entered under; "
            "groups of {n} customers or more, {left} more are not shown.",
            n=MINIMUM,
            left=left,
        )
        if found.question.attribution == "each"
        else message(
            "Groups of {n} customers or more; {left} more are not shown.", n=MINIMUM, left=left
        )
    )
    table = _parts_table(found, fmt)
    return Chart(made.id, title, made.option, table, size=made.size).answering(said)


def _counted(found: Found, part: str) -> int:
    """Customers of a group: who entered; where each step has its own value, at its largest step."""
    rows = found.parts[part] if found.question.attribution == "each" else found.parts[part][:1]
    return max(int(row["customers"]) for row in rows)


def _parts_table(found: Found, fmt: Formats) -> DataTable:
    titles = step_titles(found.question.definition, fmt)
    by = found.question.by
    headers: list[tuple[Words, str]] = [(PROPERTIES.get(by, by), "text")]
    headers += [(title, "int") for title in titles]
    headers += [(message("Convert"), "percent"), (message("From"), "percent"),
                (message("To"), "percent")]  # fmt: skip
    rows = [
        [
            part_said(by, part, fmt),
            *(row["customers"] for row in every),
            every[-1]["share"], every[-1]["share_low"], every[-1]["share_high"],
        ]
        for part, every in found.parts.items()
    ]  # fmt: skip
    return DataTable("funnel-parts-table", headers, rows)


def goes_with(found: Found, fmt: Formats) -> DataTable | None:
    """Return what goes with converting, the surest first; None where nothing can be told."""
    if not found.correlates:
        return None
    headers: tuple[tuple[Words, str], ...] = (
        (message("Met before, or came with"), "text"),
        (message("Customers"), "int"),
        (message("Convert with it"), "percent"),
        (message("Convert without"), "percent"),
        (message("Odds ×"), "float"),
        (message("From"), "float"),
        (message("To"), "float"),
        (message("Beyond chance"), "bool"),
    )
    rows = [
        [
            _thing(each.kind, each.value, fmt), each.customers, each.converted / each.customers,
            each.others_converted / each.others if each.others else None,
            round(each.odds_ratio, 2), round(each.low, 2), round(each.high, 2), each.telling,
        ]
        for each in found.correlates
    ]  # fmt: skip
    return DataTable("funnel-correlates", headers, rows)


def _thing(kind: str, value: str, fmt: Formats) -> str:
    if kind == "touchpoint":
        return named(TOUCHPOINTS, value, fmt)
    said = fmt.language.worded(PROPERTIES[kind]) if kind in PROPERTIES else kind
    return f"{said}: {part_said(kind, value, fmt)}"


def steps(found: Found, fmt: Formats) -> list[Step]:
    """Return what makes sense next."""
    made = []
    if found.worst is not None:
        said = step_titles(found.question.definition, fmt)[found.worst["step"] - 1]
        made.append(
            Step(
                message("See who is lost before “{step}”", step=said),
                _lost(found.question, found.worst["step"]),
            )
        )
    made.append(Step(message("Keep this funnel under a name"), "/definitions"))
    return made


def how(found: Found, built: Message | str, fmt: Formats) -> How:
    """Return how a funnel is computed."""
    window = found.question.definition.window_hours * 3600
    return How(
        message(
            "A customer comes to a step if there is a series of steps, one after the other, from "
            "the first to it within {window}. Steps of one moment count as done in order. A "
            "customer counts once, by the series that goes furthest; of several, the one that ends "
            "first, and of these the one that began last. {time} Who first came less than {window} "
            "ago is not judged yet.",
            window=lasting(window, fmt),
            time=fmt.language.worded(TIMED_TOLD[found.question.definition.timed]),
        ),
        formula=message("share = customers at the step / customers at the first step"),
        source=message(
            "Intervals: Wilson (1927), 95 %. Odds ratios: Woolf (1955) with Haldane and Anscombe’s "
            "half; what is beyond chance: Benjamini & Hochberg (1995), 5 %, of {n} customers or "
            "more with it and without.",
            n=MINIMUM,
        ),
        inputs=("journey_steps", "customers"),
        built=built,
        note=message(
            "What goes with converting is what customers met within {window} before they first "
            "came to the first step, and how they came to it. It is an association: it need not be "
            "why they convert.",
            window=lasting(window, fmt),
        ),
    )
