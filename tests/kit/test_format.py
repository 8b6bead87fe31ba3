"""Numbers, money and dates as English and Chinese readers expect them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valence.core.messages import message
from valence.core.money import Money
from valence.kit.format import Formats
from valence.kit.languages import language

EN = Formats(language("en"), "GBP", ZoneInfo("Asia/Shanghai"))
ZH = Formats(language("zh"), "GBP", ZoneInfo("Asia/Shanghai"))


def plain(text):
    return text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("amount", "currency", "english", "chinese"),
    [
        (9_747_747.93, "GBP", "£9.7 M", "975 万英镑"),
        (1_900_000, "CNY", "¥1.9 M", "190 万元"),
        (38_600_000, "CNY", "¥38.6 M", "3,860 万元"),
        (123_456_789, "CNY", "¥123 M", "1.23 亿元"),
        (-1_900_000, "CNY", "−¥1.9 M", "−190 万元"),
        (999_950, "GBP", "£1 M", "100 万英镑"),
        (99_999_999, "GBP", "£100 M", "1 亿英镑"),
        (9_999.6, "GBP", "£10 K", "1 万英镑"),
        (812.4, "GBP", "£812", "£812"),
        (12.5, "GBP", "£12.50", "£12.50"),
        (0, "GBP", "£0", "£0"),
        (None, "GBP", "–", "–"),
    ],
)
def test_short_money_groups_by_millions_in_english_and_by_wan_in_chinese(
    amount, currency, english, chinese
):
    assert plain(EN.money_short(amount, currency)) == english
    assert plain(ZH.money_short(amount, currency)) == chinese


def test_exact_money_has_the_digits_of_its_currency():
    assert EN.money(Decimal("9747747.93")) == "£9,747,747.93"
    assert EN.money(1900, "JPY") == "¥1,900"
    assert EN.money(Money(-150, "GBP")) == "−£1.50"
    assert EN.money(-0.001) == "£0.00"


def test_counts_are_short_only_when_long():
    assert [plain(EN.short(n)) for n in (0, 412, 9_999, 48_210, 1_204_331)] == [
        "0",
        "412",
        "9,999",
        "48.2 K",
        "1.2 M",
    ]
    assert [plain(ZH.short(n)) for n in (412, 48_210, 1_204_331)] == ["412", "4.8 万", "120 万"]


def test_a_unit_is_not_taken_before_it_is_reached():
    """950,000 stood there as 1 M, as if it were a twentieth more."""
    numbers = (950_000, 999_400, 999_950, 949_999_999, 9_999)
    assert [plain(EN.short(n)) for n in numbers] == ["950 K", "999 K", "1 M", "950 M", "9,999"]


def test_shares_and_differences_of_shares():
    assert [plain(EN.percent(s)) for s in (0, 0.58, 0.5812, 1)] == [
        "0 %",
        "58 %",
        "58.1 %",
        "100 %",
    ]
    assert [ZH.percent(s) for s in (0, 0.58, 0.5812)] == ["0%", "58%", "58.1%"]
    assert plain(EN.points(-0.05)) == "−5 pp"
    assert plain(ZH.points(0.008)) == "+0.8 个百分点"
    assert plain(EN.change(0.061)) == "+6.1 %"


def test_what_is_not_nothing_is_never_said_to_be_zero():
    """Olist's shares of 0.03 % stood there as 0 %."""
    shares = (0.0003, 0.00049, 0.00001, -0.00001, 1e-17)
    assert [plain(EN.percent(s)) for s in shares] == [
        "0.03 %",
        "0.05 %",
        "<0.01 %",
        ">−0.01 %",
        "0 %",
    ]
    assert plain(EN.percent(0.004, 0)) == "0.4 %"
    assert plain(EN.points(0.0003)) == "+0.03 pp"
    assert [EN.cell(value, "float") for value in (0, 0.003, 1.2)] == ["0.00", "0.003", "1.20"]


@pytest.mark.parametrize(
    ("low", "high", "how", "said"),
    [
        (1.4e6, 2.5e6, "money_short", "£1.4–2.5 M"),
        (9_000, 25_000, "money_short", "£9,000 – £25 K"),
        (0.1, 0.2, "percent", "10–20 %"),
        (-5, 5, "integer", "−5 – 5"),
        (None, 5, "integer", "–"),
    ],
)
def test_an_interval_says_its_unit_once_where_both_ends_share_it(low, high, how, said):
    assert plain(EN.interval(low, high, how)) == said


def test_dates_are_of_the_language_and_instants_of_the_business_zone():
    assert EN.day(date(2026, 9, 5)) == "5 Sep 2026"
    assert ZH.day(date(2026, 9, 5)) == "2026-09-05"
    assert ZH.month(date(2026, 9, 5)) == "2026年9月"
    at = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    assert EN.instant(at) == "1 Nov 2026, 07:30"
    assert EN.instant(at.replace(tzinfo=None)) == "1 Nov 2026, 07:30"


def test_what_is_absent_is_a_dash_that_says_why():
    shown = EN.absent(message("not asked <yet>"))
    assert "–" in shown
    assert "not asked &lt;yet&gt;" in shown
    assert EN.cell(float("nan"), "float") == "–"


@given(st.floats(-1e15, 1e15) | st.integers(-(10**12), 10**12), st.sampled_from([EN, ZH]))
def test_no_number_shows_an_ascii_minus_or_a_negative_zero(value, fmt):
    for said in (fmt.short(value), fmt.money_short(value), fmt.number(value, 1), fmt.money(value)):
        assert "-" not in said
        assert not (said.startswith("−") and not any(c in "123456789" for c in said))


@given(st.decimals(-(10**11), 10**11, places=2))
def test_a_short_amount_is_near_the_exact_one(value):
    said = plain(EN.money_short(value)).replace("£", "").replace("−", "-").replace(",", "")
    figure, _, unit = said.partition(" ")
    shown = Decimal(figure) * {"": 1, "K": 1000, "M": 10**6, "B": 10**9}[unit]
    assert abs(shown - value) <= max(Decimal("0.5"), abs(value) * Decimal("0.051"))
