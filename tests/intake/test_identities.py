"""Identities: identifiers of a file become customers, whatever the size of the blocks."""

import pytest

from valence.intake import identities
from valence.people.keys import Keyring
from valence.people.vault import Vault

# Anna by two addresses and her card; Ben and his wife share an address; somebody without anything.
PEOPLE = """order_id,order date,customer id,email,loyalty no,name,amount
1,2024-03-01,1,anna@example.org,,Anna,5
2,2024-03-02,1,anna@work.example,,Anna,5
3,2024-03-03,,anna@work.example,900001,Anna,5
4,2024-03-04,2,home@example.org,,Ben,5
5,2024-03-05,3,home@example.org,,Cleo,5
6,2024-03-06,4,dora@example.org,,Dora,5
7,2024-03-07,,,,,5
"""


def families(shop):
    """Return which orders are of one customer, by the map of the lake."""
    owner = dict(shop.rows("identifier_map", "id_key", "customer_id"))
    found: dict[str, set[str]] = {}
    for order_id, id_key in shop.rows("orders", "order_id", "id_key"):
        found.setdefault(owner.get(id_key, "nobody"), set()).add(order_id)
    return {frozenset(orders) for orders in found.values()}


@pytest.mark.parametrize("size", [1, 2, 3, identities.BATCH])
def test_who_is_one_customer_does_not_depend_on_the_size_of_blocks(shop, monkeypatch, size):
    monkeypatch.setattr(identities, "BATCH", size)
    got = shop.bring("o.csv", PEOPLE)
    assert (got.new, got.without_customer) == (7, 1)
    assert families(shop) == {
        frozenset({"1", "2", "3"}),
        frozenset({"4", "5"}),
        frozenset({"6"}),
        frozenset({"7"}),
    }


@pytest.mark.parametrize("size", [1, identities.BATCH])
def test_every_name_and_address_is_in_the_vault(shop, monkeypatch, size):
    monkeypatch.setattr(identities, "BATCH", size)
    shop.bring("o.csv", PEOPLE)
    vault = Vault(shop.store, Keyring.of(shop.brand))
    for text in ("Anna", "Ben", "Cleo", "Dora", "anna@work.example", "dora@example.org"):
        assert len(vault.search(text)) == 1, text


def test_nothing_of_a_person_stands_in_the_lake_or_the_store_in_clear(shop):
    shop.bring("o.csv", PEOPLE)
    told = b"".join(path.read_bytes() for path in shop.root.joinpath("data").rglob("*.*")
                    if path.is_file())  # fmt: skip
    assert b"dora" not in told.lower()
