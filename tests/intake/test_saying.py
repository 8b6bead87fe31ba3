"""Saying what columns are: it stands above names and guesses, and makes an unknown file known."""

from __future__ import annotations

import pytest

from valence.core.errors import BadInputError
from valence.intake.drafting import draft
from valence.intake.importing import import_files
from valence.intake.looking import look
from valence.intake.mapping import read_mapping
from valence.intake.saying import Said

ODD = """Vorgang,Tag,Uhr,Wer,Summe
1,13.01.2024,10:11,ann@x.org,"1,50"
2,14.01.2024,11:30,bob@x.org,"2,50"
"""
ORDERS = {"order_id": "Vorgang", "ordered_at": "Tag + Uhr", "net_amount": "summe"}


@pytest.fixture
def seen(shop):
    def at(text, said=None, name="odd.csv"):
        return look(shop.brand, shop.file(name, text), said=Said(said or {}))

    return at


def test_a_file_that_nobody_knows_is_known_by_what_was_said(seen):
    """`--column` was passed over where the file was not recognised."""
    assert seen(ODD).mapping is None
    found = seen(ODD, ORDERS)
    columns = found.mapping.columns
    assert (found.mapping.kind, found.open_questions) == ("orders", ())
    assert (columns["ordered_at"].column, columns["ordered_at"].time) == (("Tag",), ("Uhr",))
    assert (columns["ordered_at"].date, columns["net_amount"].decimals) == ("dmy", "comma")
    assert found.mapping.identifiers["email"].column == ("Wer",)  # told by its cells
    told = {one.column: (one.target, str(one.reason)) for one in found.told}
    assert told["Uhr"] == ("time of ordered_at", "You said so.")


def test_people_are_said_as_columns_are(seen):
    said = {**ORDERS, "loyalty_no": "Wer", "contact.name": "Vorgang + Tag"}
    found = seen(ODD, said).mapping
    assert found.identifiers["loyalty_no"].column == ("Wer",)
    assert found.contact["first_name"].column == ("Vorgang",)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"net_amount": "Sume"}, "has no column 'Sume'. Did you mean 'Summe'?"),
        ({"net_amont": "Summe"}, "'net_amont' is nothing that a column can be. Did you mean 'net"),
        ({"total": "Summe"}, "'total' is nothing that a column can be. Did you mean 'net_amount'?"),
        ({**ORDERS, "score": "Uhr"}, "'score' is not a column of orders."),
        ({**ORDERS, "name": "Wer"}, "Did you mean 'contact.name'?"),
    ],
)
def test_what_cannot_be_is_named_with_what_is_near(seen, said, why):
    try:
        told = seen(ODD, said).fault
    except BadInputError as refused:
        told = refused
    assert why in str(told)


def test_what_is_said_stands_above_a_guess_and_a_known_form(seen, retail_head):
    found = seen("order_id,date,total,amount\n1,2024-03-05,12,10\n", {"net_amount": "total"})
    assert found.mapping.columns["net_amount"].column == ("total",)
    assert (found.questions, found.unused) == ((), ("amount",))
    known = seen(retail_head, {"channel": "Country"}, "retail.csv")
    assert known.origin == "ready"
    assert known.mapping.columns["channel"].column == ("Country",)


@pytest.fixture
def retail_head():
    return (
        "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
        "1,A,Cup,2,2010-12-01 08:26,2.5,17850,United Kingdom\n"
    )


def test_a_draft_of_a_known_file_reads_as_its_mapping_and_shows_what_is_left(seen, shop):
    found = seen(
        "order_id,date,total,amount,shade\n1,2024-03-05,12,10,red\n", {"net_amount": "total"}
    )
    text = draft(found, shop.root / "in" / "odd.csv")
    assert read_mapping(text, where="draft") == found.mapping
    assert "#   shade: red\n" in text


def test_a_draft_of_an_unknown_file_has_gaps_and_says_what_to_do(seen, shop):
    """`mapping guess` ended where it was needed most."""
    text = draft(seen(ODD), shop.root / "in" / "odd.csv")
    assert "#   Vorgang: 1, 2\n" in text
    for gap, column in (
        ("order_id:", "Vorgang"),
        ("net_amount:", "{column: Summe, decimals: comma}"),
    ):
        text = text.replace(f"  {gap}", f"  {gap} {column}", 1)
    text = text.replace("  ordered_at:  #", "  ordered_at: {column: Tag, time: Uhr}  #")
    text = text.replace("  email:\n", "  email: Wer\n")
    mapping = read_mapping(text, where="draft")
    got = shop.bring("odd.csv", ODD, mapping=mapping)
    assert (got.new, got.quarantined) == (2, 0)  # days first: the file tells


def test_a_gap_that_stays_is_as_if_it_were_not_there(seen, shop):
    mapping = read_mapping(draft(seen(ODD), shop.root / "odd.csv"), where="draft")
    assert mapping.columns == mapping.identifiers == mapping.contact == {}
    with pytest.raises(BadInputError, match="does not say which column is order_id, ordered_at"):
        shop.bring("odd.csv", ODD, mapping=mapping)


def test_a_mapping_that_was_given_is_kept_for_the_next_file_where_that_is_asked(shop, seen):
    text = draft(seen("order_id,date,amount\n1,2024-03-05,10\n"), shop.root / "a.csv")
    mine = read_mapping(text.replace("name: orders", "name: mine"), where="m")
    path = shop.file("a.csv", "order_id,date,amount\n1,2024-03-05,10\n")
    import_files(shop.brand, [path], mine, store=shop.store, keep=True)
    found = seen("order_id,date,amount\n2,2024-03-06,11\n")
    assert (found.origin, found.mapping.name) == ("kept", "mine")
    other = mine.model_copy(update={"name": "other"})
    path = shop.file("b.csv", "order_id,date,amount\n3,2024-03-06,11\n")
    import_files(shop.brand, [path], other, store=shop.store, keep=True)
    assert [file.name.split("-")[0] for file in (shop.root / "mappings").iterdir()] == ["other"]
