"""Which language a reader gets."""

import pytest

from valence.core.messages import message
from valence.kit.languages import by_number, chosen, language


@pytest.mark.parametrize(
    ("cookie", "accept", "default", "code"),
    [
        (None, None, "zh", "zh"),
        (None, "fr", "zh", "zh"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "en", "zh"),
        (None, "fr;q=1, en;q=0.5, zh;q=0.7", "en", "zh"),
        (None, "en;q=0, zh;q=0.1", "en", "zh"),
        (None, "en;q=wrong, zh", "en", "zh"),
        ("en", "zh", "zh", "en"),
        ("klingon", "zh", "en", "zh"),
        ("xx", "zh", "en", "zh"),
    ],
)
def test_a_choice_goes_before_the_browser_and_the_browser_before_the_brand(
    cookie, accept, default, code
):
    assert chosen(cookie, accept, default) == code


def test_the_pseudo_language_is_admitted_only_for_tests():
    assert chosen("xx", None, "en", pseudo=True) == "xx"
    assert language("xx").worded("At {x}", x=3) == "⟦At 3⟧"


def test_a_sentence_without_translation_stays_english():
    assert language("zh").worded("No such sentence, {x}.", x=1) == "No such sentence, 1."


def test_one_customer_is_not_customers():
    one, many = message("1 customer"), message("{n} customers", n=2)
    assert str(by_number(1, one, many)) == "1 customer"
    assert str(by_number(0, one, many)) == "2 customers"
