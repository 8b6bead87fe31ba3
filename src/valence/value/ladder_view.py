"""The page of the ladder in words and pictures."""

from __future__ import annotations

from urllib.parse import urlencode

from valence.core.messages import Message, message
from valence.kit.charts import Bar, Cell, Chart, DataTable, bars
from valence.kit.codes import RUNGS
from valence.kit.format import Formats
from valence.kit.grids import grid
from valence.kit.page import Answer, Figure, How, Step, Words
from valence.value.ladder_answers import Ladder, Mean
from valence.value.ladder_mart import LEAVING, NOBODY_YET

ASKED = message("Where do customers stand, and who climbs?")
_YET = message("No customer yet")


def rung_title(name: str | None) -> Message | str:
    """Return the name of a rung; a brand's own names are shown as they are."""
    return "–" if name is None else RUNGS.get(name, name)


def answer(found: Ladder, fmt: Formats) -> Answer:
    """Return who climbed and who came down, in a sentence."""
    up, down = found.moved(up=True), found.moved(up=False)
    top = max((r for r in found.rungs if r.number > 0), key=lambda r: r.customers, default=None)
    core = message(
        "Of the customers of a year ago {up} stand higher now and {down} lower.",
        up=fmt.integer(up),
        down=fmt.integer(down),
    )
    if found.begins_on is not None:
        return Answer(
            core,
            rest=message(
                "The orders begin on {day}, so the year before is not whole: many who seem to have "
                "climbed were there already.",
                day=fmt.day(found.begins_on),
            ),
        )
    if top is None:
        return Answer(core)
    rest = message(
        "Most stand on “{rung}”: {k} of the {n} on the ladder.",
        k=fmt.integer(top.customers),
        n=fmt.integer(found.on),
        rung=rung_title(top.name),
    )
    return Answer(core, rest=rest)


def figures(found: Ladder, fmt: Formats) -> list[Figure]:
    """Return the four figures: on the ladder, worth of a step up, about to leave, stepped off."""
    gained, stayed = found.change_of(steps=1), found.change_of(steps=0)
    leaving = sum(rung.overdue for rung in found.rungs if rung.number > 1)
    known = sum(rung.with_rhythm for rung in found.rungs if rung.number > 1)
    off = next((rung for rung in found.rungs if rung.number == 0), None)
    return [
        Figure(message("On the ladder"), fmt.integer(found.on), href=_page("rung_number >= 1")),
        Figure(
            message("A step up brought, a year"),
            None if gained.mean is None else fmt.money_short(gained.mean),
            note=_against(gained, stayed, fmt),
        ),
        Figure(
            message("About to step off"),
            fmt.integer(leaving),
            note=message("of {n} whose rhythm is known", n=fmt.integer(known)),
            href=_page(LEAVING),
        ),
        Figure(
            message("Stepped off"),
            fmt.integer(off.customers if off else 0),
            note=message("no purchase for a year"),
            href=_page("rung_number == 0"),
        ),
    ]


def _against(gained: Mean, stayed: Mean, fmt: Formats) -> Message | str:
    if gained.low is None or gained.high is None:
        return ""
    interval = fmt.interval(gained.low, gained.high, "money_short")
    if stayed.mean is None:
        return message("{interval}, n = {n}", interval=interval, n=fmt.integer(gained.n))
    return message(
        "{interval}; who stayed: {stayed}",
        interval=interval,
        stayed=fmt.money_short(stayed.mean),
    )


def rungs(found: Ladder, fmt: Formats) -> Chart:
    """Return the rungs from the top down with who stands on each."""
    title = message("How many stand on each rung?")
    shown = sorted(found.rungs, key=lambda rung: -rung.number)
    made = bars(
        fmt,
        "rungs",
        title,
        [
            Bar(
                _worded(rung.name, fmt),
                rung.customers,
                main=rung.number > 0,
                href=_page(f"rung_number == {rung.number}"),
            )
            for rung in shown
        ],
        unit="count",
        name=message("Rung"),
        value_name=message("Customers"),
        sort=False,
    )
    headers: tuple[tuple[Words, str], ...] = (
        (message("Rung"), "text"),
        (message("Customers"), "int"),
        (message("A year before"), "int"),
        (message("Came up"), "int"),
        (message("Came down"), "int"),
        (message("Value a customer, 12 months"), "money"),
        (message("From"), "money"),
        (message("To"), "money"),
        (message("Silent too long"), "int"),
        (message("May stand higher"), "int"),
    )
    rows = [
        [
            _worded(rung.name, fmt), rung.customers, rung.before, rung.up, rung.down,
            rung.value.mean, rung.value.low, rung.value.high, rung.overdue, rung.unknown,
        ]
        for rung in shown
    ]  # fmt: skip
    links = [_page(f"rung_number == {rung.number}") for rung in shown]
    table = DataTable("rungs-table", headers, rows, links=links)
    return Chart(made.id, title, made.option, table, size=made.size).answering(_unknown(found, fmt))


