"""The corrected score: RFM, and what it does not see of a customer's worth."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from valence.lake.columns import Kind
from valence.lake.portable import filled, ratio
from valence.value.definitions import RfmDefinition
from valence.value.rfm import DEFAULT, parts
from valence.value.scores import rank_scores

CORRECTIONS = ("breadth", "returns", "complaints")


def corrected_score(
    customers: ir.Table, *, definition: RfmDefinition = DEFAULT, among: ir.Table | None = None
) -> ir.Table:
    """Return the RFM score corrected by breadth, returns and complaints.

    The score is `100 × Σ wⱼ pⱼ / Σ wⱼ` over the parts that are known, each between 0 and 1:

    - recency, frequency, monetary: `(score − 1) / (bins − 1)`;
    - breadth: `(min(categories, full) − 1) / (full − 1)`, or, where the definition names no
      `breadth_full`, the customer's place among the others (see `rank_scores`, ties middle);
    - returns: `1 − min(return share, 1)`;
    - complaints: `1 − min(complaints per purchase, 1)`.

    It never falls when a part gets better, the others equal. A part without data is left out of
    both sums and named in `missing_parts`: it counts neither for the customer nor against.

    Parameters
    ----------
    customers
        One row per customer with the scores of `rfm` and, as far as known, `breadth` (int),
        `return_share` (float), `complaints`, `contacts` and `orders` (int). Complaints are unknown
        for all as long as no contact of any customer is known. Without scores, no corrected one.
    definition
        Weights, bins, `breadth_full`.
    among
        The customers that breadth is compared with: these, unless given.

    Returns
    -------
    Table
        The same rows and columns, and `complaint_share` (float), `corrected_score` (float, 0 to
        100), `missing_parts` (text: `breadth, returns, complaints` as far as they are missing and
        have a weight; empty text if none is).
    """
    kinds: dict[str, Kind] = {
        "breadth": "int", "return_share": "float", "complaints": "int", "contacts": "int",
        "orders": "int",
    }  # fmt: skip
    t = filled(customers, kinds)
    among = t if among is None else filled(among, kinds)
    heard = among.contacts.sum().as_scalar() > 0
    t = t.mutate(complaint_share=heard.ifelse(ratio(t.complaints, t.orders), ibis.null("float64")))
    t = _with_breadth_place(t, among, definition)
    known = {
        **parts(t, definition),
        "breadth": t.breadth_place,
        "returns": _spared(t.return_share),
        "complaints": _spared(t.complaint_share),
    }
    weights = {name: float(getattr(definition.weights, name)) for name in known}
    known = {name: part for name, part in known.items() if weights[name] > 0}
    zero = ibis.literal(0.0)
    earned = sum((ibis.coalesce(p * weights[n], 0.0) for n, p in known.items()), start=zero)
    weighed = sum((p.notnull().ifelse(weights[n], 0.0) for n, p in known.items()), start=zero)
    scored = t.recency_score.notnull()
    return t.mutate(
        corrected_score=scored.ifelse(earned * 100.0 / weighed.nullif(0), ibis.null("float64")),
        missing_parts=_missing({n: p for n, p in known.items() if n in CORRECTIONS}),
    ).drop("breadth_place")


def _spared(share: ir.FloatingValue) -> ir.FloatingValue:
    """1 − min(share, 1). Not `least`: it would make 1 of a missing share."""
    return (share > 1.0).ifelse(0.0, 1.0 - share)


def _with_breadth_place(t: ir.Table, among: ir.Table, definition: RfmDefinition) -> ir.Table:
    if (full := definition.breadth_full) is not None:
        reached = (t.breadth > full).ifelse(full, t.breadth)
        return t.mutate(breadth_place=(reached - 1).cast("float64") / float(full - 1))
    ranks = rank_scores(among, "breadth", bins=definition.bins, best="high", ties="middle")
    ranks = ranks.select("scored_value", breadth_place=ranks.place)
    return t.left_join(ranks, t.breadth == ranks.scored_value).drop("scored_value")


def _missing(known: dict[str, ir.FloatingValue]) -> ir.StringValue:
    names = ibis.literal("")
    for name, part in known.items():
        names = names.concat(part.isnull().ifelse(f", {name}", ""))
    return names.substr(2)
