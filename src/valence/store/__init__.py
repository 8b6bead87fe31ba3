"""The operational side: transactions, migrations and the outbox, on SQLite or PostgreSQL."""

from valence.store.events import Event
from valence.store.store import Store, Unit, View

__all__ = ["Event", "Store", "Unit", "View"]
