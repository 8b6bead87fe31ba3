"""The journey board: every stage by the same measures, side by side."""

from __future__ import annotations

from valence.core.intervals import MINIMUM
from valence.core.messages import message
from valence.journey.map_answers import JourneyMap, Measures, Share
from valence.journey.words import METRICS as METRIC_WORDS
from valence.journey.words import points
from valence.kit.charts import DataTable
from valence.kit.codes import STAGES, lasting, named
from valence.kit.format import Formats
from valence.kit.page import Words


def board(found: JourneyMap, fmt: Formats) -> DataTable:
    """Return the journey board: at least fifteen measures of each stage, each with its n."""
    stages = [(stage, found.stages[stage]) for stage in found.definition.stages]
    headers: list[tuple[Words, str]] = [(message("Measure"), "text")]
    headers += [(named(STAGES, stage, fmt), "text") for stage, _ in stages]
    told = [cells_of(measures, fmt) for _, measures in stages]
    rows = [[cells[0][0], *(cell for _, cell in cells)] for cells in zip(*told, strict=True)]
    return DataTable("board", tuple(headers), rows)


def cells_of(measures: Measures, fmt: Formats) -> list[tuple[Words, str | None]]:
    """Return every measure of one place: its name, and what it is."""
    return [(label, cell(measures, fmt)) for label, cell in _BOARD]


def _share(share: Share, fmt: Formats) -> str | None:
    if share.share is None or share.interval is None:
        return None if not share.n else _few(share.n, fmt)
    return f"{fmt.percent(share.share)} ({fmt.interval(*share.interval, 'percent')})"


def _few(n: int, fmt: Formats) -> str:
    return fmt.language.worded(message("too few: {n}", n=fmt.integer(n)))


def _felt(measures: Measures, metric: str, fmt: Formats) -> str | None:
    feeling = measures.felt.now.get(metric)
    if feeling is None:
        return None
    if not feeling.enough:
        return _few(feeling.n, fmt)
    low, high = feeling.interval
    return (
        f"{points(feeling.score, fmt)} ({points(low, fmt)} – {points(high, fmt)}), "
        f"n = {fmt.integer(feeling.n)}"
    )


def _stake(measures: Measures, fmt: Formats) -> str | None:
    stake = measures.stake
    if stake is None or stake.amount is None:
        return None
    return f"{fmt.money_short(stake.amount)} ({fmt.interval(stake.low, stake.high, 'money_short')})"


def _days(measures: Measures, fmt: Formats) -> str | None:
    days = measures.onward_days
    if days is None:
        return None
    return lasting(days * 86_400, fmt)


def _sentiment(measures: Measures, fmt: Formats) -> str | None:
    said = measures.sentiment
    if said is None:
        return None
    if said["n"] < MINIMUM:
        return _few(said["n"], fmt)
    return f"{fmt.cell(round(said['mean'], 2), 'float')}, n = {fmt.integer(said['n'])}"


def _silent(measures: Measures, fmt: Formats) -> str | None:
    said = measures.silent
    if said is None:
        return None
    if said["silent_share"] is None:
        return _few(round(said["leavers"]), fmt)
    interval = fmt.interval(said["silent_low"], said["silent_high"], "percent")
    return f"{fmt.percent(said['silent_share'])} ({interval})"


def _per_1000(measures: Measures, fmt: Formats) -> str | None:
    rate = measures.complaints_per_1000
    return None if rate is None else fmt.short(round(rate, 1))


_BOARD = (
    (message("Customers reached"), lambda m, fmt: fmt.integer(m.customers)),
    (message("In as many months before"), lambda m, fmt: fmt.integer(m.customers_before)),
    (message("Steps"), lambda m, fmt: fmt.integer(m.steps)),
    (message("Go on to a later stage"), lambda m, fmt: _share(m.onward, fmt)),
    (message("Median time until then"), _days),
    (message("Last step of all"), lambda m, fmt: _share(m.lost, fmt)),
    (message("Left without a word, of those who left after it"), _silent),
    (METRIC_WORDS["nps"], lambda m, fmt: _felt(m, "nps", fmt)),
    (METRIC_WORDS["csat"], lambda m, fmt: _felt(m, "csat", fmt)),
    (message("CES (higher is easier)"), lambda m, fmt: _felt(m, "ces", fmt)),
    (message("Mood of words, −1 to 1"), _sentiment),
    (message("Complaints per 1,000 customers"), _per_1000),
    (message("Come again about the same"), lambda m, fmt: _share(m.contacts, fmt)),
    (
        message("Told or asked the same twice, through another channel"),
        lambda m, fmt: _share(m.asked_twice, fmt),
    ),
    (message("Solved at first contact"), lambda m, fmt: _share(m.first_contact, fmt)),
    (message("Service standard kept"), lambda m, fmt: _share(m.kept, fmt)),
    (message("Designed moment delivered"), lambda m, fmt: _share(m.delivered, fmt)),
    (message("Largest value at stake"), _stake),
)
