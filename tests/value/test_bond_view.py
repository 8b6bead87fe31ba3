"""The page of the bond in words: what it offers while no bond can be strong, and after."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from valence.kit.format import Formats
from valence.kit.languages import language
from valence.value import bond_view
from valence.value.bond import PARTS
from valence.value.bond_answers import Bonds

ENGLISH = Formats(language("en"), "GBP")


def bonds(**known):
    """Bonds of two tiers where so many customers have data on each part."""
    tiers = (('the "best"', "weak", 3), ("rest", "none", 7))
    return Bonds(
        [
            {
                "tier": tier, "bond": bond, "customers": n, "value_12m_amount": 100 / n,
                "index_sum": 30.0 * n,
                **{f"{part}_known": known.get(part, 0) for part in PARTS},
                **{f"{part}_sum": 0.5 * known.get(part, 0) for part in PARTS},
            }
            for tier, bond, n in tiers
        ]
    )  # fmt: skip


def test_while_no_bond_can_be_strong_nobody_is_looked_for_without_one():
    found = bonds(purchase=10)
    assert found.only == "purchase"
    assert not [step for step in bond_view.steps(found, ENGLISH) if "bond+%21%3D" in step.href]
    assert bond_view.steps(found, ENGLISH)[0].href == "/imports"
    assert "no bond can be strong" in str(bond_view.by_tier(found, ENGLISH).too_little)


def test_the_valuable_without_a_strong_bond_are_those_of_the_first_tier_whatever_its_name():
    found = bonds(purchase=10, service=4)
    assert found.only is None
    step = bond_view.steps(found, ENGLISH)[0]
    (rule,) = parse_qs(urlsplit(step.href).query)["where"]
    assert rule == r'tier == "the \"best\"" and bond != "strong"'
    assert str(step.why) == "3 customers"
