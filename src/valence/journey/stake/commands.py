"""Value at stake: `valence journey stake`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from valence.core.errors import NotFoundError
from valence.core.messages import message
from valence.core.progress import Step
from valence.journey.commands.group import journey
from valence.journey.stake.answers import LABEL, MART, Stakes, stakes_of
from valence.kit.commands import (
    HERE,
    AsJson,
    BrandFolder,
    print_json,
    print_table,
    say,
    shown_progress,
)
from valence.kit.published import Published, published_tables

if TYPE_CHECKING:
    from valence.journey.stake.verify import Claim, Draw


@journey.command("stake", permission="journey:read")
def stake(
    context: typer.Context,
    brand: BrandFolder = HERE,
    touchpoint: Annotated[str, typer.Option(help="Only this touchpoint.")] = "",
    *,
    verify: Annotated[
        bool, typer.Option("--verify", help="Hold the estimator against simulated truth instead.")
    ] = False,
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="Seeds of --verify.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Print what bad experiences cost by touchpoint, with intervals.

    Example: valence journey stake --touchpoint delivery
    """
    if verify:
        _verified(context.obj, seeds, as_json=as_json)
        return
    with published_tables(brand, MART) as asked:
        found = stakes_of(asked.tables, touchpoint) or Stakes(())
        if as_json:
            print_json(asked.told({"label": LABEL, "items": list(found.rows)}))
            return
        _print(found, asked)


def _print(found: Stakes, asked: Published) -> None:
    fmt = asked.fmt
    if not found.rows:
        say("No bad experience is known at any touchpoint yet.")
        return
    print_table(
        [
            {
                "touchpoint": row["touchpoint"],
                "bad experience": row["kind"],
                f"at stake ({fmt.currency})": _said(row, "stake", fmt.money_short),
                "bad moments": row["affected_12m"],
                "per moment": _said(row, "effect", fmt.money_short),
                "plain": _said(row, "naive", fmt.money_short),
                "placebo": _said(row, "placebo", fmt.money_short),
                "measured on": row["affected"],
                "told": row["verdict"],
            }
            for row in found.rows
        ],
        title="Value at stake over the next 12 months, by the bad moments of the last 12",
    )
    say(
        f"An {LABEL} until an experiment proves it; foretold from moments at least 12 months old. "
        "Touchpoints are not added up."
    )
    asked.say_day()


def _said(row: dict[str, Any], name: str, money: Any) -> str:
    value, low, high = (row[f"{name}{end}_amount"] for end in ("", "_low", "_high"))
    return "not enough data" if value is None else f"{money(value)} ({money(low)} to {money(high)})"


def _verified(draw: Draw | None, seeds: int, *, as_json: bool) -> None:
    from valence.journey.stake.verify import EXPERIENCES, claims, seen_of  # noqa: PLC0415 - scipy

    if draw is None:
        raise NotFoundError("There is no simulated brand here to hold the estimator against.")
    told: dict[str, list[Claim]] = {}
    with shown_progress() as progress:
        for experience in EXPERIENCES:
            seen: dict[bool, list[Any]] = {False: [], True: []}
            for seed in range(1, seeds + 1):
                for hidden, every in seen.items():
                    every.append(seen_of(draw, seed, experience, hidden=hidden))
                label = message("Simulating {what}, seed {seed}", what=experience, seed=seed)
                progress(Step(label, seed, seeds))
            told[experience] = claims(seen[False], seen[True])
    met = all(claim.met is not False for each in told.values() for claim in each)
    if as_json:
        plain = {what: [claim.told() for claim in each] for what, each in told.items()}
        print_json({"seeds": seeds, "met": met, "experiences": plain})
    else:
        _print_claims(told, seeds)
    if not met:
        raise typer.Exit(1)


def _print_claims(told: dict[str, list[Claim]], seeds: int) -> None:
    print_table(
        [
            {
                "experience": experience,
                "what": claim.what,
                "wanted": claim.wanted,
                "found": claim.found,
                "met": "" if claim.met is None else "yes" if claim.met else "NO",
            }
            for experience, each in told.items()
            for claim in each
        ],
        title=f"Value at stake against simulated truth, {seeds} seeds",
    )
