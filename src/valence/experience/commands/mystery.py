"""Mystery visits: `valence experience mystery`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from valence.core.errors import NotFoundError
from valence.experience.commands.group import experience
from valence.experience.mystery.answers import Place, mystery_of
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.kit.published import published_tables

_NEWEST = 8  # visits that are printed; --json has all


@experience.command("mystery", permission="experience:read")
def mystery(
    brand: BrandFolder = HERE,
    checklist: Annotated[str, typer.Option("--checklist", help="Which; else the first.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Print what mystery visitors saw, beside what customers say at the same places.

    Example: valence experience mystery --checklist store-visit
    """
    with published_tables(brand) as asked:
        found = mystery_of(asked.house, asked.tables, checklist)
        if found is None:
            raise NotFoundError(
                "No checklist has been published yet. Write one: "
                "`valence definitions export` shows where."
            )
        if as_json:
            print_json(asked.told(found.told()))
            return
        print_table([_row(each) for each in found.places], title=found.checklist.title)
        newest = [_visit(each) for each in found.told()["visits"][:_NEWEST]]
        print_table(newest, title="Newest visits")
        agreed = found.agreement
        if agreed is not None and agreed.enough and agreed.kappa is not None:
            say(f"Visitors agree with kappa {agreed.kappa:.2f} on {agreed.items} points.")
        else:
            say("Not enough points were seen by several visitors to say how far they agree.")


def _visit(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "score": round(told["score"], 1), "photo": told["photo"] or ""}


def _row(each: Place) -> dict[str, Any]:
    value, said = each.visits.value, each.customers.value
    return {
        "place": each.place,
        "whose": each.subject,
        "visits": each.visits.n,
        "points met": None if value is None else round(value, 1),
        "customers say": None if said is None else round(said, 1),
        "answers": each.customers.n,
        "difference": None if each.gap is None else round(each.gap, 1),
    }
