"""Commands of intake; each loads what it needs when it runs."""

from valence.intake.commands import importing, log, mapping, quarantine
from valence.intake.commands.group import imports, intake, mappings, rows

__all__ = [
    "importing", "imports", "intake", "log", "mapping", "mappings", "quarantine", "rows",
]  # fmt: skip
