"""What alerts watch: each measure as counts by day and entity, wherever it is published."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from valence.experience.alerts.kinds import ALL, SOLVED_DAYS, By, Metric
from valence.experience.apart import contacts_of, told_apart, with_stage, with_trait
from valence.experience.text.said import KEY, contact_key
from valence.experience.traits import OF_CUSTOMER
from valence.kit.codes import AT_LENGTH
from valence.lake.reading import Tables

_CLOCK = ("opened_at", "solved_at")
_OF_ROWS = ("no_complaint", "solved", "standard")  # rows that are no answers


def measured(tables: Tables, metric: Metric, by: By) -> ir.Table | None:
    """Return what there is of a measure; None where nothing of it was published.

    Returns
    -------
    Table or None
        `entity` (text; empty for all together), `on` (day), `n`, `good`, `bad` (int). A row may be
        one answer or the sum of many. Rows of no named entity are left out.
    """
    if metric == "sentiment":
        t = _texts(tables)
    elif metric in ("no_complaint", "solved"):
        t = _contacts(tables, metric)
    elif metric == "standard":
        t = _standards(tables)
    else:
        t = _answers(tables, metric)
    if t is None:
        return None
    if by == "all":
        return t.select("on", "n", "good", "bad", entity=ibis.literal(ALL))
    t = _apart(tables, t, metric, by)
    t = t.filter(ibis.coalesce(t.name, "") != "")
    return t.select("on", "n", "good", "bad", entity=t.name)


def _apart(tables: Tables, t: ir.Table, metric: str, by: str) -> ir.Table:
    """Rows with `name`, the entity of each."""
    if by in OF_CUSTOMER:
        return with_trait(tables, t, by)
    if metric not in _OF_ROWS:
        return told_apart(tables, t, by)
    if by == "stage":
        if not tables.has("touchpoint_names"):
            return t.mutate(name=ibis.null("string"))
        t = with_stage(t, tables.table("touchpoint_names"))
    return t.mutate(name=t[by].nullif(""))


def _answers(tables: Tables, metric: str) -> ir.Table | None:
    if not tables.has("answers"):
        return None
    t = tables.table("answers")
    t = t.filter(t.metric == metric, t.subject == "own", t.good.notnull())
    return _counted(t, t.good, t.bad)


def _texts(tables: Tables) -> ir.Table | None:
    """Return the words of answers and of contacts; who answered a contact is its agent."""
    if not (tables.has("feedback_texts") and tables.has("answers")):
        return None
    t = tables.table("feedback_texts")
    t = t.filter(t.sentiment.notnull(), t.subject == "own", ~t.metric.isin(AT_LENGTH))
    a = tables.table("answers").select(*KEY, "at", "order_id", "store", "agent")
    t = t.left_join(a, KEY).drop("source_right", "feedback_id_right")
    if tables.has("contacts"):
        c = tables.table("contacts")
        c = c.select("source", feedback_id=contact_key(c), served_by="agent")
        t = t.left_join(c, KEY).drop("source_right", "feedback_id_right")
        t = t.mutate(agent=ibis.coalesce(t.agent.nullif(""), t.served_by)).drop("served_by")
    return _counted(t, t.sentiment > 0.0, t.sentiment < 0.0)


def _contacts(tables: Tables, metric: str) -> ir.Table | None:
    if not (tables.has("contacts") and tables.has("identifier_map")):
        return None
    t = contacts_of(tables)
    t = t.mutate(on=t.opened_on)
    if metric == "no_complaint":
        t = t.filter(t.complaint.notnull())
        return _counted(t, ~t.complaint, t.complaint)
    seconds = [t[name].truncate("s").epoch_seconds().cast("int64") for name in _CLOCK]
    soon = ibis.coalesce(seconds[1] - seconds[0] <= SOLVED_DAYS * 86_400, ibis.literal(value=False))
    return _counted(t, soon, ~soon)


def _standards(tables: Tables) -> ir.Table | None:
    if not tables.has("touchpoint_days"):
        return None
    t = tables.table("touchpoint_days")
    t = t.filter(t.promised > 0)
    return t.mutate(n=t.promised, good=t.kept, bad=t.promised - t.kept)


def _counted(t: ir.Table, good: ir.BooleanValue, bad: ir.BooleanValue) -> ir.Table:
    return t.mutate(n=ibis.literal(1, "int64"), good=good.cast("int64"), bad=bad.cast("int64"))
