"""One form for each identifier, one by one and in columns."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valence.core.errors import BadInputError, SettingsError
from valence.people import bulk, phones
from valence.people.normalise import ID_TYPES, normalise


@pytest.mark.parametrize(
    ("id_type", "raw", "value"),
    [
        ("user_id", " 12748 ", "12748"),
        ("user_id", "12748.0", "12748"),
        ("user_id", "0012", "0012"),
        ("user_id", "aB3", "aB3"),
        ("user_id", "12.50", "12.50"),
        ("user_id", "１２", "12"),
        ("loyalty_no", "ab 12 34", "AB1234"),
        ("email", " Foo.Bar+x@EXÄMPLE.com ", "foo.bar+x@xn--exmple-cua.com"),
        ("email", "mailto:<Ann@X.org>", "ann@x.org"),
        ("phone", "07911 123456", "+447911123456"),
        ("phone", "7911123456.0", "+447911123456"),
        ("phone", "+44 (0)20 7946 0958", "+442079460958"),
        ("phone", "0049 30 901820", "+4930901820"),
        ("phone", "+86 138 0013 8001", "+8613800138001"),
        ("device", "AEBE52E7-03EE-455A-B3C4-E57283966239", "aebe52e7-03ee-455a-b3c4-e57283966239"),
        ("wechat_openid", "oGZUI0egBJY1zhBYw2KhdUfwVJJE", "oGZUI0egBJY1zhBYw2KhdUfwVJJE"),
    ],
)
def test_each_kind_has_one_form(id_type, raw, value):
    assert normalise(id_type, raw, "GB").value == value


@pytest.mark.parametrize(
    ("id_type", "raw", "why"),
    [
        ("user_id", "", "empty"),
        ("user_id", None, "empty"),
        ("user_id", "N/A", "placeholder"),
        ("user_id", "0000000", "placeholder"),
        ("user_id", "0.0", "placeholder"),
        ("user_id", "未知", "placeholder"),
        ("user_id", "a\x00b", "control characters"),
        ("user_id", "x" * 400, "longer than 320"),
        ("email", "test@test", "placeholder"),
        ("email", "noreply@shop.com", "placeholder"),
        ("email", "ann@x", "not an e-mail"),
        ("email", "ann x@x.com", "not an e-mail"),
        ("email", "a..b@x.com", "not an e-mail"),
        ("phone", "0000000000", "not a phone"),
        ("phone", "1234567890", "not a phone"),
        ("phone", "12", "not a phone"),
        ("device", "00000000-0000-0000-0000-000000000000", "placeholder"),
    ],
)
def test_what_identifies_nobody_is_refused_with_the_reason(id_type, raw, why):
    value, reason = normalise(id_type, raw, "GB")
    assert value is None
    assert why in str(reason)


def test_a_phone_without_country_says_where_to_set_it():
    assert "brand.country" in str(normalise("phone", "07911 123456").reason)


def test_an_unknown_kind_is_refused_with_the_near_one():
    with pytest.raises(BadInputError, match="Did you mean 'email'"):
        normalise("e-mail", "x")


def test_a_country_without_phones_is_a_wrong_setting():
    assert phones.checked_country("gb") == "GB"
    with pytest.raises(SettingsError, match="ISO 3166"):
        phones.checked_country("XQ")


@pytest.mark.parametrize(("said", "code"), [("UK", "GB"), ("usa", "US"), ("Germany", "DE")])
def test_a_country_by_another_name_is_refused_with_its_code(said, code):
    with pytest.raises(SettingsError, match=f"Did you mean '{code}'"):
        phones.checked_country(said)


RAW = st.one_of(
    st.text(max_size=30),
    st.from_regex(r"\A[0-9+ .()-]{1,18}\Z"),
    st.from_regex(r"\A[A-Za-z0-9._+<>-]{1,10}@[A-Za-z0-9.ßÄ-]{1,12}\.[a-z]{1,4}\Z"),
    st.sampled_from(["N/A", "0", "12.0", "0.00", "TEST@test.com", "x@xn--a.com", " a ", "0" * 9]),
)


@given(st.sampled_from(sorted(ID_TYPES)), RAW)
def test_normalising_twice_changes_nothing(id_type, raw):
    once = normalise(id_type, raw, "GB").value
    assert once is None or normalise(id_type, once, "GB").value == once


@given(st.sampled_from(sorted(ID_TYPES)), st.lists(st.none() | RAW, max_size=8))
def test_a_column_is_normalised_as_each_value_is(id_type, raws):
    column = bulk.normalised(pa.array(raws, pa.string()), id_type, "GB")
    assert column.to_pylist() == [normalise(id_type, raw, "GB").value for raw in raws]


@given(
    st.sampled_from(["", "GB", "US", "CN", "DE", "IT", "CA"]), st.from_regex(r"\A\+?[0-9]{4,16}\Z")
)
def test_the_quick_way_of_phones_answers_as_the_library(country, digits):
    quick = phones._as_is(digits, country)
    assert quick is None or quick == phones._parsed(digits, country)


@pytest.mark.parametrize(
    ("column", "digits"),
    [
        (pa.array([12748.0, None, 0.0]), ["12748", None, None]),
        (pa.chunked_array([[7], [8, 7]]), ["7", "8", "7"]),
        (pa.chunked_array([[7.0], [None, 8.5]]), ["7", None, "8.5"]),
        (pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"]),
    ],
)
def test_columns_of_numbers_and_in_pieces_are_their_digits(column, digits):
    assert bulk.normalised(column, "user_id").to_pylist() == digits
