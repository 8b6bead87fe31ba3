"""Bad input: for each kind of it, what the user reads and what lands all the same."""

import gzip
from decimal import Decimal

import pytest
from tests.intake.test_importing import HEAD, LINES, in_quarantine, told

from valence.core.errors import BadInputError
from valence.intake.asking import answered
from valence.intake.choosing import NeedsConfirmationError
from valence.intake.looking import look
from valence.intake.mapping import read_mapping
from valence.intake.saying import Said

CLOSED = "A quote is opened and not closed, or closed in the middle."


def sales(first, last):
    """Lines of orders, each of its own, numbered as asked."""
    return "".join(f"{i},2024-03-05,{i % 9},A,1,5\n" for i in range(first, last))


def places(shop):
    return [(row[1], row[4]) for row in in_quarantine(shop)]


def test_an_empty_file_is_refused(shop):
    sentence = r"o\.csv is empty \(0 bytes\)\. Was it exported or copied to the end\?"
    with pytest.raises(BadInputError, match=sentence):
        shop.bring("o.csv", "")
    assert shop.version() == 0


def test_a_file_of_blank_lines_is_refused(shop):
    with pytest.raises(BadInputError, match=r"o\.csv holds nothing but blank space\."):
        shop.bring("o.csv", "\n  \n\n")


def test_a_header_without_rows_is_no_fault(shop):
    got = shop.bring("o.csv", HEAD)
    assert (got.read, got.new) == (0, 0)
    assert "o.csv has a header and no rows; nothing was to be imported." in told(got)


def test_a_missing_column_is_named_with_the_nearest(shop):
    mapping = read_mapping(
        "name: mine\nkind: orders\ncolumns:\n  order_id: order_id\n  ordered_at: order date\n"
        "  net_amount: amounts\n",
        where="mine.yaml",
    )
    with pytest.raises(BadInputError, match=r"'amounts' is missing\. Did you mean 'amount'\?"):
        shop.bring("b.csv", HEAD + "1,2024-03-05,7,10\n", mapping=mapping)


def test_a_file_in_which_nothing_is_known_is_refused_with_its_columns(shop):
    sentence = r"o\.csv is not recognised: its columns are a, b\. Say what they are, such as"
    with pytest.raises(BadInputError, match=sentence):
        shop.bring("o.csv", "a,b\n1,2\n3,4\n")


def test_two_columns_that_could_be_the_amount_are_asked_about_even_with_yes(shop):
    sentence = (
        r"o\.csv has several columns that could be the amount: amount, total\. Say which one with "
        "`--column net_amount=NAME`"
    )
    with pytest.raises(NeedsConfirmationError, match=sentence) as asked:
        shop.bring("o.csv", "order_id,order date,total,amount\n1,2024-03-05,12,10\n")
    assert asked.value.guess.questions[0].choices == ("amount", "total")
    assert shop.version() == 0


def test_mixed_currencies_need_rates_and_rows_without_wait(shop):
    shop.bring("fx.csv", "day,from,to,rate\n2024-03-01,EUR,GBP,0.8\n2024-03-10,EUR,GBP,0.9\n")
    shop.bring(
        "o.csv",
        "order_id,order date,amount,currency\n1,2024-03-05,10,GBP\n2,2024-03-05,10,EUR\n"
        "3,2024-03-12,10,eur\n4,2024-02-01,10,EUR\n5,2024-03-05,10,USD\n",
    )
    assert shop.rows("orders", "order_id", "currency", "original_amount", "net_amount") == [
        ("1", "GBP", Decimal(10), Decimal(10)),
        ("2", "EUR", Decimal(10), Decimal(8)),
        ("3", "EUR", Decimal(10), Decimal(9)),
    ]
    no_rate = (
        "No exchange rate of that day or an earlier one is known. The row lands by itself with a "
        "file of rates (day, from, to, rate)."
    )
    assert in_quarantine(shop) == [
        ("o.csv", 5, "currency", "EUR", no_rate),
        ("o.csv", 6, "currency", "USD", no_rate),
    ]


def test_currencies_that_only_signs_tell_are_told_apart(shop):
    shop.bring("fx.csv", "day,from,to,rate\n2024-03-01,EUR,GBP,0.8\n")
    text = "1,2024-03-05,7,£10\n2,2024-03-05,7,10 €\n3,2024-03-05,7,5\n4,2024-03-05,7,$5\n"
    got = shop.bring("o.csv", HEAD + text)
    assert shop.rows("orders", "order_id", "currency", "net_amount") == [
        ("1", "GBP", Decimal(10)),
        ("2", "EUR", Decimal(8)),
        ("3", "GBP", Decimal(5)),
    ]
    assert (
        "The amounts in 'amount' of o.csv carry signs: they are taken to be in EUR, GBP, USD."
        in told(got)
    )
    assert [row[1:4] for row in in_quarantine(shop)] == [(5, "currency of amount", "USD")]


