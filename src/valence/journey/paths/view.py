"""The page of paths in words and pictures: how customers really go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from valence.core.intervals import MINIMUM, wilson
from valence.core.messages import Message, message
from valence.journey.paths.answers import GoneOn, Loops, Variants, Walked, Ways
from valence.journey.paths.sankey import MOST, sankey
from valence.journey.paths.words import pair, touchpoint, way
from valence.journey.words import ASKED_FOR
from valence.kit.charts import Cell, Chart, DataTable, too_little
from valence.kit.codes import CHANNELS, lasting, named
from valence.kit.format import Formats
from valence.kit.grids import grid
from valence.kit.page import Answer, Figure, How, Step, Words

Row = Mapping[str, Any]
ASKED = message("How do customers really go?")
TITLE = message("Paths")
LISTED = 25  # ways that are listed, unless all are asked for
EVERY = 1000  # touchpoints of a step that are drawn where all are asked for


# -- the ways ------------------------------------------------------------------------------------


def ways_answer(found: Ways, fmt: Formats) -> Answer:
    """Return where journeys go next, in a sentence with its interval."""
    if found.gone_on is not None:
        return _gone_on(found.gone_on, found, fmt)
    anchor, back = found.question.start or found.question.end, not found.question.start
    back = back and bool(found.question.end)
    near = [f for f in found.flows if f["position"] == (-1 if back else 0)]
    if not near:
        if anchor:
            return Answer(message("No customer came to {name}.", name=touchpoint(anchor, fmt)))
        return Answer(message("No customer did anything in this time."))
    total = sum(f["journeys"] for f in near)
    best = max(near, key=lambda f: (f["journeys"], str(f["to_touchpoint"])))
    share, interval = _share(best["journeys"], total, fmt)
    core = _next(best, anchor, fmt, back=back, share=share, n=fmt.integer(total))
    if total < MINIMUM:
        return Answer(core, message("fewer than {n}: not enough data", n=MINIMUM))
    return Answer(core, interval)


def _next(best: Row, anchor: str, fmt: Formats, *, back: bool, share: str, n: str) -> Message:
    """The most frequent step from, or to, where the ways are told from."""
    start, end = best["from_touchpoint"], best["to_touchpoint"]
    if not anchor:
        return message("Journeys most often begin {way}: {share} of {n}.",
                       way=pair(start, end, fmt), share=share, n=n)  # fmt: skip
    here = touchpoint(anchor, fmt)
    if back and start is None:
        return message("Most often journeys begin at {to}: {share} of {n}.",
                       to=here, share=share, n=n)  # fmt: skip
    if back:
        return message("Journeys most often come to {to} from {name}: {share} of {n}.",
                       to=here, name=touchpoint(start, fmt), share=share, n=n)  # fmt: skip
    if end is None:
        return message("After {name} journeys most often end: {share} of {n}.",
                       name=here, share=share, n=n)  # fmt: skip
    return message("After {name} journeys most often go to {to}: {share} of {n}.",
                   name=here, to=touchpoint(end, fmt), share=share, n=n)  # fmt: skip


def _share(hits: int, n: int, fmt: Formats) -> tuple[str, Message]:
    low, high = wilson(hits, n)
    said = message("95 % interval {interval}", interval=fmt.interval(low, high, "percent"))
    return fmt.percent(hits / n), said


def _gone_on(gone: GoneOn, found: Ways, fmt: Formats) -> Answer:
    start, end = found.question.start, found.question.end
    if not gone.customers:
        return Answer(message("No customer came to {name}.", name=touchpoint(start, fmt)))
    share, interval = _share(gone.went_on, gone.customers, fmt)
    core = message("{share} of the {n} customers who came to {name} went on to {to}.",
                   share=share, n=fmt.integer(gone.customers),
                   name=touchpoint(start, fmt), to=touchpoint(end, fmt))  # fmt: skip
    if gone.customers < MINIMUM:
        return Answer(core, message("fewer than {n}: not enough data", n=MINIMUM))
    rest = message(
        "{n} of them directly, with nothing between; half within {time}.",
        n=fmt.integer(gone.directly), time=lasting(gone.median_seconds, fmt),
    )  # fmt: skip
    return Answer(core, interval, rest if gone.went_on else "")


def ways_figures(found: Ways, fmt: Formats) -> list[Figure]:
    """Return how many journeys are told, how many pairs there are, and who was left out."""
    begun = sum(e["steps"] for e in found.edges if e["from_touchpoint"] is None)
    inner = [e for e in found.edges if e["from_touchpoint"] and e["to_touchpoint"]]
    return [
        Figure(message("Journeys"), fmt.short(begun),
               note=message("ended by {n} days without a step", n=found.question.gap_days)),
        Figure(message("Steps a journey"),
               fmt.number((begun + sum(e["steps"] for e in inner)) / begun) if begun else None),
        _stopped(found, fmt),
        left_out_figure(found.walked, fmt),
    ]  # fmt: skip


def _stopped(found: Ways, fmt: Formats) -> Figure:
    """The share of journeys that go no further: of one touchpoint, ending or beginning there."""
    start, end = found.question.start, found.question.end
    back = bool(end) and not start
    near = [f for f in found.flows if f["position"] == (-1 if back else 0)]
    total = sum(f["journeys"] for f in near)
    last = "from_touchpoint" if back else "to_touchpoint"
    n = sum(f["journeys"] for f in near if f[last] is None)
    label = message("Of one touchpoint only")
    if start or end:
        label = message("Begin there") if back else message("End there")
    if total < MINIMUM:
        return Figure(label, None)
    share, interval = _share(n, total, fmt)
    return Figure(label, share, note=interval)


def left_out_figure(walked: Walked, fmt: Formats) -> Figure:
    """Return who was left out for having too many steps to be a person's."""
    return Figure(
        message("Customers left out"),
        fmt.integer(walked.customers_left_out),
        note=message(
            "more than {most} steps each, {steps} in all",
            most=fmt.integer(walked.most_steps), steps=fmt.integer(walked.steps_left_out),
        ),
    )  # fmt: skip


