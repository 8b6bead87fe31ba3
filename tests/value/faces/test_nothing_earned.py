"""A shop whose orders brought nothing: every page, command and answer by API stands."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from tests.value.faces.brands import brand_house, fill, literal_lines
from tests.value.faces.fixtures import client
from tests.value.faces.test_cohorts_page import text_of
from typer.testing import CliRunner

from valence.value.commands import value

FIRST = date(2023, 6, 1)


@pytest.fixture(scope="module")
def free(tmp_path_factory):
    """60 customers of two years who had all for nothing; none bought in the last months."""
    rows = [
        (f"o{who}-{n}", "tea", 1, f"{FIRST + timedelta(who + n * (20 + who))} 10:00", 0, str(who))
        for who in range(1, 61)
        for n in range(1 + who % 4)
    ]
    late = ("last", "tea", 1, "2025-03-31 10:00", 5.0, None)  # of nobody: the day of the figures
    made = brand_house(tmp_path_factory.mktemp("free") / "brand")
    fill(made, literal_lines([*rows, late]))
    made.build()
    yield made
    made.close()


PAGES = ("", "/equity", "/model", "/model/predictions", "/bond", "/ladder", "/bridge", "/stars")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("page", PAGES)
def test_each_page_stands(free, page, lang):
    assert client(free, lang=lang).get(f"/value{page}").status_code == 200


def test_worth_is_said_to_be_unknown_and_why(free):
    web = client(free)
    assert "customers will bring is not known; in the last 12 months" in text_of(
        web.get("/value/equity")
    )
    said = text_of(web.get("/value/model"))
    assert "what a purchase is worth is not known" in said
    assert "Nobody has a mean spend above 0" in said
    assert "purchases of 60 customers in" in text_of(web.get("/value/model/predictions"))


def test_the_api_and_the_commands_tell_what_is_known(free):
    web = client(free)
    card = web.get("/api/v1/value/model").json()
    assert {row["model"] for row in card["parameters"]} == {card["model"]}
    assert {row["value_bias"] for row in card["forecasts"]} == {None}
    for path in ("equity", "clv", "predictions"):
        assert web.get(f"/api/v1/value/{path}").status_code == 200
    for words in (["clv"], ["clv", "--params"], ["backtest"], ["equity"], ["predictions"]):
        for how in ([], ["--json"]):
            asked = [*words, *how, "--brand", str(free.brand.root)]
            result = CliRunner().invoke(value.app, asked)
            assert result.exit_code == 0, (asked, result.exception)
    shown = CliRunner().invoke(
        value.app, ["clv", "--params", "--json", "--brand", str(free.brand.root)]
    )
    assert all(row["value"] is not None for row in json.loads(shown.stdout)["parameters"])
