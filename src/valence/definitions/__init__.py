"""What users define: typed documents with versions, on the web and as files."""

from valence.definitions.changes import Change
from valence.definitions.faults import Fault, FaultyDefinitionError
from valence.definitions.folder import Difference, FolderMovedOnError, apply, diff, export
from valence.definitions.kinds import DefinitionKind, DefinitionKinds
from valence.definitions.lifecycle import (
    MovedOnError,
    base_of,
    discard_draft,
    publish,
    retire,
    save_draft,
)
from valence.definitions.versions import (
    Base,
    Version,
    definition_at,
    document_of,
    head,
    heads,
    history,
)

__all__ = [
    "Base",
    "Change",
    "DefinitionKind",
    "DefinitionKinds",
    "Difference",
    "Fault",
    "FaultyDefinitionError",
    "FolderMovedOnError",
    "MovedOnError",
    "Version",
    "apply",
    "base_of",
    "definition_at",
    "diff",
    "discard_draft",
    "document_of",
    "export",
    "head",
    "heads",
    "history",
    "publish",
    "retire",
    "save_draft",
]
