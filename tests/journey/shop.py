"""A small shop imported as a user would: 200 walks, a robot, contacts, and a journey designed."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta

from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.definitions import lifecycle
from valence.intake.importing import import_files
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition

START = datetime(2025, 1, 1, tzinfo=UTC)
WALKS = (  # of every tenth customer, and how many minutes lie between steps
    (("visit", "product", "cart"), 5), (("visit", "product"), 2), (("product", "cart"), 3),
    (("visit",), 1), (("visit", "product", "visit", "product", "cart"), 4),
)  # fmt: skip
DESIGNED = [
    {"touchpoint": "visit", "onward_share": 0.9, "onward_hours": 1},
    {"touchpoint": "product", "onward_share": 0.5, "onward_hours": 0.05},
    {"touchpoint": "basket", "metric": "nps", "score": 20},
    {"touchpoint": "order"},
]


def written(path, names, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([names, *rows])
    return path


def events():
    for customer in range(200):
        walk, minutes = WALKS[customer % len(WALKS)]
        if customer % 2 and customer >= 100:  # the later ones more often leave at once
            walk = walk[:1]
        at = START + timedelta(days=customer)
        for n, name in enumerate(walk):
            yield (f"{customer}-{n}", f"u{customer}", name, at + timedelta(minutes=n * minutes))
    for n in range(10_001):
        yield (f"bot-{n}", "bot", "visit", START + timedelta(days=150, seconds=n))


def shop(folder):
    """Make and build it in an empty folder."""
    house = WholeHouse(make_folder(folder, name="S", currency="EUR", timezone="UTC"))
    rows = [(i, who, name, at.isoformat(), "web") for i, who, name, at in events()]
    files = folder / "files"
    files.mkdir()
    for path in (
        written(files / "events.csv", ("event_id", "user_id", "name", "occurred_at", "channel"),
                rows),
        written(files / "orders.csv", ("order_id", "user_id", "ordered_at", "amount"),
                [(n, f"u{min(n, 199)}", (START + timedelta(days=n, hours=1)).isoformat(), 10 + n)
                 for n in (*range(0, 200, 10), 201)]),
        written(files / "contacts.csv",
                ("contact_id", "user_id", "channel", "category", "opened_at"),
                [(f"{n}-{k}", f"u{n}", channel, "delivery",
                  (START + timedelta(days=n + k, hours=2)).isoformat())
                 for n in range(0, 200, 5) for k, channel in enumerate(("phone", "chat"))]),
    ):  # fmt: skip
        done = import_files(house.brand, [path], yes=True, store=house.store)
        assert done.quarantined == 0
    house.store.transact(publishing(house, {"designed": DESIGNED}))
    house.build()
    return house


def publishing(house, said):
    """What publishes a journey that says this, and else is the usual one."""
    kind = house.definition_kinds[JOURNEY_KIND]
    document = JourneyDefinition(**said).model_dump(mode="json")

    def change(unit):
        drafted = lifecycle.save_draft(
            unit, kind, JOURNEY_KIND, document, actor="local", based_on=None
        )
        lifecycle.publish(
            unit, kind, JOURNEY_KIND, actor="local", based_on=lifecycle.base_of(drafted),
            effective_from=None,
        )  # fmt: skip

    return change
