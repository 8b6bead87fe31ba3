"""The journey map: `valence journey map`."""

from __future__ import annotations

from valence.core.errors import NotFoundError
from valence.journey.atlas_answers import atlas_of
from valence.journey.commands.group import journey
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table
from valence.kit.published import published_tables


@journey.command("map", permission="journey:read")
def map_(brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Print the journey map: each touchpoint with who passed.

    Example: valence journey map --json
    """
    with published_tables(brand, "journey_claims") as asked:
        found = atlas_of(asked.tables)
        if found is None:
            raise NotFoundError("No figures have been built yet. Run `valence build`.")
        if as_json:
            told = {"touchpoints": found.claims, "unrecognised": found.unrecognised}
            print_json(asked.told(told))
            return
        print_table([dict(row) for row in found.claims], title="Touchpoints")
        asked.say_day()
