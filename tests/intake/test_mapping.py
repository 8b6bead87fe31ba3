"""Mappings: read from YAML with clear faults, written back the same, kept for next time."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from valence.core.errors import BadInputError
from valence.intake.importing import confirm
from valence.intake.mapping import (
    Cell,
    FileMapping,
    folded,
    kept_mapping,
    load_mapping,
    mapping_yaml,
    read_mapping,
    ready_mapping,
    ready_mappings,
)
from valence.intake.reading import open_source

MINE = """
name: till
kind: orders
columns:
  order_id: Receipt
  ordered_at: {column: [Day, Date], date: dmy, zone: Asia/Shanghai}
  net_amount: {column: Total, decimals: comma}
  channel: {value: till}
identifiers:
  loyalty_no: Card
returns: {prefix: R}
"""
HEAD = "order_id,order date,customer id,amount\n"


def test_a_mapping_says_where_each_value_comes_from():
    got = read_mapping(MINE, where="mine.yaml")
    assert got.columns["order_id"] == Cell(column=("Receipt",))
    assert got.columns["ordered_at"].column == ("Day", "Date")
    assert got.columns["channel"].value == "till"
    assert (got.system, got.returns.prefix) == ("shop", "R")


def test_of_several_names_the_first_that_a_file_has_counts_whatever_its_case():
    cell = Cell(column=("Day", "Date"))
    assert cell.found_in(folded(("date", "DAY"))) == "DAY"
    assert cell.found_in(folded(("date",))) == "date"
    assert cell.found_in(folded(("when",))) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name: a\nkind: order", r"kind: 'order' is not a kind of file\. Did you mean 'orders'\?"),
        (
            "name: a\nkind: orders\ncolumns: {order_ids: x}",
            r"'order_ids' is not a column of orders\. Did you mean 'order_id'\?",
        ),
        (
            "name: a\nkind: orders\nidentifiers: {e-mail: x}",
            r"'e-mail' is not a kind of identifier\. Did you mean 'email'\?",
        ),
        ("name: a\nkind: orders\nzones: UTC", r"'zones' is not known\. Did you mean 'zone'\?"),
        (
            "name: a\nkind: orders\ncolumns: {order_id: {colum: x}}",
            r"'columns\.order_id\.colum' is not known\. Did you mean 'column'\?",
        ),
        ("name: [", r"mine\.yaml is not valid YAML"),
        ("- a", r"mine\.yaml is not a mapping of names to values\."),
        ("", r"mine\.yaml is not a mapping of names to values\."),
    ],
)
def test_a_fault_is_named_with_its_place_and_what_was_meant(text, sentence):
    with pytest.raises(BadInputError, match=sentence):
        read_mapping(text, where="mine.yaml")


def test_all_faults_are_told_at_once():
    with pytest.raises(BadInputError, match=r"'zones'.*'columms'"):
        read_mapping("name: a\nkind: orders\nzones: UTC\ncolumms: {}", where="mine.yaml")


def test_a_mapping_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadInputError, match=r"There is no mapping file .*mine\.yaml"):
        load_mapping(tmp_path / "mine.yaml")


def test_a_mapping_written_and_read_again_is_the_same():
    for mapping in (read_mapping(MINE, where="mine.yaml"), *ready_mappings()):
        assert read_mapping(mapping_yaml(mapping), where="again") == mapping


@example({"status": Cell(column=("a\x85b",))}, "")
@given(
    st.dictionaries(
        st.sampled_from(["order_id", "ordered_at", "net_amount", "status"]),
        st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=3).map(
            lambda names: Cell(column=tuple(names))
        ),
    ),
    st.sampled_from(["", "EUR"]),
)
def test_column_names_of_any_letters_survive_writing(columns, currency):
    mapping = FileMapping(name="any", kind="orders", columns=columns, currency=currency)
    assert read_mapping(mapping_yaml(mapping), where="again") == mapping


@pytest.mark.parametrize(
    ("names", "mapping"),
    [
        (("Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price",
          "Customer ID", "Country"), "online-retail"),
        (("Name", "Email", "Financial Status", "Lineitem quantity", "Lineitem name",
          "Lineitem price", "Created at", "Subtotal", "Total"), "shopify-orders"),
    ],
)  # fmt: skip
def test_well_known_exports_have_a_mapping_ready(names, mapping):
    found = ready_mapping(names)
    assert found is not None
    assert found.name == mapping


def test_a_confirmed_mapping_is_kept_for_files_with_the_same_columns_in_any_order(shop, bench):
    source = open_source(bench, shop.file("a.csv", HEAD + "1,2024-03-05,7,5\n"))
    mapping = read_mapping(
        "name: mine\nkind: orders\ncolumns: {order_id: order_id, ordered_at: order date, "
        "net_amount: amount}",
        where="mine.yaml",
    )
    confirm(shop.brand, source, mapping)
    again = open_source(
        bench, shop.file("b.csv", "amount,customer id,order date,order_id\n5,7,2024-03-05,2\n")
    )
    assert kept_mapping(shop.brand, again.signature) == mapping
    assert shop.take(again.path, yes=False).new == 1
