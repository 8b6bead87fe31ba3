"""Guessing: what a file is and which column is what, with reasons and open questions."""

import pytest

from valence.core.errors import BadInputError
from valence.intake.guessing import guess


@pytest.fixture
def guessed(opened):
    return lambda text: guess(opened("a.csv", text))


def columns(got):
    return {target: cell.column[0] for target, cell in got.mapping.columns.items() if cell.column}


@pytest.mark.parametrize(
    ("header", "row", "kind"),
    [
        ("order_id,order date,amount", "1,2024-03-05,5", "orders"),
        ("Invoice,StockCode,Quantity,InvoiceDate,Price", "1,A,2,2024-03-05,5", "order_lines"),
        ("订单编号,下单时间,商品名称,数量,单价", "1,2024年3月5日,茶杯,2,5", "order_lines"),
        ("customer id,email,city", "7,a@example.org,Leeds", "customers"),
        ("sku,product name,category", "A,Cup,Tea", "products"),
        ("day,from,to,rate", "2024-03-05,EUR,GBP,0.9", "fx_rates"),
    ],
)
def test_the_kind_of_a_file_shows_in_its_columns(guessed, header, row, kind):
    assert guessed(f"{header}\n{row}\n").mapping.kind == kind


def test_names_are_known_without_case_spaces_and_signs(guessed):
    got = guessed("ORDER-ID,Order_Date,Customer ID,Total Amount\n1,2024-03-05,7,5\n")
    assert columns(got) == {
        "order_id": "ORDER-ID",
        "ordered_at": "Order_Date",
        "net_amount": "Total Amount",
    }
    assert got.mapping.identifiers["user_id"].column == ("Customer ID",)


def test_a_name_whose_cells_look_otherwise_is_not_believed(guessed):
    got = guessed("order_id,order date,amount,tax\n1,2024-03-05,5,exempt\n2,2024-03-05,5,none\n")
    assert "tax_amount" not in columns(got)
    assert got.unused == ("tax",)


def test_what_every_row_needs_is_known_by_its_name_however_broken_its_cells_are(guessed):
    got = guessed("order_id,order date,amount\n1,soon,5\n2,later,5\n")
    assert columns(got)["ordered_at"] == "order date"


def test_every_column_has_a_reason_and_a_confidence(guessed):
    got = guessed("order_id,order date,amount\n1,2024-03-05,5\n")
    assert all(0 < one.confidence <= 1 for one in got.columns)
    assert {str(one.reason) for one in got.columns if one.column == "amount"} == {
        "It is called 'amount', and its cells look like that."
    }


def test_two_amounts_that_differ_are_a_question(guessed):
    got = guessed("order_id,order date,amount,total\n1,2024-03-05,5,6\n")
    [question] = got.questions
    assert (question.about, question.choices, question.clear) == (
        "net_amount",
        ("amount", "total"),
        False,
    )


def test_two_amounts_that_are_the_same_throughout_are_none(guessed):
    assert guessed("order_id,order date,amount,total\n1,2024-03-05,5,5\n").questions == ()


def test_price_and_quantity_stand_above_an_amount_beside_them(guessed):
    got = guessed("order_id,order date,sku,quantity,price,amount\n1,2024-03-05,A,2,5,10\n")
    assert {"quantity", "unit_price"} <= set(columns(got))
    assert "net_amount" not in columns(got)


def test_what_an_event_says_besides_is_kept_as_its_properties(guessed):
    got = guessed("occurred_at,event,customer id,page\n2024-03-05 10:00,view,7,/tea\n")
    assert got.mapping.properties == ("page",)


def test_names_and_addresses_go_to_the_vault_and_need_an_identifier(guessed):
    with_id = guessed("order_id,order date,amount,email,name\n1,2024-03-05,5,a@example.org,Anna\n")
    assert set(with_id.mapping.identifiers) == {"email"}
    assert set(with_id.mapping.contact) == {"name"}
    without = guessed("order_id,order date,amount,customer name\n1,2024-03-05,5,Anna\n")
    assert (without.mapping.identifiers, without.mapping.contact) == ({}, {})


def test_what_is_like_nothing_known_is_refused_with_its_columns(guessed):
    with pytest.raises(BadInputError, match=r"a\.csv is not recognised: its columns are x, y\."):
        guessed("x,y\n1,2\n")
