"""Which measures alerts may watch, and by what: known without the engine that counts them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from valence.experience.traits import OF_CUSTOMER

ALL = ""  # the entity that is all of them together
SOLVED_DAYS = 2  # within which a contact counts as solved: a rule waits as long before it judges
Metric = Literal[
    "nps", "csat", "ces", "rating", "review", "sentiment", "no_complaint", "solved", "standard"
]
By = Literal[
    "all", "touchpoint", "stage", "channel", "store", "agent", "segment", "tier", "main_channel",
    "rung", "bond", "source", "language", "category",
]  # fmt: skip
_SAID = frozenset(get_args(By)) - {"category"}
_SERVED = frozenset({"all", "channel", "agent", "source", "category"}) | frozenset(OF_CUSTOMER)
# By what each measure may be told apart; scores by all that answers know.
BY_OF: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("nps", "csat", "ces", "rating", "review", "sentiment"), _SAID),
    "no_complaint": _SERVED,
    "solved": _SERVED,
    "standard": frozenset({"all", "touchpoint", "stage", "channel"}),
}
