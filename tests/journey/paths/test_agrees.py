"""Path totals and the funnel's agree on the same question: the same customers, on any log."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.journey.paths.test_graph import walks
from tests.journey.paths.walkers import row, rows, table

from valence.journey.funnel import FunnelDefinition
from valence.journey.funnel.chains import chains
from valence.journey.funnel.rates import funnel
from valence.journey.paths.between import between
from valence.journey.paths.graph import directly_follows

DAY = date(2025, 12, 31)


def asked(first, then, *, hours, directly):
    return FunnelDefinition(
        name="asked", steps=[{"touchpoint": first}, {"touchpoint": then}], window_hours=hours,
        order="strict" if directly else "ordered",
    )  # fmt: skip


@settings(max_examples=20)
@given(walks, st.sampled_from(["ab", "aa", "ba"]), st.sampled_from([1.0, 2.5]), st.booleans())
def test_customers_who_go_on_are_those_who_come_through_the_funnel(
    duck, drawn, ends, hours, directly
):
    found = [row(n, who, name, hour, source) for n, (who, name, hour, source) in enumerate(drawn)]
    definition = asked(*ends, hours=hours, directly=directly)
    told = duck.to_pyarrow(chains(table(found), definition=definition, as_of=DAY)).to_pylist()
    got = between(table(found), *ends, within_hours=hours, directly=directly)
    assert {r["customer_id"]: r["went_on"] for r in duck.to_pyarrow(got).to_pylist()} == {
        r["customer_id"]: r["reached"] == 2 for r in told
    }


def test_the_graph_has_the_customers_of_the_strict_funnel_where_no_moments_are_shared(duck):
    log = table(rows(
        ann="visit@0 basket@1 visit@2 order@3", bob="visit@0 order@1", cat="basket@0 visit@1",
        dan="visit@0 visit@1 order@2 visit@5 order@6",
    ))  # fmt: skip
    edges = duck.to_pyarrow(directly_follows(log)).to_pylist()
    (pair,) = [e for e in edges if (e["from_touchpoint"], e["to_touchpoint"]) == ("visit", "order")]
    definition = asked("visit", "order", hours=1000.0, directly=True)
    steps = duck.to_pyarrow(funnel(log, definition=definition, as_of=DAY)).to_pylist()
    assert pair["customers"] == max(steps, key=lambda s: s["step"])["customers"] == 3


def test_the_time_from_one_to_the_other_counts_to_the_microsecond(duck):
    log = table([row(1, "ann", "visit", 0), row(2, "ann", "order", 1 + 1e-6 / 3600 * 2)])
    (who,) = duck.to_pyarrow(between(log, "visit", "order", within_hours=1)).to_pylist()
    assert (who["went_on"], who["seconds"]) == (False, None)
    (who,) = duck.to_pyarrow(between(log, "visit", "order")).to_pylist()
    assert who["seconds"] == pytest.approx(3600.000002, abs=1e-7)
