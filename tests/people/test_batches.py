"""A batch that does not land: the map and the vault are as if it had never been."""

import random

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.people.worlds import key, partition, records

from valence.core.errors import BusyError
from valence.people import batches
from valence.people.decisions import split
from valence.people.resolve import resolve
from valence.people.tables import (
    customers,
    identifier_links,
    identifiers,
    merge_decision_customers,
    merge_decisions,
    people_revisions,
    vault_entries,
    vault_subjects,
    vault_tokens,
)
from valence.people.vault import Vault

TABLES = (
    customers, identifiers, identifier_links, merge_decisions, merge_decision_customers,
    people_revisions, vault_entries, vault_subjects, vault_tokens,
)  # fmt: skip


def everything(store):
    with store.reading() as view:
        return {t.name: sorted(map(repr, view.execute(t.select()).all())) for t in TABLES}


def named(*pairs):
    rows = [{"kind": "name", "value": name, "id_key": key(whose)} for whose, name in pairs]
    return pa.Table.from_pylist(rows, pa.schema(dict.fromkeys(rows[0], pa.string())))


def test_what_a_batch_joined_added_and_sealed_goes_with_it(store, keyring):
    vault = Vault(store, keyring)
    resolve(store, records("u1 e1", "u2 e2"))
    vault.put_many(named(("u1", "Anna Lee")))
    before = everything(store)
    batches.begin(store, "b1")
    resolve(store, records("u1 e3", "u2 e3", "u9 e9"))
    vault.put_many(named(("u9", "Zoe New"), ("u1", "Anna Leigh")))
    assert partition(store) != {frozenset({"u1", "e1"}), frozenset({"u2", "e2"})}
    assert batches.settle(store, {"another"})
    assert everything(store) == before


def test_what_landed_stays_and_the_next_batch_may_begin(store):
    batches.begin(store, "b1")
    batches.begin(store, "b1")
    resolve(store, records("u1 e1"))
    with pytest.raises(BusyError, match="Another import is bringing identifiers"):
        batches.begin(store, "b2")
    landed = everything(store)
    assert not batches.settle(store, {"b1"})
    assert not batches.settle(store, set())
    assert everything(store) == landed
    batches.begin(store, "b2")


def test_nobody_else_changes_the_map_while_a_batch_is_open(store):
    resolve(store, records("u1"))
    resolve(store, records("u2"))
    resolve(store, records("u1 e1", "u2 e1"))
    with store.reading() as view:
        (decision,) = view.scalars(merge_decisions.select().with_only_columns(
            merge_decisions.c.decision_id
        ))  # fmt: skip
    batches.begin(store, "b1")
    with pytest.raises(BusyError, match="Try again when it has ended"):
        split(store, decision, reason="two people", actor="me")
    batches.settle(store, set())
    split(store, decision, reason="two people", actor="me")


def record(draw):
    names = [f"u{draw.randrange(9)}", *(f"e{draw.randrange(6)}" for _ in range(draw.randrange(3)))]
    return " ".join(dict.fromkeys(names))


@given(st.integers(0, 10**6))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_taking_back_is_exact_whatever_was_joined_shared_or_taken_apart(sqlite_file, seed):
    draw = random.Random(seed)
    with sqlite_file() as store:
        for _ in range(draw.randrange(1, 4)):
            resolve(store, records(*(record(draw) for _ in range(5))), shared_over=2)
        before = everything(store)
        batches.begin(store, "b1")
        for _ in range(draw.randrange(1, 5)):
            resolve(store, records(*(record(draw) for _ in range(4))), shared_over=2)
        batches.settle(store, set())
        assert everything(store) == before
