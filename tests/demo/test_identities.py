"""What an importer can find out about who is who, against who they are."""

from collections import Counter, defaultdict

import pytest

from valence.demo.simulate import simulate
from valence.demo.world import World
from valence.people.normalise import normalise

FILES = {
    "customers": {
        "user_id": "user_id",
        "email": "email",
        "phone": "phone",
        "loyalty_no": "loyalty_no",
    },
    "shop_orders": {"user_id": "user_id", "email": "email", "phone": "phone"},
    "store_orders": {"loyalty_no": "Loyalty No", "phone": "Mobile"},
}


def _keys(table, columns):
    """Each row's identifiers in normal form."""
    data = {kind: table[column].to_pylist() for kind, column in columns.items()}
    for values in zip(*data.values(), strict=True):
        yield [
            (kind, normalise(kind, value, "CN").value)
            for kind, value in zip(data, values, strict=True)
            if value is not None
        ]


def _merged(brand):
    """Groups of identifiers that stand in one record: a plain union-find."""
    parent = {}

    def root(key):
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for file, columns in FILES.items():
        for keys in _keys(brand.observed[file], columns):
            for key in keys:
                parent[root(key)] = root(keys[0])
    return {key: root(key) for key in list(parent)}


def test_every_identifier_in_a_file_is_valid_and_in_the_truth(brand):
    true = {(row["id_type"], row["value"]) for row in brand.truth["identifiers"].to_pylist()}
    for file, columns in FILES.items():
        for keys in _keys(brand.observed[file], columns):
            assert set(keys) <= true


def test_exact_matching_merges_most_duplicates_and_few_strangers(brand):
    group = _merged(brand)
    persons_of, groups_of = defaultdict(set), defaultdict(set)
    for row in brand.truth["identifiers"].to_pylist():
        if (row["id_type"], row["value"]) in group:
            root = group[row["id_type"], row["value"]]
            persons_of[root].add(row["person"])
            groups_of[row["person"]].add(root)
    kind = brand.truth["persons"]["duplicate"].to_pylist()
    whole = Counter(kind[p] for p, roots in groups_of.items() if len(roots) == 1)
    total = Counter(kind[p] for p in groups_of)
    for found in ("same phone", "same email", "changed email"):
        assert whole[found] > 0.9 * total[found]
    # A second record that shares nothing is found by no exact match, unless it was never opened.
    assert whole["nothing shared"] < 0.35 * total["nothing shared"]
    strangers = sum(len(persons) > 1 for persons in persons_of.values())
    assert 0 < strangers < 0.01 * len(persons_of)


def test_about_an_eighth_of_persons_have_a_duplicate(brand):
    kind = Counter(brand.truth["persons"]["duplicate"].to_pylist())
    assert 1 - kind[""] / kind.total() == pytest.approx(0.12, abs=0.015)
    assert 0 < kind["nothing shared"] < 0.04 * kind.total()


def test_contacts_reach_nobody(brand):
    customers = brand.observed["customers"]
    domains = {e.lower().rpartition("@")[2] for e in customers["email"].to_pylist() if e}
    assert domains == {"example.com", "example.org", "example.net", "mail.example", "post.example"}
    for phone in filter(None, customers["phone"].to_pylist()):
        number = normalise("phone", phone, "CN").value
        assert number.startswith("+86145") or (number[:2], number[-7:-2]) == ("+1", "55501")


def test_names_are_chinese_and_european_and_typed_again_with_slips(brand):
    names = brand.truth["persons"]["name"].to_pylist()
    assert 0.6 < sum(not n.isascii() and " " not in n for n in names) / len(names) < 0.85
    person = brand.truth["records"].to_pylist()
    written = brand.observed["customers"]["name"].to_pylist()
    second = [
        (w, names[r["person"]]) for w, r in zip(written, person, strict=True) if r["duplicate"]
    ]
    assert any(w != true for w, true in second)
    assert any(w == true for w, true in second)


def test_the_numbers_of_many_persons_are_all_different():
    import numpy as np

    from valence.demo.contacts import phones

    order = np.random.default_rng(1).permutation(200_000)
    abroad = np.arange(200_000) % 13 == 0
    both = np.concatenate([phones(order, abroad, block=0), phones(order, ~abroad & False, block=1)])
    assert len(np.unique(both)) == 400_000


def test_other_duplicates_change_no_purchase(brand):
    other = simulate(3_000, 24, seed=7, world=World(duplicate_share=0.3))
    for name in ("order_id", "order_time", "product_id", "quantity", "unit_price", "discount"):
        assert other.observed["shop_orders"][name].equals(brand.observed["shop_orders"][name])
    assert not other.observed["customers"].equals(brand.observed["customers"])
