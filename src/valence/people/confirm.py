"""The master key in use is the one that this store's identifiers were made with."""

from __future__ import annotations

import sqlalchemy as sa

from valence.core.clock import now
from valence.core.errors import SettingsError
from valence.people.keys import Keyring
from valence.people.tables import people_keys
from valence.store import Store, View


def confirm_key(store: Store, keyring: Keyring) -> None:
    """Record the master key's fingerprint on first use; from then on refuse another key.

    With another key every known customer would come in as a new one, unnoticed.

    Raises
    ------
    SettingsError
        If the store was filled with another master key.
    """
    with store.reading() as view:
        known = check_key(view, keyring)
    if not known:
        with store.writing() as unit:
            unit.lock("people keys")
            if not check_key(unit, keyring):
                values = {"fingerprint": keyring.fingerprint, "first_used_at": now()}
                unit.execute(sa.insert(people_keys), values)


def check_key(view: View, keyring: Keyring) -> bool:
    """Return whether the key is on record; refuse another one than that."""
    recorded = view.scalar(sa.select(people_keys.c.fingerprint))
    if recorded is not None and recorded != keyring.fingerprint:
        raise SettingsError(
            "The master key is not the one that this brand's customers were recognised with "
            "(fingerprint {given}, expected {expected}). Bring back data/master.key or the "
            "environment variable from the backup.",
            given=keyring.fingerprint,
            expected=recorded,
        )
    return recorded is not None
