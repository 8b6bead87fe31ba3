"""From what somebody types to a customer, and back."""

from uuid import UUID

import pyarrow as pa
import pytest

from valence.core.errors import BadInputError, NotFoundError
from valence.people.decisions import history_of, link
from valence.people.lookup import find_customer, identifiers_of
from valence.people.resolve import resolve


@pytest.fixture
def shop(store, keyring):
    """12748 of the shop is Ann, 12748 of the app is Bob; Ann has an address and a card."""
    rows = [
        ("12748", "user_id", "shop", 0),
        ("ann@x.com", "email", "", 0),
        ("AB12", "loyalty_no", "", 0),
        ("12748", "user_id", "app", 3),
        ("Xy", "user_id", "app", 4),
    ]
    keys = [keyring.id_key(kind, value, scope) for value, kind, scope, _ in rows]
    records = pa.table(
        {
            "id_key": keys,
            "link_key": [keys[first] for *_, first in rows],
            "id_type": [kind for _, kind, _, _ in rows],
            "source": [scope or "shop" for _, _, scope, _ in rows],
        }
    )
    resolve(store, records)
    return store


def test_a_customer_is_found_by_any_identifier_however_it_is_written(shop, keyring):
    ann = find_customer(shop, keyring, "email:Ann@X.com")
    for text in ("ann@x.com", "user_id@shop:12748.0", "loyalty_no:ab 12", "ab12", str(ann)):
        assert find_customer(shop, keyring, text) == ann
    assert find_customer(shop, keyring, f"customer_id:{ann}") == ann
    assert find_customer(shop, keyring, "Xy") != ann


def test_what_names_two_customers_is_asked_back(shop, keyring):
    with pytest.raises(BadInputError, match=r"2 customers: as user_id@app, user_id@shop"):
        find_customer(shop, keyring, "12748")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "bob@x.com",
            "No customer is known by that. Kinds .* e-mail address, loyalty number, user id",
        ),
        ("email:bob@x.com", "No customer has that e-mail address"),
        ("email:bob", "It is not an e-mail address"),
        ("phone:12", "It is not a phone number"),
        ("user_id:xY", "No customer has that user id"),
        ("user_id:XY ", "No customer has that user id"),
        ("user_id@till:12748", "No user_id of 'till' is known. There are those of: app, shop"),
        ("0012748", "without the zeros"),
        ("12 748", "without spaces"),
        ("user_id:n/a", "placeholder"),
        ("3a9a9bfb-5097-4454-87f8-3a3a940df6fc", "No customer is known by that"),
    ],
)
def test_whoever_is_not_found_is_told_what_would_be(shop, keyring, text, words):
    with pytest.raises(NotFoundError, match=words) as caught:
        find_customer(shop, keyring, text)
    assert "bob" not in str(caught.value)


def test_a_mistyped_kind_is_told_the_near_one(shop, keyring):
    with pytest.raises(BadInputError, match="Did you mean 'user_id'"):
        find_customer(shop, keyring, "userid:12748")


def test_a_store_without_identifiers_says_so(store, keyring):
    with pytest.raises(NotFoundError, match="No identifiers have been imported yet"):
        find_customer(store, keyring, "12748")


def test_identifiers_and_history_follow_a_merge(shop, keyring):
    ann = find_customer(shop, keyring, "ann@x.com")
    bob = find_customer(shop, keyring, "user_id@app:12748")
    link(shop, ann, bob, reason="one person", actor="test")
    assert find_customer(shop, keyring, "12748") == find_customer(shop, keyring, str(bob))
    kinds = [(one.id_type, one.source) for one in identifiers_of(shop, bob)]
    assert sorted(kinds) == [
        ("email", "shop"), ("loyalty_no", "shop"), ("user_id", "app"), ("user_id", "shop"),
    ]  # fmt: skip
    assert [made.rule for made in history_of(shop, ann)] == ["one person"]


def test_a_customer_that_is_not_there_is_an_error(store):
    with pytest.raises(NotFoundError, match="There is no customer"):
        identifiers_of(store, UUID(int=7))
