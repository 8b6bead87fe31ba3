"""Whether a solved follow-up helped: customers with one against those whom nobody followed up.

Both had the same bad experience; what they did in the months after it was solved is compared,
adjusted for what was known of them before. For the others these months begin after the time that
it usually took: who bought before it was solved was not won back by that. It is an adjusted
association, no proof: who is followed up is not drawn by lot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median_low
from typing import Any, Literal

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day, months_before
from valence.experience.followups import due
from valence.experience.followups.book import FollowUp
from valence.experience.followups.definition import FollowUpDefinition
from valence.kit.around import bought_around
from valence.lake.portable import in_panel
from valence.lake.reading import Tables

MINIMUM = 50  # customers on either side
CONFIDENCE = 0.9
LOOKED_BACK = 36  # months, before the months in which they may come back
MOST = 20_000  # moments that are compared: more would make it slower, hardly surer
Verdict = Literal["more", "less", "not told apart", "not alike", "too few"]


@dataclass(frozen=True, slots=True)
class Effect:
    """A difference of the followed up against those alike, with its interval (90 %)."""

    value: float
    low: float
    high: float
    naive: float  # the plain difference

    @property
    def told_apart(self) -> bool:
        """Whether it is more than chance."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Compared:
    """What is known of the help of follow-ups; per customer, in the months after."""

    verdict: Verdict  # of who bought again
    followed: int  # customers with a solved follow-up whose months are over
    others: int  # with the same bad experience, whom nobody followed up
    months: int
    minimum: int = MINIMUM
    bought_share: float | None = None  # of the followed up who bought again
    bought: Effect | None = None  # as a share
    value: Effect | None = None  # in money, of one customer
    apart: float | None = None  # largest standardised difference left

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        made: dict[str, Any] = {
            "label": "adjusted association",
            "verdict": self.verdict,
            "n": self.followed,
            "others": self.others,
            "minimum": self.minimum,
            "months": self.months,
            "confidence": CONFIDENCE,
            "bought_share": self.bought_share,
            "apart": self.apart,
        }
        for name, effect, ending in (("bought", self.bought, "share"),
                                     ("value", self.value, "amount")):  # fmt: skip
            for part in ("value", "low", "high", "naive"):
                key = {"value": "difference"}.get(part, part)
                made[f"{name}_{key}_{ending}"] = None if effect is None else getattr(effect, part)
        return made


def followed_up(
    found: Sequence[FollowUp], called: Mapping[Any, Any], zone: Any
) -> tuple[dict[str, tuple[date, date]], set[str]]:
    """Return whose matter was solved (when it happened, when it was solved), and whose was touched.

    Parameters
    ----------
    found
        Follow-ups, oldest first.
    called
        The customer that each id stands for now.
    zone
        Of the business day.
    """
    solved: dict[str, tuple[date, date]] = {}
    touched = set()
    for one in found:
        if one.customer_id is None:
            continue
        who = str(called.get(one.customer_id, one.customer_id))
        if one.solved_at is not None:
            days = (one.happened_at.astimezone(zone).date(), one.solved_at.astimezone(zone).date())
            solved.setdefault(who, days)
        if one.state != "open":  # a call that solved nothing yet may have helped as well
            touched.add(who)
    return solved, touched


def bad_moments(
    tables: Tables, definition: FollowUpDefinition, *, since: date, until: date
) -> ir.Table:
    """Return the bad experiences that open follow-ups: `customer_id`, `on`, `matter`, `share`."""
    # The instant only leaves out what is to come; which day it was in the zone, `on` says.
    late = datetime.combine(until + timedelta(days=2), time(), UTC)
    columns = ("customer_id", "on", "matter", "share")
    t, *more = (
        each.select(*columns)
        for each in due.called_for(tables, definition, since=since, until=late)
    )
    t = t.union(*more) if more else t
    t = t.filter(t.customer_id.notnull(), t.on <= as_day(until))
    return t.group_by("customer_id", "on").agg(matter=t.matter.min(), share=t.share.min())


