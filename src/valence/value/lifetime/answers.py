"""What the model card tells: plain values, for pages, commands and the API alike."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from valence.core.messages import Message
from valence.lake.reading import Tables
from valence.lake.runs import spoken
from valence.value.lifetime.definition import DEFAULT

Row = Mapping[str, Any]
NAIVE = ("as_before", "as_alike")
SPEND = ("gamma-gamma", "constant-spend")


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The rows of the card, told apart."""

    rows: Sequence[Row]

    @property
    def fitted_on(self) -> date:
        """Day up to which the models were fitted."""
        day: date = self.rows[0]["fitted_on"]
        return day

    @property
    def cut_on(self) -> date | None:
        """Last day that models saw in the backtest; None without one."""
        return next((row["cut_on"] for row in self.rows if row["cut_on"]), None)

    @property
    def chosen(self) -> str | None:
        """The model that worth rests on; None where none is usable."""
        of = (row["model"] for row in self.rows if row["kind"] == "model" and row["chosen"])
        return next(of, None)

    @property
    def customers(self) -> int:
        """Customers that the models were fitted to."""
        of = (row["customers"] for row in self.rows if row["kind"] == "model")
        return next(of, 0) or 0

    @property
    def log_likelihood(self) -> float | None:
        """Of the chosen model."""
        of = (row["value"] for row in self.rows if row["kind"] == "model")
        return next(of, None)

    def parameters(self, *, spend: bool = False) -> list[Row]:
        """Return the parameters of the model of buying, or of that of spend, as far as known."""
        rows = [r for r in self.rows if r["kind"] == "parameter" and r["value"] is not None]
        return [row for row in rows if (row["model"] in SPEND) is spend]

    def errors(self) -> dict[str, dict[str, float]]:
        """Return every model's and naive forecast's errors by name; the chosen model first.

        What is not known is left out: how far off a sum was where nothing came, or the value
        where nobody's spend is known.
        """
        found: dict[str, dict[str, float]] = {}
        for row in sorted(self.rows, key=lambda row: (not row["chosen"], row["number"])):
            if row["kind"] not in ("error", "coverage"):
                continue
            known = found.setdefault(row["model"], {})
            if row["value"] is not None:
                known["coverage" if row["kind"] == "coverage" else row["name"]] = row["value"]
        return found

    @property
    def best(self) -> str | None:
        """The model that foretold the held-out weeks best."""
        return next((r["model"] for r in self.rows if r["kind"] == "error" and r["chosen"]), None)

    @property
    def interval(self) -> float:
        """How much the intervals are to cover."""
        return self._made_with("interval", DEFAULT.interval)

    @property
    def horizon_months(self) -> int:
        """Months after the day of the figures that worth covers."""
        return int(self._made_with("horizon_months", DEFAULT.horizon_months))

    @property
    def refit_days(self) -> int:
        """Days after which the models are fitted anew."""
        return int(self._made_with("refit_days", DEFAULT.refit_days))

    @property
    def tested(self) -> int:
        """Customers in the backtest."""
        return next((row["customers"] for row in self.rows if row["kind"] == "error"), 0) or 0

    def weekly(self) -> list[Row]:
        """Return what came (`value`) and what the best model expected (`other`) week by week."""
        return [row for row in self.rows if row["kind"] == "week" and row["chosen"]]

    def by_frequency(self) -> list[Row]:
        """Return mean purchases after the cut by purchases at it: came, and expected."""
        return [row for row in self.rows if row["kind"] == "frequency" and row["chosen"]]

    def setting(self, name: str) -> float | None:
        """Return what worth is made with, or a figure of the course-book product.

        The latter are retention and lifespan_years.
        """
        row = self.setting_row(name)
        value: float | None = None if row is None else row["value"]
        return value

    def setting_row(self, name: str) -> Row | None:
        """Return the same with the customers behind it."""
        return next((r for r in self.rows if (r["kind"], r["name"]) == ("setting", name)), None)

    def _made_with(self, name: str, default: float) -> float:
        """A setting; of a card from before it was kept, the default."""
        value = self.setting(name)
        return default if value is None else value

    def notes(self) -> list[tuple[str, Message]]:
        """Return what a reader has to know, each with the model that it is about."""
        return [
            (row["model"], spoken(json.loads(row["said"]), ""))
            for row in self.rows
            if row["kind"] == "note" and row["said"]
        ]


def model_card_of(tables: Tables) -> ModelCard | None:
    """Return the card of the last fit; None before the first build."""
    if not tables.has("value_model"):
        return None
    rows = tables.rows(tables.table("value_model").order_by("number"))
    return ModelCard(rows) if rows else None
