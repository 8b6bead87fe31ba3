"""Fit the models of worth: try all on weeks held out, fit the best on everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from valence.core.days import months_before
from valence.core.messages import Message, message
from valence.lake.marts import Read
from valence.lake.portable import count_if, in_panel, month_number
from valence.value.facts import complete_before, customer_months
from valence.value.lifetime import card
from valence.value.lifetime.candidates import CONTINUOUS, UNTOLD, model_named
from valence.value.lifetime.covariates import (
    NONE,
    WITH,
    Encoding,
    encoding_of,
    has_covariates,
    plain,
)
from valence.value.lifetime.definition import DEFAULT, LifetimeDefinition
from valence.value.lifetime.evaluate import UNIT_DAYS, Split
from valence.value.lifetime.histories import (
    customer_days,
    holdout_cut,
    of_customers,
    purchase_histories,
    repeat_weeks,
    split_at,
)
from valence.value.lifetime.holdout import Backtest, backtest, spend_of
from valence.value.models.bg_bb import BgBb
from valence.value.models.bg_nbd import BgNbd
from valence.value.models.gamma_gamma import ConstantSpend, GammaGamma
from valence.value.models.model import Floats, Histories, PurchaseModel

MOST_TRIED = 100_000  # customers in the backtest: more would not tell the models apart better
FEWEST_WEEKS = 4  # that may be held back
MOST_SPENDERS = 500_000  # customers that the model of spend is fitted to


@dataclass(frozen=True, slots=True)
class Facts:
    """What a fit has to work with."""

    orders: ir.Table  # order facts
    customers: ir.Table  # customer facts up to `as_of`; see `with_first` for covariates of lines
    as_of: date
    read: Read


def model_card(
    facts: Facts, definition: LifetimeDefinition = DEFAULT, *, tried: bool = True
) -> tuple[list[card.CardRow], date | None]:
    """Return the rows of the model card, and the last day that models saw in the backtest.

    Parameters
    ----------
    facts
        Orders and customers, and how they are read.
    definition
        Which model, and how many weeks to hold out.
    tried
        Whether models are tried on weeks held out; if not, the definition names the model.

    Returns
    -------
    list of CardRow
        Without a usable model, only notes that say why.
    """
    n, first = _extent(facts)
    if not n or first is None:
        return [card.note(message("Nobody has bought yet: there is no worth to foretell."))], None
    rows: list[card.CardRow] = []
    untested: list[card.CardRow] = []
    encoding, notes = _encoding(facts, definition)
    cut = holdout_cut(first, facts.as_of, weeks=definition.holdout_weeks) if tried else None
    test = None
    if cut is None and tried:
        untested.append(card.note(_too_late(first, facts.as_of, definition.holdout_weeks)))
    elif cut is not None:
        panel = None
        if n > MOST_TRIED:
            panel = facts.customers.filter(in_panel(facts.customers.customer_id, MOST_TRIED / n))
        test, weekly = _tested(facts, definition, cut, panel, encoding)
        if test is not None:
            rows.extend(card.of_backtest(test, weekly, interval=definition.interval))
    name, why = _chosen(definition, test, encoding)
    fitted = _fitted(facts, name, encoding)
    if has_covariates(name) and not fitted.fitted.converged:
        why = [message("With covariates the search for the best parameters did not end: worth "
                       "rests on the model without them.")]  # fmt: skip
        name = plain(name)
        fitted = _fitted(facts, name, encoding)
    usable = fitted.fitted.converged
    bases = encoding.bases if has_covariates(name) else ()
    rows = [*untested, *card.of_fit(fitted, chosen=usable, name=name, bases=bases), *rows]
    rows.extend(card.note(said) for said in (*notes, *why))
    rows.extend(card.of_spend(_spend(facts, n)))
    rows.extend(_lifespan(facts, first))
    rows.extend(_settings(definition))
    return rows, cut


def _too_late(first: date, as_of: date, weeks: int) -> Message:
    """Say that nothing can be held back, and how much could be."""
    values = {"day": first.isoformat(), "weeks": weeks}
    most = (as_of - first).days // 21  # a third: it learns from twice as many as it foretells
    if most < FEWEST_WEEKS:
        return message(
            "The orders begin on {day}: too late to hold {weeks} weeks back from a model "
            "and still let it learn from twice as many. How wrong it is, is not known.",
            **values,
        )
    return message(
        "The orders begin on {day}: too late to hold {weeks} weeks back from a model and still let "
        "it learn from twice as many. How wrong it is, is not known. With {most} weeks it would "
        "be: set `holdout_weeks` under Definitions, or `valence value backtest --weeks {most}`.",
        most=most,
        **values,
    )


def _settings(definition: LifetimeDefinition) -> Iterator[card.CardRow]:
    """What worth is made with: faces say these, whatever is defined by the time they are read."""
    for name in ("discount_rate", "horizon_months", "interval", "refit_days"):
        yield card.CardRow("setting", "", name, None, float(getattr(definition, name)))


def _lifespan(facts: Facts, first: date) -> Iterator[card.CardRow]:
    """How long customers stay on average, for the course-book product: 1 / (1 − retention)."""
    t = facts.customers
    if "orders_prior_12m" not in t.columns:
        return
    # Of two years a month may lack: files seldom begin on the very day.
    if first > months_before(facts.as_of, 23):
        yield card.note(
            message(
                "The orders begin on {day}, less than two years ago: how many customers stay from "
                "one year to the next, and so the course-book worth, is not known yet. Import "
                "older orders, or wait.",
                day=first.isoformat(),
            )
        )
        return
    then = t.orders_prior_12m > 0
    sums = t.agg(then=count_if(then), still=count_if(then & (t.orders_12m > 0)))
    row = next(facts.read(sums)).to_pylist()[0]
    if not row["then"] or row["still"] == row["then"]:
        return
    retention = row["still"] / row["then"]
    yield card.CardRow("setting", "", "retention", None, retention, None, row["then"])
    yield card.CardRow(
        "setting", "", "lifespan_years", None, 1 / (1 - retention), None, row["then"]
    )


def _encoding(facts: Facts, definition: LifetimeDefinition) -> tuple[Encoding, list[Message]]:
    """Return the levels of the covariates asked for, and which of these tell nothing."""
    if not definition.covariates:
        return NONE, []
    t = of_customers(facts.customers, as_of=facts.as_of)
    encoding = encoding_of(t, definition.covariates, facts.read)
    told = {level.covariate for level in encoding.columns}
    return encoding, [
        message(
            "{covariate} is left out: of no two kinds of customers enough bought again to tell "
            "them apart by it.",
            covariate=name,
        )
        for name in definition.covariates
        if name not in told
    ]


def _fitted(facts: Facts, name: str, encoding: Encoding) -> PurchaseModel:
    kind = model_named(plain(name))
    of = encoding if has_covariates(name) else NONE
    return kind.fit(histories_of(facts, unit=kind, encoding=of))


def histories_of(
    facts: Facts, *, unit: type[PurchaseModel] = BgNbd, encoding: Encoding | None = None
) -> Histories:
    """Return all customers' distinct histories: in weeks, or in months for BG/BB."""
    if unit is BgBb:
        return _monthly(facts)
    t = purchase_histories(facts.customers, as_of=facts.as_of, encoding=encoding)
    keys, names = (encoding.keys, encoding.names) if encoding else ((), ())
    columns = _arrays(facts.read, t, "frequency", "recency_days", "age_days", *keys, "customers")
    x, recency, age, *z, count = columns
    return Histories(
        x, recency / UNIT_DAYS, age / UNIT_DAYS, count, np.stack(z, axis=1) if z else None, names,
        unit_days=UNIT_DAYS,
    )  # fmt: skip


