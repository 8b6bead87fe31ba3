"""Value layers and the brand: `valence experience layers|brand`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from valence.experience.brands import SHARES
from valence.experience.brands_answers import BY, CUSTOMER, brand_found
from valence.experience.commands.group import experience
from valence.experience.commands.research import day_of
from valence.experience.layers_answers import layers_found, offers_in_force
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.kit.format import Formats
from valence.kit.published import published_tables


@experience.command("layers", permission="experience:read")
def layers(brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Print each offer's services by layer of value and level of the pyramid of service.

    Example: valence experience layers --json
    """
    with published_tables(brand, "answers") as asked:
        with asked.house.store.reading() as view:
            definition = offers_in_force(view)
        found = [one.told() for one in layers_found(asked.tables, day_of(asked), definition)]
        if as_json:
            print_json(asked.told({"offers": found}))
            return
        if not found:
            say("No feature was asked about by Kano's pairs of questions within twelve months.")
        for offer in found:
            rows = [_service(row, asked.fmt) for row in offer["services"]]
            print_table(rows, title=offer["name"] or "All that customers were asked about")
        asked.say_day()


def _service(row: dict[str, Any], fmt: Formats) -> dict[str, object]:
    category = row["category"] or "not enough data"
    return {
        "service": row["service"],
        "people": row["n"],
        "Kano": category if row["clear"] is not False else f"{category}?",
        "pyramid": row["level"] or "",
        "layer": row["layer"] or "",
        "better than rivals": fmt.yes_no(row["ahead_of_competitors"]),
        "explains": _ends(row, "explains", "percent", fmt),
        "moves": row["moves_satisfaction"] or "",
        "at stake": _ends(row, "at_stake", "money_short", fmt),
    }


def _ends(row: dict[str, Any], name: str, how: str, fmt: Formats) -> str:
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    if value is None:
        return ""
    said = fmt.percent(value) if how == "percent" else fmt.money_short(value)
    return said if low is None else f"{said} ({fmt.interval(low, high, how)})"


@experience.command("brand", permission="experience:read")
def brand_said(
    brand: BrandFolder = HERE,
    by: Annotated[
        str, typer.Option("--by", help=f"Tell people apart by {', '.join(BY)}.")
    ] = CUSTOMER,
    *,
    as_json: AsJson = False,
) -> None:
    """Print awareness, distinctiveness and emotional connection, by brand and by segment.

    Example: valence experience brand --by tier
    """
    with published_tables(brand, "answers") as asked:
        told = brand_found(asked.tables, day_of(asked), by=by).told()
        if as_json:
            print_json(asked.told(told))
            return
        if not told["brands"]:
            say("Nobody was asked about brands within twelve months: see the guide on experience.")
        for title, rows in (("Brands", "brands"), (f"The own brand by {by}", "segments")):
            if told[rows]:
                print_table([_known(row, asked.fmt) for row in told[rows]], title=title)
        asked.say_day()


def _known(row: dict[str, Any], fmt: Formats) -> dict[str, object]:
    share = row["measure"] in SHARES
    value = "not enough data"
    ends = ""
    if row["value"] is not None:
        value = fmt.percent(row["value"]) if share else f"{row['value']:.2f}"
        ends = (
            fmt.interval(row["low"], row["high"], "percent")
            if share
            else f"{row['low']:.2f} – {row['high']:.2f}"
        )
    return {
        "": row["name"] or "(not known)",
        "measure": row["measure"].replace("_", " "),
        "people": row["n"],
        "value": value,
        "90 % interval": ends,
    }