def with_orders(moments: ir.Table, order_facts: ir.Table, *, days: int) -> ir.Table:
    """Return moments with what was bought before each and in the days after what follows.

    Parameters
    ----------
    moments
        `customer_id`, `on`, `start` (the day after which it is looked whether they come back), and
        whatever else is to be kept.
    order_facts
        The mart.
    days
        After the start that count.

    Returns
    -------
    Table
        With `value_91`, `value_365`, `value_before`, `orders_365`, `orders_before`, `recency_days`,
        `tenure_days` (−1 without an order before), `later` and `bought` (0 or 1): all float.
    """
    known = bought_around(
        moments.select("customer_id", "on").distinct(), order_facts, values=(91, 365), counts=(365,)
    ).drop("later", "later_orders")
    came = bought_around(
        moments.select("customer_id", on="start").distinct(), order_facts, values=(), counts=(),
        following=days,
    )  # fmt: skip
    came = came.select("customer_id", "later", "later_orders", start="on")
    t = moments.join(known, ["customer_id", "on"]).join(came, ["customer_id", "start"])
    bought = (t.later_orders > 0).ifelse(1.0, 0.0).cast("float64")
    return t.mutate(bought=bought).drop("later_orders")


def compared(
    tables: Tables,
    definition: FollowUpDefinition,
    solved: Mapping[str, tuple[date, date]],
    touched: set[str],
    *,
    as_of: date,
) -> Compared:
    """Return whether the followed up came back more often, and spent more, than those alike.

    Parameters
    ----------
    tables
        The published tables.
    definition
        What opens follow-ups.
    solved, touched
        As `followed_up` gives them.
    as_of
        The last day that the figures cover: whose months are not over is left out.
    """
    months = definition.recovery_months
    until = months_before(as_of, months)
    over = {
        who: (happened, solved_on)
        for who, (happened, solved_on) in solved.items()
        if happened <= solved_on <= min(until, months_before(happened, -months))
    }
    bare = Compared("too few", len(over), 0, months)
    if len(over) < MINIMUM or not tables.has("order_facts"):
        return bare
    delay = median_low((solved_on - happened).days for happened, solved_on in over.values())
    since = months_before(until, LOOKED_BACK)
    moments = _started(bad_moments(tables, definition, since=since, until=until), over, delay)
    moments = moments.filter(moments.start <= as_day(until))
    count = tables.one(moments.agg(n=moments.count()))
    share = min(1.0, MOST / max(int(count["n"]) if count else 0, 1))
    some = moments.filter(in_panel(moments.customer_id, share) | moments.own).drop("own")
    days = (as_of - until).days
    rows = tables.rows(with_orders(some, tables.table("order_facts"), days=days))
    from valence.experience.followups.effects import effect_of  # noqa: PLC0415 - loads scipy

    return effect_of(bare, rows, {who: happened for who, (happened, _) in over.items()}, touched)


def _started(moments: ir.Table, over: Mapping[str, tuple[date, date]], delay: int) -> ir.Table:
    """Return moments with `start`, the day it was solved or would have been, and whose it is.

    Parameters
    ----------
    moments
        As `bad_moments` gives them.
    over
        When it happened and was solved, by customer; of more than `MOST` the last.
    delay
        Days after which the matters of the others would have been solved.
    """
    import pyarrow as pa  # noqa: PLC0415 - the pages of one follow-up need none

    last = list(over.items())[-MOST:]
    own = pa.table(
        {
            "customer_id": pa.array([who for who, _ in last], pa.string()),
            "on": pa.array([happened for _, (happened, _) in last], pa.date32()),
            "solved_on": pa.array([solved_on for _, (_, solved_on) in last], pa.date32()),
        }
    )
    t = moments.left_join(ibis.memtable(own), ["customer_id", "on"])
    usual = (t.on + ibis.interval(days=delay)).cast("date")
    start = ibis.coalesce(t.solved_on, usual)
    return t.select(*moments.columns, start=start, own=t.solved_on.notnull())
