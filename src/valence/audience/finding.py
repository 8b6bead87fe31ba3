"""Finding a customer by what somebody types: an id, an identifier, a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from valence.core.errors import BadInputError, NotFoundError
from valence.kit.opened import OpenBrand
from valence.lake.reader import Reader
from valence.people.labels import as_uuid
from valence.people.lookup import find_customer, find_customers, identifiers_of
from valence.people.vault import Vault

CUSTOMERS = "customers"
MOST = 20


def customer_of(house: OpenBrand, reader: Reader, text: str) -> str:
    """Return the id of the customer that a text names: any id of any time, or an identifier.

    Raises
    ------
    NotFoundError
        If it names nobody.
    BadInputError
        If it names several.
    """
    try:
        return str(find_customer(house.store, house.keyring, text))
    except NotFoundError:
        # A lake that was filled without the map of who is who has ids of its own.
        if row_of(reader, text) is None:
            raise
        return text


def whom(house: OpenBrand, reader: Reader, text: str) -> Mapping[str, str]:
    """Return the ids of all customers that a text names, and as what: a kind of identifier.

    Besides there is `customer_id`, and `merged` for the id of who was merged into the customer. It
    raises as `find_customers` does.
    """
    try:
        found = find_customers(house.store, house.keyring, text)
    except NotFoundError:
        if row_of(reader, text) is None:
            raise
        return {text: "customer_id"}
    return {str(one): ways[0].partition("@")[0] for one, ways in found.items()}


def row_of(reader: Reader, customer_id: str) -> dict[str, object] | None:
    """Return what is published of one customer; None if nothing is."""
    if not reader.has(CUSTOMERS):
        return None
    t = reader.table(CUSTOMERS)
    return reader.one(t.filter(t.customer_id == customer_id))


def search(house: OpenBrand, reader: Reader, text: str) -> list[str]:
    """Return the ids of the customers whom a text may mean, best first, at most twenty.

    An identifier gives whom it names; else names are looked through.
    """
    text = text.strip()
    if not text:
        return []
    try:
        return list(whom(house, reader, text))[:MOST]
    except (NotFoundError, BadInputError):
        found = Vault(house.store, house.keyring).search(text, limit=MOST)
        return [str(entry.customer_id) for entry in found]


def id_keys_of(house: OpenBrand, customer_id: str) -> Callable[[], list[str]]:
    """Return a function that gives the identifiers of a customer; asked only where it matters."""

    def keys() -> list[str]:
        one = as_uuid(customer_id)
        try:
            return [each.id_key for each in identifiers_of(house.store, one)] if one else []
        except NotFoundError:
            return []  # the lake was filled without the map of who is who

    return keys
