"""The journey map, read from the published tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from valence.core.days import months_before
from valence.core.errors import NotFoundError, did_you_mean
from valence.journey.about import about
from valence.journey.definition import JourneyDefinition, Touchpoint
from valence.journey.feelings import METRICS, Feeling, Felt, Voices, told_changes, voices_of
from valence.journey.map_answers import JourneyMap, Measures, Place, Row, Share, Stake
from valence.kit.codes import AT_LENGTH
from valence.lake.portable import count_if
from valence.lake.reading import Tables

_WEEKS = 13  # that a trend shows


def map_of(tables: Tables, definition: JourneyDefinition, as_of: date | None) -> JourneyMap | None:
    """Return the map of the months before a day; None before the first build."""
    if as_of is None or not tables.has("touchpoint_reach"):
        return None
    voices = voices_of(tables, definition, as_of)
    parts = _Parts(tables, definition, as_of, voices)
    unknown = tables.table("journey_unrecognised")
    names = [touchpoint.name for touchpoint in definition.touchpoints]
    return JourneyMap(
        definition,
        months_before(as_of, definition.months),
        as_of,
        [Place(touchpoint, parts.touchpoint(touchpoint)) for touchpoint in definition.touchpoints],
        parts.stages(definition),
        voices.whole,
        voices.unknown,
        sorted(
            tables.rows(tables.table("journey_claims")),
            key=lambda row: names.index(row["touchpoint"]) if row["touchpoint"] in names else 0,
        ),
        tables.rows(unknown.order_by(unknown.events.desc(), "name", "channel").limit(50)),
    )


def map_built(tables: Tables, definition: JourneyDefinition, as_of: date | None) -> JourneyMap:
    """Return the map of the months before a day.

    Raises
    ------
    NotFoundError
        Before the first build.
    """
    found = map_of(tables, definition, as_of)
    if found is None:
        raise NotFoundError("No figures have been built yet. Import orders, then build.")
    return found


def place_of(found: JourneyMap, name: str) -> Place:
    """Return the touchpoint of a name.

    Raises
    ------
    NotFoundError
        If the map has none of this name, with the nearest one.
    """
    for place in found.places:
        if place.touchpoint.name == name:
            return place
    raise NotFoundError(
        "There is no touchpoint {name!r} on the map. {fix}",
        name=name,
        fix=did_you_mean(name, [place.touchpoint.name for place in found.places]),
    )


class _Parts:
    """The published tables of the map, each read once."""

    def __init__(
        self, tables: Tables, definition: JourneyDefinition, as_of: date, voices: Voices
    ) -> None:
        self._voices = voices
        self._reach = _by(tables, "touchpoint_reach", "touchpoint")
        self._stages = _by(tables, "stage_reach", "stage")
        self._contacts, self._complaints = _contacts(tables, definition, as_of)
        self._weeks = _weeks(tables, as_of)
        self._stakes = _stakes(tables)
        self._sentiment = _sentiment(tables, definition, as_of)
        self._silent = _silent(tables)

    def touchpoint(self, touchpoint: Touchpoint) -> Measures:
        name = touchpoint.name
        felt = self._voices.touchpoints.get(name, Felt({}, {}, {}))
        silent = self._silent.get(("touchpoint", name))
        return self._measures(self._reach.get(name, {}), [name], felt, silent)

    def stages(self, definition: JourneyDefinition) -> dict[str, Measures]:
        names = {
            stage: [each.name for each in definition.touchpoints if each.stage == stage]
            for stage in definition.stages
        }
        none, at = Felt({}, {}, {}), self._voices.touchpoints
        felt = told_changes(
            {stage: _summed([at.get(name, none) for name in own]) for stage, own in names.items()}
        )
        return {
            stage: self._measures(
                self._stages.get(stage, {}), own, felt[stage], self._silent.get(("stage", stage))
            )
            for stage, own in names.items()
        }

    def _measures(
        self, reach: Row, names: Sequence[str], felt: Felt, silent: Row | None
    ) -> Measures:
        def of(name: str) -> int:
            return int(reach.get(name) or 0)

        contacts = [self._contacts[name] for name in names if name in self._contacts]

        def sum_of(name: str) -> int:
            return sum(int(row[name]) for row in contacts)

        said = [self._sentiment[name] for name in names if name in self._sentiment]
        n = sum(int(row["n"]) for row in said)
        mean = sum(float(row["mean"]) * int(row["n"]) for row in said) / n if n else 0.0
        weeks = [self._weeks[name] for name in names if name in self._weeks]
        return Measures(
            steps=of("steps"),
            customers=of("customers"),
            customers_before=of("customers_before"),
            onward=Share(of("onward"), of("followed")),
            onward_days=reach.get("onward_days"),
            lost=Share(of("lost"), of("could_leave")),
            repeats=Share(of("repeats"), of("could_repeat")),
            kept=Share(of("kept"), of("promised")),
            delivered=Share(of("delivered"), of("designed")),
            felt=felt,
            complaints=sum(self._complaints.get(name, 0) for name in names),
            contacts=Share(sum_of("again"), sum_of("judged")),
            asked_twice=Share(
                sum_of("elsewhere") + of("asked_again"), sum_of("judged") + of("asked")
            ),
            first_contact=Share(sum_of("solved_at_once"), sum_of("matters")),
            sentiment={"mean": mean, "n": n} if n else None,
            silent=silent,
            stakes=[stake for name in names for stake in self._stakes.get(name, ())],
            weeks=[sum(week) for week in zip(*weeks, strict=True)],
        )


def _by(tables: Tables, name: str, key: str) -> dict[str, Row]:
    return {row[key]: row for row in tables.rows(tables.table(name))}


def _contacts(
    tables: Tables, definition: JourneyDefinition, as_of: date
) -> tuple[dict[str, Row], dict[str, int]]:
    """What became of the contacts at each touchpoint, and the complaints that each led to."""
    t = tables.table("journey_contacts")
    t = t.filter(t.on > months_before(as_of, definition.months), t.on <= as_of)
    at = t.filter(t.touchpoint.notnull(), t.judged)
    counts = at.group_by("touchpoint").agg(
        judged=at.count().cast("int64"),
        again=count_if(at.again),
        elsewhere=count_if(at.elsewhere),
        matters=count_if(at["first"]),
        solved_at_once=count_if(at.solved_at_once),
    )
    led = t.filter(t.complaint).mutate(led=t.after.fill_null(t.touchpoint))
    led = led.group_by("led").agg(complaints=led.count().cast("int64"))
    return (
        {row["touchpoint"]: row for row in tables.rows(counts)},
        {row["led"]: row["complaints"] for row in tables.rows(led) if row["led"]},
    )


def _weeks(tables: Tables, as_of: date) -> dict[str, list[int]]:
    """Steps of the last weeks at each touchpoint, the oldest first."""
    t = tables.table("touchpoint_days")
    t = t.filter(t.on > as_of - timedelta(days=7 * _WEEKS), t.on <= as_of)
    t = t.group_by("touchpoint", "on").agg(steps=t.steps.sum().cast("int64"))
    out: dict[str, list[int]] = {}
    for row in tables.rows(t):
        week = _WEEKS - 1 - (as_of - row["on"]).days // 7
        out.setdefault(row["touchpoint"], [0] * _WEEKS)[week] += row["steps"]
    return out


def _stakes(tables: Tables) -> dict[str, list[Stake]]:
    if not tables.has("touchpoint_stake"):
        return {}
    out: dict[str, list[Stake]] = {}
    for row in tables.rows(tables.table("touchpoint_stake")):
        amount, low, high = (
            None if row.get(name) is None else float(row[name])
            for name in ("stake_amount", "stake_low_amount", "stake_high_amount")
        )
        affected = int(row.get("affected_12m") or 0)
        made = Stake(row["kind"], affected, amount, low, high, row)
        out.setdefault(row["touchpoint"], []).append(made)
    return out


def _sentiment(tables: Tables, definition: JourneyDefinition, as_of: date) -> dict[str, Row]:
    """The mean sentiment of the words about each touchpoint."""
    if not tables.has("feedback_texts"):
        return {}
    t = tables.table("feedback_texts")
    t = t.filter(
        t.on > months_before(as_of, definition.months), t.on <= as_of, t.sentiment.notnull(),
        t.subject == "own", ~t.metric.isin(AT_LENGTH),
    )  # fmt: skip
    t = t.mutate(touchpoint=about(t.touchpoint, definition))
    t = t.group_by("touchpoint").agg(n=t.count().cast("int64"), mean=t.sentiment.mean())
    return {row["touchpoint"]: row for row in tables.rows(t.filter(t.touchpoint.notnull()))}


def _silent(tables: Tables) -> dict[tuple[str, str], Row]:
    if not tables.has("silent_places"):
        return {}
    return {(row["level"], row["name"]): row for row in tables.rows(tables.table("silent_places"))}


def _summed(parts: Sequence[Felt]) -> Felt:
    """What was felt at several touchpoints together."""

    def added(maps: Sequence[Mapping[str, Feeling]]) -> dict[str, Feeling]:
        out: dict[str, Feeling] = {}
        for told in maps:
            for metric in METRICS:
                if metric in told:
                    out[metric] = out[metric] + told[metric] if metric in out else told[metric]
        return out

    channels = {channel for part in parts for channel in part.channels}
    return Felt(
        added([part.now for part in parts]),
        added([part.before for part in parts]),
        {c: added([p.channels[c] for p in parts if c in p.channels]) for c in channels},
    )