def test_a_file_wholly_in_a_currency_without_a_rate_is_refused(shop):
    sentence = "the amounts are in EUR and the brand reports in GBP, but no rate between them"
    with pytest.raises(BadInputError, match=sentence):
        shop.bring("o.csv", HEAD + "1,2024-03-05,7,€10\n2,2024-03-05,7,€5\n")


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2031-01-01", "The date lies in the future."),
        ("1900-01-01", "The date is before 1970: it stands for no date."),
    ],
)
def test_dates_that_cannot_be_wait(shop, day, reason):
    shop.bring("o.csv", HEAD + f"1,{day},7,10\n2,2024-06-02,7,10\n")
    assert in_quarantine(shop) == [("o.csv", 2, "order date", day, reason)]
    assert shop.rows("orders", "order_id") == [("2",)]


def test_the_same_order_with_other_contents_is_updated_and_told(shop):
    shop.bring("a.csv", HEAD + "1,2024-03-05,7,10\n")
    got = shop.bring("b.csv", HEAD + "1,2024-03-05,7,12\n2,2024-03-05,7,1\n")
    assert (got.new, got.updated) == (1, 1)
    assert (
        "1 order of b.csv was known with other contents; it was made anew from all that is known "
        "of it." in told(got)
    )
    assert shop.rows("orders", "order_id", "net_amount") == [("1", Decimal(12)), ("2", Decimal(1))]


def test_a_tenth_of_broken_rows_waits_and_the_rest_lands(shop):
    text = "".join(f"{i},{'never' if i % 10 == 3 else '2024-03-05'},7,10\n" for i in range(1000))
    got = shop.bring("o.csv", HEAD + text)
    assert (got.read, got.new, got.quarantined) == (1000, 900, 100)
    assert (
        "100 of 1,000 rows of o.csv stand in quarantine; the others landed. See them with "
        "`valence quarantine list`. o.csv, line 5 and 99 more, order date: The value cannot be "
        "read as a day." in told(got)
    )


def test_rows_with_too_few_or_too_many_cells_wait(shop):
    text = "1,2024-03-05,7,10\n2,2024-03-05\n3,2024-03-05,7,1,9\n4,2024-03-05,7,1\n"
    shop.bring("o.csv", HEAD + text)
    assert places(shop) == [
        (3, "The row has fewer cells than the header."),
        (4, "The row has more cells than the header."),
    ]
    assert shop.rows("orders", "order_id") == [("1",), ("4",)]


def test_a_file_that_stops_in_the_middle_of_a_row_is_named_with_its_line(shop):
    got = shop.bring("o.csv", HEAD + "1,2024-03-05,7,10\n2,2024-0")
    cut = "The file ends in the middle of this row: it may have been cut off."
    assert places(shop) == [(3, cut)]
    assert shop.rows("orders", "order_id") == [("1",)]
    assert f"o.csv, line 3: {cut}" in told(got)


def test_a_packed_file_that_was_cut_off_is_refused_with_its_line(shop):
    packed = gzip.compress((LINES + sales(0, 20_000)).encode())[:-2000]
    sentence = (
        r"o\.csv\.gz is cut off or damaged: it cannot be unpacked beyond line \d+\. Nothing was "
        "imported; copy or export the file again"
    )
    with pytest.raises(BadInputError, match=sentence):
        shop.bring("o.csv.gz", packed)
    assert shop.version() == 0


@pytest.mark.parametrize("others", ["", '9000,2024-03-05,7,"A ""one""",1,5\n' * 2])
def test_a_quote_that_is_never_closed_costs_its_own_line_only(shop, others):
    fault = '7777,2024-03-05,7,"never closed,1,5\n'
    got = shop.bring("o.csv", LINES + sales(0, 50) + fault + sales(50, 90) + others)
    assert (got.new, got.quarantined) == (90 + len(others.splitlines()), 1)
    assert in_quarantine(shop) == [("o.csv", 52, "", fault.strip(), CLOSED)]


def test_rows_behind_an_unclosed_quote_are_read_however_many_they_are(shop):
    fault = '7777,2024-03-05,7,"never closed,1,5\n'
    rest = sales(100_000, 200_000)  # more than the engine takes for one cell
    got = shop.bring("o.csv", LINES + fault + rest + fault.strip())
    assert (got.read, got.new) == (100_002, 100_000)
    assert [line for line, _ in places(shop)] == [2, 100_003]


def test_quotes_and_line_breaks_within_cells_are_no_fault_beside_one(shop):
    good = '1,2024-03-05,7,"A\nB",1,5\n2,2024-03-05,7,5" nail,1,5\n3,2024-03-05,7,"say ""A""",1,5\n'
    shop.bring("o.csv", LINES + good + '4,2024-03-05,7,"never,1,5\n' + "5,2024-03-05,7,C,1,5\n")
    assert places(shop) == [(6, CLOSED)]
    names = {row[0] for row in shop.rows("order_lines", "product_id")}
    assert names == {"A\nB", '5" nail', 'say "A"', "C"}


