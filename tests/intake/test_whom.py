"""Whom: the customer is named by what the cells are, whatever their column is called."""

import pytest

from valence.intake.guessing import guess


@pytest.fixture
def named(opened):
    def by(header, *cells, country=""):
        rows = "".join(f"{n},2024-03-05,5,{cell}\n" for n, cell in enumerate(cells))
        got = guess(opened("a.csv", f"order_id,order date,amount,{header}\n{rows}"), country)
        return {name: cell.column[0] for name, cell in got.mapping.identifiers.items()}

    return by


@pytest.mark.parametrize("header", ["Customer", "user_id", "客户", "Buyer", "login", "Kunde"])
def test_a_column_of_addresses_is_an_address_whatever_it_is_called(named, header):
    assert named(header, "Anna@x.org", "ben@y.org") == {"email": header}


def test_numbers_with_a_plus_are_telephones_and_others_are_numbers(named):
    assert named("customer", "+447700900123", "+447700900456") == {"phone": "customer"}
    assert named("customer", "7700900123", "7700900456") == {"user_id": "customer"}
    assert named("会员", "13812345678", "13912345679", country="CN") == {"phone": "会员"}
    assert named("会员编号", "13812345678", "13912345679") == {"user_id": "会员编号"}


def test_a_column_email_without_a_single_address_is_none(named):
    assert named("email", "yes", "no") == {}


@pytest.mark.parametrize(
    "header", ["客户", "顾客", "会员", "买家", "用户", "Buyer", "客户编号", "买家会员名", "旺旺"]
)
def test_the_words_for_customer_are_known(named, header):
    assert named(header, "C1", "C2") == {"user_id": header}


def test_addresses_of_staff_name_no_customer(named):
    assert named("客服", "li@shop.cn", "wu@shop.cn") == {}


def test_a_customer_by_name_beside_an_address_is_the_persons_name(opened):
    text = "order_id,order date,amount,email,客户\n1,2024-03-05,5,a@x.org,王小明\n"
    got = guess(opened("a.csv", text)).mapping
    assert set(got.identifiers) == {"email"}


def test_one_person_by_address_in_two_files_is_one_customer(shop):
    shop.bring("a.csv", "order_id,date,Customer,amount\n1,2024-03-05,Anna@X.org,5\n"
                        "2,2024-03-06,anna@x.org,5\n")  # fmt: skip
    shop.bring("b.csv", "order_id,date,Email,amount\n3,2024-03-07,anna@x.org,5\n")
    assert len({key for (key,) in shop.rows("orders", "id_key")}) == 1


def test_orders_of_which_none_names_a_customer_are_warned_of(shop):
    got = shop.bring("o.csv", "order_id,date,amount\n1,2024-03-05,5\n")
    said = " ".join(map(str, got.files[0].warnings))
    assert "No column of o.csv is taken for the customer" in said
    empty = shop.bring("e.csv", "order_id,date,email,amount\n1,2024-03-05,,5\n")
    assert "No row of e.csv names a customer: email is empty" in str(empty.files[0].warnings[-1])
