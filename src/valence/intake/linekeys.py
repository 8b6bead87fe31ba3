"""Line keys: by what a line of an order is known to be the same line when it comes again."""

from __future__ import annotations

from valence.intake.mapping import FileMapping

_CONTENT = ("product_id", "description", "quantity", "unit_price", "_net")


def content_sql(mapping: FileMapping) -> str:
    """Return SQL for what makes a line the same: the source's id, else the hash of its content."""
    if "line_id" in mapping.columns:
        return "'i:' || line_id"
    told = ", ".join(f"coalesce({name}::VARCHAR, '')" for name in _CONTENT)
    return f"left(md5(concat_ws(chr(31), {told})), 16)"
