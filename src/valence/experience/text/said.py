"""Where words of customers stand: answers with words, and service contacts with words."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.experience.text.columns import TEXTS
from valence.kit.codes import INTERVIEWER
from valence.lake.columns import IBIS
from valence.lake.portable import filled

KEY = ("source", "feedback_id")
CONTACT = "contact"  # the metric of a service contact's words
PLACE = "service contact"  # the touchpoint of the usual journey that contacts are recognised at
_JUDGED = ("language", "sentiment", "probability", "aspects")
HELD = tuple(c.name for c in TEXTS if c.name not in _JUDGED)


def told(feedback: ir.Table, contacts: ir.Table | None = None, *, as_of: date) -> ir.Table:
    """Return all words of customers up to a day, with the columns of `TEXTS` known before reading.

    Parameters
    ----------
    feedback, contacts
        Canonical tables with `customer_id`; contacts where there are some.
    as_of
        Later words are left out.

    Returns
    -------
    Table
        One row per text, with `text`. A contact's `feedback_id` is its `contact_id` behind
        `contact:`, its metric `contact`.
    """
    columns = {c.name: c.kind for c in TEXTS}
    t = filled(feedback, {**columns, "answered_on": "day", "text": "text"})
    t = t.filter(t.answered_on <= as_day(as_of), _has_words(t), t.metric.lower() != INTERVIEWER)
    subject = ibis.coalesce(t.subject.nullif(""), "own").lower()
    said = t.mutate(on=t.answered_on, metric=t.metric.lower(), subject=subject)
    said = said.select(*HELD, "text")
    if contacts is None:
        return said
    c = filled(contacts, {**columns, "opened_on": "day", "text": "text"})
    c = c.filter(c.opened_on <= as_day(as_of), _has_words(c))
    c = c.mutate(
        feedback_id=contact_key(c), on=c.opened_on, metric=ibis.literal(CONTACT),
        subject=ibis.literal("own"), touchpoint=ibis.literal(PLACE),
        score=ibis.null("float64"),
    )  # fmt: skip
    return said.union(c.select(*HELD, "text").cast({n: said.schema()[n] for n in HELD}))


def words_of(feedback: ir.Table, contacts: ir.Table | None = None) -> ir.Table:
    """Return the words behind each text by its key: `source`, `feedback_id`, `text`."""
    words = feedback.select(*KEY, "text")
    if contacts is None:
        return words
    c = filled(contacts, {"text": "text"})
    return words.union(c.select("source", "text", feedback_id=contact_key(c)).select(*KEY, "text"))


def contact_key(contacts: ir.Table) -> ir.StringValue:
    """Return what a contact's words are called among texts, as `feedback_id`."""
    return ibis.literal(f"{CONTACT}:") + contacts.contact_id.cast(IBIS["text"])


def _has_words(t: ir.Table) -> ir.BooleanValue:
    return ibis.coalesce(t.text, "").re_search(r"\S")