def test_lines_of_unknown_orders_wait(shop):
    shop.bring("l.csv", "order_id,sku,quantity,price\n1,A,1,5\n2,A,1,5\n")
    unknown = "The order is not known yet, so neither its date nor its customer."
    assert all(row[4].startswith(unknown) for row in in_quarantine(shop))
    assert len(in_quarantine(shop)) == 2


def test_names_of_any_kind_and_length_land(shop):
    names = ["x" * 500, "🛒 Zoë", "שלום עולם", "سلام", "e\u0301", "a\u202eb"]
    text = "".join(f"{i},2024-03-05,7,{name},1,1\n" for i, name in enumerate(names))
    shop.bring("o.csv", LINES.replace("sku", "product name") + text)
    assert {row[0] for row in shop.rows("order_lines", "description")} == set(names)


def test_zero_and_negative_spend_by_one_customer_on_one_day_lands(shop):
    got = shop.bring("o.csv", HEAD + "1,2024-03-05,7,0\n2,2024-03-05,7,-5\n3,2024-03-05,7,5\n")
    assert (got.new, got.files[0].totals.customers, got.files[0].totals.amount) == (3, 1, 0)


def test_lines_without_a_customer_are_kept_and_counted_apart(shop):
    got = shop.bring("o.csv", HEAD + "1,2024-03-05,7,10\n2,2024-03-05,,4\n")
    assert (got.new, got.without_customer) == (2, 1)
    assert got.files[0].totals.without_customer_amount == Decimal(4)


def test_a_file_in_which_nobody_has_a_name_lands_whole(shop):
    got = shop.bring("o.csv", "order_id,order date,amount\n1,2024-03-05,10\n2,2024-03-05,4\n")
    assert (got.new, got.without_customer, got.files[0].totals.customers) == (2, 2, 0)
    assert {row[0] for row in shop.rows("orders", "id_key")} == {None}


def test_lines_take_the_rate_of_the_day_of_their_order_whichever_line_or_file_tells_it(shop):
    shop.bring("fx.csv", "day,from,to,rate\n2024-03-01,EUR,GBP,0.8\n2024-04-01,EUR,GBP,0.5\n")
    shop.bring("o.csv", "order_id,order date,customer id,amount\n1,2024-03-05,7,0\n")
    lines = "order_id,sku,quantity,price,currency\n1,A,1,10,EUR\n"
    shop.bring("l.csv", lines)
    assert shop.rows("order_lines", "currency", "net_amount") == [("EUR", Decimal(8))]


def test_the_second_line_of_an_order_has_the_currency_of_its_first(shop):
    shop.bring("fx.csv", "day,from,to,rate\n2024-03-01,EUR,GBP,0.8\n")
    mapping = read_mapping(
        "name: till\nkind: order_lines\ncolumns: {order_id: order_id, ordered_at: at, "
        "product_id: sku, quantity: qty, unit_price: price, currency: currency}\n"
        "fill_down: [ordered_at, currency]\n",
        where="till.yaml",
    )
    text = "order_id,at,sku,qty,price,currency\n1,2024-03-05,A,1,10,EUR\n1,,B,1,5,\n"
    shop.bring("t.csv", text, mapping=mapping)
    assert shop.rows("order_lines", "product_id", "currency", "net_amount") == [
        ("A", "EUR", Decimal(8)),
        ("B", "EUR", Decimal(4)),
    ]


SALES = "date,customer,amount\n2024-03-01,a@x.org,10\n2024-03-01,A@x.org,5\n2024-03-02,b@x.org,7\n"


def test_orders_without_a_number_are_no_customers_and_the_missing_number_is_named(shop):
    sentence = r"The order number is missing: n\.csv has dates and amounts, but nothing says which"
    with pytest.raises(NeedsConfirmationError, match=sentence):
        shop.bring("n.csv", SALES)
    assert shop.version() == 0


def test_orders_without_number_and_customer_are_refused(shop):
    sentence = r"m\.csv has dates and amounts, but no order number and no customer: its columns are"
    with pytest.raises(BadInputError, match=sentence):
        shop.bring("m.csv", "date,amount\n2024-03-01,10\n")


def test_a_number_may_be_made_of_customer_and_moment_and_holds_no_address(shop):
    path = shop.file("n.csv", SALES)
    seen = look(shop.brand, path)
    mapping = answered(seen, seen.mapping, {"order_id": "customer + date"})
    shop.take(path, mapping=mapping)
    amounts = [amount for (amount,) in shop.rows("orders", "net_amount")]
    assert sorted(amounts) == [Decimal(7), Decimal(15)]
    assert not any("@" in number for (number,) in shop.rows("orders", "order_id"))
    again = shop.take(shop.file("again.csv", SALES + "2024-03-03,b@x.org,1\n"), mapping=mapping)
    assert (again.new, again.unchanged) == (1, 3)


