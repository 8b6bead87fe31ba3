"""Lifetime value: `valence value clv|backtest|predictions`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from valence.core.errors import BadInputError, NotFoundError
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.kit.languages import next_months
from valence.value import reports
from valence.value.commands.group import Day, Limit, opened, value
from valence.value.lifetime import report
from valence.value.lifetime.definition import LIFETIME_KIND
from valence.value.lifetime.kept import kept_of
from valence.value.lifetime.marts import UNTRIED

_UNITS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}
Model = Annotated[
    str,
    typer.Option(help="bg-nbd, mbg-nbd, pareto-nbd or bg-bb, computed now; else the one chosen."),
]


@value.command("clv", permission="value:read")
def clv(
    brand: BrandFolder = HERE,
    as_of: Day = None,
    model: Model = "",
    unit: Annotated[
        Literal["day", "week", "month", "year"],
        typer.Option(help="Unit of time of the parameters."),
    ] = "week",
    limit: Limit = 10,
    *,
    params: Annotated[
        bool, typer.Option("--params", help="The fitted parameters with standard errors.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print what customers are worth: three ways side by side, with intervals.

    Example: valence value clv --params --model bg-nbd --unit week
    """
    if model:
        from valence.value.lifetime.candidates import model_named  # noqa: PLC0415 - scipy is heavy

        model_named(model)
    changed = {LIFETIME_KIND: {"model": model}} if model else None
    # Of a model that is named nothing is chosen, so it need not be tried: `backtest` does that.
    with opened(brand, as_of, changed, instead=[UNTRIED] if model else ()) as asked:
        card = report.card_of(asked.tables)
        told: dict[str, Any] = {
            "model": card.chosen,
            "fitted_on": card.fitted_on,
            "log_likelihood": card.log_likelihood,
            "fitted_to": card.customers,
            "horizon_months": card.horizon_months,
            "interval": card.interval,
            "notes": [str(said) for _, said in card.notes()],
        }
        if params:
            told["unit"] = unit
            told["parameters"] = report.parameters_of(card, unit_days=_UNITS[unit])
        else:
            told |= report.worth_of(asked.tables, limit)
            told["customers"] = reports.named(asked.house, told["customers"])
        if as_json:
            print_json(asked.told(told))
            return
        if params:
            print_table(told["parameters"], title=f"Fitted on {card.fitted_on}, per {unit}")
        else:
            title = f"Worth the most, {next_months(card.horizon_months)}"
            title = f"{title}; {asked.fmt.percent(card.interval)} intervals"
            print_table(report.worth_rows(told["customers"], asked.fmt), title=title)
        for said in told["notes"]:
            say(f"Mind: {said}")
        if model:
            say("Not tried on weeks held out: `valence value backtest` tells how wrong models are.")
        asked.say_day()


@value.command("backtest", permission="value:read")
def backtest(
    brand: BrandFolder = HERE,
    as_of: Day = None,
    weeks: Annotated[
        int, typer.Option(help="Weeks held out, computed now; 0: as the last build did.")
    ] = 0,
    *,
    as_json: AsJson = False,
) -> None:
    """Print how wrong each model was on weeks that it had not seen, beside naive forecasts.

    Example: valence value backtest --weeks 26
    """
    if weeks and not 4 <= weeks <= 104:
        raise BadInputError("Hold out 4 to 104 weeks, not {weeks}.", weeks=weeks)
    changed = {LIFETIME_KIND: {"holdout_weeks": weeks}} if weeks else None
    with opened(brand, as_of, changed) as asked:
        card = report.card_of(asked.tables)
        told = report.backtest_of(card)
        if as_json:
            print_json(asked.told(told))
            return
        if told["forecasts"]:
            title = f"Off by, a customer, in the weeks after {card.cut_on} ({card.tested:,} known)"
            print_table(report.forecast_rows(told, asked.fmt), title=title)
            say("as_before: each does again what they did; as_alike: what customers alike did.")
        for said in told["notes"]:
            say(f"Mind: {said}")
        asked.say_day()


@value.command("predictions", permission="value:read")
def predictions(brand: BrandFolder = HERE, limit: Limit = 20, *, as_json: AsJson = False) -> None:
    """Print what was foretold when models were fitted, and what came when the time was over.

    Example: valence value predictions --limit 5
    """
    with opened(brand, None) as asked:
        found = kept_of(asked.tables)
        if found is None:
            raise NotFoundError(
                "Nothing has been foretold yet. Import orders, then run `valence build`."
            )
        if as_json:
            print_json(asked.told({"scored": found.scored, "waiting": found.waiting}))
            return
        shown = [dict(row) for row in (*found.scored, *found.waiting)][:limit]
        print_table(report.prediction_rows(shown, asked.fmt), title="Foretold, and what came")
        if not found.scored:
            say(f"Nothing has come due yet: the first is scored on {found.waiting[0]['until']}.")
        asked.say_day()
