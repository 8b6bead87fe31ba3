"""The contact vault."""

import logging
from uuid import UUID

import pyarrow as pa
import pytest
import sqlalchemy as sa
from tests.people.worlds import records

from valence.core.errors import BadInputError, SettingsError
from valence.people.decisions import link
from valence.people.keys import Keyring
from valence.people.resolve import resolve
from valence.people.sealing import TamperedError
from valence.people.tables import identifiers, vault_entries, vault_subjects, vault_tokens
from valence.people.vault import Vault


def made(store, keyring, *people: dict[str, str]) -> list[UUID]:
    """Customers with a user id each, and what is known of them; return their ids."""
    numbers = [str(i + 1001) for i in range(len(people))]
    keys = keyring.id_keys(pa.array(numbers), "user_id", "shop").to_pylist()
    resolve(store, table(id_key=keys, link_key=keys, id_type="user_id", source="shop"))
    rows = [
        (key, kind, value)
        for key, number, person in zip(keys, numbers, people, strict=True)
        for kind, value in {"user_id": number, **person}.items()
    ]
    key, kind, value = (list(column) for column in zip(*rows, strict=True))
    Vault(store, keyring).put_many(table(id_key=key, kind=kind, value=value))
    with store.reading() as view:
        query = sa.select(identifiers.c.id_key, identifiers.c.customer_id)
        owner = {row["id_key"]: row["customer_id"] for row in view.rows(query)}
    return [owner[key] for key in keys]


def table(**columns) -> pa.Table:
    rows = max(len(c) for c in columns.values() if isinstance(c, list))
    return pa.table({n: c if isinstance(c, list) else [c] * rows for n, c in columns.items()})


def shown(vault, customer, **options) -> dict[str, str]:
    return {entry.kind: entry.value for entry in vault.show(customer, **options)}


def found(vault, text) -> set[str]:
    return {entry.value for entry in vault.search(text, masked=False)}


def test_what_was_put_in_is_shown_masked_and_on_request_plain(store, keyring):
    (lin,) = made(
        store,
        keyring,
        {"name": "林志玲", "email": "Lin@X.com", "phone": "07911 123456", "address": "1 Long Lane"},
    )
    vault = Vault(store, keyring)
    assert shown(vault, lin) == {
        "name": "林 **", "email": "l***@x.com", "phone": "+44 •••• 456",
        "address": "•••", "user_id": "•••",
    }  # fmt: skip
    assert shown(vault, lin, masked=False) == {
        "name": "林志玲", "email": "lin@x.com", "phone": "+447911123456",
        "address": "1 Long Lane", "user_id": "1001",
    }  # fmt: skip


def test_putting_the_same_in_again_changes_nothing(store, keyring):
    made(store, keyring, {"name": "Ann Lee"})
    key = keyring.id_key("user_id", "1001", "shop")
    again = table(id_key=[key, key], kind="name", value=["Ann Lee", " Ann  Lee "])
    put = Vault(store, keyring).put_many(again)
    assert (put.new, put.known) == (0, 2)


def test_what_says_nothing_is_refused_and_counted(store, keyring):
    made(store, keyring, {"name": "Ann Lee"})
    key = keyring.id_key("user_id", "1001", "shop")
    entries = table(id_key=key, kind=["name", "email", "phone"], value=["", "n/a", None])
    assert Vault(store, keyring).put_many(entries).refused == 3


def test_an_unknown_kind_is_refused_with_the_near_one(store, keyring):
    with pytest.raises(BadInputError, match="Did you mean 'address'"):
        Vault(store, keyring).put_many(table(id_key=["x"], kind="adress", value="y"))


@pytest.mark.parametrize(
    "name", ["ab " * 166 + "cd", "👩‍👩‍👧 Zoë 🎉", "محمد بن علي", "שָׁלוֹם כהן", "O’Brien-Smith", "林"]
)
def test_long_emoji_and_right_to_left_names_come_back_as_they_were(store, keyring, name):
    (one,) = made(store, keyring, {"name": name})
    vault = Vault(store, keyring)
    assert shown(vault, one, masked=False)["name"] == name
    assert name in found(vault, name.split()[1] if " " in name else name)


