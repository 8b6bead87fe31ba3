"""Moments of the simulated brand, as the check of the value at stake takes them."""

from __future__ import annotations

import numpy as np

from valence.journey.stake.verify import Drawn

CUSTOMERS = {"late delivery": 30_000, "unsolved contact": 60_000}


def drawn(seed: int, experience: str, hidden: bool) -> Drawn:  # noqa: FBT001 - as `verify.Draw`
    """Draw one brand's moments at which the experience was possible, and their truth."""
    from valence.demo.experiences import simulate_exposures  # noqa: PLC0415 - when it is asked for

    table, truth = simulate_exposures(
        seed, customers=CUSTOMERS[experience], hidden=hidden, experience=experience
    )
    chance = np.asarray(truth.moments["propensity"].to_numpy(), np.float64)
    return Drawn(table, truth.effect, chance)
