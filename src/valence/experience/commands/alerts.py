"""Alerts: `valence experience alerts`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from valence.core.clock import now
from valence.core.errors import NotFoundError
from valence.experience.alerts import answers, book
from valence.experience.alerts.book import Alert
from valence.experience.commands.group import experience
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.kit.published import published_tables
from valence.trust.actor import LOCAL


@experience.command("alerts", permission="experience:alert")
def alerts(
    brand: BrandFolder = HERE,
    acknowledge: Annotated[str, typer.Option("--acknowledge", help="Alert that was seen.")] = "",
    close: Annotated[str, typer.Option("--close", help="Alert to close by hand.")] = "",
    note: Annotated[str, typer.Option("--note", help="What is said with it.")] = "",
    day: Annotated[
        datetime | None,
        typer.Option("--day", formats=["%Y-%m-%d"], help="Day of the digest; else today."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Print the scores that fell more than chance explains, and what the day brought.

    Example: valence experience alerts --acknowledge 0193… --note "The courier changed"
    """
    with published_tables(brand, "answers") as asked:
        if asked.as_of is None:
            raise NotFoundError("No figures have been built yet. Run `valence build`.")
        house = asked.house
        for text, act in ((acknowledge, book.acknowledge), (close, book.close)):
            if text:
                found_id = answers.id_of(text)
                house.store.transact(
                    lambda unit, act=act, one=found_id: act(  # type: ignore[misc]
                        unit, one, actor=LOCAL.id, at=now(), note=note
                    )
                )
        found = answers.alerts_of(
            house, asked.tables, as_of=asked.as_of, day=day.date() if day else None
        )
        if as_json:
            watched = [{**seen.told(), "points": None} for seen in found.watched]
            print_json(asked.told({**found.told(), "watched": watched}))
            return
        print_table([_row(one) for one in found.open], title="Open alerts")
        digest = found.digest
        say(
            f"{len(found.open)} open, {found.unseen} seen by nobody; {len(found.watched)} charts "
            f"watched. On {digest.day}: {len(digest.fired)} fired, {len(digest.closed)} closed."
        )
        asked.say_day()


def _row(one: Alert) -> dict[str, Any]:
    return {
        "id": str(one.alert_id),
        "rule": one.rule,
        "where": one.entity or "all together",
        "since": str(one.began_on),
        "why": one.why,
        "score": round(100 * one.score, 1),
        "smoothed": round(100 * one.smoothed, 1),
        "limit": round(100 * one.low, 1),
        "usual": round(100 * one.centre, 1),
        "answers": one.n,
        "seen by": one.acknowledged_by,
    }