def test_a_guess_that_would_lose_amounts_says_so(shop):
    got = shop.bring("c.csv", "email,city,created at,amount\na@x.org,Leeds,2024-03-01,12.50\n")
    said = told(got)
    assert "Mind: c.csv is taken for customers, and amount" in said


def test_orders_without_an_amount_are_not_taken_for_customers(shop):
    """The hint said to name the order number, which was there; what was missing was the amount."""
    rows = "order_id,customer,date,cashed\n1,7,2024-03-01,9\n2,8,2024-03-02,8\n"
    sentence = r"o\.csv looks like orders without an amount: 'order_id' is an order number"
    with pytest.raises(BadInputError, match=sentence):
        shop.bring("o.csv", rows)
    seen = look(shop.brand, shop.file("o.csv", rows), said=Said({"net_amount": "cashed"}))
    assert seen.mapping.kind == "orders"


def test_a_file_that_is_wholly_in_a_currency_without_a_rate_is_refused(shop):
    rows = "order_id,order date,amount,currency\n1,2024-03-05,10,eur\n2,2024-03-05,10,EUR\n"
    sentence = r"o\.csv: the amounts are in EUR and the brand reports in GBP, but no rate between"
    with pytest.raises(BadInputError, match=sentence):
        shop.bring("o.csv", rows)
    assert in_quarantine(shop) == []
    shop.bring("fx.csv", "day,from,to,rate\n2024-03-01,EUR,GBP,0.8\n")
    shop.bring("o.csv", rows)
    assert shop.rows("orders", "net_amount") == [(Decimal(8),), (Decimal(8),)]


def test_scores_outside_their_scale_wait_in_quarantine(shop):
    shop.bring("nps.csv", "response id,date,email,nps\n1,2024-03-01,a@x.org,77\n"
                          "2,2024-03-01,a@x.org,10\n3,2024-03-01,a@x.org,-1\n")  # fmt: skip
    shop.bring("csat.csv", "response id,date,email,csat,scale\n4,2024-03-01,a@x.org,6,1-5\n"
                           "5,2024-03-01,a@x.org,5,1-5\n6,2024-03-01,a@x.org,101,\n")  # fmt: skip
    assert shop.rows("feedback", "feedback_id", "score") == [("2", 10.0), ("5", 5.0)]
    held = in_quarantine(shop)
    assert [(row[0], row[1], row[3]) for row in held] == [
        ("nps.csv", 2, "77"), ("nps.csv", 4, "-1"), ("csat.csv", 2, "6"), ("csat.csv", 4, "101"),
    ]  # fmt: skip
    assert {row[4].split(".")[0] for row in held} == {"The score lies outside its scale"}


def test_an_amount_that_is_too_large_and_one_that_is_none_are_told_apart(shop):
    shop.bring("o.csv", "order_id,order date,amount\n1,2024-03-01,99999999999999999\n"
                        "2,2024-03-01,NaN\n3,2024-03-01,ten\n4,2024-03-01,9\n")  # fmt: skip
    assert [row[4].split(":")[0].split(",")[0] for row in in_quarantine(shop)] == [
        "The number is too large",
        "The value is missing",
        "The value cannot be read as an amount.",
    ]


@pytest.mark.parametrize(
    ("settings", "cells", "amounts", "reading"),
    [
        ("", ("1,234", "2,500"), (1234, 2500), "1,234 is read as 1234"),
        ("", ("1.234", "2.500"), ("1.234", "2.5"), "1.234 is read as 1.234"),
        ('country = "DE"', ("1.234", "2.500"), (1234, 2500), "1.234 is read as 1234"),
    ],
)
def test_amounts_with_thousands_or_three_decimals_are_taken_with_a_word(
    shop_of, settings, cells, amounts, reading
):
    shop = shop_of(settings)
    rows = "".join(f'{n},2024-03-25,"{cell}"\n' for n, cell in enumerate(cells))
    got = shop.bring("o.csv", f"order_id,order date,amount\n{rows}")
    assert reading in told(got)
    assert "`--decimals point` or `--decimals comma`" in told(got)
    found = [amount for (amount,) in shop.rows("orders", "net_amount")]
    assert found == [Decimal(amount) for amount in amounts]


def test_one_amount_of_the_column_tells_how_all_are_read(shop):
    got = shop.bring("o.csv", 'order_id,order date,amount\n1,2024-03-25,"1,234"\n'
                              '2,2024-03-25,"1,234.50"\n')  # fmt: skip
    assert "is read as" not in told(got)