def ways_chart(
    found: Ways, fmt: Formats, *, unfolded: bool, page: Callable[[int, str, str], str]
) -> Chart:
    """Return the picture of ways."""
    start, end = found.question.start, found.question.end
    title: Message = message("Which ways do journeys take?")
    if start:
        title = message("Where do journeys go from {name}?", name=touchpoint(start, fmt))
    elif end:
        title = message("How do journeys come to {name}?", name=end)
    if not found.flows:
        return too_little("ways", title, message("Not enough data: no journey fits."))
    most = EVERY if unfolded else MOST
    return sankey(fmt, "ways", title, found.flows, most=most, main=start or end, page=page)


def ways_how(built: Words) -> How:
    """Return how ways are computed."""
    return How(
        message(
            "A journey is all that a customer did until nothing happened for longer than the days "
            "set. Steps at one moment stand in the order of their table and key; the same event "
            "fired twice at one moment is one step. In pictures and ways, steps at one touchpoint "
            "that follow each other count as one. Pairs are counted with all steps: how often one "
            "touchpoint directly follows another, how many customers did so at least once, the "
            "median time, and the time that nine of ten took at most."
        ),
        formula=message("share = journeys that take the way / journeys at that step"),
        source=message(
            "directly-follows graph (van der Aalst 2016); exact percentiles, type 7 of Hyndman & "
            "Fan (1996); Wilson interval (1927)"
        ),
        inputs=("journey_steps", "customers"),
        built=built,
        note=message(
            "Customers with more than {most} steps are robots, tests or tills and are left out "
            "whole; the page says how many.", most="10,000",
        ),
        links=((message("How the table was built"), "/builds/tables/journey_steps"),),
    )  # fmt: skip


def ways_steps(found: Ways, fmt: Formats) -> list[Step]:
    """Return what makes sense next."""
    anchor = found.question.start or found.question.end
    if anchor:
        return [Step(message("See all ways"), "/journey/paths")]
    best = next((e for e in found.edges if e["to_touchpoint"] and e["from_touchpoint"]), None)
    if best is None:
        return [Step(message("Set the touchpoints"), "/definitions")]
    return [
        Step(
            message("Where do they go from {name}?", name=touchpoint(best["from_touchpoint"], fmt)),
            f"/journey/paths?{urlencode({'from': best['from_touchpoint']})}",
        ),
        Step(message("Look at the loops"), "/journey/paths?part=loops"),
    ]


