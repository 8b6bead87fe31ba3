"""What Alembic runs: the migrations, on the connection it was given."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

from valence.store.columns import Instant
from valence.store.metadata import metadata

_OURS = {sa.JSON: "Document", sa.Uuid: "Id()", sa.Text: "Words()", Instant: "Instant()"}


def _render(kind: str, item: Any, _autogen: object) -> str | Literal[False]:
    # New migrations name our types, so that they mean the same on both databases.
    return _OURS.get(type(item), False) if kind == "type" else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=context.config.attributes.get("include_object"),
    render_item=_render,
    render_as_batch=True,  # SQLite cannot change a column or constraint in place
    compare_type=True,
    compare_server_default=True,
)
context.run_migrations()
