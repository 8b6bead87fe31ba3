"""Faults of the database, worded for a person: busy, full, unreachable."""

from __future__ import annotations

import sqlalchemy as sa

from valence.core.errors import BusyError, OutOfSpaceError, ValenceError

_BUSY_STATES = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not available
_FULL_STATES = {"53100"}  # disk full
_GONE_STATES = {"57P01", "57P02", "57P03"}  # shut down, crash, starting up


class StoreUnreachableError(ValenceError):
    """The database cannot be opened or does not answer."""

    status = 503


def worded(fault: sa.exc.DBAPIError, *, where: str) -> ValenceError | None:
    """Return the error to show for a database fault, or None where it is a fault of the code."""
    cause, state = fault.orig, str(getattr(fault.orig, "sqlstate", None) or "")
    said = str(cause).strip()
    if state in _BUSY_STATES or "database is locked" in said or "database table is locked" in said:
        return BusyError(
            "The store is busy: another process held its lock for too long. Try again; nothing was "
            "changed."
        )
    if state in _FULL_STATES or "disk is full" in said:
        return OutOfSpaceError(
            "The disk of the store ({where}) is full. Make room and try again; nothing was "
            "changed.",
            where=where,
        )
    if "disk I/O error" in said:  # what SQLite says when a file may not grow, or the disk fails
        return OutOfSpaceError(
            "The disk of the store ({where}) cannot be written: it is full, or it fails. Make room "
            "and try again; nothing was changed.",
            where=where,
        )
    if state in _GONE_STATES or fault.connection_invalidated or _unopened(fault, state, said):
        return StoreUnreachableError(
            "The store at {where} cannot be reached: {why}. Check that it runs and that "
            "`store.url` names it.",
            where=where,
            why=said.splitlines()[0].rstrip(".") if said else "no answer",
        )
    if "readonly database" in said:
        return StoreUnreachableError(
            "The store at {where} is read-only. Give this user the right to write to the file and "
            "its folder.",
            where=where,
        )
    return None


def _unopened(fault: sa.exc.DBAPIError, state: str, said: str) -> bool:
    if "unable to open database file" in said:
        return True
    # psycopg raises OperationalError without a state when no connection comes about.
    return isinstance(fault, sa.exc.OperationalError) and not state and "connect" in said