def _monthly(facts: Facts) -> Histories:
    """Occasions are months: a customer bought in one, or did not."""
    t = monthly_histories(facts)
    t = t.group_by("frequency", "recency", "age").agg(customers=t.count())
    x, recency, age, count = _arrays(facts.read, t, "frequency", "recency", "age", "customers")
    return Histories(x, recency, age, count, unit_days=365.25 / 12)


def monthly_histories(facts: Facts) -> ir.Table:
    """Return each customer's whole months with a purchase after the first, for BG/BB.

    The month that still runs is no occasion yet: who has not bought in it may still do so. Who
    first bought in it has no occasion behind them.

    Returns
    -------
    Table
        `customer_id`, `frequency`, `recency`, `age` (int, months).
    """
    ended = month_number(ibis.literal(complete_before(facts.as_of)))
    months = customer_months(facts.orders, as_of=facts.as_of)
    months = months.mutate(
        number=month_number(months.month), first=month_number(months.cohort_month)
    )
    months = months.filter(months.orders > 0, months.number < ended)
    told = months.group_by("customer_id").agg(
        frequency=months.count() - 1,
        recency=months.months_since.max(),
        age=ended - 1 - months["first"].min(),
    )
    t = facts.customers.filter(facts.customers.purchase_days > 0).select("customer_id")
    t = t.left_join(told, "customer_id").drop("customer_id_right")
    return t.mutate(
        **{n: ibis.coalesce(t[n], 0).cast("int64") for n in ("frequency", "recency", "age")}
    )


