"""What each customer said: the last answers that tell of loyalty, and how it felt on average."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day, months_before
from valence.lake.columns import Kind
from valence.lake.portable import count_if, days_in, filled, given
from valence.lake.scales import on_scale

VOICE_WINDOWS = (12, 24)  # months before the day: where what is felt now, and a year ago, begins
_FELT = ("nps", "csat", "ces", "rating", "review")
_OWN = ("", "own")  # subjects that mean the brand itself
_FEEDBACK: dict[str, Kind] = {
    "answered_on": "day", "answered_at": "instant", "metric": "text", "subject": "text",
    "score": "float", "scale": "text",
}  # fmt: skip
_EVENTS: dict[str, Kind] = {"occurred_on": "day", "name": "text"}


def customer_voice(feedback: ir.Table, *, as_of: date, events: ir.Table | None = None) -> ir.Table:
    """Return what each customer said of the brand up to a day, and up to a year before it.

    Parameters
    ----------
    feedback
        Canonical feedback with `customer_id`. Answers about competitors are left out.
    as_of
        Later answers are left out.
    events
        Canonical events with `customer_id`: those with `referral` in their name count.

    Returns
    -------
    Table
        One row per customer with an answer or a referral: `answers` (int), `nps_score` (float, 0
        to 10, the last), `wallet_share` (float, 0 to 1, the last answer on the share of such
        purchases made here), `felt_answers` (int) and `felt_share` (float, 0 to 1, mean of the
        scores of the last twelve months, each on its scale), `referrals` (int), and all of them
        with `_prior`: as they stood twelve months before.

    Notes
    -----
    A scale such as `1-5` is taken as the answer states it; without one, NPS runs from 0 to 10, CES
    from 1 to 7, share of wallet from 0 to 100, everything else from 1 to 5. Effort is asked as
    "it was easy", so that more is better in each.
    """
    as_of = as_day(as_of)
    late, early = (months_before(as_of, months) for months in VOICE_WINDOWS)
    t = _answers(feedback, as_of)
    last = ibis.coalesce(t.answered_at, t.answered_on.cast("timestamp('UTC')"))
    before = t.answered_on <= late
    felt = t.metric.isin(_FELT) & t.share.notnull()
    nps, wallet = t.metric == "nps", t.metric == "share_of_wallet"
    said = t.group_by("customer_id").agg(
        answers=count_if(t.share.notnull()),
        answers_prior=count_if(t.share.notnull() & before),
        nps_at=last.max(where=nps),
        nps_at_prior=last.max(where=nps & before),
        wallet_at=last.max(where=wallet),
        wallet_at_prior=last.max(where=wallet & before),
        felt_answers=count_if(felt & ~before),
        felt_answers_prior=count_if(felt & before & (t.answered_on > early)),
        felt_share=t.share.mean(where=felt & ~before),
        felt_share_prior=t.share.mean(where=felt & before & (t.answered_on > early)),
    )
    t = t.mutate(at=last).join(said, "customer_id")
    # Of two answers at one moment the better counts, on every engine.
    lasts = t.group_by("customer_id").agg(
        nps_score=t.score.max(where=(t.metric == "nps") & (t["at"] == t.nps_at)),
        nps_score_prior=t.score.max(where=(t.metric == "nps") & (t["at"] == t.nps_at_prior)),
        wallet_share=t.share.max(where=(t.metric == "share_of_wallet") & (t["at"] == t.wallet_at)),
        wallet_share_prior=t.share.max(
            where=(t.metric == "share_of_wallet") & (t["at"] == t.wallet_at_prior)
        ),
    )
    out = said.drop("nps_at", "nps_at_prior", "wallet_at", "wallet_at_prior")
    out = out.left_join(lasts, "customer_id").drop("customer_id_right")
    if events is None:
        return out.mutate(referrals=ibis.null("int64"), referrals_prior=ibis.null("int64"))
    return _with_referrals(out, events, as_of=as_of, late=late)


def _answers(feedback: ir.Table, as_of: date) -> ir.Table:
    """Answers about the own brand, each with its score as a share of its scale."""
    t = days_in(filled(given(feedback, "customer_id", "metric"), _FEEDBACK), "answered_on")
    t = t.mutate(metric=t.metric.lower())
    t = t.filter(
        t.customer_id.notnull(),
        ibis.coalesce(t.subject, "").lower().isin(_OWN),
        t.answered_on <= as_of,
    )
    return t.mutate(share=on_scale(t))


def _with_referrals(said: ir.Table, events: ir.Table, *, as_of: date, late: date) -> ir.Table:
    e = days_in(filled(given(events, "customer_id", "name"), _EVENTS), "occurred_on")
    e = e.filter(
        e.customer_id.notnull(), e.name.lower().contains("referral"), e.occurred_on <= as_of
    )
    made = e.group_by("customer_id").agg(
        referrals=e.count().cast("int64"), referrals_prior=count_if(e.occurred_on <= late)
    )
    t = said.outer_join(made, "customer_id")
    t = t.mutate(customer_id=ibis.coalesce(t.customer_id, t.customer_id_right))
    counts = ("answers", "answers_prior", "felt_answers", "felt_answers_prior")
    return t.drop("customer_id_right").mutate(
        **{name: ibis.coalesce(t[name], 0).cast("int64") for name in counts},
        referrals=ibis.coalesce(t.referrals, 0).cast("int64"),
        referrals_prior=ibis.coalesce(t.referrals_prior, 0).cast("int64"),
    )
