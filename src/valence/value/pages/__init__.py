"""Pages of value: who carries it, and which cohort stays."""

from valence.value.pages import (
    bond,
    bridge,
    cohorts,
    customer,
    equity,
    groups,
    ladder,
    model,
    products,
    stars,
    worth,
)
from valence.value.pages.router import pages

__all__ = [
    "bond",
    "bridge",
    "cohorts",
    "customer",
    "equity",
    "groups",
    "ladder",
    "model",
    "pages",
    "products",
    "stars",
    "worth",
]
