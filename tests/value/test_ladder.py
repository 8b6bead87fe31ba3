"""The ladder: which rung, what is not known, what a rule may say."""

from __future__ import annotations

from datetime import date

import ibis
import pandas as pd
import pytest
from pydantic import ValidationError

from valence.core.errors import BadInputError
from valence.value.ladder import order_of, with_ladder
from valence.value.ladder_definition import LadderDefinition, Rung

AS_OF = date(2025, 6, 1)
COLUMNS = ("customer_id", "orders", "orders_12m", "categories", "gross_amount", "nps_score",
           "wallet_share", "referrals")  # fmt: skip


def rungs(*rows, definition=None):
    schema = dict.fromkeys(COLUMNS, "float64") | {"customer_id": "string"}
    schema |= dict.fromkeys(("orders", "orders_12m", "categories", "referrals"), "int64")
    given = pd.DataFrame(list(rows), columns=COLUMNS).astype(object)
    t = ibis.memtable(given.where(given.notna(), None), schema=schema)
    out = with_ladder(t, as_of=AS_OF, definition=definition or LadderDefinition()).to_pandas()
    return {row.customer_id: (row.rung, row.rungs_unknown) for row in out.itertuples()}


def test_each_customer_stands_on_the_highest_rung_whose_rule_holds():
    found = rungs(
        ("tries", 1, 1, 1, 10.0, 3.0, 0.1, 0),
        ("buys", 2, 1, 1, 20.0, 3.0, 0.1, 0),
        ("more", 3, 2, 3, 30.0, 3.0, 0.1, 0),
        ("often", 6, 4, 1, 60.0, 3.0, 0.1, 0),
        ("only", 2, 1, 1, 20.0, 3.0, 0.8, 0),
        ("premium", 2, 1, 1, 80.0, 3.0, 0.1, 0),
        ("promoter", 2, 1, 1, 20.0, 9.0, 0.1, 0),
        ("referrer", 2, 1, 1, 20.0, 3.0, 0.1, 1),
    )
    assert [rung for rung, _ in found.values()] == [
        "tries", "buys", "buys_more", "buys_often", "buys_only_here", "buys_premium",
        "recommends", "recommends",
    ]  # fmt: skip
    assert {unknown for _, unknown in found.values()} == {""}


def test_what_was_never_answered_is_not_known_rather_than_no():
    found = rungs(
        ("silent", 3, 2, 3, 30.0, None, None, None),
        ("wallet", 3, 2, 3, 30.0, None, 0.9, None),
        ("scored", 3, 2, 3, 30.0, 4.0, None, None),
    )
    assert found == {
        "silent": ("buys_more", "buys_only_here, recommends"),
        "wallet": ("buys_only_here", "recommends"),
        "scored": ("buys_more", "buys_only_here"),
    }


def test_who_has_not_bought_for_a_year_has_stepped_off_and_who_never_did_has_no_rung():
    found = rungs(
        ("gone", 5, 0, 3, 50.0, 10.0, 1.0, 2), ("returned", 0, 0, None, 0.0, None, None, None)
    )
    assert found["gone"][0] == "off"
    assert found["returned"] == (None, None)


def test_own_rungs_take_the_place_of_the_seven():
    own = LadderDefinition(
        on_it="orders >= 1",
        rungs=(Rung(name="new", rule="orders == 1"), Rung(name="regular", rule="orders > 1")),
    )
    found = rungs(
        ("a", 1, 0, 1, 1.0, None, None, None), ("b", 9, 0, 1, 9.0, None, None, None),
        definition=own,
    )  # fmt: skip
    assert found == {"a": ("new", ""), "b": ("regular", "")}
    assert (order_of(own, "off"), order_of(own, "regular")) == (0, 2)
    with pytest.raises(BadInputError, match=r"no rung 'gold'\. The rungs are: off, new"):
        order_of(own, "gold")


@pytest.mark.parametrize(
    ("rule", "said"),
    [("ordrs > 1", "orders"), ("orders", "condition"), ("country == 'FR'", "country")],
)
def test_a_rule_that_cannot_be_used_is_refused_where_it_is_written(rule, said):
    with pytest.raises(ValidationError, match=said):
        LadderDefinition(rungs=(Rung(name="a", rule=rule), Rung(name="b", rule="orders > 1")))
