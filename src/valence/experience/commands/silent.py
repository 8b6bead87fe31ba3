"""Silent leavers: `valence experience silent`."""

from __future__ import annotations

from typing import Any

from valence.core.errors import NotFoundError
from valence.experience.commands.group import experience
from valence.experience.silent_answers import silent_of
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.kit.format import Formats
from valence.kit.published import published_tables
from valence.kit.silence import Silence


@experience.command("silent", permission="experience:read")
def silent(brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Print how many of those who left never said a word, and what each complaint stands for.

    Example: valence experience silent --json
    """
    with published_tables(brand, "customers") as asked:
        found = None if asked.as_of is None else silent_of(asked.tables, until=asked.as_of)
        if found is None:
            raise NotFoundError("No figures have been built yet. Run `valence build`.")
        if as_json:
            print_json(asked.told(found.told()))
            return
        groups = {"all": found.all, "let down": found.wronged, **found.tiers}
        groups["all, by own rhythm"] = found.by_rhythm
        print_table([_row(name, each, asked.fmt) for name, each in groups.items()])
        if found.matters:
            print_table(
                [
                    {
                        "matter": each.matter,
                        "voiced": each.voiced,
                        "stands for": round(each.value),
                        "90 % interval": asked.fmt.interval(each.low, each.high, "integer"),
                    }
                    for each in found.matters
                ]
            )
        say(f"Left between {found.since} and {found.until}, told by the {found.sign}.")
        asked.say_day()


def _row(name: str, one: Silence, fmt: Formats) -> dict[str, Any]:
    known = one.enough
    return {
        "customers": name or "(no tier)",
        "n": one.customers,
        "left": round(one.left),
        "said nothing": fmt.percent(one.silent) if known else "not enough data",
        "90 % interval": fmt.interval(*one.silent_interval(), "percent") if known else "",
        "stands for": round(one.factor, 1) if known and one.factor is not None else None,
    }
