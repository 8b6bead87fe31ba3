"""A telecom's real answers and a service desk's real log, imported as a user would: the map."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from datetime import UTC
from xml.etree import ElementTree as ET

import duckdb
import pptx
import pytest
from fastapi.testclient import TestClient
from tests.journey.funnel.slow import slow_chains, slow_counts
from tests.journey.paths import slow as paths
from typer.testing import CliRunner

from valence.app.cli import application as commands
from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.app.serve import application
from valence.definitions import lifecycle
from valence.definitions.lifecycle import base_of
from valence.intake.importing import import_files
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.funnel import FunnelDefinition
from valence.kit.published import published_tables

ALSO = {
    "payment": "First Payment",
    "delivery": "Equipment Received",
    "app": "Service in Use",
}
# NPS of the telecom's 2,353 answers, and of each stage of its journey (data README).
PUBLISHED = {
    None: (-24.69, 2353),
    "Order": (-9.98, 962),
    "First Payment": (-29.29, 1130),
    "Equipment Received": (-56.71, 231),
    "Service in Use": (-76.67, 30),
}

# What the desk would write to read its log as what became of each incident.
STATES = """
version: 1
name: desk-states
kind: events
namespace: incidents
source: desk
columns:
  occurred_at: sys_updated_at
  name: incident_state
  channel: contact_type
identifiers:
  user_id: number
