"""Contact data unmasked: shown on demand only, and each time noted in the audit trail."""

from __future__ import annotations

from valence.audience.profile import Profile, contact_data
from valence.kit.opened import OpenBrand
from valence.trust.actor import Actor
from valence.trust.audit import record

REVEAL = "audience:reveal"


def revealed(house: OpenBrand, actor: Actor, found: Profile) -> list[tuple[str, str]]:
    """Return kind and value of all that the vault holds of a customer, and note who saw it.

    It is noted before anything is shown: what cannot be noted is not shown.
    """
    contact = contact_data(found.who, masked=False)
    if contact:
        kinds = sorted({kind for kind, _ in contact})
        house.store.transact(
            lambda unit: record(unit, actor, REVEAL, found.customer_id, detail={"kinds": kinds})
        )
    return contact