def test_customers_are_labelled_by_masked_name_and_number_in_one_go(store, keyring):
    lin, nameless = made(store, keyring, {"name": "林志玲", "email": "lin@x.com"}, {})
    labels = Vault(store, keyring).labels([str(lin), str(nameless), str(lin), "not an id"])
    assert {text: str(label) for text, label in labels.items()} == {
        str(lin): "林 ** 1001",
        str(nameless): "1002",
        "not an id": "not an id",
    }


def test_a_name_from_right_to_left_keeps_its_number_behind_it(store, keyring):
    (who,) = made(store, keyring, {"name": "שלום כהן"})
    label = str(Vault(store, keyring).labels([str(who)])[str(who)])
    assert label == "\u2068ש. כ.\u2069 1001"


def test_whom_nobody_knows_is_called_by_the_end_of_the_id(store, keyring):
    (erased,) = made(store, keyring, {"name": "Ann Lee"})
    Vault(store, keyring).shred(erased)
    label = Vault(store, keyring).labels([str(erased)])[str(erased)]
    assert str(label) == f"…{str(erased)[-6:]}"


def test_names_are_found_by_beginnings_of_words_and_by_characters(store, keyring):
    made(
        store, keyring,
        {"name": "Anna Müller"}, {"name": "Annabel Lee"}, {"name": "林志玲"}, {"name": "志远 林"},
    )  # fmt: skip
    vault = Vault(store, keyring)
    assert found(vault, "ann") == {"Anna Müller", "Annabel Lee"}
    assert found(vault, "annab") == {"Annabel Lee"}
    assert found(vault, "MULLER anna") == {"Anna Müller"}
    assert found(vault, "志") == {"林志玲", "志远 林"}
    assert found(vault, "志玲") == {"林志玲"}
    assert found(vault, "nobody") == found(vault, "") == found(vault, "ü") == set()


def test_identifiers_are_found_exactly_in_any_spelling(store, keyring):
    made(store, keyring, {"email": "ann@x.com", "phone": "07911 123456"}, {"email": "bob@x.com"})
    vault = Vault(store, keyring)
    assert found(vault, " ANN@x.COM ") == {"ann@x.com"}
    assert found(vault, "+44 7911 123456") == {"+447911123456"}
    assert found(vault, "1002") == {"1002"}
    assert found(vault, "ann@x") == set()


def test_a_search_gives_at_most_the_limit_each_customer_once(store, keyring):
    made(store, keyring, *({"name": f"Ann Lee {i}"} for i in range(8)))
    hits = Vault(store, keyring).search("ann lee", limit=5)
    assert len({hit.customer_id for hit in hits}) == len(hits) == 5


def test_a_merged_customer_shows_what_is_known_of_both(store, keyring):
    ann, anna = made(store, keyring, {"name": "Ann Lee"}, {"name": "Anna Lee"})
    link(store, ann, anna, reason="same", actor="test")
    vault = Vault(store, keyring)
    names = {e.value for e in vault.show(anna, masked=False) if e.kind == "name"}
    assert names == {"Ann Lee", "Anna Lee"}
    assert vault.names([anna, ann], masked=False) == {ann: "Ann Lee", anna: "Ann Lee"}


def test_shredding_leaves_nothing_readable_and_nothing_to_find(store, keyring):
    ann, anna, bob = made(store, keyring, {"name": "Ann"}, {"name": "Anna"}, {"name": "Bob"})
    link(store, ann, anna, reason="same", actor="test")
    vault = Vault(store, keyring)
    assert vault.shred(anna) == 4
    assert vault.show(ann) == []
    assert found(vault, "ann") == found(vault, "1001") == set()
    assert found(vault, "bob") == {"Bob"}
    with store.reading() as view:
        assert set(view.scalars(sa.select(vault_entries.c.customer_id))) == {bob}
        left = sa.select(vault_tokens.c.entry_id).where(
            vault_tokens.c.entry_id.not_in(sa.select(vault_entries.c.entry_id))
        )
        assert view.scalars(left) == []
        dead = sa.select(vault_subjects.c.wrapped_key).where(
            vault_subjects.c.customer_id.in_([ann, anna])
        )
        assert view.scalars(dead) == [None, None]


