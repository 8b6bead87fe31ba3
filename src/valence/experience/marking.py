"""Marks: how far something has read what was published, kept in the store."""

from __future__ import annotations

import sqlalchemy as sa

from valence.experience.followups.tables import marks
from valence.store import Unit, View


def marked(view: View, name: str) -> str:
    """Return the mark of a reader; empty where it has read nothing yet."""
    return str(view.scalar(sa.select(marks.c.mark).where(marks.c.name == name)) or "")


def set_mark(unit: Unit, name: str, mark: str) -> None:
    """Keep the mark of a reader, in the unit of what it made of what it read."""
    unit.lock(f"experience:mark:{name}")
    found = unit.execute(sa.update(marks).where(marks.c.name == name).values(mark=mark))
    if not found.rowcount:
        unit.execute(sa.insert(marks), {"name": name, "mark": mark})
