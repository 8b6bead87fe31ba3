"""Making a brand folder."""

from __future__ import annotations

import tomllib

import pytest

from valence.app.folder import make_folder
from valence.core.errors import ConflictError, SettingsError


def test_a_new_folder_has_settings_that_explain_themselves(tmp_path):
    brand = make_folder(tmp_path / "b", name='Tea "& Co"', currency="GBP", timezone="UTC")
    text = (tmp_path / "b" / "valence.toml").read_text()
    assert tomllib.loads(text)["brand"]["name"] == 'Tea "& Co"'
    assert "# Reporting currency, an ISO 4217 code." in text
    assert brand.settings.brand.currency == "GBP"
    assert (tmp_path / "b" / ".gitignore").read_text() == "data/\n"


def test_an_existing_brand_folder_is_left_as_it_is(tmp_path):
    make_folder(tmp_path, name="b", currency="GBP", timezone="UTC")
    with pytest.raises(ConflictError, match="is a brand folder already"):
        make_folder(tmp_path, name="c", currency="EUR", timezone="UTC")


def test_a_wrong_value_makes_nothing(tmp_path):
    with pytest.raises(SettingsError, match="GPB"):
        make_folder(tmp_path / "b", name="b", currency="GPB", timezone="UTC")
    assert not (tmp_path / "b").exists()
