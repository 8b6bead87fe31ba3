"""For developers: write the next numbered migration from what the rooms' `tables.py` declare.

    python -m valence.store.migrations.draft "identifier map" people

compares the tables of the named rooms (of all, when none is named) with what the migrations so far
make, and writes `versions/NNNN_identifier_map.py` for you to read and correct.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic import command

import valence
from valence.store.engine import WRITES, open_engine
from valence.store.metadata import metadata
from valence.store.migrations import config, migrate, numbers


def load_tables(rooms: set[str] | None = None) -> list[str]:
    """Import `tables.py` of these rooms (None: of all); return the names of the modules."""
    root = Path(valence.__path__[0])
    found = [file.relative_to(root).parent.parts for file in sorted(root.rglob("tables.py"))]
    modules = [
        f"valence.{'.'.join(parts)}.tables" for parts in found if not rooms or parts[0] in rooms
    ]
    for module in modules:
        import_module(module)
    return modules


def draft(title: str, rooms: set[str] | None = None) -> list[Path]:
    """Write the next migration; return the new files."""
    load_tables(rooms)
    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/draft.db")
        if numbers():
            migrate(engine)
        with engine.connect().execution_options(**{WRITES: True}) as connection:
            alembic = config(connection)
            alembic.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            alembic.attributes["include_object"] = _declared_only if rooms else None
            following = f"{int((numbers() or ['0'])[-1]) + 1:04}"
            scripts = command.revision(alembic, message=title, rev_id=following, autogenerate=True)
        engine.dispose()
    made = scripts if isinstance(scripts, list) else [scripts]
    return [Path(script.path) for script in made if script is not None]


def _declared_only(_item: Any, name: str | None, kind: str, *_rest: Any) -> bool:
    return kind != "table" or name in metadata.tables


if __name__ == "__main__":
    draft(sys.argv[1], set(sys.argv[2:]))
