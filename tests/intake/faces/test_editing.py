"""Editing: a mapping goes through its form unchanged, and changes say what they change."""

from __future__ import annotations

import pytest
from tests.intake.faces.conftest import BROKEN, CHINESE, TWO_AMOUNTS

from valence.intake.editing import TIME, edited, fields_of
from valence.intake.looking import look
from valence.intake.mapping import ready_mappings


@pytest.fixture
def seen(house, tmp_path):
    def at(name, text):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return look(house.brand, path)

    return at


def headers():
    return [
        pytest.param(mapping, id=mapping.name)
        for mapping in ready_mappings()
        if mapping.kind != "lookup"
    ]


@pytest.mark.parametrize("mapping", headers())
def test_a_ready_mapping_goes_through_the_form_unchanged(mapping, seen, house):
    read = (name for _, cell in mapping.cells() for name in (*cell.column[:1], *cell.time[:1]))
    names = list(dict.fromkeys(read))
    names += [group[0] for group in mapping.matches if group[0] not in names]
    row = ",".join("1" for _ in names)
    found = seen("file.csv", ",".join(names) + f"\n{row}\n{row}\n")
    assert found.mapping is not None
    assert found.mapping.name == mapping.name
    typed = edited(found, {}, house.brand)
    assert typed.faults == {}
    again = typed.mapping
    assert again.model_copy(update={"columns": {}}) == found.mapping.model_copy(
        update={"columns": {}}
    )
    assert again.columns.keys() == found.mapping.columns.keys()


def test_what_the_form_shows_is_what_it_says_when_sent_back(seen, house):
    for name, text in (("b.csv", BROKEN), ("c.csv", CHINESE)):
        found = seen(name, text)
        fields = fields_of(found, house.brand)
        assert edited(found, fields, house.brand).fields == fields


def test_the_brands_own_zone_and_currency_are_not_written_down(seen, house):
    mapping = edited(seen("b.csv", BROKEN), {}, house.brand).mapping
    assert (mapping.zone, mapping.currency) == ("", "")
    changed = edited(seen("b.csv", BROKEN), {"currency": "eur", "kind": "orders"}, house.brand)
    assert changed.mapping.currency == "EUR"


def test_a_wrong_zone_and_a_wrong_tax_rate_are_refused_in_words(seen, house):
    found = seen("b.csv", BROKEN)
    zone = edited(found, {"zone": "Europe/Londn"}, house.brand)
    assert "Did you mean 'Europe/London'" in str(zone.faults[""])
    tax = edited(found, {"tax_rate": "much"}, house.brand)
    assert "is not a number of percent" in str(tax.faults[""])


def test_tax_in_percent_is_a_share_in_the_mapping_and_back(seen, house):
    found = seen("b.csv", BROKEN)
    typed = edited(found, {"tax_rate": "19"}, house.brand)
    assert str(typed.mapping.tax_rate) == "0.19"


def test_an_answer_moves_the_column_and_an_open_question_stays_a_fault(seen, house):
    found = seen("two.csv", TWO_AMOUNTS)
    assert "answer-net_amount" in edited(found, {}, house.brand).faults
    typed = edited(found, {"answer-net_amount": "Total"}, house.brand)
    assert typed.faults == {}
    assert typed.mapping.columns["net_amount"].column == ("Total",)


SALES = "Bon,Sale Date,Sale Time,Email,Total\n1,2024-03-05,10:00,a@x.org,5\n"


def test_the_time_beside_a_date_is_a_column_to_choose(seen, house):
    found = seen("s.csv", SALES)
    fields = fields_of(found, house.brand)
    assert (fields["column-1"], fields["column-2"]) == ("columns.ordered_at", TIME)
    assert edited(found, fields, house.brand).mapping == edited(found, {}, house.brand).mapping
    without = edited(found, {"column-2": ""}, house.brand).mapping
    assert without.columns["ordered_at"].time == ()
    undated = edited(found, {"column-1": ""}, house.brand)
    assert "column is the date" in str(undated.faults["column-2"])
    twice = edited(found, {"column-0": TIME}, house.brand)
    assert "given by the column 'Bon' already" in str(twice.faults["column-2"])


def test_parts_of_a_name_are_chosen_each_for_itself(seen, house):
    found = seen("c.csv", "email,First Name,Last Name\na@x.org,Ann,Lee\n")
    fields = fields_of(found, house.brand)
    assert (fields["column-1"], fields["column-2"]) == ("contact.first_name", "contact.last_name")
    whole = edited(found, {"column-1": "contact.name", "column-2": ""}, house.brand).mapping
    assert set(whole.contact) == {"name"}
