"""Naming: labels of many customers follow merges, moved identifiers and shared ones."""

from __future__ import annotations

import pyarrow as pa
import pytest
import sqlalchemy as sa
from tests.people.test_vault import made, table
from tests.people.worlds import records

from valence.people.decisions import link
from valence.people.resolve import resolve
from valence.people.tables import identifiers
from valence.people.vault import Vault


def labels(vault, ids) -> list[str]:
    found = vault.labels(map(str, ids))
    return [str(found[str(one)]) for one in ids]


def customers_of(store, *keys) -> list:
    with store.reading() as view:
        query = sa.select(identifiers.c.id_key, identifiers.c.customer_id)
        owner = {row["id_key"]: row["customer_id"] for row in view.rows(query)}
    return [owner[key] for key in keys]


def test_who_was_merged_is_called_like_who_stays(store, keyring):
    ann, bob = made(store, keyring, {"name": "Ann Lee"}, {"name": "Bob Ray"})
    link(store, ann, bob, reason="same person", actor="me")
    assert labels(Vault(store, keyring), [ann, bob]) == ["A. L. 1001"] * 2


def test_entries_of_an_identifier_that_became_shared_name_nobody(store, keyring):
    resolve(store, records("u1 e1", "u2 e1", "u2 p2"), shared_over=2)
    keys = [name.rjust(22, "_") for name in ("u1", "u2", "e1")]
    vault = Vault(store, keyring)
    vault.put_many(table(id_key=keys[1:], kind="name", value=["Two", "Till"]))
    resolve(store, records("u3 e1"), shared_over=2)
    one, two = customers_of(store, *keys[:2])
    assert labels(vault, [one, two]) == [f"…{str(one)[-6:]}", "T."]


@pytest.mark.parametrize(
    ("known", "said", "number"),
    [
        ({"name": "Ann Lee", "email": "ann@x.com"}, "A. L. 1001", "1001"),
        ({"user_id": "ann@x.com"}, "a***@x.com", ""),
    ],
    ids=["number", "address for a number"],
)
def test_the_number_of_the_source_is_told_whole_or_not_at_all(store, keyring, known, said, number):
    (one,) = made(store, keyring, known)
    label = Vault(store, keyring).labels([str(one)])[str(one)]
    assert (str(label), label.source_number) == (said, number)


def test_more_customers_than_are_asked_for_at_once(sqlite_file, keyring):
    with sqlite_file() as store:
        numbers = [f"C{n:05}x" for n in range(5_200)]
        keys = keyring.id_keys(pa.array(numbers), "user_id", "shop").to_pylist()
        resolve(store, table(id_key=keys, link_key=keys, id_type="user_id", source="shop"))
        vault = Vault(store, keyring)
        vault.put_many(table(id_key=keys, kind="user_id", value=numbers))
        assert labels(vault, customers_of(store, *keys)) == numbers
