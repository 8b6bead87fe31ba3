"""What the command of cohorts prints: which stayed longest, and who bought again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from valence.core.errors import NotFoundError
from valence.kit.format import Formats
from valence.lake.reading import Tables
from valence.value.cohort_answers import as_months, cohort_answers, cohorts_of
from valence.value.staying_view import digits_of, ends_of, longest
from valence.value.words import bare_percent, percent_digits

Row = Mapping[str, Any]
Rows = list[dict[str, Any]]
MONTHS = (1, 2, 3, 4, 5, 6, 9, 12)  # what fits into a terminal of 80 columns


def cohorts(tables: Tables, fmt: Formats) -> dict[str, Any]:
    """Return how long each cohort stayed, and every cohort month by month.

    Raises
    ------
    NotFoundError
        If nothing has been built.
    """
    found = cohort_answers(tables)
    if found is None:
        raise NotFoundError(
            "No figures have been built yet. Run `valence build`, or name a day with `--as-of`."
        )
    said = longest(found, fmt)
    inner = f" ({said.interval})" if said.interval else ""
    return {
        "answer": f"{str(said.core).rstrip('.')}{inner}",
        "note": str(said.rest),
        "staying": found.staying,
        "cohorts": cohorts_of(tables),
    }


def staying_rows(staying: Sequence[Row]) -> Rows:
    """Return how long each cohort stayed, in words; `why not` says why one is not compared."""
    digits = max((digits_of(row) for row in staying if row["compared"]), default=2)

    def told(value: float | None) -> str:
        return "–" if value is None else f"{value:.{digits}f}"

    return [
        {
            "place": row["place"],
            "cohort": f"{row['cohort_month']:%b %Y}",
            "customers": row["customers"],
            "months": told(row["active_months"]),
            "from": told(ends_of(row)[0]),
            "to": told(ends_of(row)[1]),
            "why not": row["not_compared"] or "",
        }
        for row in staying
    ]


def retention_rows(rows: Sequence[Row], limit: int | None, *, every: bool = False) -> Rows:
    """Return the newest cohorts with the percent that bought again some months after."""
    found = _newest(rows, limit)
    shown, shares = _shown(rows, limit, every=every), []
    for _, own in found:
        shares += [row["retention_share"] for row in own[1:]]
    digits = percent_digits(shares)
    return [
        {
            "cohort": f"{month:%b %Y}",
            "n": own[0]["customers"],
            **{f"+{n}": _percent(own[n], digits) if n < len(own) else "" for n in shown},
        }
        for month, own in found
    ]


def left_out(rows: Sequence[Row], limit: int | None) -> str:
    """Return which months and cohorts `retention_rows` leaves out, and how to see them."""
    every, shown = _shown(rows, limit, every=True), _shown(rows, limit, every=False)
    missing = _runs([n for n in every if n not in shown])
    older = len(as_months(rows)) - len(_newest(rows, limit))
    told = [f"the months {missing}"] if missing else []
    if older:
        told.append("the oldest cohort" if older == 1 else f"the {older} oldest cohorts")
    if not told:
        return ""
    return f"Left out here: {' and '.join(told)}. All: valence value cohorts --all, or --json."


def _runs(months: Sequence[int]) -> str:
    """Return months as runs: +7, +8, +10, +13 to +23."""
    runs: list[list[int]] = []
    for n in months:
        if runs and runs[-1][-1] == n - 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    told = [
        f"+{run[0]} to +{run[-1]}" if len(run) > 2 else ", ".join(f"+{n}" for n in run)
        for run in runs
    ]
    return ", ".join(told)


def _newest(rows: Sequence[Row], limit: int | None) -> list[tuple[Any, list[Row]]]:
    found = list(as_months(rows).items())
    return found if limit is None else found[-limit:] if limit else []


def _shown(rows: Sequence[Row], limit: int | None, *, every: bool) -> list[int]:
    longest_one = max((len(own) - 1 for _, own in _newest(rows, limit)), default=0)
    return [n for n in (range(1, longest_one + 1) if every else MONTHS) if n <= longest_one]


def _percent(row: Row, digits: int) -> str:
    """Bare percent; * for a month that was not over."""
    return f"{bare_percent(row['retention_share'], digits)}{'' if row['complete'] else '*'}"
