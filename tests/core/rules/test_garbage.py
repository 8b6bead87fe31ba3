"""Whatever is typed, the answer is a rule or a RuleError that can be shown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.rules.generate import CATALOG, Maker
from valence.core.rules import RuleError, compile_expression, compile_rule
from valence.core.rules.lexer import MAX_LENGTH

PIECES = st.sampled_from(
    [*"()+-*/<>=!&|%.,:;[]{}#@\\'\"“”‘「」（），＞＝。且", "and", "or", "not", "in", "is",
     "missing",
     "==", "!=", "<=", "**", "//", "tier", "visits", "spent", "score", "vip", "joined_on", "today",
     "true", "None", "events", "orders", "count", "sum", "min", "last", "coalesce", "lambda", "if",
     "day", '"gold"', 'day("2024-02-30")', "'x'", "1", "0.5", "1e999", "9" * 30, "٣", "３",
     "x" * 40,
     "\n", "\t", "\0", "\ud800", "\u202e", "\u00a0", "__import__", "ｔｉｅｒ", "=", "f'", "last=3"]
)  # fmt: skip


def judged(text: str) -> None:
    for compile_ in (compile_rule, compile_expression):
        try:
            compiled = compile_(text, CATALOG)
        except RuleError as wrong:
            shown(wrong, text)
        else:
            assert compile_(compiled.text, CATALOG).text == compiled.text


def shown(wrong: RuleError, text: str) -> None:
    assert wrong.faults
    assert wrong.render()
    assert all(0 <= f.start <= f.end <= len(text) for f in wrong.faults)
    assert wrong.line >= 1
    assert wrong.column >= 1


@given(st.lists(PIECES, max_size=25).map(" ".join))
@settings(max_examples=400, deadline=None)
def test_words_of_the_language_in_any_order_raise_nothing_but_rule_errors(text):
    judged(text)


@given(st.lists(PIECES, max_size=20).map("".join) | st.text(max_size=60))
@settings(max_examples=400, deadline=None)
def test_any_text_raises_nothing_but_rule_errors(text):
    judged(text)


@given(st.integers(0, 10**6), st.data())
@settings(max_examples=200, deadline=None)
def test_a_good_rule_with_a_character_changed_raises_nothing_but_rule_errors(seed, data):
    text = Maker(seed).rule()
    at = data.draw(st.integers(0, len(text) - 1))
    judged(text[:at] + data.draw(PIECES | st.just("")) + text[at + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "not " * 3000 + "vip",
        "-" * 4000 + "1 > 0",
        "(" * 5000,
        "(" * 3000 + "vip" + ")" * 3000,
        "visits" + " + visits" * 1500 + " > 1",
        "abs(" * 300 + "visits" + ")" * 300 + " > 1",
        "vip == (" * 100 + "vip" + ")" * 100,
    ],
)
def test_deep_nesting_is_refused_in_a_sentence_and_never_exhausts_the_stack(text):
    with pytest.raises(RuleError, match=r"nested too deeply|too long"):
        compile_rule(text, CATALOG)


def test_a_text_beyond_the_limit_is_refused_unread():
    with pytest.raises(RuleError, match="has 20001 characters; at most 20000"):
        compile_rule("v" * (MAX_LENGTH + 1), CATALOG)


def test_a_calculation_that_would_unfold_without_end_is_refused():
    text = "spent"
    for _ in range(18):
        text = f"coalesce({text} / spent, 0)"
    with pytest.raises(RuleError, match="unfolds into too large a calculation"):
        compile_rule(f"{text} > 1", CATALOG)


def test_a_rule_at_the_limits_runs(duck, data):
    from tests.core.rules.compare import differences

    deep = "visits" + " + 1" * 30 + " > 1"
    wide = " or ".join(f"visits == {i}" for i in range(900))
    codes = ", ".join(f'"p{i}"' for i in range(1500))
    listed = f"tier in ({codes})"
    nested = "not (" * 15 + "vip" + ")" * 15
    rules = {f"r{i}": compile_rule(t, CATALOG) for i, t in enumerate([deep, wide, listed, nested])}
    assert differences(duck, data, rules) == []