"""
SOME = "hash(number) % 16 = 0"  # incidents: trying all chains of all takes minutes


@pytest.fixture(scope="module")
def telecom(tmp_path_factory, shared_data):
    folder = tmp_path_factory.mktemp("telecom")
    house = WholeHouse(
        make_folder(folder / "brand", name="Telecom", currency="GBP", timezone="UTC")
    )
    for name, source in (
        ("answers.csv", f"'{shared_data}/nps_verbatims/*.parquet'"),
        ("desk.csv", f"'{shared_data}/service_incidents/*.parquet'"),
    ):
        path = folder / name
        duckdb.sql(f"COPY (SELECT * FROM {source}) TO '{path}'")
        done = import_files(house.brand, [path], yes=True, store=house.store)
        assert done.quarantined == 0
    states = folder / "states.csv"
    duckdb.sql(
        f"COPY (SELECT * FROM '{shared_data}/service_incidents/*.parquet' WHERE {SOME}) "
        f"TO '{states}'"
    )
    (folder / "states.yaml").write_text(STATES)
    line = [str(states), "--mapping", str(folder / "states.yaml"), "--brand",
            str(house.brand.root)]  # fmt: skip
    imported = CliRunner().invoke(commands("import"), ["import", *line])
    assert imported.exit_code == 0, imported.output
    house.store.transact(_journey(house))
    house.build()
    yield house
    house.close()


def _journey(house):
    kind = house.definition_kinds[JOURNEY_KIND]
    usual = JourneyDefinition().model_dump(mode="json")
    points = [
        {**each, "also": [ALSO[each["name"]]] if each["name"] in ALSO else []}
        | ({"standard": "hours_to_solve <= 48"} if each["source"] == "contacts" else {})
        for each in usual["touchpoints"]
    ]
    states = [
        {"name": name, "stage": "service", "rule": f'name == "{name}"'}
        for name in ("New", "Active", "Awaiting User Info", "Resolved", "Closed")
    ]
    document = {**usual, "months": 24, "touchpoints": [*points, *states]}

    def change(unit):
        drafted = lifecycle.save_draft(
            unit, kind, JOURNEY_KIND, document, actor="local", based_on=None
        )
        lifecycle.publish(
            unit, kind, JOURNEY_KIND, actor="local", based_on=base_of(drafted), effective_from=None
        )

    return change


@pytest.fixture
def web(telecom):
    with TestClient(application(telecom), base_url="http://127.0.0.1") as client:
        yield client


def told(telecom, *words):
    done = CliRunner().invoke(
        commands(words[0]), [*words, "--brand", str(telecom.brand.root), "--json"]
    )
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_command_gives_the_published_scores(telecom):
    found = told(telecom, "experience", "nps", "--by", "touchpoint")
    by = {row["name"]: row for row in (found["all"], *found["groups"])}
    assert {name: (row["score"], row["n"]) for name, row in by.items()} == PUBLISHED
    assert all(row["low"] < row["score"] < row["high"] for row in by.values())


def test_the_map_shows_what_was_felt_where_and_how_contacts_were_kept(telecom):
    found = told(telecom, "journey", "map")
    places = {row["touchpoint"]: row for row in found["touchpoints"]}
    felt = {
        name: [(f["score"], f["n"]) for f in row["felt"]]
        for name, row in places.items()
        if row["felt"]
    }
    assert felt == {
        "order": [PUBLISHED["Order"]],
        "payment": [PUBLISHED["First Payment"]],
        "delivery": [PUBLISHED["Equipment Received"]],
        "app": [PUBLISHED["Service in Use"]],
    }
    desk = places["service contact"]
    assert desk["steps"] > 0
    assert desk["standard_kept"]["n"] > 0
    assert desk["solved_at_first_contact"]["n"] > 0
    assert found["unknown_answers"] == []
    assert (found["peak"], found["low"]) == ("order", "app")
    assert found["heat"]["channel"]
    (claim,) = [row for row in found["claims"] if row["touchpoint"] == "service contact"]
    assert claim["rows"] == claim["held"] == claim["taken"] > desk["steps"]


def test_a_touchpoint_opens_to_its_words_and_customers(web, telecom):
    page = web.get("/journey/touchpoints/delivery")
    assert page.status_code == 200
    assert "fttp by the agreed date" in page.text
    people = web.get("/journey/touchpoints/service contact", params={"format": "csv"})
    assert people.status_code == 200
    assert people.text.count("\n") > 100


def test_the_map_can_be_taken_along(web):
    drawn = ET.fromstring(web.get("/journey/map.svg").text)
    said = " ".join(each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text"))
    assert "Delivery" in said
    assert "NPS −57" in said
    rows = list(csv.DictReader(io.StringIO(web.get("/journey/map.csv").text)))
    assert {row["touchpoint"]: row["nps_score"] for row in rows}["delivery"] == "-56.71"
    deck = pptx.Presentation(io.BytesIO(web.get("/journey/map.pptx").content))
    assert len(deck.slides) == 2  # the map and the board; nothing is at stake without orders
    texts = {shape.text_frame.text for shape in deck.slides[0].shapes if shape.has_text_frame}
    assert any(text.startswith("Delivery") for text in texts)
    [board] = [shape.table for shape in deck.slides[1].shapes if shape.has_table]
    assert len(board.rows) > 15


@pytest.fixture(scope="module")
def incidents(telecom):
    """The steps of incidents as they were published."""
    with published_tables(telecom.brand.root, "journey_steps") as asked:
        t = asked.tables.table("journey_steps")
        return asked.tables.rows(t.filter(t.source == "events"))


def test_the_steps_of_incidents_are_the_lines_of_the_log(incidents, shared_data):
    found = defaultdict(list)
    for step in incidents:
        found[step["customer_id"]].append((step["at"], step["touchpoint"]))
    lines = duckdb.sql(
        "SELECT number, sys_updated_at, incident_state FROM "
        f"'{shared_data}/service_incidents/*.parquet' WHERE {SOME} AND incident_state IN "
        "('New', 'Active', 'Awaiting User Info', 'Resolved', 'Closed')"
    ).fetchall()
    expected = defaultdict(list)
    for number, at, state in lines:
        expected[number].append((at.replace(tzinfo=UTC), state))
    assert len(lines) > 8000
    assert Counter(tuple(sorted(each)) for each in found.values()) == Counter(
        tuple(sorted(each)) for each in expected.values()
    )


def test_the_graph_of_incidents_is_what_a_slow_loop_finds(telecom, incidents):
    told = paths.graph(incidents, gap_hours=30 * 24)
    found = CliRunner().invoke(
        commands("journey"),
        ["journey", "paths", "--brand", str(telecom.brand.root), "--json"],
    )
    edges = {
        (each["from_touchpoint"], each["to_touchpoint"]): each
        for each in json.loads(found.stdout)["edges"]
    }
    inner = {pair: edge for pair, edge in told.items() if None not in pair}
    assert len(inner) > 15
    for pair, (steps, customers, median, p90) in inner.items():
        edge = edges[pair]
        assert (edge["steps"], edge["customers"]) == (steps, customers)
        assert (edge["median_seconds"], edge["p90_seconds"]) == pytest.approx((median, p90))


@pytest.mark.parametrize(
    ("steps", "window", "timed"),
    [
        ("New, Active, Resolved, Closed", "30d", "start"),
        ("New, Awaiting User Info?, Resolved, Closed", "7d", "first"),
    ],
)
def test_the_funnel_of_incidents_is_what_trying_all_chains_finds(
    telecom, incidents, steps, window, timed
):
    found = told(
        telecom, "journey", "funnel", "--steps", steps, "--window", window, "--timed", timed
    )
    definition = FunnelDefinition.model_validate(found["funnel"])
    slow = slow_counts(slow_chains(incidents, definition), definition)
    for step, expected in zip(found["steps"], slow, strict=True):
        assert {name: step[name] for name in expected} == pytest.approx(expected)


def test_an_unknown_touchpoint_offers_the_near_one(web):
    page = web.get("/journey/touchpoints/delivry")
    assert page.status_code == 404
    assert "delivery" in page.text


def test_pages_open_and_say_what_is_missing(web):
    for path in ("/journey", "/experience", "/experience?metric=csat", "/experience?by=channel"):
        assert web.get(path).status_code == 200, path
    assert "No journey has been designed yet." in web.get("/journey/designed").text
    for path in ("kano", "gap", "drivers", "perceived"):
        page = web.get(f"/experience/{path}")
        assert page.status_code == 200, path
        assert "empty-title" in page.text