def test_what_comes_in_for_an_erased_customer_is_not_kept(store, keyring):
    (ann,) = made(store, keyring, {"name": "Ann"})
    vault = Vault(store, keyring)
    vault.shred(ann)
    key = keyring.id_key("user_id", "1001", "shop")
    assert vault.put_many(table(id_key=[key], kind="name", value="Ann")).shredded == 1
    assert vault.show(ann) == []


def test_entries_follow_an_identifier_that_turns_out_not_to_be_theirs(store, keyring):
    resolve(store, records("u1 e1", "u2 e1", "u2 p2"), shared_over=2)
    keys = [name.rjust(22, "_") for name in ("u1", "u2", "e1")]
    vault = Vault(store, keyring)
    vault.put_many(table(id_key=keys, kind="name", value=["One", "Two", "Till"]))
    resolve(store, records("u3 e1"), shared_over=2)
    assert {hit.value: hit.customer_id for hit in vault.search("till")} == {}
    one, two = (vault.search(text, masked=False)[0].customer_id for text in ("one", "two"))
    assert one != two
    assert shown(vault, two, masked=False) == {"name": "Two"}
    vault.shred(one)
    assert shown(vault, two, masked=False) == {"name": "Two"}
    assert vault.show(one) == []


@pytest.mark.parametrize("column", ["sealed", "kind", "blind", "customer_id"])
def test_an_entry_that_was_changed_or_moved_is_refused(store, keyring, column):
    ann, bob = made(store, keyring, {"name": "Ann"}, {"address": "1 Long Lane"})
    with store.writing() as unit:
        where = vault_entries.c.kind == "name"
        row = unit.row(sa.select(vault_entries).where(where))
        changed = {
            "sealed": row["sealed"][:-1] + bytes([row["sealed"][-1] ^ 1]),
            "kind": "address",
            "blind": "x" * 22,
            "customer_id": bob,
        }[column]
        unit.execute(sa.update(vault_entries).where(where).values({column: changed}))
        unit.execute(sa.update(vault_entries).values(id_key=None))
    with pytest.raises(TamperedError, match="changed in the database"):
        Vault(store, keyring).show(bob if column == "customer_id" else ann)


def test_a_key_moved_to_another_customer_opens_nothing(store, keyring):
    ann, bob = made(store, keyring, {"name": "Ann"}, {"name": "Bob"})
    with store.writing() as unit:
        subject = vault_subjects.c
        key = unit.scalar(sa.select(subject.wrapped_key).where(subject.customer_id == bob))
        unit.execute(
            sa.update(vault_subjects).where(subject.customer_id == ann).values(wrapped_key=key)
        )
    with pytest.raises(TamperedError):
        Vault(store, keyring).show(ann)


def test_another_master_key_is_refused_before_anything_is_done(store, keyring):
    (ann,) = made(store, keyring, {"name": "Ann"})
    other = Vault(store, Keyring([bytes(range(1, 33))], "GB"))
    with pytest.raises(SettingsError, match="not the one"):
        other.show(ann)
    with pytest.raises(SettingsError, match="not the one"):
        other.put_many(table(id_key=["x"], kind="name", value="y"))


def test_after_rewrapping_the_newest_secret_opens_what_the_first_one_sealed(store, keyring):
    (ann,) = made(store, keyring, {"name": "Ann"})
    both = Keyring([bytes(range(32)), bytes(range(7, 39))], "GB")
    vault = Vault(store, both)
    assert shown(vault, ann, masked=False)["name"] == "Ann"
    assert (vault.rewrap(), vault.rewrap()) == (1, 0)
    assert shown(vault, ann, masked=False)["name"] == "Ann"
    with pytest.raises(SettingsError, match="secret 2"):
        Vault(store, keyring).show(ann)


def test_nothing_personal_stands_in_the_database_or_in_the_logs(store, keyring, caplog):
    caplog.set_level(logging.DEBUG, logger="sqlalchemy")
    made(store, keyring, {"name": "Annabel Quirk", "email": "quirk@mail.com"})
    with store.reading() as view:
        rows = [
            str(dict(row))
            for one in (vault_entries, vault_subjects, vault_tokens, identifiers)
            for row in view.rows(sa.select(one))
        ]
    assert not any(word in text for text in [*rows, caplog.text] for word in ("uirk", "nnabel"))
