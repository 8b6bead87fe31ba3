"""Opening follow-ups after a build: who is due one gets one, once."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from valence.core.clock import now
from valence.definitions import Version, definition_at
from valence.definitions.reading import in_force
from valence.experience.followups import due
from valence.experience.followups.book import Clocks, Trigger, open_new
from valence.experience.followups.definition import FOLLOW_UP_KIND, FollowUpDefinition
from valence.experience.marking import marked, set_mark
from valence.kit.opened import OpenBrand
from valence.lake.reading import Tables
from valence.store import Unit, View

MARK = "follow_ups"
MOST = 20_000  # opened at once: more than anybody can follow up are a mistake in the rules
_AT_ONCE = 2000  # ids in one question

_log = logging.getLogger(__name__)


def open_due(opened: OpenBrand) -> int:
    """Open the follow-ups that what was published last calls for; return how many.

    It costs one small question where nothing new was published, and opens each only once, so that
    a worker may call it as often as it likes.
    """
    reader = opened.readers()
    with opened.store.reading() as view:
        definition, version = definition_in_force(view)
        mark = f"{reader.snapshot.head.revision}:{version.content_hash if version else ''}"
        if marked(view, MARK) == mark:
            return 0
        mapped = mapped_owners(view)
    as_of = reader.snapshot.as_of
    if as_of is None or not reader.has("answers"):
        return 0
    found = list(triggers(reader, definition, as_of=as_of, until=now()))
    owned = [(each, definition.owner_of(_place(each), mapped)) for each in found]
    calendar = definition.calendar(opened.brand.settings.zone)

    def work(unit: Unit) -> int:
        number = version.version if version else None
        made = open_new(unit, owned, Clocks.of(definition, calendar), at=now(), version=number)
        set_mark(unit, MARK, mark)
        return made

    made = opened.store.transact(work)
    if made:
        _log.info("%d follow-ups were opened.", made)
    return made


def definition_in_force(view: View) -> tuple[FollowUpDefinition, Version | None]:
    """Return what is set for follow-ups now; the defaults where nothing is."""
    return in_force(view, FOLLOW_UP_KIND, FollowUpDefinition, now())


def mapped_owners(view: View) -> dict[str, str]:
    """Return who answers for each touchpoint by the journey map, by its name in small letters."""
    version = definition_at(view, "journey", "journey", now())
    touchpoints = [] if version is None else version.document.get("touchpoints", [])
    return {each["name"].casefold(): each["owner"] for each in touchpoints if each.get("owner")}


def triggers(
    tables: Tables, definition: FollowUpDefinition, *, as_of: date, until: datetime
) -> Iterator[Trigger]:
    """Yield what calls for a follow-up in the published tables, oldest first, a row once.

    Parameters
    ----------
    tables
        The published tables.
    definition
        What is set.
    as_of
        The day that the figures stand for: what is older than `days_back` before it is left.
    until
        Contacts after that are mistakes.
    """
    since = as_of - timedelta(days=definition.days_back)
    rows = _rows(tables, definition, since, until)
    rows.sort(key=lambda row: (row["happened_at"], row["source"], row["row_id"]))
    stores = stores_of(tables, [row for row in rows if row["order_id"]])
    seen = set()
    first = sorted(rows, key=lambda row: due.rank(row["reason"]))
    kept: dict[tuple[str, str, str], str] = {}
    for row in first:
        kept.setdefault((row["origin"], row["source"], row["row_id"]), row["reason"])
    for row in rows:
        key = (row["origin"], row["source"], row["row_id"])
        if kept[key] != row["reason"] or key in seen:
            continue
        seen.add(key)
        store = stores.get((row.pop("order_id"), row["customer_id"]))
        del row["on"]  # the book keeps the instant
        yield _trigger(row, store)


def _rows(
    tables: Tables, definition: FollowUpDefinition, since: date, until: datetime
) -> list[dict[str, Any]]:
    rows = []
    for table in due.called_for(tables, definition, since=since, until=until):
        t = table if definition.nameless else table.filter(table.customer_id.notnull())
        rows += tables.rows(t.order_by(t.happened_at.desc(), t.row_id).limit(MOST))
    return rows


def stores_of(tables: Tables, rows: list[dict[str, Any]]) -> Mapping[tuple[str, str | None], str]:
    """Return the store of each order that something is about, by order and customer."""
    ids = sorted({row["order_id"] for row in rows})
    found: dict[tuple[str, str | None], str] = {}
    if not tables.has("order_facts"):
        return found
    t = tables.table("order_facts")
    t = t.filter(t.store.notnull()).select("order_id", "customer_id", "store")
    for start in range(0, len(ids), _AT_ONCE):
        for row in tables.rows(t.filter(t.order_id.isin(ids[start : start + _AT_ONCE]))):
            found[row["order_id"], row["customer_id"]] = row["store"]
    return found


def _trigger(row: Mapping[str, Any], store: str | None) -> Trigger:
    who, at = row["customer_id"], row["happened_at"]
    return Trigger(
        **{
            **row,
            "customer_id": UUID(who) if who else None,
            "happened_at": at if at.tzinfo else replace_zone(at),
            "store": store,
        }
    )


def replace_zone(at: datetime) -> datetime:
    """Return an instant that has no zone as one in UTC."""
    return at.replace(tzinfo=UTC)


def _place(trigger: Trigger) -> dict[str, str | None]:
    return {
        "touchpoint": trigger.touchpoint,
        "channel": trigger.channel,
        "store": trigger.store,
    }
