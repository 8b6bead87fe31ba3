"""Alerts: `valence experience alerts`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from valence.core.clock import now
from valence.core.errors import NotFoundError
from valence.experience.alerts import answers, book, mailing
from valence.experience.alerts.book import Alert
from valence.experience.commands.group import experience
from valence.kit.commands import HERE, AsJson, BrandFolder, open_brand, print_json, print_table, say
from valence.kit.opened import OpenBrand
from valence.kit.published import published_tables
from valence.trust.actor import LOCAL


@experience.command("alerts", permission="experience:alert")
def alerts(  # noqa: PLR0913 - its options, each by its name
    brand: BrandFolder = HERE,
    acknowledge: Annotated[str, typer.Option("--acknowledge", help="Alert that was seen.")] = "",
    close: Annotated[str, typer.Option("--close", help="Alert to close by hand.")] = "",
    note: Annotated[str, typer.Option("--note", help="What is said with it.")] = "",
    day: Annotated[
        datetime | None,
        typer.Option("--day", formats=["%Y-%m-%d"], help="Day of the digest; else today."),
    ] = None,
    *,
    digest: Annotated[
        bool, typer.Option("--digest", help="Print what the day brought, as it is mailed.")
    ] = False,
    send: Annotated[
        bool,
        typer.Option("--send", help="Mail it, once a day, to those set; else yesterday's."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the scores that fell more than chance explains, and what the day brought.

    Example: valence experience alerts --acknowledge 0193… --note "The courier changed"

    Example: valence experience alerts --digest --send
    """
    if digest or send:
        _digest(brand, day.date() if day else None, send=send, as_json=as_json)
        return
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
        brought = found.digest
        say(
            f"{len(found.open)} open, {found.unseen} seen by nobody; {len(found.watched)} charts "
            f"watched. On {brought.day}: {len(brought.fired)} fired, {len(brought.closed)} closed."
        )
        asked.say_day()


def _digest(folder: Path, day: date | None, *, send: bool, as_json: bool) -> None:
    house = OpenBrand(open_brand(folder))
    try:
        today = now().astimezone(house.brand.settings.zone).date()
        on = day or (today - timedelta(days=1) if send else today)
        if send:
            done = mailing.mail_digest(house, on)
            if as_json:
                print_json(asdict(done))
            else:
                more = {
                    "sent": f" to {', '.join(done.to)}",
                    "sending": " since an earlier try; whether it arrived is not known",
                }
                say(f"Digest of {on}: {done.became}{more.get(done.became, '')}.")
            return
        mail = mailing.written(house, mailing.digest_of(house, on), ())
    finally:
        house.close()
    if as_json:
        print_json({"day": on, "subject": mail.subject, "text": mail.text})
    else:
        typer.echo(f"{mail.subject}\n\n{mail.text}")


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
