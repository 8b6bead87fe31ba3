"""Clock, ids, messages, errors and progress: the small things that everything stands on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from valence.core import clock, ids
from valence.core.errors import NotFoundError, ValenceError, did_you_mean
from valence.core.messages import message
from valence.core.progress import Step


def test_a_frozen_clock_stands_and_then_goes_on():
    at = datetime(2025, 1, 31, 12, tzinfo=UTC)
    with clock.frozen(at):
        assert clock.now() == at
    assert clock.now() > at


def test_an_instant_without_a_zone_cannot_freeze_the_clock():
    with pytest.raises(ValueError, match="with a zone"), clock.frozen(datetime(2025, 1, 31)):  # noqa: DTZ001
        pass


def test_ids_are_uuid_version_7_and_sort_by_the_time_they_were_made():
    made = [ids.new_id() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}


def test_a_message_is_worded_by_the_translation_that_the_edge_gives():
    said = message("{n} rows in {place}", n=3, place=message("file {name}", name="a.csv"))
    german = {"{n} rows in {place}": "{place}: {n} Zeilen", "file {name}": "Datei {name}"}
    assert str(said) == "3 rows in file a.csv"
    assert said.worded(lambda text: german[text]) == "Datei a.csv: 3 Zeilen"


def test_a_brace_in_a_value_is_not_a_place():
    assert str(message("bad value {value}", value="{x}")) == "bad value {x}"


def test_errors_carry_their_status_and_their_exit_code():
    assert (NotFoundError.status, NotFoundError.exit_code) == (404, 1)
    assert str(ValenceError("no {what}", what="tea")) == "no tea"


def test_near_names_are_offered_and_without_one_all_are_listed():
    assert str(did_you_mean("tabel", ["table", "row"])) == "Did you mean 'table'?"
    assert str(did_you_mean("zzz", ["table", "row"])) == "Known are: table, row."
    assert str(did_you_mean("zzz", {"table", "row"})) == "Known are: row, table."
    assert str(did_you_mean("zzz", [])) == "None is known here."


def test_of_many_names_those_that_hold_it_are_offered_and_not_all():
    """A sort by a column that is not there was answered with all 49 columns of customers."""
    columns = [f"{what}_{n}" for what in ("orders", "value_amount") for n in range(20)]
    said = str(did_you_mean("value", columns))
    assert said.startswith("40 names are known, among them: value_amount_0, ")
    assert said.count(",") == 12


def test_of_many_names_none_of_them_near_the_first_are_offered():
    """A sort by `nonsense` was answered with five odd columns of the end of the alphabet."""
    columns = [f"{what}_{n}" for what in ("value_amount", "orders") for n in range(20)]
    said = str(did_you_mean("nonsense", columns))
    assert said.startswith("40 names are known, among them: value_amount_0, value_amount_1, ")
    assert said.count(",") == 12


def test_a_step_knows_its_share_only_where_the_total_is_known():
    assert Step(message("x"), 1, 4).share == 0.25
    assert Step(message("x"), 1).share is None
