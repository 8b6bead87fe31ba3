"""The journey map."""

from __future__ import annotations

from fastapi.responses import Response

from valence.core.messages import message
from valence.journey.atlas_answers import atlas_of
from valence.journey.pages.router import pages
from valence.kit.ask import Ask
from valence.kit.built import unbuilt
from valence.kit.charts import DataTable

ASKED = message("Where is value won and lost on the way?")


@pages.get("/journey", permission="journey:read")
def map_page(ask: Ask) -> Response:
    """Show the journey map."""
    found = atlas_of(ask.reader)
    will = message("Each touchpoint with who passed, what they felt and what is at stake.")
    if found is None:
        empty = unbuilt(ask, will, "journey_claims")
        title = message("Journey map")
        return ask.page("kit/empty.html", title=title, question=ASKED, empty=empty)
    table = DataTable(
        "claims",
        ((message("Touchpoint"), "text"), (message("Steps"), "int")),
        [[row["touchpoint"], row["taken"]] for row in found.claims],
    )
    return ask.page("journey/atlas.html", question=ASKED, table=table)