# -- the variants --------------------------------------------------------------------------------


def variants_answer(found: Variants, fmt: Formats) -> Answer:
    """Return the most frequent way, and how many ways cover most journeys."""
    if not found.rows:
        return Answer(message("No customer did anything in this time."))
    best = found.rows[0]
    share, interval = _share(best["journeys"], found.journeys, fmt)
    core = message("The most frequent way is {way}: {share} of {n} journeys.",
                   way=way(best["path"], fmt, cut=best["cut"]), share=share,
                   n=fmt.integer(found.journeys))  # fmt: skip
    ten = found.rows[: min(10, len(found.rows))]
    rest = message("The {k} most frequent ways cover {share}.",
                   k=len(ten), share=fmt.percent(ten[-1]["covered"]))  # fmt: skip
    if found.journeys < MINIMUM:
        return Answer(core, message("fewer than {n}: not enough data", n=MINIMUM), rest)
    return Answer(core, interval, rest)


def variants_table(found: Variants, fmt: Formats, *, most: int = LISTED) -> DataTable:
    """Return the most frequent ways with what they cover."""
    rows = [
        [
            way(row["path"], fmt, cut=row["cut"]), row["journeys"], row["customers"], row["share"],
            row["covered"], lasting(row["median_seconds"], fmt),
        ]
        for row in found.rows[:most]
    ]  # fmt: skip
    headers: tuple[tuple[Words, str], ...] = (
        (message("Way"), "text"),
        (message("Journeys"), "int"),
        (message("Customers"), "int"),
        (message("Share"), "percent"),
        (message("Covered so far"), "percent"),
        (message("Median time"), "text"),
    )
    return DataTable("variants", headers, rows)


def matrix_chart(found: Variants, fmt: Formats) -> Chart:
    """Return where journeys stand at each step."""
    title = message("Where are journeys at each step?")
    if found.journeys < MINIMUM:
        why = message("Not enough data: fewer than {n} journeys.", n=MINIMUM)
        return too_little("matrix", title, why)
    names = list(dict.fromkeys(cell["touchpoint"] for cell in found.matrix))
    reach = {n: sum(c["share"] for c in found.matrix if c["touchpoint"] == n) for n in names}
    names = sorted(names, key=lambda name: (-reach[name], name))[:12]
    steps = range(1, max(cell["position"] for cell in found.matrix) + 1)
    at = {(cell["position"], cell["touchpoint"]): cell for cell in found.matrix}
    cells = [[_matrix_cell(at.get((step, name)), fmt) for step in steps] for name in names]
    made = grid(
        fmt, "matrix", title, [touchpoint(name, fmt) for name in names],
        [fmt.integer(step) for step in steps], cells, unit="percent",
        row_name=message("Touchpoint"), column_name=message("Step of the way"), size="l",
    )  # fmt: skip
    return made.answering(message("Percent of all journeys; what lacks to 100 % has ended before."))


def _matrix_cell(cell: Row | None, fmt: Formats) -> Cell:
    if cell is None:
        return Cell(None)
    return Cell(cell["share"], message("{n} journeys", n=fmt.integer(cell["journeys"])))


# -- loops ---------------------------------------------------------------------------------------


def loops_answer(found: Loops, fmt: Formats) -> Answer:
    """Return the most frequent way back, and how often contacts came again."""
    turned = [row for row in found.loops if row["touchpoint"] != row["over"]]
    if not turned:
        core = message("No customer went from a touchpoint to another and straight back.")
    else:
        best = turned[0]
        core = message(
            "{n} customers went from {name} to {over} and straight back.",
            n=fmt.integer(best["customers"]), name=touchpoint(best["touchpoint"], fmt),
            over=touchpoint(best["over"], fmt),
        )  # fmt: skip
    contacts = sum(row["contacts"] for row in found.repeats)
    again = sum(row["repeated"] for row in found.repeats)
    if not contacts:
        return Answer(core)
    rest = message(
        "{share} of {n} contacts came again for the same matter within {days} days; {twice} of "
        "them through another channel.",
        share=_with_interval(again, contacts, fmt), n=fmt.integer(contacts),
        days=found.within_days, twice=fmt.integer(sum(row["asked_twice"] for row in found.repeats)),
    )  # fmt: skip
    return Answer(core, "", rest)


