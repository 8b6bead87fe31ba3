"""The brand's files through the importers that users have, by the mappings that come with them."""

from decimal import Decimal

import duckdb
import pytest

from valence.app import demo
from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.core.clock import now
from valence.core.progress import silent
from valence.core.settings import load
from valence.definitions import definition_at
from valence.demo.simulate import simulate
from valence.demo.writing import MEANINGS
from valence.intake.importing import import_files
from valence.journey.definition import JourneyDefinition

CUSTOMERS = 150


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "brand"
    make_folder(folder, **demo.SIMULATED)
    sources = demo._simulated(folder, CUSTOMERS, silent)
    house = WholeHouse(load(folder))
    summary = import_files(house.brand, [sources], yes=True, store=house.store)
    yield house, summary
    house.close()


@pytest.fixture(scope="module")
def seen():
    return simulate(CUSTOMERS, seed=demo.SEED).observed


def _rows(house, sql):
    lake = house.lake.snapshot()
    names = ("events", "feedback", "contacts", "messages", "orders")
    views = {n: f"read_parquet({lake.files(n)!r}, union_by_name=true)" for n in names}
    with duckdb.connect() as con:
        return con.sql(sql.format(**views)).fetchall()


def test_every_file_is_read_by_its_own_mapping_and_nothing_is_held_back(imported, seen):
    """Deliveries and panels used to be taken for lists of customers: nobody had said otherwise."""
    _, summary = imported
    assert {one.file for one in summary.files} == set(MEANINGS)
    for one in summary.files:
        stem = one.file.removesuffix(".csv")
        assert one.mapping == f"demo-{stem.replace('_', '-')}"
        assert (one.quarantined, one.read) == (0, seen[stem].num_rows)
        assert one.warnings == ()


def test_events_answers_contacts_and_letters_land_in_their_tables(imported, seen):
    house, _ = imported
    landed = {
        source: count
        for table in ("events", "feedback", "contacts", "messages")
        for source, count in _rows(house, f"SELECT source, count(*) FROM {{{table}}} GROUP BY 1")
    }
    assert landed == {
        "web": seen["web_events"].num_rows, "couriers": seen["deliveries"].num_rows,
        "surveys": seen["surveys"].num_rows, "research": seen["research"].num_rows,
        "service": seen["service_contacts"].num_rows, "letters": seen["messages"].num_rows,
    }  # fmt: skip


def test_a_delivery_tells_what_was_promised(imported):
    house, _ = imported
    [[late, all_of_them]] = _rows(
        house,
        "SELECT count(*) FILTER (occurred_at > promised_at), count(*) FROM {events} "
        "WHERE name = 'Order Delivered'",
    )
    assert 0 < late < 0.2 * all_of_them


def test_the_journey_of_the_brand_judges_deliveries_and_contacts(imported):
    house, _ = imported
    demo.define(house, house.brand.root / "data" / "sources" / "definitions")
    with house.store.reading() as view:
        version = definition_at(view, "journey", "journey", now())
    journey = JourneyDefinition.model_validate(version.document)
    judged = {touchpoint.name for touchpoint in journey.touchpoints if touchpoint.standard}
    assert judged == {"delivery", "service contact"}


def test_amounts_are_those_of_the_tills_and_the_shop(imported, seen):
    house, _ = imported
    shop, till = seen["shop_orders"].to_pylist(), seen["store_orders"].to_pylist()
    true = {
        "shop": sum(r["quantity"] * r["unit_price"] - r["discount"] for r in shop),
        "store": sum(r["Qty"] * r["Unit Price"] - r["Markdown"] for r in till),
    }
    landed = _rows(house, "SELECT namespace, sum(net_amount) FROM {orders} GROUP BY 1")
    assert {name: Decimal(amount) for name, amount in landed} == true
