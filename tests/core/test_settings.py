"""Settings: read from a file and the environment, refused with the near name of a typo."""

from __future__ import annotations

from decimal import Decimal

import pytest

from valence.core.errors import SettingsError
from valence.core.settings import load, read


def test_an_empty_file_gives_the_defaults():
    settings = read("", {})
    assert settings.brand.currency == "EUR"
    assert settings.lake.engine == "duckdb"
    assert settings.value.margin_rate is None


def test_the_environment_overrides_the_file():
    settings = read('[store]\nurl = "sqlite:///a.db"', {"VALENCE_STORE_URL": "postgresql://x/y"})
    assert settings.store.url == "postgresql://x/y"


def test_amounts_are_exact():
    assert read('[value]\nmargin_rate = "0.35"', {}).value.margin_rate == Decimal("0.35")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[brand]\ncurency = "GBP"', "'brand.curency' is not a setting. Did you mean 'currency'?"),
        ('[brnad]\nname = "x"', "'brnad' is not a setting. Did you mean 'brand'?"),
        ('[brand]\ncurrency = "GPB"', "'GPB' is not an ISO 4217 currency code. Did you mean"),
        ('[brand]\ntimezone = "Europe/Lodon"', "is not a time zone. Did you mean 'Europe/London'?"),
        ('[lake]\nengine = "dukdb"', "lake.engine: Input should be 'duckdb' or 'spark'."),
        ('[brand]\ncurrency = "POUND"', "not an ISO 4217 currency code. Did you mean 'GBP'?"),
        ("[brand\n", "valence.toml is not valid TOML"),
        ('[brand]\nname = "Tea\ncurrency = "GBP"', "line 2: a quote is probably not closed."),
        ('[brand]\nname = \'Tea\ncurrency = "GBP"', "line 2: a quote is probably not closed."),
        ('[brand]\nname = "Tea', "valence.toml, line 2: a quote is probably not closed."),
        ("[value]\nmargin_rate = 30", "less than or equal to 1. Write 0.3 for 30 %."),
        (
            "[value]\nmargin_rate = 300",
            "value.margin_rate: Input should be less than or equal to 1.",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write_instead(text, sentence):
    with pytest.raises(SettingsError) as refused:
        read(text, {})
    assert sentence in str(refused.value)


def test_all_faults_are_told_at_once():
    with pytest.raises(SettingsError) as refused:
        read('[brand]\ncurency = "GBP"\n[web]\nport = 99999', {})
    assert "curency" in str(refused.value)
    assert "web.port" in str(refused.value)


def test_where_there_is_no_brand_folder_the_sentence_says_how_to_make_one(tmp_path):
    with pytest.raises(SettingsError, match=r"There is no brand folder at .* Make one with"):
        load(tmp_path)


def test_a_relative_sqlite_file_lies_in_the_brand_folder(tmp_path):
    (tmp_path / "valence.toml").write_text("")
    assert load(tmp_path, {}).store_url == f"sqlite:///{tmp_path}/data/store.db"
