"""Who is due a follow-up: bad answers, complaints, and matters that customers write of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.experience.apart import contacts_of
from valence.experience.followups.definition import FollowUpDefinition, Theme
from valence.kit.codes import AT_LENGTH
from valence.lake.columns import Kind
from valence.lake.portable import filled, given
from valence.lake.reading import Tables

COLUMNS = (
    "origin", "source", "row_id", "reason", "matter", "customer_id", "happened_at", "touchpoint",
    "channel", "order_id", "score", "share", "on",
)  # fmt: skip
COMPLAINS = -0.3  # sentiment of an aspect, −1 to 1, from which on down it is a complaint
_OF_CONTACT: dict[str, Kind] = {
    "customer_id": "text", "channel": "text", "category": "text", "complaint": "bool",
    "case_id": "text",
}  # fmt: skip
_WORST_FIRST = (
    "score",
    "complaint",
    "theme",
)  # a row with two reasons is followed up for the first


def bad_answers(answers: ir.Table, *, metrics: Sequence[str], since: date) -> ir.Table:
    """Return the bad answers about the own brand: detractors, dissatisfied, who found it hard.

    Parameters
    ----------
    answers
        The mart `answers`.
    metrics
        The questions that count.
    since
        Answers before that day are left out.

    Returns
    -------
    Table
        One row per answer, with the columns `COLUMNS`; `row_id` is its `feedback_id`.
    """
    t = given(answers, "source", "feedback_id", "metric", "at", "on", "bad", "subject")
    t = t.filter(t.bad, t.subject == "own", t.metric.isin(metrics), t.on >= as_day(since))
    t = t.mutate(
        origin=ibis.literal("answer"),
        row_id=t.feedback_id,
        reason=ibis.literal("score"),
        matter=t.metric,
        happened_at=t.at,
    )
    return t.select(*COLUMNS)


def complaints(
    contacts: ir.Table,
    *,
    complaints: bool,
    categories: Sequence[str],
    since: date,
    until: datetime,
) -> ir.Table:
    """Return the complaints, and the contacts of categories that are followed up; of a case one.

    Parameters
    ----------
    contacts
        Canonical contacts with `customer_id`.
    complaints
        Whether complaints count.
    categories
        Categories that count, whatever else they are; in any case of letters.
    since
        Contacts opened before that day are left out.
    until
        So are those that say they will be opened later: they are mistakes.

    Returns
    -------
    Table
        One row per case, that of its first contact; a contact of no case stands for itself. It has
        the columns `COLUMNS`; `origin` is case or contact, `row_id` the id of it.
    """
    t = filled(given(contacts, "source", "contact_id", "opened_at", "opened_on"), _OF_CONTACT)
    is_one = t.complaint.fill_null(ibis.literal(value=False)) & ibis.literal(complaints)
    named = ibis.coalesce(t.category, "").lower().isin([each.lower() for each in categories])
    t = t.filter(is_one | named, t.opened_on >= as_day(since), t.opened_at <= until)
    none = ibis.null("float64")
    case = t.case_id.nullif("")
    t = t.mutate(
        origin=case.isnull().ifelse("contact", "case"),
        row_id=case.coalesce(t.contact_id),
        reason=ibis.literal("complaint"),
        matter=ibis.coalesce(t.category.nullif(""), "complaint"),
        happened_at=t.opened_at,
        on=t.opened_on,
        touchpoint=ibis.null("string"),
        order_id=ibis.null("string"),
        score=none,
        share=none,
    )
    first = ibis.window(
        group_by=["origin", "source", "row_id"], order_by=["happened_at", "contact_id"]
    )
    t = t.mutate(place=ibis.row_number().over(first))
    return t.filter(t.place == 0).select(*COLUMNS)


def themes(
    answers: ir.Table, feedback: ir.Table, *, themes: Sequence[Theme], since: date
) -> ir.Table:
    """Return the answers whose words are of a matter that is followed up.

    Parameters
    ----------
    answers
        The mart `answers`.
    feedback
        Canonical feedback, for the words.
    themes
        Matters, each with the words that tell it; the first that fits is the answer's.
    since
        Answers before that day are left out.

    Returns
    -------
    Table
        One row per answer, with the columns `COLUMNS`. A word is found anywhere in the text, in any
        case of letters, since Chinese sets no spaces; good answers and interviews are left out.
    """
    t = given(answers, "source", "feedback_id", "at", "on", "subject", "metric", "words", "good")
    t = t.filter(t.words, t.subject == "own", ~t.metric.isin(AT_LENGTH), t.on >= as_day(since))
    t = t.filter(~t.good.fill_null(ibis.literal(value=False)))
    words = given(feedback, "source", "feedback_id", "text").select("source", "feedback_id", "text")
    t = t.inner_join(words, ["source", "feedback_id"])
    said = t.text.lower()
    cases = [
        (ibis.or_(*(said.contains(word.lower()) for word in theme.words)), theme.name)
        for theme in themes
    ]
    t = t.mutate(matter=ibis.cases(*cases, else_=ibis.null("string")))
    t = t.filter(t.matter.notnull())
    t = t.mutate(
        origin=ibis.literal("answer"),
        row_id=t.feedback_id,
        reason=ibis.literal("theme"),
        happened_at=t.at,
    )
    return t.select(*COLUMNS)


def complained_of(
    aspects: ir.Table, answers: ir.Table, *, wanted: Sequence[str], since: date
) -> ir.Table:
    """Return the answers whose words complain of an aspect that is followed up.

    Parameters
    ----------
    aspects
        The mart `feedback_aspects`: what each text talks about, and how.
    answers
        The mart `answers`.
    wanted
        Names of aspects.
    since
        Answers before that day are left out.

    Returns
    -------
    Table
        One row per answer, for the aspect that is felt worst, with the columns `COLUMNS`.
    """
    a = given(aspects, "source", "feedback_id", "aspect", "sentiment", "on", "subject", "metric")
    a = a.filter(a.aspect.isin(wanted), a.sentiment <= COMPLAINS, a.subject == "own")
    a = a.filter(~a.metric.isin(AT_LENGTH), a.on >= as_day(since))
    worst = ibis.window(group_by=["source", "feedback_id"], order_by=["sentiment", "aspect"])
    a = a.mutate(place=ibis.row_number().over(worst))
    a = a.filter(a.place == 0).select("source", "feedback_id", matter="aspect")
    t = given(answers, "source", "feedback_id", "at", "on")
    t = t.inner_join(a, ["source", "feedback_id"])
    t = t.mutate(
        origin=ibis.literal("answer"),
        row_id=t.feedback_id,
        reason=ibis.literal("theme"),
        happened_at=t.at,
    )
    return t.select(*COLUMNS)


def called_for(
    tables: Tables, definition: FollowUpDefinition, *, since: date, until: datetime
) -> list[ir.Table]:
    """Return all that calls for follow-ups, a table of the columns `COLUMNS` for each reason.

    Parameters
    ----------
    tables
        The published tables, `answers` among them.
    definition
        What opens follow-ups.
    since
        What is older is left out.
    until
        So are contacts after that: they are mistakes.
    """
    answers = tables.table("answers")
    found = [bad_answers(answers, metrics=definition.metrics, since=since)]
    if definition.themes and tables.has("feedback"):
        feedback = tables.table("feedback")
        found.append(themes(answers, feedback, themes=definition.themes, since=since))
    if definition.aspects and tables.has("feedback_aspects"):
        felt = tables.table("feedback_aspects")
        found.append(complained_of(felt, answers, wanted=definition.aspects, since=since))
    if (definition.complaints or definition.categories) and tables.has("contacts"):
        found.append(
            complaints(
                contacts_of(tables),
                complaints=definition.complaints,
                categories=definition.categories,
                since=since,
                until=until,
            )
        )
    return found


def rank(reason: str) -> int:
    """Return which of two reasons of one row counts: the lower."""
    return _WORST_FIRST.index(reason)
