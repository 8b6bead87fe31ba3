"""Published tables follow their code: other figures need another version of their mart."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from pathlib import Path

import ibis

from valence.app.capabilities import CAPABILITIES
from valence.kit.capability import loaded
from valence.lake.canonical import CANONICAL
from valence.lake.columns import IBIS
from valence.lake.marts import BuildContext, Mart
from valence.lake.plan import in_order

PINS = Path(__file__).with_name("marts.json")
# What is empty by default would pin nothing.
WAY = [{"touchpoint": "visit", "onward_hours": 1.0}, {"touchpoint": "order"}]
CONTEXT = BuildContext(date(2025, 1, 31), "EUR", None, {"journey": {"designed": WAY}})


def digests() -> dict[str, list[object]]:
    """Name → version and a hash of the query, of every mart."""
    marts = [mart for capability in CAPABILITIES for mart in loaded(capability.marts)]
    columns = {mart.name: mart.columns for mart in marts}

    def table(name: str) -> ibis.expr.types.Table:
        declared = CANONICAL[name].columns if name in CANONICAL else columns[name]
        schema = {column.name: IBIS[column.kind] for column in declared}
        if name in CANONICAL and CANONICAL[name].customer:
            schema["customer_id"] = "string"
        return ibis.table(schema, name=name)

    def query(mart: Mart) -> str:
        if mart.score is not None:
            return "scored in Python: whoever changes a model raises the version"
        made = mart.compute({name: table(name) for name in mart.inputs}, CONTEXT)
        text = str(ibis.to_sql(made, dialect="duckdb", pretty=False))
        # Ibis writes the columns that a join drops in the order of a set.
        return re.sub(r"EXCLUDE \((.*?)\)", lambda m: "".join(sorted(m[1].split(", "))), text)

    return {
        mart.name: [mart.version, hashlib.sha256(query(mart).encode()).hexdigest()[:16]]
        for mart in in_order(marts)
    }


def test_a_mart_that_computes_something_else_has_another_version():
    """If this fails, raise `version` of the marts named, and run `python -m tests.app.test_marts`.

    Without it, a brand that is brought up to date would keep and patch figures of the old formula.
    """
    now, pinned = digests(), json.loads(PINS.read_text("utf-8"))
    assert {n: v for n, v in now.items() if pinned.get(n) != v} == {}
    assert now.keys() == pinned.keys()


if __name__ == "__main__":
    PINS.write_text(json.dumps(digests(), indent=1) + "\n", "utf-8")
