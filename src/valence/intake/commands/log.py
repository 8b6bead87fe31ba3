"""The log of imports: `valence imports list|show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from valence.intake.commands.group import imports, opened
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say

if TYPE_CHECKING:
    from valence.intake.log import Logged


@imports.command("list", permission="intake:read")
def list_imports(
    brand: BrandFolder = HERE,
    limit: Annotated[int, typer.Option(min=1, max=500, help="So many at most.")] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """Print what was imported, newest first. Example: valence imports list --limit 5."""
    from valence.intake import log  # noqa: PLC0415 - loads the lake

    with opened(brand) as house:
        found = log.imports(house.readers(), limit=limit)
    if as_json:
        print_json([_logged(one) for one in found])
        return
    print_table(
        [
            {
                "import": one.import_id,
                "at": one.imported_at,
                "files": one.names,
                "read": one.summary.read,
                "new": one.summary.new,
                "updated": one.summary.updated,
                "unchanged": one.summary.unchanged,
                "quarantined": one.summary.quarantined,
            }
            for one in found
        ]
    )
    if not found:
        say("Nothing has been imported yet. Begin with `valence import orders.csv`.")


@imports.command("show", permission="intake:read")
def show_import(
    import_id: Annotated[str, typer.Argument(help="Id of the import, or its beginning.")],
    brand: BrandFolder = HERE,
    *,
    as_json: AsJson = False,
) -> None:
    """Print one import with its totals by month. Example: valence imports show 0192f0c1."""
    from valence.intake import log  # noqa: PLC0415 - loads the lake
    from valence.intake.telling import told  # noqa: PLC0415

    with opened(brand) as house:
        found = log.one_import(house.readers(), import_id)
    print_json(_logged(found)) if as_json else told(found.summary, house.brand)


def _logged(one: Logged) -> dict[str, Any]:
    from valence.intake.log import as_json  # noqa: PLC0415

    return {**as_json(one.summary), "imported_at": one.imported_at}
