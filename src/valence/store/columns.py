"""Column types that mean the same on SQLite and PostgreSQL: instants, ids, documents, money."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, Text, TypeDecorator, Uuid


class Instant(TypeDecorator[datetime]):
    """A UTC instant with microseconds: aware going in, aware and in UTC coming out.

    PostgreSQL keeps `timestamp with time zone`; SQLite keeps text of one width that
    sorts by time.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse an instant without a zone; take any other to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs a zone, {value!r} has none")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC, with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


# `uuid` on PostgreSQL, 32 hexadecimal digits on SQLite: UUIDv7 sort by time on both.
Id = Uuid

# PostgreSQL's `json`, not `jsonb`: the text stays as written. `jsonb` would reorder keys, turn
# 1e16 into an integer and refuse a NUL character, so a document's hash could change in the store.
Document = JSON(none_as_null=True)

Minor = BigInteger  # whole minor units of the currency beside it (`*_minor`)
Words = Text  # text of any length: both databases store it as efficiently as a limited one

# A number that the database counts up; SQLite does so only for a plain INTEGER primary key.
Counter = BigInteger().with_variant(Integer, "sqlite")
