"""A small brand with answers and complaints, to follow up and to watch."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from tests.value.faces.brands import fill, literal_lines
from tests.value.faces.fixtures import FEW, PEOPLE

from valence.app.desk.defined import kinds_of
from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.definitions import base_of, head, publish, save_draft
from valence.experience.declaration import EXPERIENCE
from valence.kit.capability import Capability
from valence.store import Unit

__all__ = ["complaint", "define", "feedback", "house_of", "land"]

LAST = date(2025, 3, 31)  # of the orders


def house_of(folder: Path, *more: Capability) -> WholeHouse:
    """Return the house of a new brand folder, with experience and what else is named."""
    brand = make_folder(folder, name="Blossom & Bay", currency="GBP", timezone="Europe/London")
    return WholeHouse(brand, [*more, EXPERIENCE])


def define(house: WholeHouse, kind: str, document: dict[str, object], *, name: str = "") -> None:
    """Publish a definition, over the one that holds."""
    of, named = kinds_of(house)[kind], name or kind

    def change(unit: Unit) -> None:
        held = head(unit, kind, named)
        made = save_draft(unit, of, named, document, actor="local", based_on=held and base_of(held))
        publish(unit, of, named, actor="local", based_on=base_of(made), effective_from=None)

    house.store.transact(change)


def land(house: WholeHouse, **others: str) -> None:
    """Land five customers' orders and what else is given, as SQL by table."""
    fill(house, literal_lines(FEW), PEOPLE, others)


def feedback(*rows: tuple[str, str | None, str, float | None, str, str, str]) -> str:
    """Return SQL of answers: id, customer's number, metric, score, day, touchpoint, words."""
    values = ", ".join(
        f"('{one}', {_text(who)}, '{metric}', {'NULL' if score is None else score}, "
        f"DATE '{day}', {_text(touchpoint)}, {_text(words)})"
        for one, who, metric, score, day, touchpoint, words in rows
    )
    return f"""SELECT 'survey' AS source, f.one AS feedback_id,
        f.day::TIMESTAMPTZ + INTERVAL 10 HOUR AS answered_at, f.day AS answered_on, f.metric,
        f.score::DOUBLE AS score, CASE f.metric WHEN 'nps' THEN '0-10' ELSE '1-5' END AS scale,
        f.touchpoint, nullif(f.words, '') AS text, 'own' AS subject,
        CASE WHEN k.id_key IS NULL THEN NULL ELSE 'user_id' END AS id_type, k.id_key
        FROM (VALUES {values}) AS f(one, who, metric, score, day, touchpoint, words)
        LEFT JOIN keys k ON k.value = f.who"""


def complaint(one: str, who: str, day: str, words: str = "It never came") -> str:
    """Return SQL of one complaint."""
    return f"""SELECT 'desk' AS source, '{one}' AS contact_id, '{day} 09:00:00+00'::TIMESTAMPTZ
        AS opened_at, DATE '{day}' AS opened_on, 'phone' AS channel, 'delivery' AS category,
        true AS complaint, '{words}' AS text, 'user_id' AS id_type, id_key
        FROM keys WHERE value = '{who}'"""


def weeks(scores: list[list[float]], *, first: date, prefix: str = "w") -> str:
    """Return SQL of answers to NPS, so many a week from a Monday on, of nobody known."""
    return feedback(
        *(
            (f"{prefix}{week}-{at}", None, "nps", score,
             (first + timedelta(days=7 * week + at % 5)).isoformat(), "delivery", "")
            for week, answers in enumerate(scores)
            for at, score in enumerate(answers)
        )
    )  # fmt: skip


def _text(value: str | None) -> str:
    return "NULL::VARCHAR" if value is None else "'" + value.replace("'", "''") + "'"
