"""The guide's examples run, and its rules are rules."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

from valence.core.rules import Catalog, History, Type, compile_rule
from valence.core.rules.functions import FUNCTIONS
from valence.core.rules.history import HISTORY_FUNCTIONS

GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "rules.md"
CATALOG = Catalog(
    {
        "tier": Type.TEXT, "city": Type.TEXT, "orders": Type.INT, "days_since_order": Type.INT,
        "spent": Type.DECIMAL, "score": Type.FLOAT, "vip": Type.BOOL, "joined_on": Type.DAY,
        "seen_at": Type.INSTANT,
    },
    {
        "events": History({"name": Type.TEXT, "occurred_on": Type.DAY}, "occurred_on"),
        "order_history": History(
            {"net_amount": Type.DECIMAL, "kind": Type.TEXT, "store": Type.TEXT, "on": Type.DAY},
            "on",
        ),
    },
)  # fmt: skip


def test_each_rule_of_the_guide_is_a_rule_in_canonical_text():
    blocks = re.findall(r"```rule\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    rules = [line for block in blocks for line in block.splitlines()]
    assert len(rules) >= 20
    assert [compile_rule(rule, CATALOG).text for rule in rules] == rules


def test_the_python_examples_of_the_guide_run():
    failed, tried = doctest.testfile(str(GUIDE), module_relative=False)
    assert (failed, tried > 5) == (0, True)


def test_every_function_has_its_place_in_the_guide():
    text = GUIDE.read_text("utf-8")
    assert [name for name in {**FUNCTIONS, **HISTORY_FUNCTIONS} if f"`{name}(" not in text] == []
