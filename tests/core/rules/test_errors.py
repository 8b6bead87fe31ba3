"""Sentences that a user sees for a rule that cannot be used, and what is offered instead."""

from __future__ import annotations

import pytest

from valence.core.rules import Catalog, History, RuleError, Type, compile_rule

CATALOG = Catalog(
    {
        "tier": Type.TEXT,
        "visits": Type.INT,
        "score": Type.FLOAT,
        "joined_on": Type.DAY,
        "vip": Type.BOOL,
        "金额": Type.DECIMAL,
    },
    {"events": History({"name": Type.TEXT, "on": Type.DAY}, "on")},
)


def refused(text: str) -> RuleError:
    with pytest.raises(RuleError) as caught:
        compile_rule(text, CATALOG)
    return caught.value


@pytest.mark.parametrize(
    ("text", "sentence", "corrected"),
    [
        ("tier > 3", "tier is text, but 3 is a whole number: they cannot be compared.", None),
        ("teir is missing", "There is no column 'teir'. Did you mean 'tier'?", "tier is missing"),
        ("Tier is missing", "There is no column 'Tier'. Did you mean 'tier'?", "tier is missing"),
        ('tier = "a"', "Type == to compare; a single = sets a value.", 'tier == "a"'),
        ("vip&&vip", "Type and instead of &&.", "vip and vip"),
        ("vip & vip", "Type and instead of &.", "vip and vip"),
        ("!vip", "Type not instead of !.", "not vip"),
        ("visits <> 3", "Type != instead of <>.", "visits != 3"),
        ('tier == "gold', 'The text that " opens here is never closed.', None),
        ("tier == “gold”", 'Type " instead of “ and ”.', 'tier == "gold"'),
        ('tier == "gold”', 'Type " instead of ”.', 'tier == "gold"'),
        ("visits ＞ 3", "Type > instead of ＞.", "visits > 3"),
        ("（vip）", "Type ( instead of （.", "(vip)"),
        ("visits > ３", "Type 3 instead of ３.", "visits > 3"),
        ("vip 且 vip", "Type and instead of 且.", "vip and vip"),
        ("tier IS NULL", "Type is instead of IS.", "tier is missing"),
        ("tier == missing", "Write tier is missing.", "tier is missing"),
        ("score == 0.5", "Write abs(score - 0.5) < 0.0001", "abs(score - 0.5) < 0.0001"),
        ("score in (1, 2)", "Floats are never exactly equal, so `in` cannot be asked", None),
        (
            'joined_on > "2025-01-01"',
            'A text is not a day; write day("2025-01-01").',
            'joined_on > day("2025-01-01")',
        ),
        ('joined_on > day("2025-02-30")', "There is no day '2025-02-30'; write", None),
        ("visits % 2 == 0", "Rules have no `%`", None),
        ("visits ** 2 > 1", "Rules have no `**`", None),
        ("visits // 2 > 1", "Rules have no `//`", None),
        ("vip vip", "An operator is missing between vip and vip", None),
        ("vip and", "A value is missing after and.", None),
        ("(vip", "This parenthesis is never closed", None),
        ("vip)", "This ) closes nothing; delete it.", "vip"),
        ("", "The rule is empty", None),
        ("vip > vip", "true and false have no order", None),
        ("lenn(tier) > 1", "There is no function 'lenn'. Did you mean 'len'?", "len(tier) > 1"),
        ("len(tier, 1) > 1", "len is written len(text).", None),
        ("len(visits) > 1", "the value given here is a whole number", None),
        ("count(evnts) > 1", "evnts is none. Did you mean 'events'?", "count(events) > 1"),
        ("events > 1", "events is a table with many rows", None),
        ("count(events, tier == 'a') > 1", "tier is a column of the customer", None),
        ("count(events, name = 'a') > 1", "Type == to compare", "count(events, name == 'a') > 1"),
        ("count(events, last=0) > 1", "last is a number of days from 1 to 36500", None),
        ("count(events, since=on) > 1", "There is no column 'on'", None),
        ("count(events, lats=3) > 1", "lats= means nothing here. Did you mean 'last'?", None),
        ("count(events, count(events) > 1) > 1", "cannot stand within another", None),
        ("-'' > 1", "- takes a number, but this is text.", None),
        ("tier + tier == tier", "+ takes numbers, but text stands on the left", None),
        ("joined_on * 2 > today", "With a day, only day - day", None),
        ("customer.tier == 'a'", "A name has no dot", None),
        ("__import__('os')", "There is no function '__import__'", None),
        ("tier contains 'x'", "contains is a function: write contains(tier, …).", None),
        ("9223372036854775808 > 1", "is too large; the largest whole number is", None),
        ("visits > 30d", "30d is not a number as rules write it", None),
    ],
)
def test_the_sentence_and_the_correction(text, sentence, corrected):
    wrong = refused(text)
    assert sentence in str(wrong)
    assert wrong.corrected == corrected
    if corrected:
        compile_rule(corrected, CATALOG)


def test_all_faults_come_at_once_with_their_places():
    wrong = refused('teir == "gold"\nand vsits > 3')
    assert [f.start for f in wrong.faults] == [0, 19]
    assert (wrong.line, wrong.column, wrong.span) == (1, 1, (0, 4))
    assert "Line 2, column 5: There is no column 'vsits'" in str(wrong)


def test_carets_stand_under_the_fault_also_after_wide_characters():
    assert refused("金额 > 1 and teir is missing").render() == (
        "金额 > 1 and teir is missing\n"
        "             ^^^^\n"
        "Line 1, column 12: There is no column 'teir'. Did you mean 'tier'?"
    )


def test_a_sentence_can_be_worded_in_another_language():
    words = {"Type == to compare; a single = sets a value.": "比较请用 ==。"}
    assert "比较请用 ==。" in refused("visits = 1").render(lambda text: words.get(text, text))


def test_where_no_history_can_be_asked_the_error_says_so():
    """`exists(events)` over the columns of customers was answered with "Known are: none."."""
    with pytest.raises(RuleError, match=r"no such table can be asked here\. Use the columns"):
        compile_rule("exists(events)", Catalog({"tier": Type.TEXT}))
