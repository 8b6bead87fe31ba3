"""The mappings of the brand's files, against the files and against what intake accepts."""

import pytest

from valence.demo.writing import MEANINGS, write_mappings
from valence.intake.mapping import read_mapping

FILES = {
    "demo-customers.yaml": "customers.csv",
    "demo-deliveries.yaml": "deliveries.csv",
    "demo-messages.yaml": "messages.csv",
    "demo-products.yaml": "products.csv",
    "demo-research.yaml": "research.csv",
    "demo-service-contacts.yaml": "service_contacts.csv",
    "demo-shop-orders.yaml": "shop_orders.csv",
    "demo-store-orders.yaml": "store_orders.csv",
    "demo-surveys.yaml": "surveys.csv",
    "demo-web-events.yaml": "web_events.csv",
}


def _mappings(folder):
    return {
        p.name: read_mapping(p.read_text("utf-8"), where=p.name) for p in write_mappings(folder)
    }


def test_each_file_has_a_mapping(tmp_path):
    assert {name: FILES[name] for name in _mappings(tmp_path)} == FILES


@pytest.mark.parametrize("name", FILES)
def test_a_mapping_fits_its_own_file_alone(tmp_path, name):
    mapping = _mappings(tmp_path)[name]
    fitting = [
        file
        for file, columns in MEANINGS.items()
        if mapping.fits({column.casefold(): column for column in columns})
    ]
    assert fitting == [FILES[name]]


@pytest.mark.parametrize("name", FILES)
def test_a_mapping_names_only_columns_that_the_file_has(tmp_path, name):
    columns = set(MEANINGS[FILES[name]])
    for where, cell in _mappings(tmp_path)[name].cells():
        assert set(cell.column) <= columns, where