def _chosen(
    definition: LifetimeDefinition, test: Backtest | None, encoding: Encoding
) -> tuple[str, list[Message]]:
    """Return the model that worth rests on, and what is to be said of covariates it lacks."""
    if definition.model != "auto":
        # Who names both has chosen; the card says what the held-out weeks say of it.
        return definition.model + (WITH if encoding.columns else ""), []
    if test is None or not test.usable:
        return UNTOLD, [_untested()] if encoding.columns else []
    best = test.best
    lost = encoding.columns and not has_covariates(best)
    return best, [_no_better()] if lost else []


def _untested() -> Message:
    return message(
        "Covariates are left out: no weeks could be held out to see whether they help. Name a "
        "model to have them all the same."
    )


def _no_better() -> Message:
    return message(
        "Covariates are left out: with them, the model did not give the held-out weeks more "
        "probability by more than a standard error."
    )


def _extent(facts: Facts) -> tuple[int, date | None]:
    t = facts.customers.filter(facts.customers.purchase_days > 0)
    row = next(facts.read(t.agg(n=t.count(), first=t.first_order_on.min()))).to_pylist()[0]
    return int(row["n"]), row["first"]


def _tested(
    facts: Facts,
    definition: LifetimeDefinition,
    cut: date,
    panel: ir.Table | None,
    encoding: Encoding,
) -> tuple[Backtest | None, Floats]:
    """Hold every model against the weeks after the cut; None if nobody had bought by then."""
    days = customer_days(facts.orders, as_of=facts.as_of, among=panel)
    split_table = split_at(days, cut=cut, as_of=facts.as_of)
    if encoding.columns:
        began = of_customers(facts.customers, as_of=facts.as_of, encoding=encoding)
        began = began.select("customer_id", *encoding.keys)
        split_table = split_table.inner_join(began, "customer_id")
    table = _whole(facts.read, split_table.order_by("customer_id"))
    if not len(table):
        return None, np.zeros(0)
    split = Split.of(
        {n: _floats(table.column(n)) for n in table.column_names if n != "customer_id"},
        encoding.keys,
    )
    if not split.frequency.any():
        return None, np.zeros(0)
    start = cut - timedelta(days=int(split.age_days.max()))
    weeks = int((facts.as_of - start).days // UNIT_DAYS)
    came = np.zeros(weeks)
    week, purchases = _arrays(
        facts.read, repeat_weeks(days, start=start, cut=cut), "week", "purchases"
    )
    inside = week < weeks
    came[week[inside].astype(int)] = purchases[inside]
    test = backtest(
        split,
        CONTINUOUS,
        weeks=weeks,
        horizon_days=(facts.as_of - cut).days,
        interval=definition.interval,
        covariates=encoding.names,
        extend=None if definition.model == "auto" else definition.model,
    )
    return (test if test.usable else None), came


def _spend(facts: Facts, n: int) -> GammaGamma | ConstantSpend:
    t = of_customers(facts.customers, as_of=facts.as_of)
    if n > MOST_SPENDERS:
        t = t.filter(in_panel(t.customer_id, MOST_SPENDERS / n))
    purchases, value = _arrays(
        facts.read,
        t.select(purchases=t.frequency + 1, value_amount=t.value_amount.cast("float64")),
        "purchases",
        "value_amount",
    )
    return spend_of(purchases, value / np.maximum(purchases, 1))


def _arrays(read: Read, table: ir.Table, *names: str) -> Iterator[Floats]:
    """Return columns of numbers, in one order of rows on every engine: sums of floats need it."""
    table = table.order_by(*names)
    columns = _whole(read, table)
    return (_floats(columns.column(name)) for name in names)


def _whole(read: Read, table: ir.Table) -> pa.Table:
    """Read all rows. Engines widen whole numbers that Ibis takes for int64: their types count."""
    batches = list(read(table))
    return pa.Table.from_batches(batches, None if batches else table.schema().to_pyarrow())


def _floats(column: pa.ChunkedArray) -> Floats:
    """Return a column of numbers, nan where missing."""
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=float)
