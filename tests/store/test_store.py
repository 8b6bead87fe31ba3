"""Units of work and read transactions."""

import pytest
import sqlalchemy as sa

from valence.store import Event
from valence.store.tables import outbox_events, outbox_subscribers

NAMES = sa.select(outbox_subscribers.c.name)


def add(unit, name):
    unit.execute(sa.insert(outbox_subscribers), {"name": name, "position": 0})


def test_what_a_unit_wrote_is_read_after_it(store):
    with store.writing() as unit:
        add(unit, "lake")
    with store.reading() as view:
        assert view.scalars(NAMES) == ["lake"]


def test_an_error_in_the_block_keeps_nothing_neither_rows_nor_events(store):
    def fails_at_the_end():
        with store.writing() as unit:
            add(unit, "lake")
            unit.emit(Event("a.happened", "customer:1"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_at_the_end()
    with store.reading() as view:
        assert view.scalars(NAMES) == []
        assert view.scalars(sa.select(outbox_events.c.id)) == []