def _with_interval(hits: int, n: int, fmt: Formats) -> str:
    if n < MINIMUM:
        return fmt.percent(hits / n)
    low, high = wilson(hits, n)
    return f"{fmt.percent(hits / n)} ({fmt.interval(low, high, 'percent')})"


def loops_table(found: Loops, fmt: Formats) -> DataTable:
    """Return the ways back."""
    again = message("again at once")
    rows = [
        [
            way([row["touchpoint"], row["over"], row["touchpoint"]], fmt)
            if row["over"] != row["touchpoint"]
            else f"{touchpoint(row['touchpoint'], fmt)} ({fmt.language.worded(again)})",
            row["times"], row["customers"], lasting(row["median_seconds"], fmt),
        ]
        for row in found.loops
    ]  # fmt: skip
    headers: tuple[tuple[Words, str], ...] = (
        (message("Loop"), "text"),
        (message("Times"), "int"),
        (message("Customers"), "int"),
        (message("Median time until back"), "text"),
    )
    return DataTable("loops", headers, rows)


def repeats_table(found: Loops, fmt: Formats) -> DataTable:
    """Return the contacts that came again, by what they were about."""
    rows: list[list[Any]] = [
        [
            row["category"] or fmt.language.worded(message("not named")), row["contacts"],
            row["repeated"],
            *(
                (row["repeated_share"], row["repeated_low"], row["repeated_high"])
                if row["contacts"] >= MINIMUM
                else (None, None, None)
            ),
            row["asked_twice"], lasting(row["median_seconds"], fmt),
        ]
        for row in found.repeats
    ]  # fmt: skip
    headers: tuple[tuple[Words, str], ...] = (
        (message("About"), "text"),
        (message("Contacts"), "int"),
        (message("Came again"), "int"),
        (message("Share"), "percent"),
        (message("From"), "percent"),
        (message("To"), "percent"),
        (message("Told twice"), "int"),
        (message("Median time since"), "text"),
    )
    return DataTable("repeats", headers, rows, absent=message("not enough data"))


def asked_table(found: Loops, fmt: Formats) -> DataTable:
    """Return what touchpoints asked for again through another channel."""
    rows: list[list[Any]] = [
        [
            named(ASKED_FOR, row["asks"], fmt), row["asked"], row["customers"], row["again"],
            *(
                (row["again_share"], row["again_low"], row["again_high"])
                if row["asked"] >= MINIMUM
                else (None, None, None)
            ),
            _channels(row, fmt),
            lasting(row["median_seconds"], fmt),
        ]
        for row in found.asked
    ]  # fmt: skip
    headers: tuple[tuple[Words, str], ...] = (
        (message("Asked for"), "text"),
        (message("Times"), "int"),
        (message("Customers"), "int"),
        (message("Asked again elsewhere"), "int"),
        (message("Share"), "percent"),
        (message("From"), "percent"),
        (message("To"), "percent"),
        (message("Most often"), "text"),
        (message("Median time until then"), "text"),
    )
    return DataTable("asked-again", headers, rows, absent=message("not enough data"))


def _channels(row: Row, fmt: Formats) -> str | None:
    """The two channels through which the same was most often asked for."""
    if row["channel"] is None:
        return None
    return f"{named(CHANNELS, row['channel'], fmt)} → {named(CHANNELS, row['next_channel'], fmt)}"


def loops_how(built: Words, within_days: int) -> How:
    """Return how loops are computed."""
    return How(
        message(
            "A loop is two steps: from a touchpoint to another and at once back, within one "
            "journey; or the same touchpoint twice in a row. A contact came again where one before "
            "on the same case or in the same category was at most {days} days earlier; it was told "
            "twice where it came through another channel than that one. The same is asked for "
            "again where touchpoints that ask for it (their setting `asks`) are met through two "
            "channels at most {days} days apart; steps through one channel that follow each other "
            "in that time ask once.",
            days=within_days,
        ),
        source=message("Wilson interval (1927), 95 %"),
        inputs=("journey_steps", "contact_matters"),
        built=built,
    )
