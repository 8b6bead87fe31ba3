"""Moments of the simulated brand, as the check of the value at stake takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

if TYPE_CHECKING:
    from valence.demo.experiences import Experience
    from valence.journey.stake.verify import Drawn

CUSTOMERS = {"late delivery": 15_000, "unsolved contact": 60_000}


def drawn(seed: int, experience: str, *, hidden: bool) -> Drawn:
    """Draw one brand's moments at which the experience was possible, and their truth."""
    # When it is asked for: the simulation and the estimator are heavy.
    from valence.demo.experiences import simulate_exposures  # noqa: PLC0415
    from valence.journey.stake.verify import Drawn  # noqa: PLC0415

    table, truth = simulate_exposures(
        seed,
        customers=CUSTOMERS[experience],
        hidden=hidden,
        experience=cast("Experience", experience),
    )
    chance = np.asarray(truth.moments["propensity"].to_numpy(), np.float64)
    return Drawn(table, truth.effect, chance)
