"""Numbers, truth values and texts in SQL agree with slow, obvious Python."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from valence.intake.parsing import (
    CURRENCY_SIGNS,
    NULL_TEXTS,
    blank_sql,
    boolean_sql,
    currency_of_sign_sql,
    number_sql,
    text_sql,
)
from valence.lake.workbench import literal

EACH = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def column(bench, sql, cells):
    """The SQL over a column of cells, in one query."""
    values = ", ".join(f"({i}, {literal(cell)})" for i, cell in enumerate(cells))
    query = f"SELECT {sql} FROM (VALUES {values}) AS v(n, cell) ORDER BY n"
    return [row[0] for row in bench.rows(query)]


def written(number, *, thousands, mark, sign, negative, space):
    """A number as a person or a till writes it."""
    whole, _, rest = f"{abs(number):f}".partition(".")
    groups = []
    while len(whole) > 3 and thousands:
        whole, last = whole[:-3], whole[-3:]
        groups.insert(0, last)
    text = thousands.join([whole, *groups]) + (mark + rest if rest else "")
    text = f"{sign}{space}{text}"
    if number >= 0:
        return text
    return {
        "paren": f"({text})",
        "trailing": f"{text}-",
        "leading": f"-{text}",
        "minus": f"\u2212{text}",
    }[negative]


NUMBERS = st.tuples(
    st.decimals(-99_999_999, 99_999_999, places=2),
    st.sampled_from(["", "group", " ", "'", "\u202f"]),
    st.sampled_from(["", "£", "€", "$", "¥", "USD", "R$"]),
    st.sampled_from(["paren", "trailing", "leading", "minus"]),
    st.sampled_from(["", " "]),
)


@pytest.mark.parametrize(("decimals", "mark", "group"), [("point", ".", ","), ("comma", ",", ".")])
@EACH
@given(st.lists(NUMBERS, min_size=1, max_size=40))
def test_a_number_is_read_however_it_is_written(bench, decimals, mark, group, numbers):
    cells = [
        written(
            n, thousands=group if t == "group" else t, mark=mark, sign=s, negative=neg, space=sp
        )
        for n, t, s, neg, sp in numbers
    ]
    assert column(bench, number_sql("cell", decimals), cells) == [n for n, *_ in numbers]


@EACH
@given(st.lists(st.text(alphabet="0123456789.,-+()% €x_eE", max_size=9), min_size=1, max_size=60))
def test_what_is_no_number_is_null_and_never_a_fault(bench, cells):
    got = column(bench, number_sql("cell", "point", "DOUBLE"), cells)
    assert all(value is None or abs(value) < 1e110 for value in got)


@pytest.mark.parametrize(
    ("cell", "decimals", "value"),
    [
        ("1,234.50", "point", "1234.50"), ("1.234,50", "comma", "1234.50"), ("1,5", "point", None),
        ("1,00,000", "point", "100000"), ("12 %", "point", "0.12"), ("(-5)", "point", None),
        ("--5", "point", None), ("12abc", "point", None), ("1200元", "point", "1200"),
        ("\uffe51200", "point", "1200"), ("inf", "point", None), ("nan", "point", None),
        ("1.234", "comma", "1234"), ("99999999999999999", "point", None), (" 7 ", "point", "7"),
    ],
)  # fmt: skip
def test_numbers_that_have_surprised_somebody(bench, cell, decimals, value):
    got = column(bench, number_sql("cell", decimals), [cell])[0]
    assert got == (None if value is None else Decimal(value))


@EACH
@given(st.lists(st.text(max_size=12).filter(lambda t: "\0" not in t), min_size=1, max_size=40))
def test_texts_lose_only_what_says_nothing(bench, cells):
    blanks = " \t\n\r\xa0\u202f\u3000"

    def expected(cell):
        padded = cell < "!" or cell.endswith(" ")
        kept = cell.strip(blanks) if padded else cell
        return None if kept in NULL_TEXTS and (not padded or kept == "") else kept

    assert column(bench, text_sql("cell"), cells) == [expected(cell) for cell in cells]


def test_a_text_that_is_guarded_against_excel_is_bare(bench):
    assert column(bench, text_sql("cell"), ['="0123"', "=1+1"]) == [
        "0123",
        "=1+1",
    ]


def test_words_for_nothing_are_blank_in_a_column_of_numbers(bench):
    cells = ["", " ", "NULL", "n/a", "-", "无", "0", "x"]
    assert column(bench, blank_sql("cell"), cells) == [True] * 6 + [False] * 2


def test_truth_values_in_several_languages(bench):
    assert column(bench, boolean_sql("cell"), ["Yes", "否", "TRUE", "0", "maybe"]) == [
        True, False, True, False, None,
    ]  # fmt: skip


def test_a_sign_tells_the_currency_and_the_brand_decides_between_dollars(bench):
    cells = ["£5", "5 €", "$5", "R$ 5", "5"]
    assert column(bench, currency_of_sign_sql("cell", "CAD"), cells) == [
        "GBP", "EUR", "CAD", "BRL", None,
    ]  # fmt: skip
    assert CURRENCY_SIGNS["$"] == "USD"
