"""Row types: a column that says sale or refund is believed, and never passed over in silence."""

from decimal import Decimal

import pytest

from valence.intake.choosing import preview
from valence.intake.confirming import keep
from valence.intake.looking import look

HEAD = "order_id,date,email,amount,type\n"


def told(got):
    return " ".join(map(str, got.files[0].warnings))


def test_refund_rows_are_taken_off(shop):
    rows = (
        "10,2024-03-01,a@x.org,100,sale\n11,2024-03-02,a@x.org,40,sale\n"
        "11,2024-03-05,a@x.org,15,Refund\n12,2024-03-05,b@x.org,-5,refund\n"
    )
    got = shop.bring("r.csv", HEAD + rows)
    assert "'type' of r.csv says which rows are no sale: Refund, refund." in told(got)
    columns = ("order_id", "kind", "gross_amount", "returned_amount", "revenue_amount")
    assert shop.built("order_facts", *columns) == [
        ("10", "sale", Decimal(100), Decimal(0), Decimal(100)),
        ("11", "sale", Decimal(40), Decimal(15), Decimal(25)),
        ("12", "return", Decimal(0), Decimal(5), Decimal(-5)),
    ]


def test_a_refund_that_comes_in_a_later_file_leaves_the_sale_standing(shop):
    shop.bring("a.csv", HEAD + "1,2024-03-01,a@x.org,100,sale\n2,2024-03-01,a@x.org,9,refund\n")
    shop.bring("b.csv", HEAD + "1,2024-03-09,a@x.org,30,refund\n3,2024-03-09,a@x.org,1,sale\n")
    assert shop.rows("orders", "order_id", "kind", "net_amount", "returned_amount") == [
        ("1", "sale", Decimal(100), Decimal(30)),
        ("2", "return", Decimal(-9), Decimal(9)),
        ("3", "sale", Decimal(1), Decimal(0)),
    ]


@pytest.mark.parametrize(
    ("header", "sale", "back"),
    [
        ("Transaction Type", "Sale", "Return"), ("类型", "销售", "退货"),
        ("单据类型", "销售单", "退款"),
        ("what it was", "purchase", "credit note"), ("Event Type", "Payment", "Refund"),
        ("status", "sale", "refund"),
    ],
)  # fmt: skip
def test_the_column_is_known_by_its_words(shop, opened, bench, header, sale, back):
    text = f"order_id,date,email,amount,{header}\n1,2024-03-01,a@x.org,9,{sale}\n"
    source = opened("a.csv", text + f"2,2024-03-01,a@x.org,9,{back}\n")
    mapping = preview(bench, shop.brand, source).guess.mapping
    assert (mapping.kind, mapping.columns["row_type"].column) == ("order_lines", (header,))


def test_a_type_whose_words_nobody_knows_is_warned_of(shop):
    got = shop.bring("r.csv", HEAD + "1,2024-03-01,a@x.org,5,S\n2,2024-03-02,a@x.org,4,R\n")
    assert "Mind: 'type' of r.csv is not imported; it holds R, S." in told(got)


def test_a_type_that_says_nothing_of_returns_is_left_alone(shop, opened, bench):
    source = opened("a.csv", HEAD + "1,2024-03-01,a@x.org,5,sale\n2,2024-03-02,a@x.org,4,sale\n")
    guess = preview(bench, shop.brand, source).guess
    assert (guess.mapping.kind, guess.notes) == ("orders", ())


def test_net_sales_have_their_discounts_off_already(shop):
    head = "Transaction ID,Date,Customer ID,Net Sales,Discounts,Event Type\n"
    shop.bring("s.csv", head + "T1,2024-03-01,C1,8,-2,Payment\nT2,2024-03-02,C1,-8,2,Refund\n")
    assert shop.rows("orders", "order_id", "net_amount") == [
        ("T1", Decimal(8)),
        ("T2", Decimal(-8)),
    ]


def test_a_mapping_confirmed_without_returns_does_not_pass_them_over_in_silence(shop):
    path = shop.file("a.csv", HEAD + "1,2024-03-01,a@x.org,5,web\n2,2024-03-02,a@x.org,4,till\n")
    seen = look(shop.brand, path)
    keep(shop.brand, seen, seen.mapping)
    shop.take(path)
    got = shop.bring("b.csv", HEAD + "3,2024-03-03,a@x.org,4,refund\n")
    assert "'type' of b.csv says refund, and the mapping that was confirmed before" in told(got)