def _unknown(found: Ladder, fmt: Formats) -> Message:
    unknown = sum(rung.unknown for rung in found.rungs if rung.number > 0)
    if not unknown:
        return message("Each customer stands on the highest rung whose rule holds.")
    return message(
        "Each customer stands on the highest rung whose rule holds. {n} of {on} may stand higher: "
        "“only here” needs an answer on the share of such purchases made here, “recommends” a "
        "score or a referral, and of them there is none.",
        n=fmt.integer(unknown),
        on=fmt.integer(found.on),
    )


def movement(found: Ladder, fmt: Formats) -> Chart:
    """Return the moves of a year: from the rung of each row to that of each column."""
    now = [rung for rung in found.rungs if rung.customers]
    then = [(NOBODY_YET, fmt.language.worded(_YET))]
    then += [(rung.number, _worded(rung.name, fmt)) for rung in found.rungs if rung.before]
    count = {(r["rung_prior_number"], r["rung_number"]): r["customers"] for r in found.moves}
    cells = [
        [
            Cell(
                count.get((number, rung.number)),
                message("{n} customers", n=fmt.integer(count.get((number, rung.number), 0))),
                _moved_page(number, rung.number),
            )
            for rung in now
        ]
        for number, _ in then
    ]
    made = grid(
        fmt,
        "movement",
        message("From which rung did they come within a year?"),
        [name for _, name in then],
        [_worded(rung.name, fmt) for rung in now],
        cells,
        unit="count",
        row_name=message("A year before"),
        column_name=message("Now"),
        size="l",
    )
    return made.answering(
        message("Rows: the rung of twelve months ago, by today's rules. Columns: the rung now.")
    )


def steps(found: Ladder, fmt: Formats) -> list[Step]:
    """Return what makes sense next."""
    leaving = sum(rung.overdue for rung in found.rungs if rung.number > 1)
    return [
        Step(
            message("Speak to who is about to step off"),
            _page(LEAVING),
            message("{n} customers, silent for more than twice their own rhythm",
                    n=fmt.integer(leaving)),
        ),
        Step(message("Change the rules of the rungs"), "/definitions"),
    ]  # fmt: skip


def how(built: Message | str) -> How:
    """Return how the ladder is made."""
    return How(
        message(
            "Each rung is a rule over what is known of a customer; a customer stands on the "
            "highest one that holds. Who has not bought for twelve months has stepped off. The "
            "year before is judged by the same rules on what was known then. What a step up "
            "brought is the change of yearly value of those who moved up: an association, not "
            "proof that the step caused it."
        ),
        source=message("ladder of loyalty (Christopher, Payne & Ballantyne 1991), seven rungs"),
        inputs=("ladder", "customers"),
        built=built,
        links=((message("How the table was built"), "/builds/tables/ladder"),),
    )


def _worded(name: str, fmt: Formats) -> str:
    title = rung_title(name)
    return fmt.language.worded(title) if isinstance(title, Message) else title


def _page(where: str) -> str:
    shown = ("customer_id", "rung", "rung_prior", "value_12m_amount", "days_since_order",
             "gap_days", "tier")  # fmt: skip
    asked = {"where": where, "sort": "-value_12m_amount", "show": shown}
    return f"/customers?{urlencode(asked, doseq=True)}"


def _moved_page(before: int, now: int) -> str:
    was = (
        "rung_prior_number is missing" if before == NOBODY_YET else f"rung_prior_number == {before}"
    )
    return _page(f"rung_number == {now} and {was}")
